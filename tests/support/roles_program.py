"""Runs a program of pulumi-aws once for each configuration with the SDK's mocks, and writes what it declares.

Started with the Python of an environment that has pulumi-aws, with the program's path. The configurations are a
list of objects on standard input. The answer is a list: of each, its resources, or the error that it ends with.
"""

from __future__ import annotations

import json
import runpy
import sys
from typing import Any

import pulumi

PROJECT = "keyswitch-roles"
ACCOUNT = "123456789012"


class Declarations(pulumi.runtime.Mocks):
    """Keeps what is declared; ``partition`` is that of the account."""

    def __init__(self, partition: str) -> None:
        self.made: list[dict[str, Any]] = []
        self._partition = partition

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.made.append({"type": args.typ.rpartition(":")[2], **args.inputs})
        return args.name, {**args.inputs, "arn": args.name}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {"partition": self._partition, "accountId": ACCOUNT}


def declared(program: str, config: dict[str, str], partition: str) -> list[dict[str, Any]] | str:
    mocks = Declarations(partition)
    pulumi.runtime.set_mocks(mocks, project=PROJECT)
    pulumi.runtime.set_all_config({f"{PROJECT}:{name}": value for name, value in config.items()})

    @pulumi.runtime.test
    def run() -> None:
        runpy.run_path(program)

    try:
        run()
    except ValueError as error:
        return str(error)
    return mocks.made


if __name__ == "__main__":
    answers = [declared(sys.argv[1], *asked) for asked in json.load(sys.stdin)]
    json.dump(answers, sys.stdout)
