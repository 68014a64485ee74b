"""A fleet: many keys as one resource, each judged, told of and switched as if it were alone."""

from __future__ import annotations

from typing import Any

import pytest

from support.engine import MakeProject, Project
from support.http import RecordingServer, refuse
from support.moto_iam import Outsider

FLEET = "pulumi-python:dynamic/keyswitch:AccessKeyFleet"


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project("fleets")


def keys_of(outsider: Outsider, count: int, status: str = "Active") -> dict[str, dict[str, Any]]:
    """Keys of as many users, declared as they are."""
    users = [outsider.new_user() for _ in range(count)]
    return {outsider.new_key(user, status): {"user_name": user, "status": status} for user in users}


def with_status(keys: dict[str, dict[str, Any]], status: str) -> dict[str, dict[str, Any]]:
    return {key: {**entry, "status": status} for key, entry in keys.items()}


def declare_as(
    form: str, project: Project, keys: dict[str, dict[str, Any]], **of_fleet: object
) -> None:
    """The keys as one fleet, or as resources of their own."""
    singles = {key: {"access_key_id": key, **entry} for key, entry in keys.items()}
    project.declare(**({"all": {"keys": keys, **of_fleet}} if form == "fleet" else singles))


def state_of_fleet(project: Project) -> dict[str, Any]:
    (fleet,) = [r for r in project.state()["deployment"]["resources"] if r["type"] == FLEET]
    return fleet


