"""Every input of a key, once: its name, what it says, how it is checked and read.

The spelling of each front, the validation, the parsing, what a state is written from, the reference page
and the tests of the typed Python classes follow from these tables. What no single input is wrong about
stands in :mod:`keyswitch.model.cross_validation`. Names are public for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from keyswitch.model import validators
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.durations import Duration
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.status import OnDestroy, OnDrift, Status, WhenUnmet
from keyswitch.model.until import WARN_BEFORE_BY_DEFAULT, Until

ACCESS_KEY_ID: Final = "access_key_id"
STATUS: Final = "status"
USER_NAME: Final = "user_name"
REASON: Final = "reason"
ACTIVE_UNTIL: Final = "active_until"
WARN_BEFORE: Final = "warn_before"
ON_DESTROY: Final = "on_destroy"
ON_DRIFT: Final = "on_drift"
SAFEGUARDS: Final = "safeguards"
OVERRIDE: Final = "override"
ACCOUNT: Final = "account"
ACCOUNT_NAME: Final = "name"
EXTERNAL_ID: Final = "external_id"
"""Of an account."""
MOVED_FROM: Final = "moved_from"
"""What was recorded of a key under another name; no input of programs, see :mod:`keyswitch.program.moved_keys`."""


@dataclass(frozen=True)
class Input:
    """One input.

    :ivar says: what it says, for reference pages and docstrings.
    :ivar check: what is wrong with a value; ``None`` for a map, whose parts are checked one by one.
    :ivar read: the typed value of one that nothing is wrong with.
    :ivar required: whether a program must give it.
    :ivar decides: whether no change of a key can be planned while it is unknown.
    :ivar shared: whether the defaults of a register may give it for every entry.
    :ivar default: the word that holds if it is omitted.
    :ivar parts: the inputs in it, if it is a map.
    """

    name: str
    says: str
    check: validators.Check | None
    read: Callable[[Any], Any] = str
    required: bool = False
    decides: bool = True
    shared: bool = False
    default: str = ""
    parts: tuple[Input, ...] = ()

    @property
    def description(self) -> str:
        """What it says, and its default."""
        return f"{self.says} Default: ``{self.default}``." if self.default else self.says

    @property
    def in_camel_case(self) -> str:
        """As YAML and the other languages spell it: ``userName``."""
        return camel(self.name)

    @property
    def in_markdown(self) -> str:
        """The description as a sentence of a page."""
        text = self.description.replace("``", "`")
        return text[0].upper() + text[1:]


def camel(name: str) -> str:
    """``user_name`` as YAML and the other languages spell it: ``userName``."""
    return re.sub("_(.)", lambda found: found[1].upper(), name)


def _boolean(name: str, says: str) -> Input:
    return Input(name, says, validators.boolean, bool)


def _duration(name: str, says: str) -> Input:
    return Input(name, says, validators.duration, Duration.read)


IN_SAFEGUARDS: Final = (
    _duration(
        "unused_for",
        "to deactivate: a duration (``7d``, ``36h``, ``1h30m``). The key was last used at least that long ago; "
        "one never used counts from its creation. AWS can take 15 minutes to record a use.",
    ),
    Input(
        "successor",
        "to deactivate: the id of another key of the same user that is Active and was used after this key's last "
        "use.",
        validators.access_key_id,
    ),
    _duration(
        "overlap",
        "to deactivate: a duration. The successor was created at least that long ago.",
    ),
    _boolean("keep_one_active", "to deactivate: the user keeps another Active key."),
    _boolean(
        "allow_own_key",
        "to deactivate: the key may be one that signs this program's calls, or that its role was assumed with. By "
        "default such a key stays Active.",
    ),
    _boolean(
        "allow_reactivation",
        "to activate: the key may be one that somebody else deactivated. By default only a declaration that "
        "changed from Inactive to Active activates a key.",
    ),
    _boolean(
        "refuse_quarantined",
        "to activate: the user has no ``AWSCompromisedKeyQuarantine*`` policy.",
    ),
    Input(
        "unmet",
        "what happens while a safeguard is not met: ``refuse`` fails the run; ``hold`` keeps the key as it is until "
        "a later run finds the safeguards met.",
        validators.word(WhenUnmet),
        WhenUnmet,
        default="refuse",
    ),
)
IN_ACCOUNT: Final = (
    Input(ACCOUNT_NAME, "what messages call the account.", validators.filled, required=True),
    Input(
        "role_arn",
        "a role to assume, after the stack's own roles.",
        validators.role_arn,
    ),
    Input(EXTERNAL_ID, "the external id for that role.", validators.external_id),
    Input(
        "session_name",
        "the session name for that role. Omitted, ``keyswitch-PROJECT-STACK``.",
        validators.session_name,
    ),
    Input(
        "duration",
        "how long the role's session lasts, ``15m`` to ``12h``.",
        validators.session_duration,
        default="15m",
    ),
    Input("region", "instead of the stack's region.", validators.filled),
    Input(
        "profile",
        "a profile of the shared AWS files, instead of the stack's own credentials and roles.",
        validators.filled,
    ),
    Input(
        "allowed_account_ids",
        "the only accounts in which keyswitch may act for these keys, twelve digits each, instead of the stack's "
        "``allowedAccountIds``. What the stack forbids stays forbidden.",
        validators.account_ids,
        lambda listed: tuple(map(validators.account_id, listed)) or None,
    ),
)


def _typed(parts: Iterable[Input], bag: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a bag, by property name, gives of these inputs."""
    return {part.name: part.read(bag[part.name]) for part in parts if part.name in bag}


