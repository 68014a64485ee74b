"""What a shell completes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from cli.conftest import Keyswitch
from keyswitch.cli import main
from keyswitch.cli.completion import COMPLETE_VAR
from keyswitch.report.controls import CONTROLS, EVERY_MESSAGE


def completed(*args: str) -> list[str]:
    """The words for the last of the arguments."""
    *whole, last = args
    shell = ShellComplete(main, {}, "keyswitch", COMPLETE_VAR)
    return [each.value for each in shell.get_completions(list(whole), last)]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("",), sorted(main.commands)),
        (("explain", "KS60"), [each.code for each in EVERY_MESSAGE if each.code[:4] == "KS60"]),
        (
            ("explain", "KS602", "ks60"),
            [each.code for each in EVERY_MESSAGE if each.code[:4] == "KS60"],
        ),
        (("audit", "--control", ""), list(CONTROLS)),
        (("audit", "--control", "root"), [each for each in CONTROLS if each.startswith("root")]),
        (("audit", "--severity", ""), ["low", "medium", "high", "critical"]),
        (("audit", "--fail-on", "h"), ["high"]),
        (("digest", "--format", ""), ["markdown", "text", "json", "dotenv"]),
        (("completion", ""), ["bash", "zsh", "fish"]),
        (("audit", "--output", ""), [""]),
    ],
)
def test_the_words_that_a_command_takes_are_completed(
    args: tuple[str, ...], words: list[str]
) -> None:
    assert completed(*args) == words
    assert words


@pytest.mark.parametrize(
    "option", [("due", "--stack-config"), ("audit", "--stack-config"), ("discover", "--write")]
)
def test_a_stack_file_is_completed_before_any_other_file(
    option: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("Pulumi.prod.yaml", "Pulumi.dev.yml", "Pulumi.yaml", "notes.yaml"):
        Path(name).touch()

    assert completed(*option, "") == ["Pulumi.dev.yml", "Pulumi.prod.yaml"]
    assert completed(*option, "Pulumi.p") == ["Pulumi.prod.yaml"]
    shell = ShellComplete(main, {}, "keyswitch", COMPLETE_VAR)
    assert [each.type for each in shell.get_completions(list(option), "../x")] == ["file"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_for_a_shell_asks_keyswitch(keyswitch: Keyswitch, shell: str) -> None:
    script = keyswitch("completion", shell).stdout

    assert f"{COMPLETE_VAR}={shell}_complete" in script
    assert "keyswitch" in script


def test_bash_completes_a_code(keyswitch: Keyswitch, tmp_path: Path) -> None:
    (tmp_path / "completion.bash").write_text(keyswitch("completion", "bash").stdout)
    command = tmp_path / "bin" / "keyswitch"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m keyswitch "$@"\n')
    command.chmod(0o755)
    typed = (
        "source completion.bash; COMP_WORDS=(keyswitch explain KS60); COMP_CWORD=2; "
        '_keyswitch_completion keyswitch KS60 explain; printf "%s\\n" "${COMPREPLY[@]}"; complete -p keyswitch'
    )

    done = subprocess.run(
        ["bash", "--norc", "-c", typed],
        env={**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )

    codes = [each.code for each in EVERY_MESSAGE if each.code.startswith("KS60")]
    assert done.stdout.splitlines()[:-1] == codes
    assert done.stdout.splitlines()[-1].endswith("-F _keyswitch_completion keyswitch")
    assert done.stderr == ""
