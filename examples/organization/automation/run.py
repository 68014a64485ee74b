"""Previews or updates one stack for each account, several at a time: one summary, one digest, one exit code.

A stack is a file ``keys/Pulumi.ACCOUNT.yaml``. If a stack fails, the others still have their turn, the summary names it and
the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pulumi import automation

KEYS: Final = Path(__file__).resolve().parent / "keys"
COMMENT_BYTES: Final = 65_536
VARIABLES: Final = {
    # Each state is written once, at the end of a run: docs/reliability.md says when that is safe.
    "PULUMI_SKIP_CHECKPOINTS": "true"
}


@dataclass(frozen=True)
class Outcome:
    """What came of one stack: a line for the summary, and what its preview means for each key."""

    stack: str
    failed: bool
    summary: str
    digest: str = ""


class Stacks:
    """The stacks, of which each is created when it is first run."""

    def __init__(self) -> None:
        self._command = automation.PulumiCommand()

    def preview(self, name: str) -> Outcome:
        """What an update would change, and the digest of that."""
        stack = self._stack(name)
        printed: list[str] = []
        problems: list[str] = []
        command = ["preview", "--json", "--stack", name]
        code = 0
        try:
            self._command.run(command, str(KEYS), VARIABLES, printed.append, problems.append)
        except automation.CommandError:
            code = 1
        said = digest("\n".join(printed), code, "--format", "json")
        if not said:
            return Outcome(name, failed=True, summary=first_error(problems))
        told = json.loads(said)
        shown = digest("\n".join(printed), code, "--marker", stack.name)
        changes = told["failed"] or told["keys"]
        return Outcome(name, told["failed"], told["verdict"], shown if changes else "")

    def up(self, name: str) -> Outcome:
        """An update, and what it changed."""
        printed: list[str] = []
        try:
            result = self._stack(name).up(on_output=printed.append)
        except automation.CommandError as error:
            return Outcome(name, failed=True, summary=first_error([*printed, str(error)]))
        changes = result.summary.resource_changes or {}
        told = ", ".join(f"{count} {operation}" for operation, count in sorted(changes.items()))
        return Outcome(name, failed=False, summary=told)

    def attempt(self, operation: str, name: str) -> Outcome:
        """One of the two; whatever keeps a stack from it is an outcome too."""
        try:
            return self.preview(name) if operation == "preview" else self.up(name)
        except Exception as error:  # noqa: BLE001 - the other stacks go on
            return Outcome(name, failed=True, summary=first_error(str(error).splitlines()))

    def _stack(self, name: str) -> automation.Stack:
        options = automation.LocalWorkspaceOptions(env_vars=VARIABLES, pulumi_command=self._command)
        return automation.create_or_select_stack(name, work_dir=str(KEYS), opts=options)


def digest(preview: str, code: int, *options: str) -> str:
    """What ``keyswitch digest`` makes of a preview; empty if that is none."""
    command = [sys.executable, "-m", "keyswitch", "digest", "--exit-code", str(code), *options]
    done = subprocess.run(command, input=preview, capture_output=True, text=True, check=False)  # noqa: S603 - this program's own package
    return done.stdout if done.returncode == 0 else ""


def first_error(lines: list[str]) -> str:
    """The line that says what went wrong."""
    told = [line.strip() for text in lines for line in text.splitlines()]
    errors = [line for line in told if "error: " in line]
    own = [line for line in errors if "KS" in line]
    return (own or errors or [line for line in told if line] or ["no output"])[0]


def joined(outcomes: list[Outcome], verdict: str) -> str:
    """One comment of all digests: the stacks that fail first, then those that change keys."""
    changing = sorted((each for each in outcomes if each.digest), key=lambda each: not each.failed)
    parts = [f"**Keyswitch: {verdict}**\n"]
    room = COMMENT_BYTES - 1_000 - len(parts[0])
    left = 0
    for each in changing:
        part = f"### {each.stack}\n\n{each.digest}"
        room -= len(part.encode())
        if room < 0:
            left += 1
        else:
            parts.append(part)
    if left:
        parts.append(f"… and {left} more stacks; the log of this run has a line for each.\n")
    return "\n".join([*parts, "<!-- keyswitch digest organization -->\n"])


def main() -> int:
    """Runs every stack, or those named; the exit code is 1 if any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("operation", choices=["preview", "up"])
    parser.add_argument("stacks", nargs="*", metavar="STACK", help="all stacks if none is named")
    parser.add_argument("--at-a-time", type=int, default=4, metavar="N")
    parser.add_argument("--digest", type=Path, metavar="FILE", help="write the digest here")
    options = parser.parse_args()
    files = KEYS.glob("Pulumi.*.yaml")
    stacks = options.stacks or sorted(path.name.split(".")[1] for path in files)

    run = Stacks()
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(options.at_a_time) as pool:
        for each in pool.map(lambda name: run.attempt(options.operation, name), stacks):
            outcomes.append(each)
            state = "failed" if each.failed else "ok"
            sys.stdout.write(f"{each.stack}  {state:6}  {each.summary}\n")
            sys.stdout.flush()
    failed = [each.stack for each in outcomes if each.failed]
    number = "1 stack" if len(outcomes) == 1 else f"{len(outcomes)} stacks"
    verdict = f"{number}, {len(failed)} failed"
    verdict += f": {', '.join(failed)}." if failed else "."
    sys.stdout.write(f"{verdict}\n")
    if options.digest is not None and options.operation == "preview":
        options.digest.write_text(joined(outcomes, verdict))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
