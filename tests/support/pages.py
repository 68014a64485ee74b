"""The commands of the pages, run as a reader copies them, and held against what the pages show.

A block of commands is marked by ``<!-- shown: NAME -->``; no prompt stands in it. A ``text`` block that
follows it shows what it prints, and ``...`` stands there for any lines. Without one, anything may be
printed. A marked block with a title is a file that the reader writes.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    r"^<!-- (?:shown|run by): (?P<name>\S+) -->\n+"
    r"```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```\n"
    r"(?:\n```text\n(?P<printed>.*?)^```\n)?",
    re.DOTALL | re.MULTILINE,
)
_DIFFERS = (
    (r"AKIA[A-Z0-9]{16}", "AKIA"),
    (r"127\.0\.0\.1:\d+|-p \d+", "PORT"),
    (r"\d{4}-\d\d-\d\dT[\d:]+Z", "MOMENT"),
    (r"(a|\d+) (second|minute)s? ago", "AGO"),
    (r"\(?\d+(\.\d+)?s\)?", "TIME"),
    (r"\s+", " "),
)
_DIFFERS_HERE = (
    (r"AKIA…[A-Z0-9]{4}", "AKIA"),
    (r"(a|\d+) moments? ago", "AGO"),
    (r"\b([a-z]+)-\d+\b", r"\1"),
    (r"─+", "─"),
)
"""What the tests make otherwise than a reader's own account would."""


@dataclass(frozen=True)
class Shown:
    """One block of commands with the lines that the page shows after it, or a file to write."""

    text: str
    lines: tuple[str, ...] = ("...",)
    file: str = ""


def shown(page: Path, name: str) -> list[Shown]:
    """The page's blocks of that name, or those that a test of that path runs, in order."""
    return [
        Shown(
            block["text"].removesuffix("\n"),
            ("...",) if block["printed"] is None else tuple(block["printed"].splitlines()),
            block["title"] or "",
        )
        for block in _BLOCK.finditer(page.read_text())
        if block["name"] == name
    ]


def neutral(line: str, more: tuple[tuple[str, str], ...] = ()) -> str:
    """A line without what differs from run to run: ids, ports, durations, spaces, and ``more``."""
    for pattern, word in (*more, *_DIFFERS):
        line = re.sub(pattern, word, line)
    return line.strip()


def differs(expected: tuple[str, ...], printed: str) -> str:
    """The first shown line that was not printed in its place, or nothing."""
    actual = [neutral(line, _DIFFERS_HERE) for line in printed.splitlines()]
    position, anywhere = 0, False
    for line in expected:
        if line == "...":
            anywhere = True
            continue
        wanted = neutral(line, _DIFFERS_HERE)
        while anywhere and position < len(actual) and actual[position] != wanted:
            position += 1
        if position >= len(actual) or actual[position] != wanted:
            return f"not printed here: {line!r}"
        position, anywhere = position + 1, False
    rest = "" if anywhere else "\n".join(actual[position:])
    return f"not shown: {rest!r}" if rest else ""


@dataclass
class Shell:
    """A reader's shell: its folder and its variables outlive each command.

    ``live`` says what the page's made-up words are here.
    """

    folder: Path
    env: dict[str, str]
    live: dict[str, str]

    def type(self, step: Shown, code: int = 0) -> str:
        """Runs one block, checks how it ends and that it prints what is shown, or writes its file."""
        command = step.text
        for word, here in self.live.items():
            command = command.replace(word, here)
        if step.file:
            (self.folder / step.file).write_text(f"{command}\n")
            return ""
        printed, ended = self._bash(command)
        assert ended == code, f"$ {command}\nexit code {ended}\n{printed}"
        told = differs(step.lines, printed)
        assert not told, f"$ {command}\n{told}\n{printed}"
        return printed

    def _bash(self, command: str) -> tuple[str, int]:
        after = 'code=$?; pwd >"$SHELL_STATE.pwd"; env -0 >"$SHELL_STATE.env"; exit $code'
        state = self.folder.parent / ".shell"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-c", f"set -e\ntrap '{after}' EXIT\n{command}"],
            cwd=self.folder,
            env={**self.env, "SHELL_STATE": str(state)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
            check=False,
        )
        self.folder = Path(Path(f"{state}.pwd").read_text().strip())
        pairs = Path(f"{state}.env").read_text().split("\0")
        self.env = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        for own in ("SHELL_STATE", "PWD", "OLDPWD", "SHLVL", "_"):
            self.env.pop(own, None)
        return done.stdout, done.returncode
