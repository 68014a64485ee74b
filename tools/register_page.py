"""Writes docs/reference/register.md, and the schemas of the register and of exceptions (``make docs``)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from keyswitch.cli.exceptions_schema import exceptions_schema_text
from keyswitch.cli.register_schema import schema_text
from keyswitch.model.inputs import ACCESS_KEY_ID, ACCOUNT_NAME, IN_ACCOUNT, OF_A_KEY, Input
from keyswitch.model.register_entries import OF_DEFAULTS, SHARED_WITH_ROTATIONS
from keyswitch.model.register_names import DECLARING, OF_A_REGISTER, SETTINGS
from keyswitch.model.rotation import OF_A_ROTATION
from keyswitch.report.exceptions import FIELDS
from snippets import with_snippets

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
PAGE = REFERENCE / "register.md"

HEAD = """\
# The register

The ready-made program declares what these settings of a stack's config list. Names are in camel case. [Inputs and outputs](inputs.md) describes each input.

<!-- from: Pulumi.example.yaml -->
```yaml
```
"""
AFTER_ROTATIONS = """\
A key stands in `keys` or in one rotation, not in both (KS166). The program exports the stage of each rotation as `rotations`.
"""
FOOT = """\
## In an editor

The first line of `Pulumi.example.yaml` names [the JSON Schema of the file](schemas/register.schema.json). By that line an editor with
[yaml-language-server](https://github.com/redhat-developer/yaml-language-server) completes names and values, and marks what is wrong. `keyswitch discover --write` writes the line and the
schema when it creates a file. For a file that you have already, add the line and write the schema:

<!-- run by: tests/cli/test_check.py -->
```bash
keyswitch check --schema >keyswitch.schema.json
```

```yaml
# yaml-language-server: $schema=keyswitch.schema.json
```

## Before a preview

`keyswitch check` reports every problem of a file with its line and column, in the words of the preview, without Pulumi and without AWS:

<!-- run by: tests/cli/test_check.py -->
```bash
keyswitch check Pulumi.prod.yaml
```

`--json` has the same for programs ([schema](schemas/check.schema.json)). As a hook of [pre-commit](https://pre-commit.com), use the hook `keyswitch-check` of this repository.

## Types in Pulumi.yaml

`Pulumi.yaml` of this repository declares the types of `fleet` and `exceptions`, so Pulumi refuses others before the program starts. The other settings have no type there, because Pulumi's
types would refuse registers that work:

- A map with a type may not be JSON text, which `pulumi config set --secret keyswitch:keys` makes of a register that is encrypted as a whole.
- A setting with a type and without a default is required in every stack, and `maxChanges` has no default.
- Pulumi has no types for what is inside a map.

A type counts only in a project of the name `keyswitch`. In a copy under another name, Pulumi takes `fleet` for a setting of that project, and checks nothing.

## Programs in other languages

A program in YAML, TypeScript or Go reads the stack's config itself, so there hold only the settings and inputs that the program reads. The [examples](../../examples/register) read `keys` with
`userName`, `status` and `reason`, and no other setting. `keyswitch check` and the schema know the whole register: they do not say what a program of your own reads.
"""


def register_page() -> str:
    """The page: one table of the settings, then a section for each."""
    of_entries = [each for each in OF_A_KEY if each.name != ACCESS_KEY_ID]
    of_accounts = [each for each in IN_ACCOUNT if each.name != ACCOUNT_NAME]
    parts = {
        "keys": _named(of_entries, "a-key"),
        "defaults": _named(OF_DEFAULTS, "a-key")
        + f"Of these, {_listed(SHARED_WITH_ROTATIONS)} hold for rotations.\n",
        "accounts": _named(of_accounts, "account"),
        "rotations": f"{_named(OF_A_ROTATION, 'a-rotation')}\n{AFTER_ROTATIONS}",
        "exceptions": "".join(
            [
                "| field | |\n|---|---|\n",
                *(f"| `{name}` | {_cell(says)} |\n" for name, says in FIELDS.items()),
            ]
        ),
    }
    sections = (
        f"## `{name}`\n\n{SETTINGS[name]}\n{parts.get(name, '') and chr(10)}{parts.get(name, '')}"
        for name in OF_A_REGISTER
    )
    return with_snippets("\n".join((HEAD, _settings(), *sections, _encrypted(), FOOT)))


def _settings() -> str:
    rows = (
        f"| [`keyswitch:{name}`](#{name.lower()}) | {says} |\n" for name, says in SETTINGS.items()
    )
    return f"| setting | |\n|---|---|\n{''.join(rows)}"


def _named(inputs: Iterable[Input], anchor: str) -> str:
    """The names of inputs, which the page of inputs describes."""
    names = (f"`{each.in_camel_case}`{' (required)' if each.required else ''}" for each in inputs)
    return f"Inputs, [described here](inputs.md#{anchor}): {', '.join(names)}.\n"


def _encrypted() -> str:
    return (
        "## Encrypted values\n\n"
        f"Any value below {_listed(DECLARING)} may be encrypted, or the whole setting "
        "([which of them stay secret](../configuration.md#secrets-in-the-register)). The names of rotations are "
        "names of resources, which Pulumi never encrypts in its state.\n"
    )


def _listed(names: Iterable[str]) -> str:
    *first, last = (f"`{name}`" for name in names)
    return f"{', '.join(first)} and {last}"


def _cell(says: str) -> str:
    return says.replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(register_page())
    (REFERENCE / "schemas" / "register.schema.json").write_text(schema_text())
    (REFERENCE / "schemas" / "exceptions.schema.json").write_text(exceptions_schema_text())