OF_A_KEY: Final = (
    Input(
        ACCESS_KEY_ID,
        "the id of an existing long-term key (``AKIA...``). Another id is another resource.",
        validators.access_key_id,
        required=True,
    ),
    Input(
        STATUS,
        "the status that the key should have, ``Active`` or ``Inactive``.",
        validators.status,
        Status,
        required=True,
    ),
    Input(
        USER_NAME,
        "the IAM user that owns the key. Omitted, the owner is looked up with ``iam:GetAccessKeyLastUsed``, or else "
        "taken to be the signer.",
        validators.user_name,
    ),
    Input(
        REASON,
        "why, for readers of the program, the register and the state.",
        validators.text,
        decides=False,
    ),
    Input(
        ACTIVE_UNTIL,
        "until when the key is declared Active: a date such as ``2027-03-31``, the whole of which counts, in UTC, or a "
        "moment with its offset such as ``2027-03-31T18:00:00+02:00``. The first run after that deactivates the key, "
        "as if the program declared Inactive from then on. Only with the status ``Active``.",
        validators.active_until,
        Until.read,
    ),
    Input(
        WARN_BEFORE,
        "how long before ``active_until`` each run begins to warn; a duration.",
        validators.duration,
        Duration.read,
        decides=False,
        shared=True,
        default=str(WARN_BEFORE_BY_DEFAULT),
    ),
    Input(
        ON_DESTROY,
        "what happens to the key when its declaration ends: ``leave`` makes no call, ``deactivate`` deactivates the "
        "key, ``restore`` sets the status back to that at adoption.",
        validators.word(OnDestroy),
        OnDestroy,
        decides=False,
        shared=True,
        default="leave",
    ),
    Input(
        ON_DRIFT,
        "what happens when somebody else changes the status: ``enforce`` corrects it, as far as the safeguards "
        "allow; ``report`` warns in each run and changes nothing.",
        validators.word(OnDrift),
        OnDrift,
        shared=True,
        default="enforce",
    ),
    Input(
        SAFEGUARDS,
        "what a status change has to meet. Omitted, a key that Pulumi authenticates with stays Active, and a key that "
        "somebody else deactivated stays Inactive.",
        None,
        lambda bag: DeclaredSafeguards(**_typed(IN_SAFEGUARDS, bag)),
        shared=True,
        parts=IN_SAFEGUARDS,
    ),
    Input(
        OVERRIDE,
        "why the key is deactivated despite every safeguard, such as ``INC-4711``.",
        validators.override,
    ),
    Input(
        ACCOUNT,
        "the account that the key is in, if it is not the stack's own. Another way into the same account is no "
        "replacement.",
        None,
        lambda bag: DeclaredAccount(**_typed(IN_ACCOUNT, bag)),
        shared=True,
        parts=IN_ACCOUNT,
    ),
)
BY_NAME: Final = {each.name: each for each in OF_A_KEY}
INPUTS: Final = tuple(BY_NAME)
MAPS: Final = frozenset(each.name for each in OF_A_KEY if each.parts)
"""The inputs that are maps."""
DECIDING: Final = frozenset(each.name for each in OF_A_KEY if each.decides)
"""The inputs without which no change of a key can be planned."""

Spelling = Mapping[str, str]
"""How one front spells each input, safeguard and field of an account; what is spelt with a
space is not written by hand there."""

_ALL: Final = (*OF_A_KEY, *IN_SAFEGUARDS, *IN_ACCOUNT)
IN_PROGRAMS: Final[Spelling] = {each.name: each.name for each in _ALL}
IN_CAMEL_CASE: Final[Spelling] = {each.name: each.in_camel_case for each in _ALL}


def typed(bag: Mapping[str, Any]) -> dict[str, Any]:
    """The typed value of each input that a bag gives.

    :param bag: by property name, all of it such that nothing is wrong with it.
    """
    return _typed(OF_A_KEY, bag)


def written(declared: object, parts: Iterable[Input] = OF_A_KEY) -> dict[str, Any]:
    """A fresh bag of what :func:`typed` reads, without what is omitted.

    :param declared: has an attribute for each of ``parts``.
    """
    bag: dict[str, Any] = {}
    for part in parts:
        value = getattr(declared, part.name)
        if part.parts and value is not None:
            value = written(value, part.parts) or None
        if value is not None:
            bag[part.name] = _plain(value)
    return bag


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Enum | Duration | Until) else value


def by_property(
    bag: Mapping[str, object], parts: Iterable[Input], spelling: Spelling
) -> dict[str, object]:
    """The bag without what is omitted, by property name; what is none keeps a name that none has."""
    properties = {spelling[part.name]: part.name for part in parts}
    strangers = {name: f"{name} " if name in spelling else name for name in bag}
    return {
        properties.get(spelt, strangers[spelt]): value
        for spelt, value in bag.items()
        if value is not None
    }
