"""What programs rely on: each command's exit codes, and which files it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import automation_page
from cli.conftest import Keyswitch
from digest.test_digest import RECORDED
from keyswitch.cli import main
from keyswitch.report.digest_formats import hidden_marker
from support.forge import OF_GITHUB, forge
from support.http import RecordingServer, serving
from support.strict_app import strict_app
from support.strict_cloudtrail import StrictCloudTrail, cloudtrail_app
from support.strict_iam import StrictIam

KEY = "AKIASTRICT0000000000"
REGISTER = ("--stack-config", "Pulumi.prod.yaml")
FOREIGN = "AKIAFOREIGN000000000"
"""A key of another account."""
ROWS: list[tuple[str, int, tuple[str, ...]]] = [
    ("init", 0, ("--yes", "--forge", "none", "--dry-run")),
    ("init", 1, ("--yes",)),
    ("init", 2, ("--stack", "../prod")),
    ("discover", 0, ()),
    ("discover", 1, ("--user", "nobody")),
    ("discover", 2, ("--user", "")),
    ("check", 0, ("Pulumi.prod.yaml",)),
    ("check", 1, ("Pulumi.wrong.yaml",)),
    ("check", 2, ("nowhere.yaml",)),
    ("audit", 0, ("--control", "root-keys")),
    ("audit", 1, ("--user", "nobody")),
    ("audit", 2, ("--severity", "huge")),
    ("audit", 7, ()),
    ("due", 0, REGISTER),
    ("due", 1, ("--stack-config", "Pulumi.wrong.yaml")),
    ("due", 2, ()),
    ("who", 0, (KEY,)),
    ("who", 1, (KEY, "--stack-config", "Pulumi.prod.yaml", "--account", "nowhere")),
    ("who", 2, ("hunter2",)),
    ("incident", 0, (KEY,)),
    ("incident", 1, (FOREIGN,)),
    ("incident", 2, ("hunter2",)),
    ("digest", 0, ("preview.json",)),
    ("digest", 1, ("Pulumi.prod.yaml",)),
    ("digest", 2, ("nowhere.json",)),
    ("digest", 7, ("preview.json", "--fail-on", "changed")),
    ("comment", 0, ("digest.md",)),
    ("comment", 1, ("preview.json",)),
    ("comment", 2, ("nowhere.json",)),
    ("explain", 0, ("KS602",)),
    ("explain", 1, ("KS000",)),
    ("explain", 2, ()),
    ("completion", 0, ("bash",)),
    ("completion", 2, ("tcsh",)),
]
READS = re.compile("(Get|List|Lookup|Describe)[A-Z]|GenerateCredentialReport$")
"""What AWS is asked without changing anything."""
WRITE = {
    "discover": ("--write", "Pulumi.prod.yaml"),
    "audit": ("--control", "root-keys", "--output", "report.txt"),
    "digest": ("preview.json", "--append", "dotenv", "outputs.env"),
    "incident": (KEY, "--reason", "INC-4711 leaked", "--yes", "--write", "Pulumi.prod.yaml"),
}
"""The options by which a command writes a file that its caller names."""


@pytest.fixture
def server(strict_iam: StrictIam) -> Iterator[RecordingServer]:
    with serving(cloudtrail_app(StrictCloudTrail(), strict_app(strict_iam))) as server:
        yield server


@pytest.fixture
def folder(
    keyswitch: Keyswitch, strict_iam: StrictIam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    assert strict_iam.add_key("bob") == KEY
    (tmp_path / "Pulumi.prod.yaml").write_text("config:\n  keyswitch:keys: {}\n")
    (tmp_path / "Pulumi.wrong.yaml").write_text("config:\n  keyswitch:keys: none\n")
    (tmp_path / "preview.json").write_text(RECORDED["declared"])
    (tmp_path / "digest.md").write_text(f"No key changes.\n\n{hidden_marker('prod')}\n")
    with forge() as comments:
        for name, value in {**OF_GITHUB, "GITHUB_API_URL": comments.url}.items():
            monkeypatch.setenv(name, value)
        yield tmp_path


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("command", "code", "args"), ROWS)
def test_a_command_ends_with_the_exit_code_that_the_page_says_and_writes_nothing(
    keyswitch: Keyswitch,
    folder: Path,
    server: RecordingServer,
    command: str,
    code: int,
    args: tuple[str, ...],
) -> None:
    before = files_in(folder)

    told = keyswitch(command, *args, code=code)

    assert files_in(folder) == before
    assert bool(told.stderr) is (code in (1, 2))
    if code == 2:
        assert told.stderr.startswith("Usage: ")
    elif code == 1:
        assert told.stderr.startswith("error: ")
    assert all(READS.match(call.action) for call in server.calls)


def test_every_exit_code_of_every_command_is_tried() -> None:
    """A command without a conduct is refused here, so that a new one says what it promises."""
    promised = [
        (name, code)
        for name in main.commands
        for code in automation_page.conduct_of(name).exit_codes
    ]

    assert sorted((name, code) for name, code, _ in ROWS) == sorted(promised)


@pytest.mark.parametrize("command", sorted(main.commands))
def test_a_command_writes_the_files_that_the_page_says_by_these_options(
    keyswitch: Keyswitch, folder: Path, command: str
) -> None:
    options = [row for row in automation_page.conduct_of(command).writes if "`--" in row]
    before = files_in(folder)

    assert bool(options) is (command in WRITE)
    if command in WRITE:
        name = WRITE[command][-1]
        assert any(f"`{option_of(command)} " in each and " FILE`" in each for each in options)
        keyswitch(command, *WRITE[command])
        changed = {path.name for path, text in files_in(folder).items() if before.get(path) != text}
        assert changed == {name}


def test_no_command_takes_more_files_to_write_than_the_page_says() -> None:
    for name, command in main.commands.items():
        written = {
            opt
            for each in command.params
            for opt in each.opts
            if opt in ("--write", "--output", "--append")
        }
        assert written == {option_of(name)} if name in WRITE else not written


def option_of(command: str) -> str:
    """By which it writes."""
    return [each for each in WRITE[command] if each.startswith("--")][-1]


def test_the_page_is_made_from_the_commands() -> None:
    assert automation_page.PAGE.read_text() == automation_page.automation_page()
