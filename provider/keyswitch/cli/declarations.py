"""What an audit compares keys with: a register, a stack's state, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property

from keyswitch.cli.stack_config import StackConfig
from keyswitch.report.expected_keys import ExpectedKey, with_recorded
from keyswitch.report.stack_state import NO_ACCOUNT, read_accounts


@dataclass(frozen=True)
class Declarations:
    """The declared keys of each account.

    :param config: the stack's config with the register; ``None`` for none.
    :param account: the account that entries are of, a name of ``keyswitch:accounts``; ``None`` for the stack's own.
    :param recorded: of a state: account id to key id to the key; ``None`` for none.
    :param whose: the state in words.
    """

    config: StackConfig | None
    account: str | None
    recorded: Mapping[str, Mapping[str, ExpectedKey]] | None = None
    whose: str = ""

    @classmethod
    def read(
        cls, config: StackConfig | None, account: str | None, export: str | None, whose: str
    ) -> Declarations:
        """Those of a register and of what ``pulumi stack export`` printed.

        :raises KeyswitchError: the register has problems (KS116), or the export cannot be read (KS705).
        """
        recorded = read_accounts(export, datetime.now(timezone.utc)) if export is not None else None
        found = cls(config, account, recorded, whose)
        _ = config.expected(account) if config is not None else None
        return found

    @property
    def in_words(self) -> str:
        """What the keys are compared with; empty for nothing."""
        register = f"the register in {self.config.path.name}" if self.config is not None else ""
        return " and ".join(filter(None, (register, self.whose)))

    def of_one(self, account_id: str) -> Mapping[str, ExpectedKey] | None:
        """The declared keys of the one account that is audited, by id; ``None`` where nothing is compared with.

        :param account_id: twelve digits, or empty where it is not known.
        """
        declared = self.config.expected(self.account) if self.config is not None else None
        return self._both(declared, account_id)

    def of_member(
        self, account_id: str, *, is_own: bool, there: frozenset[str]
    ) -> Mapping[str, ExpectedKey] | None:
        """The declared keys of one of many accounts, by id.

        :param is_own: whether it is the account of the credentials, in which entries without an account are.
        :param there: the ids of its keys: a key of which neither the register nor the state tells the account is one
            of the account that has it.
        """
        found = self._in_member(account_id, is_own=is_own)
        if found is None:
            return None
        untold = self._untold
        return {key: each for key, each in found.items() if key not in untold or key in there}

    def users_of_member(self, account_id: str, *, is_own: bool) -> tuple[str, ...]:
        """The users that a declaration names in one of many accounts, or in an account that it does not tell."""
        found = self._in_member(account_id, is_own=is_own) or {}
        return tuple(each.user_name for each in found.values() if each.user_name)

    @cached_property
    def keys_by_account(self) -> Mapping[str, int]:
        """How many keys are declared of each account, by its id; without those of the account of the credentials."""
        found: dict[str, set[str]] = {}
        for told in (self.config.expected_by_id if self.config else {}, self.recorded or {}):
            for account_id, keys in told.items():
                found.setdefault(account_id, set()).update(keys)
        found.pop(NO_ACCOUNT, None)
        return {account_id: len(keys) for account_id, keys in sorted(found.items())}

    @cached_property
    def _untold(self) -> frozenset[str]:
        """Ids of keys of which the register, or the state, does not tell the account."""
        of_register = self.config.expected_by_id.get(NO_ACCOUNT, {}) if self.config else {}
        return frozenset((*of_register, *(self.recorded or {}).get(NO_ACCOUNT, {})))

    def _in_member(self, account_id: str, *, is_own: bool) -> Mapping[str, ExpectedKey] | None:
        """Those of one of many accounts, and those that may be of any."""
        declared = None
        if self.config is not None:
            of_any = self.config.expected_in(NO_ACCOUNT, is_own=False)
            declared = {**of_any, **self.config.expected_in(account_id, is_own=is_own)}
        return self._both(declared, account_id)

    def _both(
        self, declared: Mapping[str, ExpectedKey] | None, account_id: str
    ) -> Mapping[str, ExpectedKey] | None:
        if self.recorded is None:
            return declared
        recorded = {
            **self.recorded.get(NO_ACCOUNT, {}),
            **self.recorded.get(account_id, {}),
        }
        return recorded if declared is None else with_recorded(declared, recorded)
