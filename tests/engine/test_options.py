"""What each resource option of Pulumi's means for a key: docs/resource-options.md has a row for each."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions as Options

import keyswitch
from support.engine import ROOT, MakeProject, Project
from support.http import RecordingServer
from support.moto_iam import Outsider

PAGE = (ROOT / "docs" / "resource-options.md").read_text()
PROGRAM = """\
import inspect, json, pathlib
import pulumi, keyswitch
from pulumi import Alias, CustomTimeouts, ResourceHook, ResourceHookBinding
from pulumi import ResourceOptions as Options

keys = json.loads(pathlib.Path("keys.json").read_text())
later = pathlib.Path("later").exists()
secrets = []

def declare(name, opts=None, key=None, status="Active", **more):
    return keyswitch.AccessKeyStatus(
        name, access_key_id=keys[key or name][0], user_name=keys[key or name][1], status=status,
        opts=opts, **more,
    )

known = inspect.signature(Options).parameters
migrated = Options(**({"state_migrations": [lambda _: None]} if "state_migrations" in known else {}))

def say(args):
    pulumi.log.info(f"a hook of the user's saw {args.name}")

def deactivated(args):
    return pulumi.ResourceTransformResult({**args.props, "status": "Inactive"}, args.opts)

class Team(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("acme:index:Team", "team")

"""
NEWER_THAN_THE_OLDEST = {"state_migrations"}


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project("options")


def write(project: Project, outsider: Outsider, names: list[str], lines: str) -> dict[str, str]:
    """Writes a program; the ids of its keys by the names that it uses."""
    users = {name: outsider.new_user() for name in names}
    keys = {name: (outsider.new_key(user), user) for name, user in users.items()}
    (project.folder / "keys.json").write_text(json.dumps(keys))
    (project.folder / "__main__.py").write_text(PROGRAM + lines)
    return {name: key for name, (key, _) in keys.items()}


def test_every_option_of_the_sdk_has_a_row_on_the_page() -> None:
    options = set(inspect.signature(pulumi.ResourceOptions).parameters)
    rows = {
        name
        for row in re.findall(r"(?m)^\| (`.*?) \|", PAGE)
        for name in re.findall(r"`(\w+)`", row)
    }

    assert options <= rows
    assert rows - options <= NEWER_THAN_THE_OLDEST


LIFE = """
team = Team()
child = declare("parent", Options(parent=team))
declare("depends_on", Options(depends_on=[child]))
declare("aliased" if later else "aliases", Options(aliases=[Alias(name="aliases")]), key="aliases")
declare("additional_secret_outputs", Options(additional_secret_outputs=["user_name"]))
declare("custom_timeouts", Options(custom_timeouts=CustomTimeouts(update="1s")))
declare("transforms", Options(transforms=[deactivated]))
declare("hooks", Options(hooks=ResourceHookBinding(before_create=[ResourceHook("mine", say)])))
declare("ignored", Options(ignore_changes=["reason"]), reason="new" if later else "old")
declare("replace_on_changes", Options(replace_on_changes=["reason"]),
        reason="new" if later else "old", on_destroy="deactivate")
declare("replacement_trigger", Options(replacement_trigger="2" if later else "1"),
        on_destroy="deactivate")
declare("state_migrations", migrated)
declare("hide_diffs", Options(hide_diffs=["reason"]), reason="new" if later else "old")
declare("before", Options(delete_before_replace=True), key="after" if later else "before",
        on_destroy="deactivate")
if not later:
    declare("retain_on_delete", Options(retain_on_delete=True), on_destroy="deactivate")
    declare("deleted_with", Options(deleted_with=declare("deleted")), on_destroy="deactivate")
    declare("removed", on_destroy="deactivate")
"""
NAMES = re.findall(r'declare\("(\w+)"', LIFE.replace('"aliased" if later else ', ""))


@pytest.mark.real_engine
def test_the_options_through_the_life_of_their_keys(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = write(project, outsider, [*NAMES, "aliases", "after"], LIFE)
    up = project.up()
    assert iam.writes == [(keys["transforms"], "Inactive")]
    assert "a hook of the user's saw hooks" in up.text
    resources = project.resources()
    assert "acme:index:Team$" in resources["parent"]["urn"]
    assert "plaintext" not in resources["additional_secret_outputs"]["outputs"]["user_name"]
    assert isinstance(resources["additional_secret_outputs"]["outputs"]["user_name"], dict)
    iam.reset()
    (project.folder / "later").touch()

    steps = json.loads(project.preview("--json").stdout)["steps"]
    project.up()

    assert {
        (step["op"], step["urn"].rpartition("::")[2]) for step in steps if step["op"] != "same"
    } == {
        ("update", "replace_on_changes"),
        ("update", "hide_diffs"),
        ("replace", "replacement_trigger"),
        ("replace", "before"),
        ("delete", "retain_on_delete"),
        ("delete", "deleted_with"),
        ("delete", "deleted"),
        ("delete", "removed"),
    }
    assert sorted(iam.writes) == sorted(
        [(keys["before"], "Inactive"), (keys["removed"], "Inactive")]
    )
    assert project.outputs("ignored")["reason"] == "old"
    assert project.outputs("replace_on_changes")["reason"] == "new"
    assert set(project.resources()) == {*NAMES, "aliased"} - {
        "aliases",
        "retain_on_delete",
        "deleted_with",
        "deleted",
        "removed",
    }
    project.preview("--expect-no-changes")


PROTECTED = """
if not later:
    declare("protect", Options(protect=True), on_destroy="deactivate")
"""


@pytest.mark.dynamic("a program in Python")
def test_a_protected_key_is_neither_deleted_nor_switched(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    write(project, outsider, ["protect"], PROTECTED)
    project.up()
    (project.folder / "later").touch()

    assert "protect" in project.up(code=1).text
    assert iam.writes == []


REPLACED = """
trigger = declare("trigger", Options(replacement_trigger="2" if later else "1"))
declare("replace_with", Options(replace_with=[trigger]), on_destroy="deactivate")
"""


@pytest.mark.real_engine
def test_a_key_that_is_replaced_along_with_another_is_left_as_it_is_declared(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    write(project, outsider, ["trigger", "replace_with"], REPLACED)
    project.up()
    (project.folder / "later").touch()

    steps = json.loads(project.preview("--json").stdout)["steps"]
    project.up()

    replaced = {each["urn"].rpartition("::")[2] for each in steps if each["op"] == "replace"}
    assert replaced == {"trigger", "replace_with"}
    assert iam.writes == []


@pytest.mark.real_engine
def test_pulumi_itself_refuses_variables_that_are_for_explicit_providers(
    project: Project, outsider: Outsider
) -> None:
    lines = 'declare("key", Options(env_var_mappings={"A": "B"}))'
    write(project, outsider, ["key"], lines)

    preview = project.run("preview")

    assert preview.code == 1
    assert "envVarMappings can only be used with provider resources" in preview.text


REFUSED = {
    'declare("key", Options(ignore_changes=["status"]))': "KS156",
    'declare("key", Options(ignore_changes=["*"]))': "KS156",
    'declare("key", Options(ignore_changes=[\'["status"]\']))': "KS156",
    'declare("key", Options(version="1.2.3"))': "KS158",
    'declare("key", Options(plugin_download_url="https://example.com"))': "KS158",
    'declare("key", Options(id="AKIAIOSFODNN7EXAMPLE"))': "KS114",
    'declare("key", Options(import_="AKIAIOSFODNN7EXAMPLE"))': "KS114",
    'declare("key", Options(urn="urn:pulumi:test::project::a:b:c::key"))': "KS114",
    'keyswitch.AccessKeyFleet("all", keys={}, opts=Options(ignore_changes=["statuses"]))': "KS156",
    'keyswitch.AccessKeyFleet("all", keys={}, opts=Options(ignore_changes=["keys.A"]))': "KS156",
    'keyswitch.AccessKeyFleet("all", keys={}, opts=Options(version="1.2.3"))': "KS158",
    'declare("key", Options(provider=AWS))': "KS160",
    'declare("key", Options(providers=[AWS]))': "KS160",
    'declare("key", Options(providers={"aws": AWS}))': "KS160",
    'declare("key", Options(parent=Team()))': "KS160",
    'declare("key", Options(provider=pulumi.ProviderResource("pulumi-python", "x")))': "KS158",
    'keyswitch.AccessKeyFleet("all", keys={}, opts=Options(provider=AWS))': "KS160",
    'keyswitch.AccessKeyFleet("all", keys={}, opts=Options(parent=Team()))': "KS160",
    'keyswitch.AccessKeyRotation("bob", user_name="bob", current="A" * 20, opts=Options(providers=[AWS]))': "KS160",
    'keyswitch.AccessKeyRotation("bob", user_name="bob", current="A" * 20, opts=Options(parent=Team()))': "KS160",
}


@pytest.mark.parametrize("line", REFUSED)
def test_an_option_that_hides_what_is_declared_is_refused(line: str) -> None:
    pulumi.runtime.set_mocks(Mocks())
    aws = pulumi.ProviderResource("aws", "elsewhere")

    class Team(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("acme:index:Team", "team", None, Options(providers=[aws]))

    names = {"declare": _declare, "keyswitch": keyswitch, "pulumi": pulumi, "Team": Team}
    with pytest.raises(pulumi.RunError, match=f"^{REFUSED[line]} "):
        exec(line, {**names, "AWS": aws, "Options": Options})  # noqa: S102 - as programs write it


@pytest.mark.parametrize(
    "line",
    [
        'keyswitch.AccessKeyStatus("key", access_key_id="A" * 20, status="Active", account={"name": "x"}, opts=OPTS)',
        'keyswitch.AccessKeyFleet("all", keys={}, account=keyswitch.Account("x"), opts=OPTS)',
        'keyswitch.AccessKeyRotation("b", user_name="b", current="A" * 20, account={"name": "x"}, opts=OPTS)',
    ],
)
def test_beside_an_account_an_explicit_provider_hides_nothing(line: str) -> None:
    pulumi.runtime.set_mocks(Mocks())
    aws = pulumi.ProviderResource("aws", "elsewhere")

    class Team(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("acme:index:Team", "team", None, Options(providers=[aws]))

    exec(line, {"keyswitch": keyswitch, "OPTS": Options(parent=Team())})  # noqa: S102 - as above


class Mocks(pulumi.runtime.Mocks):
    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[str, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {}


def _declare(name: str, opts: Options) -> None:
    keyswitch.AccessKeyStatus(name, access_key_id="A" * 20, status="Active", opts=opts)


LAUNDERING = """
def ignoring(args):
    args.opts.ignore_changes = ["status"]
    return pulumi.ResourceTransformResult(args.props, args.opts)

declare("key", Options(transforms=[ignoring] if later else []))
"""


@pytest.mark.real_engine
@pytest.mark.parametrize("how", [[], pytest.param(["--refresh"], marks=pytest.mark.nightly)])
def test_changes_that_a_transform_has_ignored_make_nothing_declared(
    project: Project, iam: RecordingServer, outsider: Outsider, how: list[str]
) -> None:
    write(project, outsider, ["key"], LAUNDERING)
    key, user = json.loads((project.folder / "keys.json").read_text())["key"]
    project.up()
    outsider.switch(user, key, "Inactive")
    (project.folder / "later").touch()

    for run in (project.preview(*how, code=1), project.up(*how, code=1)):
        assert "KS156" in run.text
        assert 'on_drift="report"' in run.text
    (project.folder / "later").unlink()
    assert "KS606" in project.up("--refresh", code=1).text
    assert iam.writes == []
