"""The lifecycle with safeguards: when it looks for what, what it holds, and what it lets through."""

from __future__ import annotations

import contextlib
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from keyswitch.iam.client import AccessKey, LastUsed, NoSuchEntityError
from keyswitch.messages import catalogue
from keyswitch.messages.format import AwsAnswer, KeyswitchError
from keyswitch.model.durations import Duration
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, OnDestroy, Status, WhenUnmet
from keyswitch.reconcile.diff import Action
from keyswitch.reconcile.key_quota import refuse_third_key
from keyswitch.reconcile.reconciler import Reconciler
from support.strict_iam import FakeClient, StrictIam
from support.world import Denied, World, declared

ON, OFF = Status.ACTIVE, Status.INACTIVE
ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
HOLD = DeclaredSafeguards(unmet=WhenUnmet.HOLD)
UNUSED = DeclaredSafeguards(unused_for=Duration.read("7d"))
ONE_ACTIVE = DeclaredSafeguards(keep_one_active=True)


@pytest.fixture
def world() -> World:
    return World()


def test_a_switch_that_a_safeguard_does_not_allow_is_refused_before_the_write(
    world: World,
) -> None:
    key = world.iam.add_key("bob")
    world.use(key, hours=3)

    with pytest.raises(KeyswitchError) as raised:
        world.phase().apply(declared(key, OFF, UNUSED), None)

    assert str(raised.value).startswith(
        f"KS602 deactivating access key {key} of user bob: unused_for=7d "
    )
    assert world.writes == []


def test_every_safeguard_that_is_not_met_is_told_in_one_refusal(world: World) -> None:
    key = world.iam.add_key("bob")
    world.use(key, hours=3)

    with pytest.raises(KeyswitchError) as raised:
        world.phase(signer=key).apply(
            declared(key, OFF, replace(UNUSED, keep_one_active=True)), None
        )

    assert [word for word in str(raised.value).split() if word.startswith("KS")] == [
        "KS601",
        "KS602",
        "KS605",
    ]


def test_a_quarantined_user_keeps_its_keys_off_and_the_root_user_is_asked_nothing(
    world: World,
) -> None:
    key = world.iam.add_key("bob")
    safeguards = DeclaredSafeguards(refuse_quarantined=True)
    off = world.phase().apply(declared(key, OFF, safeguards), None)
    assert not [line for line in world.log if line.startswith("policies")]
    world.iam.policies["bob"] = ["ReadOnlyAccess", "AWSCompromisedKeyQuarantineV2"]

    with pytest.raises(
        KeyswitchError, match=r"^KS607 .* the user has AWSCompromisedKeyQuarantineV2,"
    ):
        world.phase().apply(declared(key, ON, safeguards), off)

    del world.iam.policies["bob"]
    assert world.phase().apply(declared(key, ON, safeguards), off).status is ACTIVE


@pytest.mark.parametrize(
    ("status", "safeguards", "says"),
    [
        (OFF, UNUSED, "KS608 .*unused_for cannot be checked: .* iam:GetAccessKeyLastUsed"),
        (ON, DeclaredSafeguards(refuse_quarantined=True), "KS609 .*iam:ListAttachedUserPolicies"),
    ],
)
def test_a_safeguard_that_lacks_its_permission_refuses_and_names_it(
    world: World, status: Status, safeguards: DeclaredSafeguards, says: str
) -> None:
    key = world.iam.add_key("bob", ACTIVE if status is OFF else INACTIVE)
    off = declared(key, OFF)
    record = world.phase().apply(off, None) if status is ON else None

    with pytest.raises(KeyswitchError, match=says):
        Reconciler(Denied(world.iam), world.clock).apply(declared(key, status, safeguards), record)


def test_a_warning_that_lacks_its_permission_says_that_it_could_not_look(world: World) -> None:
    key = world.iam.add_key("bob")
    reconciler = Reconciler(Denied(world.iam), world.clock)

    plan = reconciler.plan(declared(key, OFF), None, for_reader=True)

    assert plan.decision.action is Action.SWITCH
    assert "iam:GetAccessKeyLastUsed is not allowed" in plan.warnings()[0]
    assert plan.warnings()[0].startswith("KS615")


