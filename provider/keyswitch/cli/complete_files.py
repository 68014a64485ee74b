"""What a shell completes where an option takes a stack config file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem

_STACK_FILES: Final = ("Pulumi.*.yaml", "Pulumi.*.yml")


def stack_files(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The stack config files of this folder; of any other, the files that the shell sees."""
    here = sorted(str(path) for pattern in _STACK_FILES for path in Path().glob(pattern))
    found = [CompletionItem(path) for path in here if path.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]
