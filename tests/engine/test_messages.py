"""How errors and warnings reach a terminal; and when the workarounds for that can go.

The host shows a provider's errors as tracebacks and gives it no way to warn. ``keyswitch.plugin.host``
gets round both. The tests named ``the_engine_still_...`` fail on the day that the engine no longer
needs it: then that part of ``keyswitch.plugin.host`` can go.
"""

from __future__ import annotations

import pytest

from support.engine import PROGRAM, MakeProject, Project
from support.http import RecordingServer, refuse
from support.moto_iam import Outsider

PLAIN_PROVIDER = """
import pulumi
from pulumi.dynamic import Resource, ResourceProvider
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError

class Broken(Resource):
    def __init__(self, name):
        super().__init__(BrokenProvider(), name, {})

class BrokenProvider(ResourceProvider):
    def create(self, props):
        pulumi.log.warn("a warning from inside the plugin")
        raise KeyswitchError(catalogue.NoCredentials(message="broken"))

Broken("broken")
"""


@pytest.fixture
def declared(outsider: Outsider) -> dict[str, str]:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    return {"access_key_id": key, "user_name": bob, "status": "Inactive", "on_destroy": "restore"}


@pytest.mark.parametrize("operation", ["create", "diff", "update", "read", "delete"])
def test_an_error_in_any_operation_is_one_clean_line(
    project: Project,
    iam: RecordingServer,
    declared: dict[str, str],
    operation: str,
) -> None:
    action = "UpdateAccessKey" if operation in {"create", "update"} else "ListAccessKeys"
    no = refuse(action, 403, "AccessDenied", "no")
    if operation == "update":
        project.declare(bob={**declared, "status": "Active"})
    project.declare(bob=declared)
    if operation in {"diff", "read", "delete"}:
        project.up()
    if operation == "update":
        project.declare(bob={**declared, "status": "Active"})
        project.up()
        project.declare(bob=declared)
    iam.rules.append(no)

    run = {
        "create": project.up,
        "diff": project.preview,
        "update": project.up,
        "read": project.refresh,
        "delete": project.destroy,
    }[operation](code=project.FAILED_REFRESH if operation == "read" else 1)

    shown = run.diagnostics("error:" if run.code else "* KS")
    errors = [line for line in shown if "KS301" in line]
    assert len(errors) == 1
    assert declared["access_key_id"] in errors[0]
    assert "Traceback" not in run.text


@pytest.mark.dynamic(
    "the engine shows what is wrong with a provider's configuration on a row of its own"
)
def test_a_bad_aws_config_is_one_clean_line_from_the_plugin_and_from_the_hook(
    project: Project, declared: dict[str, str]
) -> None:
    project.declare(bob=declared)
    project.expect(0, "config", "set", "aws:assumeRole", '{"roleArn":"arn:aws:iam::1:role/r"}')

    preview = project.preview(code=1)

    assert (
        "error: KS112 aws:assumeRole is a setting of pulumi-aws 6, which version 7 refuses too"
        in preview.text
    )


def test_another_provider_in_the_same_process_keeps_its_own_traceback(
    make_project: MakeProject, iam: RecordingServer, declared: dict[str, str]
) -> None:
    project = make_project(program=PROGRAM + PLAIN_PROVIDER)
    iam.rules.append(refuse("UpdateAccessKey", 403, "AccessDenied", "no"))
    project.declare(bob=declared)

    up = project.run("up", "--yes", "--skip-preview", "--continue-on-error")

    text = up.stdout.partition("Diagnostics:")[2]
    (ours,) = [part for part in text.split("\n\n") if "AccessKeyStatus (bob)" in part]
    (others,) = [part for part in text.split("\n\n") if "dynamic:Resource (broken)" in part]
    assert "KS301" in ours
    assert "Traceback" not in ours
    assert "Traceback (most recent call last)" in others


@pytest.mark.real_engine
def test_a_warning_stands_on_its_row_whatever_the_engine_logs_besides(
    project: Project, outsider: Outsider, declared: dict[str, str]
) -> None:
    project.declare(bob={**declared, "on_drift": "report"})
    project.up()
    outsider.switch(declared["user_name"], declared["access_key_id"], "Active")

    up = project.up("--logflow", "--logtostderr", "-v=1")

    assert "warning: KS616 " in up.row("bob")


def test_the_engine_still_shows_another_providers_error_as_a_traceback(
    make_project: MakeProject,
) -> None:
    project: Project = make_project(program=PLAIN_PROVIDER)

    up = project.run("up", "--yes", "--skip-preview")

    assert up.code == 1
    assert "Traceback (most recent call last)" in up.text
    assert "KS308" in up.text


@pytest.mark.real_engine
def test_the_engine_still_shows_a_warning_from_inside_a_plugin_as_no_warning_of_the_resource(
    make_project: MakeProject,
) -> None:
    project: Project = make_project(program=PLAIN_PROVIDER)

    up = project.run("up", "--yes", "--skip-preview")

    assert up.lines("a warning from inside the plugin")
    rows = [line for line in up.stdout.splitlines() if "dynamic:Resource broken" in line]
    assert not [row for row in rows if "a warning from inside" in row]