class Mistaken(FakeClient):
    """IAM as something answers it that takes one key for another.

    :ivar owner: the user whom each answer about a last use names.
    """

    owner: str | None = "eve"

    def last_used(self, access_key_id: str) -> LastUsed:
        return replace(super().last_used(access_key_id), user_name=self.owner)


SUCCEEDED = DeclaredSafeguards(successor="AKIASTRICT0000000001")


@pytest.mark.parametrize(("safeguards", "name"), [(UNUSED, "unused_for"), (SUCCEEDED, "successor")])
@pytest.mark.parametrize(
    ("owner", "is_evidence"), [("bob", True), ("BoB", True), (None, True), ("eve", False)]
)
def test_a_last_use_that_names_another_user_is_no_evidence(
    world: World,
    safeguards: DeclaredSafeguards,
    name: str,
    owner: str | None,
    *,
    is_evidence: bool,
) -> None:
    key, other = world.iam.add_key("bob"), world.iam.add_key("bob")
    world.use(key, days=30)
    world.use(other, days=1)
    client = Mistaken(world.iam)
    client.owner = owner
    reconciler = Reconciler(client, world.clock)

    refusal = reconciler.plan(declared(key, OFF, safeguards), None).refusal()

    if is_evidence:
        assert refusal is None
        return
    assert str(refusal).startswith(
        f"KS411 deactivating access key {key} of user bob: {name} cannot be "
        f"checked: asked when {key} of user bob was last used, IAM answered about a key of user eve. "
    )
    with pytest.raises(KeyswitchError, match=r"^KS411"):
        reconciler.apply(declared(key, OFF, safeguards), None)


def test_the_last_use_of_another_users_key_is_not_told_as_this_ones(world: World) -> None:
    key = world.iam.add_key("bob")
    world.use(key, hours=1)

    plan = Reconciler(Mistaken(world.iam), world.clock).plan(
        declared(key, OFF), None, for_reader=True
    )

    (looked, _last_active) = plan.warnings()
    assert looked.startswith("KS615")
    assert "IAM answers about a key of user eve" in looked


class Throttled(FakeClient):
    def last_used(self, access_key_id: str) -> LastUsed:
        raise KeyswitchError(
            catalogue.Throttled(operation="iam:GetAccessKeyLastUsed", attempts="8 times")
        )


def test_a_fault_fails_the_safeguard_that_asked_and_not_the_warning(world: World) -> None:
    key = world.iam.add_key("bob")
    reconciler = Reconciler(Throttled(world.iam), world.clock)

    plan = reconciler.plan(declared(key, OFF), None, for_reader=True)
    assert "KS306 AWS throttled iam:GetAccessKeyLastUsed" in plan.warnings()[0]

    with pytest.raises(KeyswitchError, match=rf"^KS306 looking at access key {key} of user bob"):
        reconciler.plan(declared(key, OFF, UNUSED), None)


def test_an_override_lets_an_inactive_through_every_safeguard_without_a_call_for_them(
    world: World,
) -> None:
    key = world.iam.add_key("bob")
    world.use(key, minutes=1)
    declaration = replace(
        declared(key, OFF, replace(UNUSED, keep_one_active=True, successor="AKIANOTTHERE00000000")),
        override="INC-4711 leaked",
    )

    plan = world.phase(signer=key).plan(declaration, None, for_reader=True)
    assert (
        "will be deactivated despite every safeguard (allow_own_key, unused_for, successor, "
        'keep_one_active), because of override="INC-4711 leaked"'
    ) in plan.warnings()[-1]

    record = Reconciler(Throttled(world.iam, key), world.clock).apply(declaration, None)
    assert record.status is INACTIVE


def test_of_two_keys_that_must_not_both_go_off_a_preview_lets_the_first_one_go(
    world: World,
) -> None:
    one, two = world.iam.add_key("bob"), world.iam.add_key("bob")
    reconciler = world.phase()

    first = reconciler.plan(declared(one, OFF, ONE_ACTIVE), None)
    second = reconciler.plan(declared(two, OFF, ONE_ACTIVE), None)

    assert first.decision.action is Action.SWITCH
    refusal = second.refusal()
    assert refusal is not None
    assert f"{one} will be Inactive after this run" in str(refusal)


