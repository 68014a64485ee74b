"""What becomes of a finding: open, in progress, excepted. And what an audit says of its exceptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from keyswitch.model.durations import iso
from keyswitch.model.pending import Pending
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.report.audit import Audit, Question
from keyswitch.report.audit_findings import AccountToAudit, audit_of
from keyswitch.report.controls.control import Evidence, Severity
from keyswitch.report.exceptions import ExceptionProblemError, read_exceptions
from keyswitch.report.expected_keys import ExpectedKey, with_recorded
from keyswitch.report.inventory import Inventory, RootKeys, SeenUser
from unit.test_controls import ACTIVE, INACTIVE, KEY, NOW, OTHER, inventory, seen, user

ACCOUNT = "123456789012"
SINCE = iso(NOW - timedelta(days=2))
HELD = Pending(Status.INACTIVE, SINCE, ("overlap", "successor"))
OVERLAP = "overlap until 2026-12-02T00:00:00Z: both keys are Active"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def audited(
    of: Inventory,
    *expected: ExpectedKey,
    exceptions: list[dict[str, str]] | None = None,
    question: Question | None = None,
    declared: bool = True,
) -> Audit:
    keys = {key.access_key_id: key for key in expected} if declared else None
    return audit_of(
        [AccountToAudit(ACCOUNT, Evidence(of, keys, NOW))],
        read_exceptions(exceptions),
        question or Question(),
        NOW,
    )


def told(audit: Audit) -> dict[tuple[str, str], str]:
    """Code and key to the verdict."""
    return {(f.message.code, f.access_key_id): str(f.verdict) for f in audit.findings}


def exception(**given: str) -> dict[str, str]:
    whole = {
        "control": "rotated",
        "reason": "the vendor rotates in March",
        "approvedBy": "jane@example.com",
        "until": "2027-03-31",
    }
    return {**whole, **given}


OLD = seen(made=400, used=0)


@pytest.mark.parametrize(
    ("declared", "verdicts"),
    [
        (ExpectedKey(KEY, "bob", Status.ACTIVE), {("KS804", KEY): "open"}),
        # Only a register is known: nobody can tell a change to come from drift.
        (
            ExpectedKey(KEY, "bob", Status.INACTIVE),
            {("KS803", KEY): "open", ("KS804", KEY): "open"},
        ),
        # The previous key of a rotation, by the register alone: it may have to wait.
        (ExpectedKey(KEY, "bob", Status.INACTIVE, may_wait=True), {("KS804", KEY): "open"}),
        (
            ExpectedKey(
                KEY, "bob", Status.INACTIVE, may_wait=True, carried_out=Status.ACTIVE, pending=HELD
            ),
            {("KS803", KEY): "in progress", ("KS804", KEY): "in progress"},
        ),
        (
            ExpectedKey(KEY, "bob", Status.INACTIVE, may_wait=True, carried_out=Status.INACTIVE),
            {("KS803", KEY): "open", ("KS804", KEY): "open"},
        ),
        # The state says Active and the register Inactive: the next update deactivates the key.
        (
            ExpectedKey(KEY, "bob", Status.INACTIVE, carried_out=Status.ACTIVE),
            {("KS803", KEY): "in progress", ("KS804", KEY): "in progress"},
        ),
        # It was deactivated, and somebody activated it again: drift.
        (
            ExpectedKey(KEY, "bob", Status.INACTIVE, carried_out=Status.INACTIVE),
            {("KS803", KEY): "open", ("KS804", KEY): "open"},
        ),
        (
            ExpectedKey(KEY, "bob", Status.INACTIVE, carried_out=Status.ACTIVE, pending=HELD),
            {("KS803", KEY): "in progress", ("KS804", KEY): "in progress"},
        ),
    ],
)
def test_what_keyswitch_is_at_work_on_is_no_open_finding(
    declared: ExpectedKey, verdicts: dict[tuple[str, str], str]
) -> None:
    assert told(audited(inventory(user(OLD)), declared)) == verdicts


@pytest.mark.parametrize(
    ("days", "verdict", "progress"),
    [
        (
            0,
            "in progress",
            "the next update deactivates the key; the last update was at 2026-11-25T12:00:00Z",
        ),
        (
            14,
            "in progress",
            "the next update deactivates the key; the last update was at 2026-11-11T12:00:00Z",
        ),
        (14.1, "open", ""),
    ],
)
def test_a_change_that_no_update_makes_for_two_weeks_is_on_its_way_no_longer(
    days: float, verdict: str, progress: str
) -> None:
    declared = ExpectedKey(
        KEY,
        "bob",
        Status.INACTIVE,
        carried_out=Status.ACTIVE,
        updated_at=iso(NOW - timedelta(days=days)),
    )

    audit = audited(inventory(user(OLD)), declared)

    assert set(told(audit).values()) == {verdict}
    assert audit.keys[0].progress == progress


def test_drift_whose_correction_is_held_says_that_it_is_drift() -> None:
    declared = ExpectedKey(KEY, "bob", Status.INACTIVE, carried_out=Status.INACTIVE, pending=HELD)

    audit = audited(inventory(user(OLD)), declared)

    assert audit.keys[0].progress == (
        f"activated outside Pulumi, deactivation held since {SINCE}, waits for overlap, successor"
    )


@pytest.mark.parametrize("name", ["bob", "BOB", ""])
def test_a_key_of_the_declared_user_is_fine(name: str) -> None:
    assert audited(inventory(user(seen())), ExpectedKey(KEY, name, Status.ACTIVE)).findings == ()


def test_a_key_that_is_declared_for_another_user_is_found() -> None:
    (found,) = audited(inventory(user(seen())), ExpectedKey(KEY, "alice", Status.ACTIVE)).findings

    assert found.message.cause == "is declared for user alice, and belongs to user bob"


def test_a_held_deactivation_is_told_with_its_date_and_what_it_waits_for() -> None:
    declared = ExpectedKey(KEY, "bob", Status.INACTIVE, carried_out=Status.ACTIVE, pending=HELD)

    audit = audited(inventory(user(OLD)), declared)

    assert not audit.open
    assert not audit.fails
    assert {each.because for each in audit.findings} == {
        f"deactivation held since {SINCE}, waits for overlap, successor"
    }
    assert audit.keys[0].progress == audit.findings[0].because
    assert audit.verdict == "1 key, 2 in progress."


def test_both_keys_of_a_rotation_in_overlap_are_in_progress() -> None:
    previous = ExpectedKey(
        KEY,
        "bob",
        Status.INACTIVE,
        carried_out=Status.ACTIVE,
        pending=HELD,
        rotation_stage=OVERLAP,
    )
    current = ExpectedKey(
        OTHER, "bob", Status.ACTIVE, carried_out=Status.ACTIVE, rotation_stage=OVERLAP
    )

    audit = audited(inventory(user(OLD, seen(OTHER))), previous, current)

    assert told(audit) == {
        ("KS803", KEY): "in progress",
        ("KS804", KEY): "in progress",
        ("KS806", KEY): "in progress",
        ("KS806", OTHER): "in progress",
    }
    assert all(OVERLAP in each.because for each in audit.findings)


def test_the_soak_of_a_rotation_is_told_and_is_no_finding() -> None:
    stage = "soaking since 2026-11-20T00:00:00Z, until 2026-12-04T00:00:00Z"
    previous = ExpectedKey(
        KEY, "bob", Status.INACTIVE, carried_out=Status.INACTIVE, rotation_stage=stage
    )

    audit = audited(inventory(user(seen(status=INACTIVE, made=400))), previous)

    assert audit.findings == ()
    assert audit.keys[0].progress == f"rotation: {stage}"


def test_a_key_on_its_way_off_settles_the_several_active_keys_of_its_user() -> None:
    going = ExpectedKey(KEY, "bob", Status.INACTIVE, carried_out=Status.ACTIVE)
    staying = ExpectedKey(OTHER, "bob", Status.ACTIVE, carried_out=Status.ACTIVE)

    audit = audited(inventory(user(seen(), seen(OTHER))), going, staying)

    assert told(audit) == {
        ("KS803", KEY): "in progress",
        ("KS806", KEY): "in progress",
        ("KS806", OTHER): "in progress",
    }
    (other,) = (each for each in audit.findings if each.access_key_id == OTHER)
    assert other.because == f"its other key {KEY}: the next update deactivates the key"


def test_an_old_key_that_stays_is_found_whatever_becomes_of_the_other() -> None:
    going = ExpectedKey(KEY, "bob", Status.INACTIVE, carried_out=Status.ACTIVE)
    staying = ExpectedKey(OTHER, "bob", Status.ACTIVE, carried_out=Status.ACTIVE)

    audit = audited(inventory(user(seen(), seen(OTHER, made=400))), going, staying)

    assert told(audit)["KS804", OTHER] == "open"


def test_nothing_in_progress_hides_a_quarantine() -> None:
    declared = ExpectedKey(KEY, "bob", Status.INACTIVE, carried_out=Status.ACTIVE, pending=HELD)
    leaked = user(seen(), policies=("AWSCompromisedKeyQuarantineV3",))

    assert told(audited(inventory(leaked), declared))["KS807", KEY] == "open"


def test_an_activation_to_come_is_in_progress_too() -> None:
    held = Pending(Status.ACTIVE, SINCE, ("refuse_quarantined",))
    declared = ExpectedKey(KEY, "bob", Status.ACTIVE, carried_out=Status.INACTIVE, pending=held)

    audit = audited(inventory(user(seen(status=INACTIVE))), declared)

    assert [each.because for each in audit.findings] == [
        f"activation held since {SINCE}, waits for refuse_quarantined"
    ]


def test_a_register_and_a_state_together_tell_a_change_from_drift() -> None:
    declared = {KEY: ExpectedKey(KEY, "", Status.INACTIVE, "the register in Pulumi.prod.yaml")}
    recorded = {
        KEY: ExpectedKey(
            KEY, "bob", Status.ACTIVE, "resource bob", reason="why", carried_out=Status.ACTIVE
        ),
        OTHER: ExpectedKey(OTHER, "bob", Status.ACTIVE, "resource eve", carried_out=Status.ACTIVE),
    }

    both = with_recorded(declared, recorded)

    assert both[KEY] == ExpectedKey(
        KEY,
        "bob",
        Status.INACTIVE,
        "the register in Pulumi.prod.yaml",
        reason="why",
        carried_out=Status.ACTIVE,
    )
    assert both[OTHER] is recorded[OTHER]


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"key": KEY}, "excepted"),
        ({"key": "AKIAIOS*"}, "excepted"),
        ({"user": "bob"}, "excepted"),
        ({"user": "B*"}, "excepted"),
        ({"path": "/service/*"}, "excepted"),
        ({"user": "bob", "account": ACCOUNT}, "excepted"),
        ({"user": "bob", "control": "KS804"}, "excepted"),
        ({"user": "bob", "until": iso(NOW + timedelta(seconds=1))}, "excepted"),
        ({"user": "bob", "until": f"{NOW:%Y-%m-%d}"}, "excepted"),
        ({"user": "bob", "until": iso(NOW)}, "open"),
        ({"user": "bob", "until": f"{NOW - timedelta(days=1):%Y-%m-%d}"}, "open"),
        ({"user": "eve"}, "open"),
        ({"key": "akia*"}, "open"),
        ({"path": "/"}, "open"),
        ({"user": "b?b"}, "open"),
        ({"user": "[a-z]*"}, "open"),
        ({"user": "bob", "control": "unused"}, "open"),
        ({"user": "bob", "account": "210987654321"}, "open"),
    ],
)
def test_an_exception_covers_the_findings_that_it_names_until_it_ends(
    given: dict[str, str], verdict: str
) -> None:
    of = inventory(SeenUser("bob", (OLD,), (), "/service/"))

    audit = audited(of, exceptions=[exception(**given)], declared=False)

    assert told(audit)["KS804", KEY] == verdict
    assert audit.fails is (verdict == "open")
    if verdict == "excepted":
        assert "approved by jane@example.com: the vendor" in audit.findings[0].because


def test_an_exception_that_ended_is_a_finding_and_so_is_what_it_covered() -> None:
    audit = audited(
        inventory(user(OLD)),
        exceptions=[exception(user="bob", until="2026-11-01")],
        declared=False,
    )

    assert told(audit) == {("KS804", KEY): "open", ("KS810", ""): "open"}
    (ended,) = (each for each in audit.findings if each.message.code == "KS810")
    assert "for user bob, approved by jane@example.com, ended on 2026-11-01" in ended.message.cause


@pytest.mark.parametrize(
    ("complete", "controls", "found"),
    [
        (True, (), ["KS811"]),
        (False, (), []),
        (True, ("unused",), []),
        (True, ("rotated",), []),
        (True, ("rotated", "exception-matched"), ["KS811"]),
        (True, ("exception-matched",), ["KS811"]),
    ],
)
def test_an_exception_that_covers_nothing_is_a_finding_where_everything_was_looked_at(
    *, complete: bool, controls: tuple[str, ...], found: list[str]
) -> None:
    audit = audited(
        inventory(user(seen()), complete=complete),
        exceptions=[exception(user="eve")],
        question=Question(controls=controls),
        declared=False,
    )

    assert [each.message.code for each in audit.findings] == found


@pytest.mark.parametrize("pattern", ["/team[a]/*", "/team[a]/?", "*[a]/?"])
def test_brackets_and_question_marks_of_a_path_are_themselves(pattern: str) -> None:
    exceptions = [exception(path=pattern)]
    of_path = inventory(SeenUser("bob", (OLD,), (), "/team[a]/?"))
    of_other = inventory(SeenUser("bob", (OLD,), (), "/teama/x"))

    assert told(audited(of_path, exceptions=exceptions, declared=False)) == {
        ("KS804", KEY): "excepted"
    }
    assert told(audited(of_other, exceptions=exceptions, declared=False))["KS804", KEY] == "open"


def test_a_path_is_that_of_the_user_however_a_declaration_spells_the_name() -> None:
    gone = ExpectedKey(KEY, "Bob", Status.ACTIVE)
    exceptions = [exception(path="/service/", control="declared-not-found")]

    audit = audited(inventory(SeenUser("bob", (), (), "/service/")), gone, exceptions=exceptions)

    assert told(audit) == {("KS802", KEY): "excepted"}


@pytest.mark.parametrize("control", ["exception-ended", "exception-matched"])
def test_the_exceptions_themselves_can_be_all_that_is_asked(control: str) -> None:
    ended = exception(user="bob", until="2026-11-01")
    of = inventory(user(OLD, seen(OTHER)))
    asked = Question(controls=(control,))

    audit = audited(
        of,
        exceptions=[ended, exception(key=KEY), exception(user="eve")],
        question=asked,
        declared=False,
    )

    found = {"exception-ended": "KS810", "exception-matched": "KS811"}[control]
    assert told(audit) == {(found, ""): "open"}


@pytest.mark.parametrize(
    "control", ["undeclared", "declared-not-found", "not-as-declared", "held-for-long"]
)
def test_an_exception_of_what_could_not_be_checked_is_none_without_a_finding(control: str) -> None:
    exceptions = [exception(user="bob", control=control)]
    of = inventory(user(seen()))
    recorded = ExpectedKey(KEY, "bob", Status.ACTIVE, carried_out=Status.ACTIVE)

    assert told(audited(of, exceptions=exceptions, declared=False)) == {}
    assert told(audited(of, recorded, exceptions=exceptions)) == {("KS811", ""): "open"}


def test_an_exception_of_an_account_covers_what_is_about_no_key() -> None:
    of = replace(inventory(), root_keys=RootKeys.PRESENT)
    approved = exception(control="root-keys", account=ACCOUNT)
    other = exception(control="root-keys", account="210987654321")

    audit = audited(of, exceptions=[approved, other], declared=False)

    assert told(audit) == {("KS809", ""): "excepted", ("KS811", ""): "open"}
    assert audit.findings[0].message.cause.startswith(
        "the exception of root-keys for account 210987654321 matches"
    )


def test_of_two_exceptions_the_one_in_force_counts() -> None:
    ended = exception(user="bob", until="2026-11-01")

    audit = audited(inventory(user(OLD)), exceptions=[ended, exception(key=KEY)], declared=False)

    assert told(audit)["KS804", KEY] == "excepted"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("bob", "entry 1 is a string and not a map"),
        (exception(), "has none of key, user and path, and needs one"),
        (exception(user="bob", control="KS809"), "is of root-keys, which is about no key"),
        (exception(control="account-read"), "needs account, and none of key, user and path"),
        (exception(key=KEY, user="bob"), "has key and user of key, user and path, and needs one"),
        ({**exception(user="bob"), "reason": ""}, "has no reason"),
        ({**exception(user="bob"), "approvedBy": None}, "has no approvedBy"),
        ({**exception(user="bob"), "reason": 3}, "has a reason that is no text"),
        (exception(user="bob", reason=SECRET), "has a reason that looks like a secret"),
        ({k: v for k, v in exception(user="bob").items() if k != "until"}, "has no until"),
        (
            exception(user="bob", until="soon"),
            "has an until that cannot be read (neither a date nor a moment",
        ),
        (exception(user="bob", until="2027-01-31T09:00:00"), "has an until that cannot be read"),
        (
            exception(user="bob", until="2027-01-31 00:00:00 +0000 UTC"),
            'a date without quotes, which Pulumi passes on in another form): write a date in quotes, such as "2027-01-31"',
        ),
        (exception(user="bob", until="20270131"), "has an until that cannot be read"),
        (exception(user="bob", until="2027-W04-7"), "has an until that cannot be read"),
        (exception(user="bob", until="2027-01-31 09:00Z"), "has an until that cannot be read"),
        (exception(user="bob", control="old"), "names no control: there are undeclared"),
        (exception(user="bob", control="exception-ended"), "names no control"),
        (exception(user="bob", account="12"), "has an account that is not twelve digits"),
        (exception(user="bob", approved="x"), "has an unknown field approved"),
        (exception(user="bob", **{SECRET: "x"}), "has an unknown field: there are key"),
    ],
)
def test_what_is_wrong_with_an_exception_is_told_without_a_secret(
    entry: object, problem: str
) -> None:
    with pytest.raises(ExceptionProblemError) as raised:
        read_exceptions([entry])

    assert problem in str(raised.value)
    assert SECRET not in str(raised.value)


def test_all_that_is_wrong_with_exceptions_is_told_at_once() -> None:
    with pytest.raises(ExceptionProblemError) as raised:
        read_exceptions([exception(), exception(user="bob"), exception(user="bob", until="no")])

    assert str(raised.value).startswith("entry 1 has none of key, user and path")
    assert "; entry 3 has an until" in str(raised.value)
    with pytest.raises(ExceptionProblemError, match="a map and not a list"):
        read_exceptions({})


@pytest.mark.parametrize(
    ("question", "found", "fails"),
    [
        (Question(), ["KS807", "KS804", "KS806", "KS806"], True),
        (Question(fail_on=Severity.CRITICAL), ["KS807", "KS804", "KS806", "KS806"], True),
        (Question(least=Severity.MEDIUM), ["KS807", "KS804"], True),
        (Question(controls=("one-active",)), ["KS806", "KS806"], True),
        (Question(controls=("one-active",), fail_on=Severity.MEDIUM), ["KS806", "KS806"], False),
        (Question(controls=("unused",)), [], False),
    ],
)
def test_an_audit_asks_for_controls_and_severities_and_fails_on_one(
    question: Question, found: list[str], *, fails: bool
) -> None:
    policies = ("AWSCompromisedKeyQuarantineV3",)
    old = user(seen(made=400), seen(OTHER, ACTIVE), policies=policies)
    of = inventory(SeenUser("bob", (old.keys[0],), policies), user(seen(OTHER), seen("AKIATHIRD")))

    audit = audited(of, question=question, declared=False)

    assert [each.message.code for each in audit.findings] == found
    assert audit.fails is fails


def test_findings_stand_in_the_order_of_their_urgency() -> None:
    held = ExpectedKey(KEY, "bob", Status.INACTIVE, carried_out=Status.ACTIVE, pending=HELD)
    eve = SeenUser("eve", (seen(OTHER, made=400),), ())

    audit = audited(
        inventory(user(OLD), eve),
        held,
        exceptions=[exception(key=OTHER)],
    )

    assert [(str(each.verdict), each.message.code) for each in audit.findings] == [
        ("open", "KS801"),
        ("in progress", "KS803"),
        ("in progress", "KS804"),
        ("excepted", "KS804"),
    ]
    assert [key.access_key_id for key in audit.keys] == [OTHER, KEY]
    assert audit.verdict == "2 keys, 1 finding about 1 key, 2 in progress, 1 excepted."


def test_an_unknown_status_is_in_no_progress() -> None:
    strange = seen(status=ObservedStatus("Suspended"))
    declared = ExpectedKey(KEY, "bob", Status.INACTIVE, carried_out=Status.ACTIVE, pending=HELD)

    assert told(audited(inventory(user(strange)), declared)) == {("KS803", KEY): "open"}


def test_no_update_activates_an_expired_key() -> None:
    expired = seen(status=ObservedStatus.EXPIRED)
    declared = ExpectedKey(KEY, "bob", Status.ACTIVE, carried_out=Status.INACTIVE)

    audit = audited(inventory(user(expired)), declared)

    assert told(audit) == {("KS803", KEY): "open"}
    assert audit.keys[0].progress == ""
