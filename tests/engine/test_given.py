"""What the SDK would end with a traceback over, in a real run."""

from __future__ import annotations

from support.engine import MakeProject
from support.http import RecordingServer
from support.moto_iam import Outsider

PROGRAM = """
import json, pathlib
import pulumi, keyswitch

if keys := json.loads(pathlib.Path("keys.json").read_text()):
    later = pulumi.Output.from_input
    rotation = keyswitch.AccessKeyRotation(
        "r", **keys["r"], previous=later(None), overlap=later("7d"), soak=later("14d")
    )
    pulumi.export("stage", rotation.stage)
    if keys["wrong"]:
        key = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "status": "Active"}
        keyswitch.AccessKeyStatus("bytes", **key, reason=later(None).apply(lambda _: b"x"))
else:
    import sys
    sys.modules["pulumi_aws"] = None
    import keyswitch.aws
"""


def test_what_cannot_be_handed_on_ends_a_run_with_a_code_and_without_a_traceback(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project = make_project("given", PROGRAM)
    bob = outsider.new_user()
    keys = {"user_name": bob, "current": outsider.new_key(bob)}
    project.declare(r=keys, wrong={})
    project.up()
    assert project.stack_output("stage") == "settled: there is no previous key"

    project.declare(r=keys, wrong={"yes": True})
    assert "KS140 reason is an object of the class bytes" in project.preview(code=1).words
    project.declare()
    assert "pip install 'pulumi-aws>=7,<8'" in project.preview(code=1).words
    assert iam.writes == []