def test_a_key_that_goes_on_first_counts_as_active_for_the_one_that_goes_off(world: World) -> None:
    off_before = world.iam.add_key("bob")
    recorded = world.phase().apply(declared(off_before, OFF), None)
    on_before = world.iam.add_key("bob")
    reconciler = world.phase()

    reconciler.plan(declared(off_before, ON), recorded)
    plan = reconciler.plan(declared(on_before, OFF, ONE_ACTIVE), None, for_reader=True)

    assert plan.decision.action is Action.SWITCH
    assert not any("KS613" in warning for warning in plan.warnings())


def test_two_keys_switched_off_side_by_side_leave_exactly_one_active(world: World) -> None:
    def outcome(task: tuple[Reconciler, str]) -> str:
        reconciler, key = task
        try:
            return str(reconciler.apply(declared(key, OFF, ONE_ACTIVE), None).status)
        except KeyswitchError as refusal:
            return refusal.code

    for _ in range(20):
        keys = [world.iam.add_key("bob"), world.iam.add_key("bob")]
        reconciler = world.phase()
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(outcome, [(reconciler, key) for key in keys]))
        assert sorted(outcomes) == ["Inactive", "KS605"]
        for key in keys:
            world.iam.delete_key(key)


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ([], "KS613 .* this is the user's last Active key: the user has no other key"),
        ([INACTIVE], "KS613 .* this is the user's last Active key: AKIA.* is Inactive"),
    ],
)
def test_the_last_active_key_is_warned_of(
    world: World, others: list[ObservedStatus], says: str
) -> None:
    key = world.iam.add_key("bob")
    for status in others:
        world.iam.add_key("bob", status)

    plan = world.phase().plan(declared(key, OFF), None, for_reader=True)

    assert re.search(says, " ".join(plan.warnings()))


@pytest.mark.parametrize(("days", "warned"), [(0.125, True), (6.9, True), (7.1, False)])
def test_a_recent_use_is_warned_of_and_an_older_one_noted(
    world: World,
    days: float,
    warned: bool,  # noqa: FBT001
) -> None:
    key = world.iam.add_key("bob")
    world.iam.add_key("bob")
    world.use(key, days=days)

    plan = world.phase().plan(declared(key, OFF), None, for_reader=True)

    expected = (["KS218"], ["KS614"]) if warned else (["KS218", "KS614"], [])
    notes, warnings = plan.notes(), plan.warnings()
    assert ([note[:5] for note in notes], [warning[:5] for warning in warnings]) == expected
    (told,) = (text for text in (*notes, *warnings) if text.startswith("KS614"))
    assert told.startswith(f"KS614 access key {key} of user bob: was last used ")
    assert " ago by s3 in eu-west-1 (2026-" in told


@pytest.mark.parametrize(
    ("found", "status", "note"),
    [
        (ACTIVE, ON, "KS217"),
        (INACTIVE, OFF, "KS217"),
        (ObservedStatus.EXPIRED, OFF, "KS217"),
        (ACTIVE, OFF, "KS218"),
    ],
)
def test_what_an_adoption_does_is_noted_and_only_then(
    world: World, found: ObservedStatus, status: Status, note: str
) -> None:
    key = world.iam.add_key("bob", found)
    declaration = declared(key, status)

    (told,) = (text for text in world.phase().plan(declaration, None).notes() if "KS21" in text)
    said = (
        f"is {found} but declared {status}; will be adopted"
        if note == "KS218"
        else f"already {found}"
    )
    assert told.startswith(f"{note} access key {key} of user bob: {said}")

    record = world.phase().apply(declaration, None)
    assert world.phase().plan(declaration, record).notes() == ()


