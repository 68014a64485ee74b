"""Check and the guard: what a program may declare, and how it is told what it may not."""

from __future__ import annotations

import json

import pytest

from support.engine import TYPE, MakeProject, Project
from support.http import RecordingServer
from support.moto_iam import Outsider

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SECRET_WITHOUT_SYMBOLS = "wJalrXUtnFEMIqK7MDENGzbPxRfiCYEXAMPLEKEY"


@pytest.mark.real_engine
def test_check_names_every_problem_of_a_resource_at_once_and_makes_no_call(
    project: Project, iam: RecordingServer
) -> None:
    program = """
import pulumi, keyswitch

def also(args):
    return pulumi.ResourceTransformResult({**args.props, "acces_key": "x"}, args.opts)

keyswitch.AccessKeyStatus(
    "bob", access_key_id="AKIA", status="inactive", user_name="path/bob", on_destroy="delete",
    opts=pulumi.ResourceOptions(transforms=[also]),
)
"""
    (project.folder / "__main__.py").write_text(program)

    preview = project.preview(code=1)

    problems = [line.partition("KS")[2][:3] for line in preview.diagnostics("error: KS")]
    assert [code for code in problems if code != "115"] == ["101", "104", "103", "107", "108"]
    assert 'did you mean "Inactive"?' in preview.text
    assert "Did you mean access_key_id?" in preview.text
    assert iam.calls == []


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"access_key_id": "ASIAIOSFODNN7EXAMPLE", "status": "Inactive"}, "KS105"),
        ({"access_key_id": "AKIAIOSFODNN7EXAMPLE", "status": "Expired"}, "KS103"),
        pytest.param(
            {"access_key_id": "AKIAIOSFODNN7EXAMPLE"},
            "KS102",
            marks=pytest.mark.dynamic("the YAML host refuses a missing input itself"),
        ),
        ({"access_key_id": "AKIAIOSFODNN7EXAMPLE", "status": False}, 'did you mean "Inactive"?'),
    ],
)
def test_a_single_bad_input_is_refused_with_its_code(
    project: Project, inputs: dict[str, object], expected: str
) -> None:
    project.declare(bob=inputs)

    assert expected in project.preview(code=1).text


@pytest.mark.parametrize(
    ("field", "secret"),
    [
        ("access_key_id", SECRET),
        ("access_key_id", SECRET_WITHOUT_SYMBOLS),
        ("user_name", SECRET_WITHOUT_SYMBOLS),
        ("reason", SECRET),
        ("status", SECRET_WITHOUT_SYMBOLS),
        ("on_destroy", SECRET),
    ],
)
def test_a_secret_in_any_field_is_refused_and_never_repeated(
    project: Project, field: str, secret: str
) -> None:
    inputs = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "status": "Inactive", field: secret}
    project.declare(bob=inputs)

    for run in (project.preview(code=1), project.up(code=1)):
        assert "KS106" in run.text
        assert secret not in run.text
    assert secret not in json.dumps(project.state())


@pytest.mark.real_engine
def test_a_secret_is_refused_and_never_repeated_in_any_of_the_displays_or_in_the_state(
    project: Project,
) -> None:
    inputs = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "status": "Inactive", "reason": SECRET}
    project.declare(bob=inputs)

    runs = [
        project.preview("--json", code=1),
        project.preview("--diff", code=1),
        project.up(code=1),
    ]

    assert all("KS106" in run.text for run in runs)
    assert not any(SECRET in run.text for run in runs)
    state = project.folder / ".pulumi"
    assert not [p for p in state.rglob("*.json") if SECRET in p.read_text(errors="replace")]


def test_the_same_key_twice_is_refused_naming_both_resources(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob, "status": "Active"}
    project.declare(first=declared)
    project.up()
    project.declare(first=declared, second={**declared, "status": "Inactive"})

    preview = project.preview(code=1)

    assert "KS110 declaring access key" in preview.row("second")
    assert "in the resources first and second" in preview.row("second")
    project.up(code=1)
    assert iam.writes == []


TWO_TEAMS = """
import json, pathlib
import pulumi, keyswitch

class Team(pulumi.ComponentResource):
    def __init__(self, name, inputs):
        super().__init__("acme:index:Team", name)
        self.key = keyswitch.AccessKeyStatus(
            "key", **inputs, opts=pulumi.ResourceOptions(parent=self)
        )

class Crew(pulumi.ComponentResource):
    def __init__(self, name, inputs):
        super().__init__("acme:index:Crew", name)
        self.key = keyswitch.AccessKeyStatus(
            "key", **inputs, opts=pulumi.ResourceOptions(parent=self)
        )

async def soon(value):
    return value

inputs = json.loads(pathlib.Path("keys.json").read_text())["bob"]
Team("shop", {**inputs, "status": "Active"})
Crew("ship", {**inputs, "access_key_id": soon(inputs["access_key_id"])})
"""


