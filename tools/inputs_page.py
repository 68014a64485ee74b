"""Writes docs/reference/inputs.md from the tables of inputs and outputs (``make docs``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from keyswitch.model.camel_case import snake
from keyswitch.model.fleet import OF_A_FLEET
from keyswitch.model.inputs import IN_ACCOUNT, IN_SAFEGUARDS, OF_A_KEY, Input
from keyswitch.model.rotation import OF_A_ROTATION
from native_schema import (
    OUTPUTS_OF_A_FLEET,
    OUTPUTS_OF_A_KEY,
    OUTPUTS_OF_A_ROTATION,
    functions,
)
from snippets import with_snippets

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "inputs.md"

HEAD = """\
# Inputs and outputs

Programs in Python spell names with underscores, [the register](register.md) in stack config in camel case. In the register, the id of a key is the
name of its entry, and `account` is the name of an account under `keyswitch:accounts`.
"""
BEFORE_PROGRAMS = """\
## Programs

With the [native provider](../how-to/native-provider.md).
"""
SECTIONS = (
    ("A key", OF_A_KEY),
    ("`safeguards`", IN_SAFEGUARDS),
    ("`account`", IN_ACCOUNT),
    ("A fleet", OF_A_FLEET),
    ("A rotation", OF_A_ROTATION),
)
PROGRAMS = (
    ("A key in each language", "one-key"),
    ("A fleet in each language", "fleet"),
    ("A rotation in each language", "rotation"),
    ("A register in each language", "register"),
)
LANGUAGES = (
    ("YAML", "yaml", "Pulumi.yaml"),
    ("TypeScript", "typescript", "index.ts"),
    ("Go", "go", "main.go"),
    ("Python", "python", "__main__.py"),
)
OUTPUTS = (
    ("Outputs of a key", OUTPUTS_OF_A_KEY),
    ("Outputs of a fleet", OUTPUTS_OF_A_FLEET),
    ("Outputs of a rotation", OUTPUTS_OF_A_ROTATION),
)


def inputs_page() -> str:
    """The page: one table for each map of inputs, and of outputs; then the examples in each language."""
    inputs = (f"## {title}\n\n{_inputs(given)}" for title, given in SECTIONS)
    outputs = (f"## {title}\n\n{_outputs(kept)}" for title, kept in OUTPUTS)
    programs = (f"### {title}\n\n{_programs(folder)}" for title, folder in PROGRAMS)
    return with_snippets(
        "\n".join((HEAD, *inputs, *outputs, _functions(), BEFORE_PROGRAMS, *programs))
    )


def _programs(folder: str) -> str:
    return "\n".join(
        f"**{language}**\n\n<!-- from: examples/{folder}/{code}/{file} -->\n```{code}\n```\n"
        for language, code, file in LANGUAGES
    )


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


def _functions() -> str:
    rows = (
        f"| `{token.rpartition(':')[2]}` | {_properties(each, 'inputs')} | {_properties(each, 'outputs')} | {each['description']} |\n"
        for token, each in functions().items()
    )
    head = "| function | inputs | outputs | |\n|---|---|---|---|\n"
    return f"## Functions of the native provider\n\n{head}{''.join(rows)}"


def _properties(function: Mapping[str, Any], side: str) -> str:
    return ", ".join(f"`{name}`" for name in function[side]["properties"])


def _names(name: str, in_camel_case: str) -> str:
    return f"`{name}`" if in_camel_case == name else f"`{name}`, `{in_camel_case}`"


def _says(one: Input) -> str:
    return one.in_markdown.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(inputs_page())