@pytest.mark.parametrize(
    ("found", "status", "note"),
    [
        (ACTIVE, OFF, "KS219"),
        (ACTIVE, ON, ""),
        (INACTIVE, OFF, "KS213"),
        (ObservedStatus.EXPIRED, OFF, "KS213"),
    ],
)
def test_what_a_changed_declaration_does_to_the_live_key_is_noted(
    world: World, found: ObservedStatus, status: Status, note: str
) -> None:
    key = world.iam.add_key("bob")
    record = world.phase().apply(declared(key, ON), None)
    world.iam.set_status(key, found)

    notes = world.phase().plan(declared(key, status), record).notes()

    assert [text[:5] for text in notes] == ([note] if note else [])
    if note == "KS219":
        assert "will be deactivated, as declared" in notes[0]


def test_nothing_is_looked_up_for_safeguards_where_nothing_is_to_be_switched(
    world: World,
) -> None:
    key = world.iam.add_key("bob", INACTIVE)
    safeguards = replace(UNUSED, keep_one_active=True, refuse_quarantined=True)
    record = world.phase().apply(declared(key, OFF, safeguards), None)

    world.phase().plan(declared(key, OFF, safeguards), record, for_reader=True)

    assert world.log == ["list bob"]


def adopted(world: World, on_destroy: OnDestroy, status: Status = ON, **more: object) -> Record:
    key = world.iam.add_key("bob")
    declaration = replace(declared(key, status), on_destroy=on_destroy, **more)  # type: ignore[arg-type]
    return world.phase().apply(declaration, None)


def test_a_destroy_that_would_switch_off_meets_the_same_safeguards(world: World) -> None:
    record = adopted(world, OnDestroy.DEACTIVATE, safeguards=ONE_ACTIVE)

    with pytest.raises(
        KeyswitchError,
        match=r"^KS620 ending the declaration of access key .* on_destroy=deactivate would deactivate the key, but "
        r"keep_one_active does not allow this",
    ):
        world.phase().destroy(record)

    overridden = replace(record, declaration=replace(record.declaration, override="INC-1"))
    assert world.phase().destroy(overridden) is None
    assert world.iam.status(record.declaration.access_key_id) is INACTIVE


def test_a_destroy_restores_what_this_program_switched_off_and_nothing_else(world: World) -> None:
    ours = adopted(world, OnDestroy.RESTORE, OFF)
    assert world.phase().destroy(ours) is None
    assert world.iam.status(ours.declaration.access_key_id) is ACTIVE

    theirs = adopted(world, OnDestroy.RESTORE, ON)
    world.iam.set_status(theirs.declaration.access_key_id, INACTIVE)
    warning = world.phase().destroy(theirs)
    assert warning is not None
    assert warning.startswith("KS619 ending the declaration of access key")
    assert world.iam.status(theirs.declaration.access_key_id) is INACTIVE


def test_a_third_key_is_refused_with_what_is_there_and_inactive_ones_count(world: World) -> None:
    client = FakeClient(world.iam)
    refuse_third_key(client, "nobody-yet", announced=1)
    one = world.iam.add_key("bob")
    refuse_third_key(client, "bob", announced=0)
    with pytest.raises(
        KeyswitchError, match=rf"two keys \({one} Active, one that this run creates\)"
    ):
        refuse_third_key(client, "bob", announced=1)

    two = world.iam.add_key("bob", INACTIVE)
    with pytest.raises(
        KeyswitchError, match=rf"^KS618 .* has two keys \({one} Active, {two} Inactive\)"
    ):
        refuse_third_key(client, "bob", announced=0)


def test_a_key_minted_in_the_same_phase_is_found(world: World) -> None:
    reconciler = world.phase()
    reconciler.plan(declared(world.iam.add_key("bob"), OFF), None)
    new = world.iam.add_key("bob")

    assert reconciler.plan(declared(new, ON), None).refusal() is None


def test_two_keys_of_one_user_under_two_names_are_not_judged_side_by_side(world: World) -> None:
    named, unnamed = world.iam.add_key("bob"), world.iam.add_key("bob")
    client = Meeting(world.iam, named)
    reconciler = Reconciler(client, world.clock)
    guarded = DeclaredSafeguards(keep_one_active=True, allow_own_key=True)
    declarations = [
        Declaration(named, OFF, "bob", safeguards=guarded),
        Declaration(unnamed, OFF, safeguards=guarded),
    ]

    def outcome(declaration: Declaration) -> str:
        try:
            return str(reconciler.apply(declaration, None).status)
        except KeyswitchError as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        done, refused = sorted(pool.map(outcome, declarations))
    # Where the signer went first, the other one cannot even be looked at.
    assert done == "Inactive"
    assert refused in {"KS605", "KS322"}
    statuses = {world.iam.status(key) for key in (named, unnamed)}
    assert statuses == {ObservedStatus.ACTIVE, ObservedStatus.INACTIVE}


