"""Writes docs/reference/inputs.md from the tables of inputs (``make docs``)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from keyswitch.model.fleet import OF_A_FLEET
from keyswitch.model.inputs import IN_ACCOUNT, IN_SAFEGUARDS, OF_A_KEY, Input
from keyswitch.model.rotation import OF_A_ROTATION

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "inputs.md"

HEAD = """\
# Inputs

Programs in Python spell the inputs with underscores, the register in stack config in camel case. In the register, the id of a key is the
name of its entry, and `account` is the name of an account under `keyswitch:accounts`.
"""
SECTIONS = (
    ("A key", OF_A_KEY),
    ("`safeguards`", IN_SAFEGUARDS),
    ("`account`", IN_ACCOUNT),
    ("A fleet", OF_A_FLEET),
    ("A rotation", OF_A_ROTATION),
)


def inputs_page() -> str:
    """The page: one table for each map of inputs."""
    tables = (f"## {title}\n\n{_table(inputs)}" for title, inputs in SECTIONS)
    return "\n".join((HEAD, *tables))


def _table(inputs: Iterable[Input]) -> str:
    rows = "".join(f"| {_names(each)} | {_says(each)} |\n" for each in inputs)
    return f"| input | |\n|---|---|\n{rows}"


def _names(one: Input) -> str:
    other = one.in_camel_case
    names = f"`{one.name}`" if other == one.name else f"`{one.name}`, `{other}`"
    return f"{names} (required)" if one.required else names


def _says(one: Input) -> str:
    return one.in_markdown.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(inputs_page())
