"""The program's side, with the SDK's own mocks, as users test their programs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pulumi
import pytest

KEY = "AKIAIOSFODNN7EXAMPLE"
TOKEN = "pulumi-python:dynamic/keyswitch:AccessKeyStatus"


class Mocks(pulumi.runtime.Mocks):
    def __init__(self) -> None:
        self.made: list[pulumi.runtime.MockResourceArgs] = []

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[str, Any]]:
        self.made.append(args)
        return args.inputs["access_key_id"], {
            **args.inputs,
            "desired_status": args.inputs["status"],
        }

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {}


@pytest.fixture
def mocks() -> Mocks:
    mocks = Mocks()
    pulumi.runtime.set_mocks(mocks)
    return mocks


@pulumi.runtime.test
def test_keywords_and_enumerations_reach_the_engine_as_strings(mocks: Mocks) -> Any:
    from keyswitch import AccessKeyStatus, OnDestroy, Status

    key = AccessKeyStatus(
        "bob", access_key_id=KEY, status=Status.INACTIVE, on_destroy=OnDestroy.RESTORE
    )

    def check(values: list[str]) -> None:
        (made,) = [args for args in mocks.made if args.typ == TOKEN]
        inputs = {k: v for k, v in made.inputs.items() if k != "__provider"}
        assert inputs == {"access_key_id": KEY, "status": "Inactive", "on_destroy": "restore"}
        assert values == ["Inactive", "Inactive"]

    return pulumi.Output.all(key.status, key.desired_status).apply(check)


@pulumi.runtime.test
def test_args_are_the_same_as_keywords_and_not_to_be_mixed_with_them(mocks: Mocks) -> Any:
    from keyswitch import AccessKeyStatus, AccessKeyStatusArgs

    args = AccessKeyStatusArgs(access_key_id=KEY, status="Active", user_name="bob", reason="r")
    key = AccessKeyStatus("bob", args)
    with pytest.raises(pulumi.RunError, match="KS142 the inputs of the resource bob are given"):
        AccessKeyStatus("bob", args, status="Inactive")

    def check(_: object) -> None:
        (made,) = [args for args in mocks.made if args.typ == TOKEN]
        assert made.inputs["user_name"] == "bob"

    return key.user_name.apply(check)


@pytest.mark.parametrize("option", ["id", "import_"])
def test_an_import_is_refused_with_what_to_do_instead(mocks: Mocks, option: str) -> None:
    from keyswitch import AccessKeyStatus

    opts = pulumi.ResourceOptions(**{option: KEY})
    with pytest.raises(pulumi.RunError, match=f"KS114 the resource bob has the option {option}"):
        AccessKeyStatus("bob", access_key_id=KEY, status="Active", opts=opts)


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh process holds afterwards."""
    whole = f"import sys, pulumi; {code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_a_program_starts_with_no_more_than_it_uses() -> None:
    package, program = (
        loaded_by(f"import keyswitch; {used}") for used in ("pass", "keyswitch.AccessKeyStatus")
    )

    ours = {module for module in package if module.startswith("keyswitch")}
    assert ours == {"keyswitch", "keyswitch._version"}
    packages = {module.partition(".")[0] for module in program}
    assert not packages & {"boto3", "botocore", "click", "rich", "ruamel", "jinja2", "humanize"}
