"""The table of what the Go credential library was seen to do, and one row of it built in a folder."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keyswitch.iam.boto import BotoClient
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings

TABLE: list[dict[str, Any]] = json.loads((Path(__file__).parent / "truth-table.json").read_text())
KEPT_VARIABLES = ("PATH",)
Expand = Callable[[str], str]

OVER_SOCKETS = ("proxy-", "tls-")
"""What the names of the rows begin with that only real sockets can show."""


def expanded(value: Any, folder: Path, expand: Expand) -> Any:
    """The table's placeholders: the row's folder, and what ``expand`` makes of the others."""
    if isinstance(value, dict):
        return {key: expanded(part, folder, expand) for key, part in value.items()}
    if isinstance(value, list):
        return [expanded(part, folder, expand) for part in value]
    if not isinstance(value, str):
        return value
    return expand(value.replace("$DIR", str(folder)))


def settings_of(config: dict[str, Any]) -> AwsSettings:
    """As the stack's config hands them over: structured values as JSON."""

    def get(key: str) -> object:
        value = config.get(key)
        return json.dumps(value) if isinstance(value, list | dict) else value

    return AwsSettings.read(get)


def build(
    row: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch, expand: Expand
) -> dict[str, Any]:
    """The row's files and environment, and nothing of the machine's own."""
    for name in list(os.environ):
        if name not in KEPT_VARIABLES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in row["env"].items():
        monkeypatch.setenv(name, expanded(value, folder, expand))
    for name, content in row["files"].items():
        path = Path(expanded(name, folder, expand))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(expanded(content, folder, expand))
        if path.suffix == ".sh":
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
    config: dict[str, Any] = expanded(row["config"], folder, expand)
    return config


def outcome(config: dict[str, Any]) -> KeyswitchError | None:
    """What a run does first: the account where it has to be checked, then a look."""
    try:
        client = BotoClient(settings_of(config))
        client.list_access_keys("bob")
    except KeyswitchError as error:
        return error
    return None
