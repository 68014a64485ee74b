#!/usr/bin/env python3
"""A generator for kustomize: one Stack of the Pulumi Kubernetes Operator for each account of ``accounts.yaml``.

Reads a ResourceList on standard input and writes one on standard output, as JSON, which is YAML too.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from ruamel.yaml import YAML


def stack(account: str, spec: dict[str, Any]) -> dict[str, Any]:
    """The Stack of an account, with a resync that is always the same for the account and differs from others."""
    if not isinstance(account, str):
        sys.exit(f"accounts: {account!r} is not a string. Write account ids in quotes.")
    spread = int(account) % max(int(spec.get("spreadSeconds", 0)), 1)
    return {
        "apiVersion": "pulumi.com/v1",
        "kind": "Stack",
        "metadata": {"name": f"keys-{account}"},
        "spec": {
            **spec["template"],
            "stack": account,
            "resyncFrequencySeconds": spec["resyncFrequencySeconds"] + spread,
        },
    }


def main() -> None:
    """Adds the Stacks to the resources that were handed over."""
    given = YAML(typ="safe").load(sys.stdin)
    spec = given["functionConfig"]["spec"]
    items = [*(given.get("items") or []), *(stack(each, spec) for each in spec["accounts"])]
    head = {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList"}
    json.dump({**head, "items": items}, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
