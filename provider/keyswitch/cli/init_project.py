"""The project of ``keyswitch init``: the folder it is in, and the files of Pulumi and of git."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from keyswitch.cli.config_values import map_in
from keyswitch.cli.init_files import PlannedFile, content_of
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.validators import kind_of

PROJECT_FILE: Final = "Pulumi.yaml"
PROGRAM: Final = "__main__.py"
_OTHER_NAMES: Final = ("Pulumi.yml", "Pulumi.json")
_DECLARES: Final = "declare_register"
_IGNORED: Final = (".venv/", "__pycache__/", ".keyswitch/")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_FITS_A_PIPELINE: Final = re.compile(r"[\w.-](?:[\w ./-]*[\w./-])?", re.ASCII)
_SETTINGS: Final = """\
name: {name}
description: The status of IAM access keys, as code. The register of keys is in the stack's config.
runtime:
  name: python
  options:
    virtualenv: .venv
options:
  refresh: always
"""


@dataclass(frozen=True)
class ProjectFolder:
    """A folder that is to hold a project, or holds one.

    :param path: absolute.
    """

    path: Path

    @cached_property
    def top(self) -> Path:
        """The repository's top folder, the project's own if it is in none: where a forge looks for pipelines."""
        places = (self.path, *self.path.parents)
        return next((each for each in places if (each / ".git").exists()), self.path)

    @property
    def work_dir(self) -> str:
        """The project's folder in the repository, as a pipeline names it.

        :raises KeyswitchError: no pipeline's file can hold that name (KS793).
        """
        inner = self.path.relative_to(self.top).as_posix()
        if not _FITS_A_PIPELINE.fullmatch(inner):
            raise KeyswitchError(catalogue.UnusableFolderName(folder=inner))
        return inner

    @cached_property
    def around(self) -> Path | None:
        """The file of another project that this folder is in."""
        found = (each / PROJECT_FILE for each in self.path.parents)
        return next((each for each in found if each.is_file()), None)

    def name_for(self, stack: str) -> str:
        """That of the project in the folder; of a new one the stack's, or the folder's if Pulumi takes it.

        :param stack: in a name of three parts, the project is the second; with two parts, the first is an organization or
            a project, which the name does not say.
        """
        _, _, within = stack.partition("/")
        of_stack = within.partition("/")[0] if "/" in within else ""
        found = str(self._settings.get("name") or of_stack or self.path.name)
        return found if _NAME.fullmatch(found) else "keys"

    @cached_property
    def forge(self) -> str:
        """The forge that the repository seems to be on; empty if nothing says so."""
        config = b""
        with suppress(OSError):
            config = (self.top / ".git" / "config").read_bytes()
        is_github = b"github" in config or (self.top / ".github").is_dir()
        is_gitlab = b"gitlab" in config or (self.top / ".gitlab-ci.yml").exists()
        return "" if is_github is is_gitlab else "github" if is_github else "gitlab"

    @cached_property
    def _settings(self) -> Mapping[str, Any]:
        path = self.path / PROJECT_FILE
        return map_in(path, _text(content_of(self.top, path)))

    def check_that_it_is_free(self) -> None:
        """Refuses a folder with a program that declares no register, or whose files Pulumi finds under other names.

        :raises KeyswitchError: there is one (KS790).
        """
        path = self.path / PROJECT_FILE
        for name in _OTHER_NAMES:
            if (self.path / name).exists():
                raise _another(
                    self.path / name, f"Pulumi reads that file instead of {PROJECT_FILE}"
                )
        runtime = self._settings.get("runtime", "python")
        language = runtime.get("name") if isinstance(runtime, dict) else runtime
        if language != "python":
            named = language if isinstance(language, str) else kind_of(language)
            raise _another(path, f"its runtime is {named}, and the ready-made program is in Python")
        if self._settings.get("main"):
            raise _another(path, "its program is in another folder, by the setting main")
        if self._settings.get("stackConfigDir"):
            raise _another(path, "its stacks are in another folder, by the setting stackConfigDir")
        program = content_of(self.top, self.path / PROGRAM)
        if program is not None and _DECLARES not in _text(program):
            raise _another(self.path / PROGRAM, f"it does not call {_DECLARES}()")

    def files(self, name: str) -> list[PlannedFile]:
        """Those of the project itself.

        :param name: of the project, for a new one.
        :raises KeyswitchError: a place is none for a file (KS792).
        """
        program = Path(__file__).with_name("starter").joinpath("program.txt").read_bytes()
        return [
            self.planned(PROJECT_FILE, _SETTINGS.format(name=name).encode()),
            self.planned(PROGRAM, program),
            self._ignored(),
        ]

    def planned(self, name: str, content: bytes) -> PlannedFile:
        """A file in the project's folder."""
        return PlannedFile.of(self.top, self.path / name, name, content)

    def planned_at_top(self, name: str, content: bytes) -> PlannedFile:
        """A file in the repository's top folder."""
        shown = "../" * len(self.path.relative_to(self.top).parts) + name
        return PlannedFile.of(self.top, self.top / name, shown, content)

    def _ignored(self) -> PlannedFile:
        path = self.path / ".gitignore"
        before = content_of(self.top, path)
        lines = {line.strip().rstrip(b"/") for line in (before or b"").splitlines()}
        missing = [each for each in _IGNORED if each.rstrip("/").encode() not in lines]
        ending = b"\r\n" if b"\r\n" in (before or b"") else b"\n"
        begun = before or b""
        if begun and missing and not begun.endswith(b"\n"):
            begun += ending
        after = begun + b"".join(each.encode() + ending for each in missing)
        return PlannedFile(path, path.name, before, after, only_adds=True)


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")


def _another(path: Path, problem: str) -> KeyswitchError:
    return KeyswitchError(catalogue.AnotherProgram(path=path, problem=problem))
