"""Each safeguard met and unmet, at adoption and at a later change, in previews and in ``up -f``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from support.engine import MakeProject, Project
from support.http import Call, RecordingServer, refuse
from support.moto_iam import Outsider

QUARANTINE = "AWSCompromisedKeyQuarantineV3"
SIGNER = "AKIATESTSIGNER000000"


@dataclass
class Guarded:
    """A key under one safeguard that is not met, and what would meet it."""

    user: str
    key: str
    code: str
    target: str
    safeguards: dict[str, Any]
    meet: Callable[[], None] = lambda: None
    when_met: dict[str, Any] | None = None
    trouble: Callable[[], None] = lambda: None

    def declared(self, status: str, unmet: str, *, met: bool = False) -> dict[str, Any]:
        safeguards = {**self.safeguards, **((self.when_met or {}) if met else {}), "unmet": unmet}
        return {
            "access_key_id": self.key,
            "user_name": self.user,
            "status": status,
            "safeguards": safeguards,
        }


def world(project: Project, outsider: Outsider, *, adopting: bool) -> dict[str, Guarded]:
    """One key for each safeguard. ``trouble`` comes between the adoption and the change."""

    def user_with(*statuses: str) -> tuple[str, ...]:
        bob = outsider.new_user()
        return bob, *(outsider.new_key(bob, status) for status in statuses)

    def pass_a_week_and_use(user: str, key: str) -> None:
        outsider.let_pass(user, days=8)
        outsider.use(key)

    def sign_as(key: str) -> None:
        project.env["AWS_ACCESS_KEY_ID"] = key

    used_user, used = user_with("Active", "Active")[:2]
    outsider.use(used)
    old_user, old, new = user_with("Active", "Active")
    outsider.use(old)
    early_user, early, late = user_with("Active", "Active")
    outsider.use(late)
    last_user, last, spare = user_with("Active", "Inactive")
    own_user, own = user_with("Active", "Active")[:2]
    off_user, off = user_with("Inactive" if adopting else "Active")
    leaked_user, leaked = user_with("Inactive")
    outsider.attach(leaked_user, QUARANTINE)
    sign_as(own)
    return {
        "used": Guarded(
            used_user,
            used,
            "KS602",
            "Inactive",
            {"unused_for": "7d"},
            lambda: outsider.let_pass(used_user, days=8),
        ),
        "old": Guarded(
            old_user,
            old,
            "KS604",
            "Inactive",
            {"successor": new},
            lambda: pass_a_week_and_use(old_user, new),
        ),
        "early": Guarded(
            early_user,
            early,
            "KS610",
            "Inactive",
            {"successor": late, "overlap": "7d"},
            lambda: pass_a_week_and_use(early_user, late),
        ),
        "last": Guarded(
            last_user,
            last,
            "KS605",
            "Inactive",
            {"keep_one_active": True},
            lambda: outsider.switch(last_user, spare, "Active"),
        ),
        "own": Guarded(own_user, own, "KS601", "Inactive", {}, lambda: sign_as(SIGNER)),
        "off": Guarded(
            off_user,
            off,
            "KS606",
            "Active",
            {},
            when_met={"allow_reactivation": True},
            trouble=lambda: outsider.switch(off_user, off, "Inactive"),
        ),
        "leaked": Guarded(
            leaked_user,
            leaked,
            "KS607",
            "Active",
            {"refuse_quarantined": True, "allow_reactivation": True},
            lambda: outsider.detach(leaked_user, QUARANTINE),
        ),
    }


@pytest.fixture(params=["create", "update"])
def keys(request: Any, project: Project, outsider: Outsider) -> dict[str, Guarded]:
    """The keys, at their adoption or adopted as they were found."""
    keys = world(project, outsider, adopting=request.param == "create")
    if request.param == "update":
        found = {"off": "Active", "leaked": "Inactive"}
        project.declare(
            **{
                name: key.declared(found.get(name, "Active"), "refuse")
                for name, key in keys.items()
            }
        )
        project.up()
        for key in keys.values():
            key.trouble()
    return keys


def declare(project: Project, keys: dict[str, Guarded], unmet: str, *, met: bool = False) -> None:
    project.declare(
        **{name: key.declared(key.target, unmet, met=met) for name, key in keys.items()}
    )


def meet(keys: dict[str, Guarded]) -> None:
    for key in keys.values():
        key.meet()


def test_what_is_not_met_is_refused_every_key_by_name_and_goes_through_once_it_is_met(
    project: Project, iam: RecordingServer, keys: dict[str, Guarded]
) -> None:
    declare(project, keys, "refuse")
    iam.reset()

    for preview in (project.preview(code=1), project.preview("--refresh", code=1)):
        assert "KS115 7 of 7 declared keys are refused: early, last, leaked, off, old" in (
            preview.text
        )
        for name, key in keys.items():
            verb = "activating" if key.code in ("KS606", "KS607") else "deactivating"
            goal = f"{key.code} {verb} access key {key.key} of user {key.user}: "
            assert f"error: {goal}" in preview.row(name)
    up = project.up("--continue-on-error", code=1)
    for name, key in keys.items():
        assert key.code in up.row(name)
    assert iam.writes == []

    declare(project, keys, "refuse", met=True)
    meet(keys)
    iam.reset()
    project.preview()
    assert iam.writes == []
    project.up()
    assert sorted(iam.writes) == sorted((key.key, key.target) for key in keys.values())


def test_what_is_not_met_is_held_run_after_run_and_switched_by_the_run_that_finds_it_met(
    project: Project, iam: RecordingServer, keys: dict[str, Guarded]
) -> None:
    declare(project, keys, "hold")
    iam.reset()

    preview = project.preview()
    for name, key in keys.items():
        assert f"warning: KS611 access key {key.key} of user {key.user}: " in preview.row(name)
    project.up()
    for name, key in keys.items():
        pending = project.outputs(name)["pending"]
        assert pending.startswith(f"{key.target}, held since 20")
    for refresh in ([], ["--refresh"]):
        again = project.preview("--expect-no-changes", *refresh)
        assert len(again.diagnostics("warning: KS611")) == 7
    project.refresh()
    project.preview("--expect-no-changes")
    project.up("--refresh")
    assert iam.writes == []

    declare(project, keys, "hold", met=True)
    meet(keys)
    project.preview("--expect-no-changes", code=7)
    iam.reset()
    project.up()
    assert sorted(iam.writes) == sorted((key.key, key.target) for key in keys.values())
    assert {project.outputs(name)["pending"] for name in keys} == {""}
    project.preview("--expect-no-changes")
    project.preview("--expect-no-changes", "--refresh")


def test_a_hold_over_three_runs_while_the_key_is_really_used(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key, successor = outsider.new_key(bob), outsider.new_key(bob)
    outsider.use(key)
    safeguards = {"successor": successor, "unused_for": "2d", "unmet": "hold"}
    project.declare(
        bob={
            "access_key_id": key,
            "user_name": bob,
            "status": "Inactive",
            "safeguards": safeguards,
        }
    )
    iam.reset()

    project.up()
    held = project.outputs("bob")["pending"]
    assert held.endswith("waits for unused_for, successor")
    assert project.outputs("bob")["status"] == "Active"

    outsider.let_pass(bob, days=3)
    outsider.use(key)
    second = project.up()
    assert "that key has never been used (created 3 days ago" in second.text
    assert project.outputs("bob")["pending"] == held

    outsider.let_pass(bob, days=3)
    outsider.use(successor)
    assert "KS617" in project.preview().text
    project.up()
    assert iam.writes == [(key, "Inactive")]
    assert project.outputs("bob")["pending"] == ""


def switch_off_once_the_diff_has_looked(
    iam: RecordingServer, outsider: Outsider, user_name: str, access_key_id: str
) -> None:
    def switch_off(call: Call) -> None:
        if call.action == "ListAccessKeys":
            outsider.switch(user_name, access_key_id, "Inactive")

    iam.after.append(switch_off)


@pytest.mark.parametrize("with_plan", [False, pytest.param(True, marks=pytest.mark.real_engine)])
def test_a_safeguard_is_judged_once_more_against_a_fresh_look_right_before_the_write(
    project: Project,
    iam: RecordingServer,
    outsider: Outsider,
    with_plan: bool,  # noqa: FBT001
) -> None:
    bob = outsider.new_user()
    key, other = outsider.new_key(bob), outsider.new_key(bob)
    project.declare(
        bob={
            "access_key_id": key,
            "user_name": bob,
            "status": "Inactive",
            "safeguards": {"keep_one_active": True},
        }
    )
    plan = ["--plan", str(project.folder / "plan.json")] if with_plan else []
    if with_plan:
        project.preview("--save-plan", plan[1])
    iam.reset()

    switch_off_once_the_diff_has_looked(iam, outsider, bob, other)

    up = project.up(*plan, code=1)

    assert f"error: KS605 deactivating access key {key} of user {bob}: " in up.text
    assert "before hook" not in up.text
    assert iam.writes == []


@pytest.mark.parametrize("operation", ["create", "update"])
def test_both_keys_of_a_user_off_at_once_leave_one_active_every_time(
    project: Project, iam: RecordingServer, outsider: Outsider, operation: str
) -> None:
    users = [outsider.new_user() for _ in range(20)]
    pairs = {user: (outsider.new_key(user), outsider.new_key(user)) for user in users}

    def declare_all(status: str) -> None:
        project.declare(
            **{
                f"{user}-{half}": {
                    "access_key_id": key,
                    "user_name": user,
                    "status": status,
                    "safeguards": {"keep_one_active": True},
                }
                for user, pair in pairs.items()
                for half, key in enumerate(pair)
            }
        )

    if operation == "update":
        declare_all("Active")
        project.up()
    declare_all("Inactive")
    iam.reset()

    preview = project.preview(code=1)
    assert "KS115 20 of 40 declared keys are refused" in preview.text
    assert len(preview.diagnostics("error: KS605")) == 20
    up = project.up("--continue-on-error", code=1)
    assert "KS605" in up.text

    for user, pair in pairs.items():
        assert sorted(str(outsider.status(user, key)) for key in pair) == ["Active", "Inactive"]
    assert len(iam.writes) == 20


def test_both_keys_held_together_are_never_both_switched_off(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    keys = [outsider.new_key(bob), outsider.new_key(bob)]
    project.declare(
        **{
            key: {
                "access_key_id": key,
                "user_name": bob,
                "status": "Inactive",
                "safeguards": {"keep_one_active": True, "unmet": "hold"},
            }
            for key in keys
        }
    )
    iam.reset()

    for _ in range(3):
        project.up()
        assert sorted(str(outsider.status(bob, key)) for key in keys) == ["Active", "Inactive"]

    assert len(iam.writes) == 1
    pending = [project.outputs(key)["pending"] for key in keys]
    assert sum(bool(text) for text in pending) == 1
    project.preview("--expect-no-changes")


def test_an_override_switches_off_past_everything_and_is_loud_about_it(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    outsider.use(key)
    project.env["AWS_ACCESS_KEY_ID"] = key
    declared = {
        "access_key_id": key,
        "user_name": bob,
        "status": "Inactive",
        "on_drift": "report",
        "safeguards": {"unused_for": "7d", "keep_one_active": True, "unmet": "hold"},
    }
    project.declare(bob=declared)
    project.up()
    iam.reset()
    denied = "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: iam:Get"
    iam.rules.append(refuse("GetAccessKeyLastUsed", 403, "AccessDenied", denied))
    project.declare(bob={**declared, "override": "INC-4711 leaked"})

    preview = project.preview()
    assert 'because of override="INC-4711 leaked"' in preview.row("bob")
    assert "warning: KS612" in preview.row("bob")
    assert len(preview.diagnostics("warning: KS615")) == 1
    assert len(preview.diagnostics("warning: KS613")) == 1
    project.up()

    assert iam.writes == [(key, "Inactive")]
    assert project.outputs("bob")["pending"] == ""
    project.preview("--expect-no-changes")


@pytest.mark.parametrize(
    ("action", "declared", "code"),
    [
        ("GetAccessKeyLastUsed", {"status": "Inactive", "safeguards": {"unused_for": "7d"}}, 608),
        (
            "ListAttachedUserPolicies",
            {
                "status": "Active",
                "safeguards": {"refuse_quarantined": True, "allow_reactivation": True},
            },
            609,
        ),
    ],
)
def test_a_safeguard_without_its_permission_refuses_and_names_it(
    project: Project,
    iam: RecordingServer,
    outsider: Outsider,
    action: str,
    declared: dict[str, Any],
    code: int,
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob, "Active" if declared["status"] == "Inactive" else "Inactive")
    denied = f"User: arn:aws:iam::123456789012:user/ci is not authorized to perform: iam:{action}"
    iam.rules.append(refuse(action, 403, "AccessDenied", denied))
    project.declare(bob={"access_key_id": key, "user_name": bob, **declared})

    preview = project.preview(code=1)

    assert f"ing access key {key} of user {bob}" in preview.row("bob")
    assert f"iam:{action}" in preview.row("bob")


def test_contradictory_safeguards_are_refused_before_anything_is_asked(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    iam.reset()
    declared = {"access_key_id": key, "user_name": bob, "status": "Inactive"}

    for more, code in (
        ({"status": "Active", "override": "INC-1"}, "KS120"),
        ({"safeguards": {"successor": key}}, "KS123"),
        ({"safeguards": {"overlap": "7d"}}, "KS124"),
        ({"safeguards": {"unused_for": "soon"}}, "KS117"),
    ):
        project.declare(bob={**declared, **more})
        assert code in project.preview(code=1).text

    assert iam.calls == []


def test_a_reviewer_is_warned_of_a_recent_use_and_of_the_last_active_key(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    outsider.use(key)
    outsider.let_pass(bob, hours=3)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})

    preview = project.preview()

    (use,) = preview.diagnostics("warning: KS614")
    assert f"KS614 access key {key} of user {bob}: was last used 3 hours ago by sts in" in use
    (last,) = preview.diagnostics("warning: KS613")
    assert "this is the user's last Active key: the user has no other key. " in last


def test_a_destroy_meets_the_same_safeguards_and_loses_nothing(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob, key = outsider.adopted(
        project,
        status="Active",
        on_destroy="deactivate",
        safeguards={"keep_one_active": True},
    )

    destroy = project.destroy(code=1)
    assert (
        f"error: KS620 ending the declaration of access key {key} of user {bob}: " in destroy.text
    )
    assert list(project.resources()) == ["bob"]

    outsider.new_key(bob)
    project.destroy()
    assert iam.writes == [(key, "Inactive")]


def test_a_key_that_may_cut_its_own_program_off_does(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    ci = outsider.new_user("ci")
    key = outsider.new_key(ci)
    project.env["AWS_ACCESS_KEY_ID"] = key
    project.declare(
        ci={
            "access_key_id": key,
            "user_name": ci,
            "status": "Inactive",
            "safeguards": {"allow_own_key": True},
        }
    )

    project.preview()
    project.up()

    assert iam.writes == [(key, "Inactive")]


def test_a_hold_that_arises_only_at_the_write_is_told_by_the_run(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key, other = outsider.new_key(bob), outsider.new_key(bob)
    project.declare(
        bob={
            "access_key_id": key,
            "user_name": bob,
            "status": "Inactive",
            "safeguards": {"keep_one_active": True, "unmet": "hold"},
        }
    )

    switch_off_once_the_diff_has_looked(iam, outsider, bob, other)

    up = project.up()

    assert f"warning: KS611 access key {key} of user {bob}: stays Active" in up.row("bob")
    assert iam.writes == []


@pytest.mark.real_engine
def test_a_leaked_key_goes_off_although_another_key_of_the_program_is_refused(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    """docs/how-to/incident.md: by target, or by going on after an error."""
    off = outsider.new_user()
    refused = {"access_key_id": outsider.new_key(off, "Inactive"), "user_name": off}
    keys = {"other": {**refused, "status": "Active"}}
    leaked = []
    for name in ("by-target", "going-on"):
        bob = outsider.new_user()
        key = outsider.new_key(bob)
        leaked.append((key, "Inactive"))
        keys[name] = {
            "access_key_id": key,
            "user_name": bob,
            "status": "Inactive",
            "override": "INC-4711 leaked",
        }
    project.declare(**keys)
    iam.reset()

    project.up("--target", "**::by-target")
    assert iam.writes == leaked[:1]
    project.up("--continue-on-error", code=1)
    assert iam.writes == leaked


def test_a_replacement_whose_old_key_must_stay_on_has_a_way_out(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob, old = outsider.adopted(
        project,
        status="Active",
        on_destroy="deactivate",
        safeguards={"keep_one_active": True},
    )
    eve = outsider.new_user("eve")
    new = {"access_key_id": outsider.new_key(eve), "user_name": eve, "status": "Active"}
    project.declare(bob=new)
    assert "KS620" in project.up(code=1).text
    assert outsider.status(bob, old) == "Active"

    project.declare(bob=new, old={"access_key_id": old, "user_name": bob, "status": "Active"})
    project.up()

    assert iam.writes == []
    assert sorted(project.resources()) == ["bob", "old"]
    project.preview("--expect-no-changes")


SECRET_OVERRIDE = """
import os
import pulumi, keyswitch

keyswitch.AccessKeyStatus(
    "bob",
    access_key_id=os.environ["KEY"],
    user_name=os.environ["BOB"],
    status="Inactive",
    override=pulumi.Output.secret("HIDDEN-4711"),
)
"""


@pytest.mark.real_engine
def test_an_override_that_is_a_secret_is_not_printed(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project = make_project(program=SECRET_OVERRIDE)
    bob = outsider.new_user()
    project.env.update(KEY=outsider.new_key(bob), BOB=bob)

    for run in (project.preview("--diff"), project.up(), project.destroy()):
        assert "HIDDEN-4711" not in run.text
    assert 'override="(a secret)"' in project.runs[0].text
    assert 'override="(not repeated here)"' in project.runs[1].text
