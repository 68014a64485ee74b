"""The accounts of a register: entries name one, and are given its fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.messages.redact import redact
from keyswitch.model.inputs import ACCOUNT, ACCOUNT_NAME, IN_CAMEL_CASE
from keyswitch.model.register_names import ACCOUNTS_KEY

_ACCOUNT: Final = IN_CAMEL_CASE[ACCOUNT]


def with_account(bag: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any] | None:
    """The bag with the account that it names in full, ``None`` if there is none of that name.

    :param bag: an entry, or the defaults, as the register spells them.
    :param named: the accounts by name.
    """
    name = bag.get(_ACCOUNT)
    if not isinstance(name, str):
        return dict(bag)
    account = named.get(name)
    if not isinstance(account, Mapping):
        return None
    return {**bag, _ACCOUNT: {ACCOUNT_NAME: name, **account}}


def unknown_account(
    bag: Mapping[str, Any], named: Mapping[str, Any], encrypted: Collection[str]
) -> catalogue.UnknownAccount:
    """The refusal of an account that there is none of.

    What is encrypted is not named: neither the account asked for nor those that there are.
    """
    account = "(encrypted)" if encrypted else bag[_ACCOUNT]
    known = f"{len(named)} accounts" if ACCOUNTS_KEY in encrypted else known_accounts(named)
    return catalogue.UnknownAccount(account=account, known=known)


def known_accounts(named: Mapping[str, Any]) -> str:
    """The names of the accounts in words."""
    return redact(", ".join(named)) or "none"
