"""Files written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from keyswitch import catalogue
from keyswitch.errors import KeyswitchError


def write_whole(path: Path, text: str) -> None:
    """Writes a file in one step: a reader, or an end in the middle, sees the old one or the new one.

    What is no file, such as ``/dev/stdout``, is written to as it is.

    :raises KeyswitchError: it cannot be written (KS707).
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8", newline="")
            return
        path = path.resolve()
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with beside.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
            if path.exists():
                beside.chmod(path.stat().st_mode & 0o777)
            beside.replace(path)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise KeyswitchError(catalogue.NOT_WRITTEN, path=path, problem=problem) from None
