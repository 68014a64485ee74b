"""The stack's file of ``keyswitch init``: its settings, and its register from the same code as ``discover --write``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from keyswitch.cli.discover import entries_of
from keyswitch.cli.init_files import PlannedFile, content_of
from keyswitch.cli.init_project import ProjectFolder
from keyswitch.cli.register_schema import MODELINE, SCHEMA_FILE, schema_text
from keyswitch.cli.scan import Selection
from keyswitch.cli.signing import Signing, caller_of
from keyswitch.cli.stack_config import REGISTER, StackConfig
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError

Entries = Mapping[str, Mapping[str, str]]
_EVERYBODY: Final = Selection(users=(), path_prefix="/", fresh=False)


@dataclass(frozen=True)
class StackFile:
    """``Pulumi.STACK.yaml`` of a project.

    :param stack: the stack's name; its last part names the file.
    :param account_id: the only account in which the stack may act; empty for any.
    :param region: empty for none.
    """

    folder: ProjectFolder
    stack: str
    account_id: str = ""
    region: str = ""

    @property
    def name(self) -> str:
        """The file's name."""
        return f"Pulumi.{self.stack.rpartition('/')[2]}.yaml"

    @cached_property
    def config(self) -> StackConfig:
        """The file as it is.

        :raises KeyswitchError: it cannot be read (KS702), or its place is none for a file (KS792).
        """
        content_of(self.folder.top, self._path)
        return StackConfig(self._path)

    def discovered(self, profile: str | None) -> tuple[dict[str, dict[str, str]], str]:
        """An entry for each key of the account that the credentials are of, and the account's id.

        :param profile: ``None`` for the credentials of the environment.
        :raises KeyswitchError: IAM cannot be asked, or the account is another one (KS794).
        """
        self.config.check_that_it_takes_entries(None)
        client = Signing(self.config, None, profile, self.region or None, None).client()
        caller = caller_of(client)
        if self.account_id and caller.account_id != self.account_id:
            message = catalogue.AnotherAccount(found=caller.account_id, wanted=self.account_id)
            raise KeyswitchError(message)
        inventory = _EVERYBODY.inventory(client, caller, as_of_now=True)
        return entries_of(inventory), caller.account_id

    def files(self, entries: Entries) -> list[PlannedFile]:
        """The file with the entries that it does not have yet, and next to a new one its schema.

        :raises KeyswitchError: there is no place for the entries (KS712).
        """
        before = content_of(self.folder.top, self._path)
        _, text = self.config.with_added(entries, self._beginning)
        planned = PlannedFile(self._path, self.name, before, text.encode(), only_adds=True)
        schema = self.folder.path / SCHEMA_FILE
        if before is not None or content_of(self.folder.top, schema) is not None:
            return [planned]
        return [planned, self.folder.planned(SCHEMA_FILE, schema_text().encode())]

    def count(self, added: Iterable[str]) -> int:
        """How many keys the register declares with these, those of rotations included.

        :param added: ids; the file is looked at as it was before anything was written.
        :raises KeyswitchError: the register is encrypted (KS713).
        """
        return len(self.config.declared_ids.union(added))

    def notes(self) -> Iterator[str]:
        """What a file that was there already does not say."""
        wanted = {"aws:region": self.region, "aws:allowedAccountIds": self.account_id}
        for key, value in wanted.items():
            if value and self._path.exists() and not self._has(key, value):
                path = f"--path '{key}[0]'" if key.endswith("Ids") else key
                yield (
                    f"{self.name} keeps its settings, and {key} is not {value} there. To set it, run: "
                    f"pulumi config set {path} {value}"
                )

    def _has(self, key: str, value: str) -> bool:
        try:
            return value in str(StackConfig(self._path).setting(key))
        except KeyswitchError:
            return False

    @property
    def _path(self) -> Path:
        return self.folder.path / self.name

    @property
    def _beginning(self) -> str:
        lines = ["config:"]
        if self.account_id:
            lines += ["  aws:allowedAccountIds:", f'    - "{self.account_id}"']
        if self.region:
            lines += [f"  aws:region: {self.region}"]
        return MODELINE + "\n".join([*lines, f"  {REGISTER}: {{}}", ""])