def test_the_same_key_twice_is_refused_also_under_one_name_in_two_components(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project = make_project(program=TWO_TEAMS)
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})

    preview = project.preview(code=1)

    assert "in the resources key and key" in preview.text
    assert iam.writes == []


LATER_RESOURCE = """
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Later(Resource):
    value: pulumi.Output[str]

    def __init__(self, name, given):
        super().__init__(LaterProvider(), name, {"given": given, "value": None})

class LaterProvider(ResourceProvider):
    def create(self, props):
        return CreateResult("later", {**props, "value": props["given"]})
"""

LATER = (
    LATER_RESOURCE
    + """
import json, pathlib
import keyswitch

keys = json.loads(pathlib.Path("keys.json").read_text())
given = {name: Later(f"{name}-later", value).value for name, value in keys.pop("later").items()}
if keys.pop("secretly", None) is not None:
    given = {name: pulumi.Output.secret(value) for name, value in given.items()}
keyswitch.AccessKeyStatus("bob", **{**keys["bob"], **given})
"""
)


@pytest.mark.parametrize("unknown", ["access_key_id", "user_name", "status", "reason"])
def test_an_unknown_input_of_a_new_key_is_skipped_and_decided_in_the_update(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider, unknown: str
) -> None:
    project: Project = make_project(program=LATER)
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {
        "access_key_id": key,
        "user_name": bob,
        "status": "Inactive",
        "reason": "because",
    }
    project.declare(bob=declared, later={unknown: declared[unknown]})

    assert " bob create" in project.preview().row("bob")
    assert iam.count("ListAccessKeys") == (1 if unknown == "reason" else 0)

    project.up()
    assert iam.writes == [(key, "Inactive")]
    assert project.outputs("bob")["reason"] == "because"


def test_an_unknown_secret_is_skipped_like_any_other_unknown(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project = make_project(program=LATER)
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob, "status": "Inactive"}
    project.declare(bob=declared, later={"user_name": bob}, secretly={})

    project.preview()
    assert iam.calls == []

    project.up()
    assert iam.writes == [(key, "Inactive")]


@pytest.mark.parametrize("unknown", ["user_name", "status", "reason"])
def test_an_unknown_input_of_a_known_key_is_never_compared(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider, unknown: str
) -> None:
    project: Project = make_project(program=LATER)
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob, "status": "Inactive", "reason": "because"}
    project.declare(bob=declared, later={})
    project.up()
    project.declare(bob=declared, later={unknown: declared[unknown]})
    iam.reset()

    preview = project.preview()

    assert "2 unchanged" in preview.text
    assert ("KS211" in preview.row("bob")) is (unknown != "reason")
    assert iam.count("ListAccessKeys") == (1 if unknown == "reason" else 0)
    project.up()
    assert iam.writes == []


LATER_OWNER = (
    LATER_RESOURCE
    + """
import json, pathlib
import keyswitch

declared = json.loads(pathlib.Path("keys.json").read_text())["bob"]
user_name = declared.pop("user_name")
if declared.pop("later"):
    user_name = Later("owner", user_name).value
if declared.pop("form") == "fleet":
    access_key_id = declared.pop("access_key_id")
    keyswitch.AccessKeyFleet("bob", keys={access_key_id: {**declared, "user_name": user_name}})
else:
    keyswitch.AccessKeyStatus("bob", **declared, user_name=user_name)
"""
)


@pytest.mark.parametrize("reason", ["another", "because"])
@pytest.mark.parametrize("form", ["a key by itself", "fleet"])
def test_a_changed_reason_beside_an_unknown_owner_is_previewed_as_an_update(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider, form: str, reason: str
) -> None:
    project: Project = make_project(program=LATER_OWNER)
    bob = outsider.new_user()
    declared = {
        "form": form,
        "access_key_id": outsider.new_key(bob),
        "user_name": bob,
        "status": "Active",
        "reason": "because",
    }
    project.declare(bob={**declared, "later": False})
    project.up()
    project.declare(bob={**declared, "later": True, "reason": reason})

    preview = project.preview()

    assert (" bob update" in preview.text) is (reason == "another")
    assert "KS211" in preview.text
    assert "user_name will be known only in the update" in preview.text
    up = project.up()
    assert (" bob updated" in up.text) is (reason == "another")
    assert iam.writes == []


DECLARED_LATE = """
import keyswitch

def declare(_):
    keyswitch.AccessKeyStatus("second", access_key_id="AKIAIOSFODNN7EXAMPL2", status="on")

first = keyswitch.AccessKeyStatus("first", access_key_id="AKIAIOSFODNN7EXAMPL1", status="off")
first.access_key_id.apply(declare)
"""


