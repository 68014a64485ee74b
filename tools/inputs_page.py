"""Writes docs/reference/inputs.md from the tables of inputs and outputs (``make docs``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from keyswitch.model.camel_case import snake
from keyswitch.model.fleet import OF_A_FLEET
from keyswitch.model.inputs import IN_ACCOUNT, IN_SAFEGUARDS, OF_A_KEY, Input
from keyswitch.model.rotation import OF_A_ROTATION
from native_schema import OUTPUTS_OF_A_FLEET, OUTPUTS_OF_A_KEY, OUTPUTS_OF_A_ROTATION

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "inputs.md"

HEAD = """\
# Inputs and outputs

Programs in Python spell names with underscores, the register in stack config in camel case. In the register, the id of a key is the
name of its entry, and `account` is the name of an account under `keyswitch:accounts`.
"""
SECTIONS = (
    ("A key", OF_A_KEY),
    ("`safeguards`", IN_SAFEGUARDS),
    ("`account`", IN_ACCOUNT),
    ("A fleet", OF_A_FLEET),
    ("A rotation", OF_A_ROTATION),
)
OUTPUTS = (
    ("Outputs of a key", OUTPUTS_OF_A_KEY),
    ("Outputs of a fleet", OUTPUTS_OF_A_FLEET),
    ("Outputs of a rotation", OUTPUTS_OF_A_ROTATION),
)


def inputs_page() -> str:
    """The page: one table for each map of inputs, and of outputs."""
    inputs = (f"## {title}\n\n{_inputs(given)}" for title, given in SECTIONS)
    outputs = (f"## {title}\n\n{_outputs(kept)}" for title, kept in OUTPUTS)
    return "\n".join((HEAD, *inputs, *outputs))


def _inputs(inputs: Iterable[Input]) -> str:
    required = {True: " (required)", False: ""}
    rows = (
        f"| {_names(each.name, each.in_camel_case)}{required[each.required]} | {_says(each)} |\n"
        for each in inputs
    )
    return f"| input | |\n|---|---|\n{''.join(rows)}"


def _outputs(outputs: Mapping[str, str]) -> str:
    rows = (f"| {_names(snake(name), name)} | {says} |\n" for name, says in outputs.items())
    return f"| output | |\n|---|---|\n{''.join(rows)}"


def _names(name: str, in_camel_case: str) -> str:
    return f"`{name}`" if in_camel_case == name else f"`{name}`, `{in_camel_case}`"


def _says(one: Input) -> str:
    return one.in_markdown.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(inputs_page())
