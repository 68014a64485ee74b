"""A stand-in for the AWS CLI, of which the tests need no installation: commands of texts, by botocore's own models.

As the CLI it takes an operation's inputs as options, and none that AWS does not have.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import boto3
import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError

TESTS = Path(__file__).parents[1]
REFUSED = 254
"""What the CLI exits with when AWS refuses."""


def put_into(folder: Path) -> None:
    """Writes an executable ``aws`` into a folder, for a PATH."""
    program = (
        f"import sys; sys.path.insert(0, {str(TESTS)!r}); from support import aws_cli; "
        "sys.exit(aws_cli.main(sys.argv[1:]))"
    )
    script = folder / "aws"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -c {shlex.quote(program)} "$@"\n')
    script.chmod(0o755)


def main(words: list[str]) -> int:
    service, command, *options = words
    if (service, command) == ("cloudformation", "deploy"):
        return main([service, "create-stack", *_of_deploy(options)])
    everywhere = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    everywhere.add_argument("--region", default="us-east-1")
    everywhere.add_argument("--profile")
    options_of_all, options = everywhere.parse_known_args(options)
    session = boto3.Session(profile_name=options_of_all.profile)
    client = session.client(service, region_name=options_of_all.region)
    operations = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    inputs = client.meta.service_model.operation_model(operations[command]).input_shape
    parser = argparse.ArgumentParser(prog=f"aws {service} {command}", allow_abbrev=False)
    for name, shape in inputs.members.items():
        is_required = name in inputs.required_members
        many = "*" if shape.type_name == "list" else None
        option = f"--{xform_name(name, '-')}"
        parser.add_argument(option, dest=name, required=is_required, nargs=many)
    parser.add_argument("--query")
    parser.add_argument("--output", choices=("json", "text"), default="json")
    given = vars(parser.parse_args(options))
    query, output = given.pop("query"), given.pop("output")
    asked = {
        name: _value(inputs.members[name], value)
        for name, value in given.items()
        if value is not None
    }
    try:
        answer = getattr(client, xform_name(operations[command]))(**asked)
    except ClientError as error:
        sys.stderr.write(f"\n{error}\n")
        return REFUSED
    del answer["ResponseMetadata"]
    found = jmespath.search(query, answer) if query else answer
    if found:
        told = _as_text(found) if output == "text" else json.dumps(found, indent=4, default=str)
        sys.stdout.write(f"{told}\n")
    return 0


def _of_deploy(options: list[str]) -> list[str]:
    """``deploy`` as far as no stack of that name exists yet, in the options of ``create-stack``."""
    parser = argparse.ArgumentParser(prog="aws cloudformation deploy", allow_abbrev=False)
    parser.add_argument("--stack-name", required=True)
    parser.add_argument("--template-file", required=True)
    parser.add_argument("--capabilities", nargs="*", default=[])
    parser.add_argument("--parameter-overrides", nargs="*", default=[])
    given = parser.parse_args(options)
    pairs = [each.split("=", 1) for each in given.parameter_overrides]
    parameters = [f"ParameterKey={name},ParameterValue={value}" for name, value in pairs]
    return [
        *("--stack-name", given.stack_name),
        *("--template-body", f"file://{given.template_file}"),
        *("--capabilities", *given.capabilities),
        *("--parameters", *parameters),
    ]


def _value(shape: Any, given: Any) -> Any:
    """An option's value: a file's text, or the CLI's short form of lists and structures without depth."""
    if shape.type_name == "list":
        return [_value(shape.member, each) for each in given]
    if shape.type_name == "structure":
        pairs = [each.split("=", 1) for each in given.split(",")]
        return {
            name: _value(shape.members[name], [value] if _is_list(shape, name) else value)
            for name, value in pairs
        }
    if shape.type_name == "boolean":
        return {"true": True, "false": False}[given]
    return Path(given.removeprefix("file://")).read_text() if "file://" in given else given


def _is_list(shape: Any, name: str) -> bool:
    return bool(shape.members[name].type_name == "list")


def _as_text(found: Any) -> str:
    if not isinstance(found, list):
        return str(found)
    if found and isinstance(found[0], list):
        return "\n".join(map(_as_text, found))
    return "\t".join(found)