def test_one_preview_names_a_key_that_is_declared_once_another_is_through(
    make_project: MakeProject, iam: RecordingServer
) -> None:
    project: Project = make_project(program=DECLARED_LATE)

    preview = project.preview(code=1)

    assert "KS115 2 of 2 declared keys are refused: first, second" in preview.words
    assert iam.calls == []


def test_an_unknown_access_key_id_of_a_known_key_means_replace_and_no_call_is_made(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project: Project = make_project(program=LATER)
    bob = outsider.new_user()
    key, other = outsider.new_key(bob), outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob, "status": "Inactive"}
    project.declare(bob=declared, later={})
    project.up()
    project.declare(bob=declared, later={"access_key_id": other})
    iam.reset()

    preview = project.preview()

    assert "1 to replace" in preview.text
    assert iam.calls == []
    project.up()
    assert iam.writes == [(other, "Inactive")]
    assert project.resources()["bob"]["id"] == other


SHAPES = """
import os
import pulumi, keyswitch
from keyswitch import AccessKeyStatus, AccessKeyStatusArgs, OnDestroy, Status

key, user = os.environ["KEY"], os.environ["BOB"]

def log(args):
    pulumi.log.info(f"hook of the user for {args.name}")

mine = pulumi.ResourceHook("mine", log, pulumi.ResourceHookOptions(on_dry_run=True))

class Team(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("acme:index:Team", name)
        self.key = AccessKeyStatus(
            "key",
            AccessKeyStatusArgs(
                access_key_id=pulumi.Output.from_input(key),
                status=Status.INACTIVE,
                user_name=pulumi.Output.secret(user),
                reason=pulumi.Output.secret("because of OPS-123"),
                on_destroy=OnDestroy.RESTORE,
            ),
            opts=pulumi.ResourceOptions(
                parent=self, hooks=pulumi.ResourceHookBinding(before_create=[mine])
            ),
        )
        self.register_outputs({})

team = Team("shop")
pulumi.export("status", team.key.status)
pulumi.export("adopted", team.key.adopted_status)
"""


def test_enumerations_args_outputs_secrets_components_and_hooks_of_ones_own_all_work(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project: Project = make_project(program=SHAPES)
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.env.update(KEY=key, BOB=bob)

    assert "hook of the user for key" in project.preview().text
    project.up()

    assert iam.writes == [(key, "Inactive")]
    assert project.resources()["key"]["urn"].endswith(f"acme:index:Team${TYPE}::key")
    assert "OPS-123" not in project.expect(0, "stack", "export").text
    assert project.stack_output("adopted") == "Active"
    project.preview("--expect-no-changes")
    project.preview("--expect-no-changes", "--refresh")
    project.refresh()
    assert "OPS-123" not in project.expect(0, "stack", "export").text
    project.destroy()
    assert outsider.status(bob, key) == "Active"


GUARDED = (
    LATER_RESOURCE
    + """
import os
from keyswitch import AccessKeyStatus, OnDrift, Safeguards, WhenUnmet

successor = os.environ["SUCCESSOR"]
if "LATER" in os.environ:
    successor = Later("later", successor).value
AccessKeyStatus(
    "bob",
    access_key_id=os.environ["KEY"],
    user_name=os.environ["BOB"],
    status="Inactive",
    on_drift=OnDrift.ENFORCE,
    safeguards=Safeguards(
        successor=pulumi.Output.secret(successor),
        keep_one_active=pulumi.Output.from_input(True),
        unmet=WhenUnmet.HOLD,
    ),
)
"""
)


def test_safeguards_may_hold_outputs_and_secrets_and_be_given_as_a_value(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project: Project = make_project(program=GUARDED)
    bob = outsider.new_user()
    key, successor = outsider.new_key(bob), outsider.new_key(bob)
    project.env.update(KEY=key, BOB=bob, SUCCESSOR=successor)

    assert "KS611" in project.preview().row("bob")
    project.up()
    project.preview("--expect-no-changes")
    project.preview("--expect-no-changes", "--refresh")
    project.refresh()
    project.preview("--expect-no-changes")
    assert successor not in project.expect(0, "stack", "export").text

    outsider.use(successor)
    iam.reset()
    project.up()
    assert iam.writes == [(key, "Inactive")]


def test_a_successor_that_is_not_known_yet_is_judged_by_the_update(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project: Project = make_project(program=GUARDED)
    bob = outsider.new_user()
    key, successor = outsider.new_key(bob), outsider.new_key(bob)
    project.env.update(KEY=key, BOB=bob, SUCCESSOR=successor)
    project.up()
    project.env["LATER"] = "1"
    iam.reset()

    preview = project.preview()
    assert "KS211" in preview.row("bob")
    assert "safeguards will be known only in the update" in preview.row("bob")
    assert iam.calls == []
    project.up()
    assert iam.writes == []
    assert project.outputs("bob")["pending"].endswith("waits for successor")
