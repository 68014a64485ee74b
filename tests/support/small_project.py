"""A project on the small engine, with the commands and the display of one on the CLI."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from support.engine import PROGRAM, Project, Run, made_earlier
from support.forking_python import ForkingPython
from support.property_values import encrypted
from support.small_engine import Phase
from support.small_stack import Message, Outcome, Resource, Stack

_KNOWN = {
    "--yes",
    "--skip-preview",
    "--refresh",
    "--refresh=false",
    "--expect-no-changes",
    "--continue-on-error",
    "--preview-only",
}
_SIGNS = {"create": "+", "update": "~", "delete": "-", "replace": "+-", "same": " "}
_DONE = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}
_DOING = {
    "create": "creating",
    "update": "updating",
    "delete": "deleting",
    "replace": "replacing",
    "same": "updating",
}
_CHANGES_FOUND = 7


@dataclass
class SmallProject(Project):
    """The commands that tests of keys need; another one, or an unknown flag, is said to need the CLI."""

    python: ForkingPython | None = None
    config: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Resource] = field(default_factory=dict)
    always_refreshes: bool = False

    @classmethod
    def make_small(
        cls,
        python: ForkingPython,
        folder: Path,
        env: dict[str, str],
        program: str = PROGRAM,
        *,
        options: str = "",
    ) -> SmallProject:
        folder.mkdir(parents=True)
        (folder / "Pulumi.yaml").write_text(f"{cls.SETTINGS}{options}")
        (folder / "__main__.py").write_text(program)
        always = "refresh: always" in options
        return cls(folder, dict(env), python=python, always_refreshes=always)

    def run(self, *args: str, **env: str) -> Run:
        command, *rest = args
        if command == "config":
            _set, name, value = rest
            self.config[name] = value
            return self._ran(args, 0, "")
        if command == "stack":
            return self._ran(args, 0, self._of_stack(*rest))
        parallel = 16
        if "--parallel" in rest:
            at = rest.index("--parallel")
            parallel = int(rest[at + 1])
            del rest[at : at + 2]
        unknown = set(rest) - _KNOWN
        if unknown or command not in ("preview", "up", "refresh", "destroy"):
            needs = " ".join(args)
            pytest.fail(f"`pulumi {needs}` needs the CLI: mark the test with real_engine")
        code, shown = self._phases(command, set(rest), parallel, env)
        return self._ran(args, code, shown)

    def state(self) -> dict[str, Any]:
        resources = [
            {
                "urn": each.urn,
                "type": each.type,
                "custom": each.custom,
                "id": each.id,
                "inputs": encrypted(each.inputs),
                "outputs": encrypted(each.outputs),
                "parent": each.parent,
            }
            for each in self.kept.values()
        ]
        return {"deployment": {"resources": resources}}

    def let_pass(self, **span: float) -> None:
        declared = self.folder / self.DECLARED
        if declared.exists():
            declared.write_text(made_earlier(declared.read_text(), **span))
        for name, value in self.config.items():
            self.config[name] = made_earlier(value, **span)
        for urn, each in self.kept.items():
            inputs, outputs = (
                json.loads(made_earlier(json.dumps(bag), **span))
                for bag in (each.inputs, each.outputs)
            )
            self.kept[urn] = replace(each, inputs=inputs, outputs=outputs)

    def _of_stack(self, command: str, *rest: str) -> str:
        if command == "export":
            return json.dumps(self.state())
        if command != "output":
            pytest.fail(f"`pulumi stack {command}` needs the CLI: mark the test with real_engine")
        stacks = [each.outputs for each in self.kept.values() if each.type.endswith(":Stack")]
        outputs = stacks[0] if stacks else {}
        if rest == ("--json",):
            return json.dumps(outputs)
        value = outputs[rest[0]]
        return value if isinstance(value, str) else json.dumps(value)

    def _phases(
        self, command: str, flags: set[str], parallel: int, env: dict[str, str]
    ) -> tuple[int, str]:
        refresh = "--refresh" in flags or (self.always_refreshes and "--refresh=false" not in flags)
        dry = command == "preview" or "--preview-only" in flags
        shown = ""
        phases = [dry] if dry or "--skip-preview" in flags or command != "up" else [True, False]
        outcome = Outcome()
        for dry_run in phases:
            assert self.python is not None
            phase = Phase(
                Stack(self.python, self.folder, {**self.env, **env}, self.config, self.kept),
                dry_run=dry_run,
                keeps_going="--continue-on-error" in flags,
                parallel=parallel,
            )
            if command == "refresh":
                phase.refresh()
            elif command == "destroy":
                phase.destroy(refresh=refresh)
            else:
                phase.update(refresh=refresh)
            outcome = phase.outcome
            shown += display(outcome, dry_run=dry_run, title=command)
            if not outcome.succeeded:
                return 1, shown
        if "--expect-no-changes" in flags and outcome.has_changes:
            return _CHANGES_FOUND, f"{shown}error: no changes were expected but changes occurred\n"
        return 0, shown

    def _ran(self, args: tuple[str, ...], code: int, shown: str) -> Run:
        run = Run(" ".join(args), code, shown, "")
        self.runs.append(run)
        return run


def display(outcome: Outcome, *, dry_run: bool, title: str) -> str:
    """Rows, diagnostics and the counts, in the words and the order of the CLI."""
    lines = [f"{title} (test):", ""]
    operations = dict(outcome.operations)
    for message in outcome.messages:
        operations.setdefault(message.urn or "", "same")
    for urn, operation in operations.items():
        if urn:
            lines.append(_row(urn, operation, outcome, dry_run=dry_run))
    if outcome.messages:
        lines.append("Diagnostics:")
    for urn in dict.fromkeys(each.urn for each in outcome.messages):
        lines.append(f"  {_type(urn)} ({urn.rpartition('::')[2] or 'project-test'}):")
        for message in outcome.messages:
            if message.urn == urn:
                lines += [f"    {line}" for line in _told(message).splitlines()]
        lines.append("")
    lines += ["Resources:", *_counts(outcome, dry_run=dry_run), ""]
    return "\n".join(lines)


def _row(urn: str, operation: str, outcome: Outcome, *, dry_run: bool) -> str:
    words = "" if operation == "same" else operation if dry_run else _DONE[operation]
    if urn in outcome.failed:
        words = f"**{_DOING[operation]} failed**"
    notes = []
    if outcome.changed.get(urn) and operation in ("update", "replace"):
        notes.append(f"[diff: {','.join(outcome.changed[urn])}]")
    told = [each for each in outcome.messages if each.urn == urn]
    worst = [each for each in told if each.severity == _worst(told)]
    if worst:
        notes.append(_told(worst[-1]).splitlines()[0])
    name = urn.rpartition("::")[2]
    return f" {_SIGNS[operation]}  {_type(urn)} {name} {words} {'; '.join(notes)}"


def _worst(told: list[Message]) -> str:
    found = {each.severity for each in told}
    return next((each for each in ("error", "warning", "info") if each in found), "")


def _told(message: Message) -> str:
    return message.text if message.severity == "info" else f"{message.severity}: {message.text}"


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2] if urn else "pulumi:pulumi:Stack"


def _counts(outcome: Outcome, *, dry_run: bool) -> list[str]:
    counted = list(outcome.operations.values())
    lines = [
        f"    {sign} {counted.count(each)} {f'to {each}' if dry_run else _DONE[each]}"
        for each, sign in _SIGNS.items()
        if each != "same" and each in counted
    ]
    same = counted.count("same")
    return [*lines, f"    {same} unchanged"] if same else lines