@pytest.mark.real_engine
def test_keys_are_adopted_previewed_with_a_line_each_and_switched_with_as_few_looks_as_can_be(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = keys_of(outsider, 12)
    project.declare(all={"keys": keys})
    preview = project.preview()
    assert len(preview.diagnostics("KS225 the fleet: 12 keys are already as declared")) == 1
    assert all(" stack/test" in call.user_agent for call in iam.calls)
    assert iam.counts() == {"ListAccessKeys": 12}
    iam.reset()
    project.up()
    assert iam.writes == []
    assert iam.counts() == {"ListAccessKeys": 12, "GetCallerIdentity": 1}
    iam.reset()

    quiet = project.preview("--expect-no-changes")
    assert "1 unchanged" in quiet.text or "2 unchanged" in quiet.text
    assert iam.counts() == {"ListAccessKeys": 12}
    iam.reset()

    flipped = {
        k: v if n < 9 else {**v, "status": "Inactive"} for n, (k, v) in enumerate(keys.items())
    }
    project.declare(all={"keys": flipped})
    shown = project.preview("--diff")
    lines = [line.strip() for line in shown.text.splitlines() if '"Active" => "Inactive"' in line]
    assert [line.split('"')[0].split()[1].strip(":") for line in lines] == sorted(list(keys)[9:])
    assert len(shown.diagnostics("KS219")) == 3
    # Once by the Diff's process and once by the program's, which tells a reader when a key that goes
    # off was last used; no switch depends on that.
    assert iam.counts() == {"ListAccessKeys": 2 * 12, "GetAccessKeyLastUsed": 3}
    iam.reset()

    project.up()
    assert sorted(iam.writes) == sorted((key, "Inactive") for key in list(keys)[9:])
    # The Diff's look at all, and for each switch the fresh look before it and the one that sees it.
    assert iam.counts() == {"ListAccessKeys": 12 + 2 * 3, "UpdateAccessKey": 3}
    project.preview("--expect-no-changes")
    recorded = state_of_fleet(project)["outputs"]
    assert recorded["statuses"] == {key: entry["status"] for key, entry in flipped.items()}


@pytest.mark.real_engine
def test_drift_is_seen_refreshed_and_mended(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = keys_of(outsider, 3, "Inactive")
    project.declare(all={"keys": keys, "safeguards": {"allow_reactivation": True}})
    project.up()
    key = sorted(keys)[1]
    outsider.switch(keys[key]["user_name"], key, "Active")
    iam.reset()

    told = project.preview("--expect-no-changes", code=7)
    assert [line.split()[4] for line in told.diagnostics("warning: KS210")] == [key]
    refreshed = project.preview("--refresh", "--diff", "--expect-no-changes", code=7)
    assert f'{key}: "Active" => "Inactive"' in refreshed.words
    project.refresh()
    assert state_of_fleet(project)["inputs"]["statuses"][key] == "Active"
    assert iam.writes == []

    project.up()
    assert iam.writes == [(key, "Inactive")]
    project.preview("--refresh", "--expect-no-changes")


def test_a_change_wider_than_max_changes_is_refused_whole_in_preview_and_update(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = keys_of(outsider, 10)
    project.declare(all={"keys": keys, "max_changes": "20%"})
    project.up()
    flipped = with_status(keys, "Inactive")
    three = {key: (flipped if n < 3 else keys)[key] for n, key in enumerate(keys)}
    project.declare(all={"keys": three, "max_changes": "20%"})

    preview, up = project.preview(code=1), project.up(code=1)

    for run in (preview, up):
        assert "KS621 3 keys would change (" in run.words
    assert up.diagnostics("warning:") == []
    assert iam.writes == []

    leaked = next(iter(three))
    past = {**three, leaked: {**three[leaked], "override": "INC-1"}}
    project.declare(all={"keys": past, "max_changes": 1})
    assert "KS621 2 keys would change" in project.preview(code=1).words
    assert iam.writes == []
    told = project.up(code=1)
    assert f"Only {leaked} passed, by override." in told.words
    assert iam.writes == [(leaked, "Inactive")]
    assert state_of_fleet(project)["outputs"]["statuses"] == {
        key: "Inactive" if key == leaked else "Active" for key in keys
    }

    project.declare(all={"keys": three, "max_changes": 2})
    project.up()
    assert len(iam.writes) == 3
    project.preview("--expect-no-changes")


def test_one_that_fails_is_named_after_the_others_are_done_and_recorded(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = keys_of(outsider, 6)
    project.declare(all={"keys": keys})
    project.up()
    bad = sorted(keys)[2]
    user = keys[bad]["user_name"]
    iam.rules.append(refuse("UpdateAccessKey", 403, "AccessDenied", "not authorized", only=user))
    project.declare(all={"keys": with_status(keys, "Inactive")})
    iam.calls.clear()

    failed = project.up(code=1)

    assert f"KS301 deactivating access key {bad}" in failed.words
    assert f"KS622 1 of 6 keys failed: {bad}." in failed.words
    assert sorted(iam.writes) == sorted((key, "Inactive") for key in keys)
    recorded = state_of_fleet(project)["outputs"]["statuses"]
    assert recorded == {key: "Active" if key == bad else "Inactive" for key in keys}

    iam.reset()
    preview = project.preview("--expect-no-changes", code=7)
    assert [line.split()[3] for line in preview.diagnostics("KS219")] == [bad]
    project.up()
    assert iam.writes == [(bad, "Inactive")]
    project.preview("--expect-no-changes")


def test_a_key_that_cannot_be_adopted_keeps_no_other_from_it(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = keys_of(outsider, 3)
    missing = "AKIANOTTHERE00000000"
    wanted = {**keys, missing: {"user_name": outsider.new_user(), "status": "Inactive"}}
    project.declare(all={"keys": wanted})

    preview = project.preview(code=1)
    assert f"KS202 adopting access key {missing}" in preview.words
    assert f"KS115 1 of 4 declared keys are refused: {missing}." in preview.words
    failed = project.up(code=1)

    assert f"KS622 1 of 4 keys failed: {missing}." in failed.words
    assert set(state_of_fleet(project)["outputs"]["statuses"]) == set(keys)
    project.declare(all={"keys": keys})
    project.up()
    project.preview("--expect-no-changes")
    assert iam.writes == []


def test_keys_of_one_user_see_each_other(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    old, new = outsider.new_key(bob), outsider.new_key(bob, "Inactive")
    entries = {key: {"user_name": bob} for key in (old, new)}
    both_off = {key: {**entry, "status": "Inactive"} for key, entry in entries.items()}
    guarded = {"keep_one_active": True, "allow_reactivation": True}
    project.declare(all={"keys": both_off, "safeguards": guarded})
    refused = project.preview(code=1)
    assert f"KS605 deactivating access key {old}" in refused.words

    swapped = {**both_off, new: {**entries[new], "status": "Active"}}
    project.declare(all={"keys": swapped, "safeguards": guarded})
    project.preview()
    project.up()
    assert iam.writes == [(new, "Active"), (old, "Inactive")]


@pytest.mark.parametrize("first", ["fleet", "single"])
def test_moving_keys_between_the_two_forms_switches_nothing(
    project: Project, iam: RecordingServer, outsider: Outsider, first: str
) -> None:
    keys = {key: {**entry, "on_destroy": "restore"} for key, entry in keys_of(outsider, 3).items()}
    off = with_status(keys, "Inactive")
    fleet = {"all": {"keys": off}}
    single = {key: {"access_key_id": key, **entry} for key, entry in off.items()}
    before, after = (fleet, single) if first == "fleet" else (single, fleet)
    project.declare(**before)
    project.up()
    assert len(iam.writes) == 3
    iam.reset()

    project.declare(**after)
    project.preview()
    project.up()

    assert iam.writes == []
    project.preview("--expect-no-changes")
    project.preview("--refresh", "--expect-no-changes")


def test_a_key_that_moves_out_of_a_fleet_that_stays_is_not_switched_on_its_way(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = keys_of(outsider, 3)
    first, second, third = sorted(keys)
    project.declare(all={"keys": keys, "defaults": {"on_destroy": "deactivate"}})
    project.up()
    moved = {"access_key_id": first, **keys[first]}
    stay = {key: keys[key] for key in (second, third)}
    project.declare(all={"keys": stay, "defaults": {"on_destroy": "deactivate"}}, moved=moved)

    for run in (project.preview(code=1), project.up(code=1)):
        assert f"KS134 moving access key {first}" in run.words
    assert iam.writes == []

    left = {**stay, first: {**keys[first], "on_destroy": "leave"}}
    project.declare(all={"keys": left, "defaults": {"on_destroy": "deactivate"}})
    project.up()
    project.declare(all={"keys": stay, "defaults": {"on_destroy": "deactivate"}}, moved=moved)
    project.up()
    project.preview("--expect-no-changes")
    assert iam.writes == []


def test_a_key_that_is_taken_out_goes_as_on_destroy_says_and_so_does_a_destroyed_fleet(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = keys_of(outsider, 3)
    first, second, third = sorted(keys)
    defaults = {"on_destroy": "deactivate"}
    keys[second] = {**keys[second], "on_destroy": "leave"}
    project.declare(all={"keys": keys, "defaults": defaults})
    project.up()
    project.declare(all={"keys": {third: keys[third]}, "defaults": defaults})

    told = project.preview()
    words = "no longer declared; on_destroy="
    assert (
        f"KS220 access key {first} of user {keys[first]['user_name']}: {words}deactivate: will be deactivated"
        in told.words
    )
    assert (
        f"KS220 access key {second} of user {keys[second]['user_name']}: {words}leave: will be left as it is"
        in told.words
    )
    project.up()
    assert iam.writes == [(first, "Inactive")]

    for limit in (0, "100%"):
        limited = {"keys": {third: keys[third]}, "defaults": defaults, "max_changes": limit}
        project.declare(all=limited)
        assert "[diff: " in project.up().text
        ended = project.destroy(code=1 if limit == 0 else 0)
        assert ("KS621 1 key would change" in ended.words) is (limit == 0)
    assert iam.writes == [(first, "Inactive"), (third, "Inactive")]


SECRET_OVERRIDES = """\
import json, pathlib
import pulumi, keyswitch

keys = json.loads(pathlib.Path("keys.json").read_text())["all"]["keys"]
for entry in keys.values():
    if entry.get("override", "").startswith("secret"):
        entry["override"] = pulumi.Output.secret(entry["override"])
keyswitch.AccessKeyFleet("all", keys=keys)
"""


def test_an_override_is_printed_unless_one_of_the_fleet_is_a_secret(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project = make_project("overrides", SECRET_OVERRIDES)
    plain, hidden = sorted(keys := with_status(keys_of(outsider, 2), "Inactive"))
    keys[plain]["override"], keys[hidden]["override"] = "INC-4711", "secret INC-4712"
    project.declare(all={"keys": {plain: keys[plain]}})
    assert 'because of override="INC-4711"' in project.preview().words
    project.declare(all={"keys": keys})

    preview, up = project.preview(), project.up()

    assert preview.words.count('because of override="(a secret)"') >= 2
    assert up.words.count('because of override="(not repeated here)"') >= 2
    assert "INC-4712" not in preview.text + up.text
    assert sorted(iam.writes) == [(plain, "Inactive"), (hidden, "Inactive")]


def test_a_key_that_is_declared_in_both_forms_is_refused(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = keys_of(outsider, 2)
    key = min(keys)
    project.declare(all={"keys": keys}, again={"access_key_id": key, **keys[key]})

    for run in (project.preview(code=1), project.up(code=1)):
        assert f"KS110 declaring access key {key}" in run.words
        assert "in the resources again and all" in run.words


ANY_KEYS = """\
import json, pathlib
import pulumi, keyswitch

declared = json.loads(pathlib.Path("keys.json").read_text())
first = keyswitch.AccessKeyFleet("first", **declared["first"]) if "first" in declared else None
for name, inputs in declared.get("singles", {}).items():
    single = keyswitch.AccessKeyStatus(name, **inputs, opts=pulumi.ResourceOptions(depends_on=first))
    for entry in declared.get("of_single", {}).values():
        entry["user_name"] = single.user_name
for name, keys in declared.get("outputs", {}).items():
    keyswitch.AccessKeyFleet(
        name, keys=pulumi.Output.from_input(keys), opts=pulumi.ResourceOptions(depends_on=first)
    )
if "of_single" in declared:
    keyswitch.AccessKeyFleet("of_single", keys=declared["of_single"])
if "odd" in declared:
    keyswitch.AccessKeyFleet("odd", keys=declared["odd"])
"""


@pytest.fixture
def any_keys(make_project: MakeProject) -> Project:
    return make_project("any_keys", ANY_KEYS)


def test_one_key_in_two_fleets_is_refused_also_where_their_keys_are_outputs(
    any_keys: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = keys_of(outsider, 1)
    (key,) = keys
    any_keys.declare(outputs={"one": keys, "two": with_status(keys, "Inactive")})

    for run in (any_keys.preview(code=1), any_keys.up(code=1)):
        assert f"KS110 declaring access key {key}" in run.words
        assert "in the resources one and two" in run.words
    assert iam.writes == []


@pytest.mark.parametrize("to", ["an output", "one of the same name"])
def test_a_key_is_not_let_go_on_its_way_to_whatever_takes_it(
    any_keys: Project, iam: RecordingServer, outsider: Outsider, to: str
) -> None:
    keys = keys_of(outsider, 2, "Inactive")
    moved, stays = keys
    first = {"defaults": {"on_destroy": "deactivate"}}
    any_keys.declare(first={**first, "keys": keys})
    any_keys.up()
    outsider.switch(keys[moved]["user_name"], moved, "Active")
    active = {**keys[moved], "status": "Active"}
    taken = {
        "an output": {"outputs": {"second": {moved: active}}},
        "one of the same name": {"singles": {"first": {"access_key_id": moved, **active}}},
    }[to]
    any_keys.declare(first={**first, "keys": {stays: keys[stays]}}, **taken)

    for run in (any_keys.preview(code=1), any_keys.up(code=1)):
        assert f"KS134 moving access key {moved}" in run.words
    assert iam.writes == []


def test_a_key_of_which_something_is_not_known_yet_is_never_shown_as_unchanged(
    any_keys: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    single, key = outsider.new_key(bob), outsider.new_key(bob, "Inactive")
    any_keys.declare(of_single={key: {"status": "Inactive", "user_name": bob}})
    any_keys.up()
    outsider.switch(bob, key, "Active")
    declared = {"single": {"access_key_id": single, "status": "Active"}}
    any_keys.declare(singles=declared, of_single={key: {"status": "Inactive"}})

    preview = any_keys.preview()

    told = f"KS211 previewing access key {key}: user_name will be known only in the update"
    assert told in preview.words
    assert iam.writes == []
    any_keys.up()
    assert iam.writes == [(key, "Inactive")]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (None, "KS130 the fleet: its keys are not a map"),
        (["AKIAIOSFODNN7EXAMPLE"], "KS130 the fleet: its keys are not a map"),
        (
            {"AKIAIOSFODNN7EXAMPLE": None},
            "KS130 declaring access key AKIAIOSFODNN7EXAMPLE: its keys are not a map",
        ),
        (
            {"AKIAIOSFODNN7EXAMPLE": "off"},
            "KS130 declaring access key AKIAIOSFODNN7EXAMPLE: its keys are not a map",
        ),
    ],
)
def test_what_is_no_map_of_keys_is_told_so(
    any_keys: Project, iam: RecordingServer, keys: Any, told: str
) -> None:
    any_keys.declare(odd=keys)

    assert told in any_keys.preview(code=1).words
    assert iam.calls == []


@pytest.mark.dynamic("the YAML host refuses an unknown input itself")
def test_bad_input_is_told_of_each_key_and_no_secret_repeated(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    secret = "wJalrXUtnFEMIqK7MDENGzbPxRfiCYEXAMPLEKEY"
    keys = {
        "AKIAIOSFODNN7EXAMPLE": {"status": "off"},
        "AKIAI44QH8DHBEXAMPLE": {"status": "Active", "user_name": "bob", "account": {"name": "x"}},
        secret: {"status": "Active"},
    }
    project.declare(all={"keys": keys, "defaults": {"on_drift": "enforce"}})

    told = project.preview(code=1)

    assert "KS103 declaring access key AKIAIOSFODNN7EXAMPLE: the status" in told.words
    assert (
        "KS101 declaring access key AKIAI44QH8DHBEXAMPLE: there is no property account"
        in told.words
    )
    assert "KS106 declaring key number 3, sorted by id:" in told.words
    assert secret not in told.text
    assert iam.calls == []