class Meeting(Denied):
    """Its first two looks wait for each other, so that both are from before any write."""

    def __init__(self, iam: StrictIam, signer: str) -> None:
        super().__init__(iam, signer)
        self._both_looked = threading.Barrier(2)
        self._looks = 0

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        answer = super().list_access_keys(user_name)
        self._looks += 1
        if self._looks <= 2:
            with contextlib.suppress(threading.BrokenBarrierError):
                self._both_looked.wait(timeout=2)
        return answer


class GoingBack(FakeClient):
    """A read that follows a write may still show what was before it, now and then."""

    def __init__(self, iam: StrictIam) -> None:
        super().__init__(iam)
        self.lagging: set[str] = set()

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        return tuple(
            replace(key, status=ACTIVE) if key.access_key_id in self.lagging else key
            for key in super().list_access_keys(user_name)
        )


def test_a_key_that_this_phase_switched_off_is_off_for_its_sibling_whatever_a_late_read_says(
    world: World,
) -> None:
    one, two = world.iam.add_key("bob"), world.iam.add_key("bob")
    client = GoingBack(world.iam)
    reconciler = Reconciler(client, world.clock)
    reconciler.apply(declared(one, OFF, ONE_ACTIVE), None)
    client.lagging.add(one)

    with pytest.raises(KeyswitchError, match=r"^KS605"):
        reconciler.apply(declared(two, OFF, ONE_ACTIVE), None)


def test_users_that_swap_their_keys_do_not_wait_for_each_other_for_ever(world: World) -> None:
    keys = {user: world.iam.add_key(user) for user in ("alice", "bob")}
    records = {
        user: world.phase().apply(Declaration(key, ON, user), None) for user, key in keys.items()
    }
    reconciler = Reconciler(Denied(world.iam), world.clock)

    def swapped(user: str) -> str:
        other = "bob" if user == "alice" else "alice"
        try:
            reconciler.apply(Declaration(keys[user], ON, other), records[user])
        except KeyswitchError as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(swapped, user) for user in keys]
        assert [each.result(timeout=10) for each in waiting] == ["KS203", "KS203"]


def test_a_destroy_does_not_restore_what_was_switched_off_by_hand_and_then_accepted(
    world: World,
) -> None:
    record = adopted(world, OnDestroy.RESTORE, ON)
    key = record.declaration.access_key_id
    world.iam.set_status(key, INACTIVE)
    off = replace(record.declaration, status=OFF)
    accepted = world.phase().apply(off, record)
    refreshed = world.phase().apply(off, world.phase().read(record)[0])

    for settled in (accepted, refreshed):
        assert "KS619" in str(world.phase().destroy(settled))
        assert world.iam.status(key) is INACTIVE


def test_a_destroy_does_not_restore_what_an_override_switched_off(world: World) -> None:
    record = adopted(world, OnDestroy.RESTORE, OFF, override="INC-4711 leaked")

    assert "an override deactivated this key" in str(world.phase().destroy(record))
    assert world.iam.status(record.declaration.access_key_id) is INACTIVE


def test_a_user_deleted_while_its_policies_are_asked_for_is_no_bug(world: World) -> None:
    class Gone(FakeClient):
        def attached_policies(self, user_name: str) -> tuple[str, ...]:
            raise NoSuchEntityError(AwsAnswer("NoSuchEntity"), "gone")

    key = world.iam.add_key("bob", INACTIVE)
    safeguards = DeclaredSafeguards(refuse_quarantined=True, allow_reactivation=True)

    plan = Reconciler(Gone(world.iam), world.clock).plan(declared(key, ON, safeguards), None)

    assert plan.decision.action is Action.SWITCH
