"""The register of keys in stack config: ``keyswitch:keys``, a map from access key id to entry."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from keyswitch import catalogue
from keyswitch.declaration import Declaration, parse_inputs
from keyswitch.errors import message
from keyswitch.problems import ACCESS_KEY_ID, ON_DESTROY, REASON, STATUS, USER_NAME, Spelling
from keyswitch.secrets import looks_secret

CONFIG_KEY: Final = "keys"

_REPEATABLE_ID = re.compile(r"[A-Za-z0-9_-]{1,39}")

_ID: Final = "the entry's id"
_IN_REGISTER: Final[Spelling] = {
    ACCESS_KEY_ID: _ID,
    STATUS: "status",
    USER_NAME: "userName",
    REASON: "reason",
    ON_DESTROY: "onDestroy",
}


@dataclass(frozen=True)
class Register:
    """The declared keys in the order of the config, and every problem, each naming its entry."""

    declarations: tuple[Declaration, ...]
    problems: tuple[str, ...]

    @property
    def summary(self) -> str:
        """What to fail with, once every problem has been told."""
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        return message(catalogue.BAD_ENTRIES, count=count)


def read_register(config: str | None) -> Register:
    """Reads the value of ``keyswitch:keys``.

    :param config: JSON, as Pulumi hands structured config over; ``None`` if the stack has none.
    """
    if config is None:
        return Register((), ())
    try:
        entries = json.loads(config)
    except ValueError:
        entries = None
    if not isinstance(entries, dict):
        return Register((), (message(catalogue.BAD_REGISTER, problem="it is no map"),))
    declarations: list[Declaration] = []
    problems: list[str] = []
    for position, (access_key_id, entry) in enumerate(entries.items(), start=1):
        name = access_key_id if _is_repeatable(access_key_id) else f"number {position}"
        if not isinstance(entry, dict):
            problem = f"entry {name} is no map"
            problems.append(message(catalogue.BAD_REGISTER, problem=problem))
            continue
        parsed = parse_inputs({**entry, _ID: access_key_id}, spelling=_IN_REGISTER)
        problems.extend(problem.told_of(f"entry {name}") for problem in parsed.problems)
        if parsed.declaration is not None:
            declarations.append(parsed.declaration)
    return Register(tuple(declarations), tuple(problems))


def _is_repeatable(access_key_id: str) -> bool:
    return bool(_REPEATABLE_ID.fullmatch(access_key_id)) and not looks_secret(access_key_id)
