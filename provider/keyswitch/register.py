"""The register of keys in stack config: ``keyswitch:keys``, a map from access key id to entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from keyswitch import catalogue
from keyswitch.declaration import Declaration, parse_inputs
from keyswitch.errors import message
from keyswitch.problems import ACCESS_KEY_ID, ON_DESTROY, REASON, STATUS, USER_NAME, Spelling
from keyswitch.secrets import looks_secret

CONFIG_KEY: Final = "keys"

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


def read_register(config: object) -> Register:
    """Reads the value of ``keyswitch:keys``.

    :param config: ``None`` where the stack has no register; else what the config holds.
    """
    if config is None:
        return Register((), ())
    if not isinstance(config, Mapping):
        return Register((), (message(catalogue.BAD_REGISTER, problem="it is no map"),))
    declarations: list[Declaration] = []
    problems: list[str] = []
    for position, (access_key_id, entry) in enumerate(config.items(), start=1):
        name = _name(str(access_key_id), position)
        if not isinstance(entry, Mapping):
            problem = f"entry {name} is no map"
            problems.append(message(catalogue.BAD_REGISTER, problem=problem))
            continue
        parsed = parse_inputs({**entry, _ID: str(access_key_id)}, spelling=_IN_REGISTER)
        problems.extend(f"{name}: {problem}" for problem in parsed.problems)
        if parsed.declaration is not None:
            declarations.append(parsed.declaration)
    return Register(tuple(declarations), tuple(problems))


def _name(access_key_id: str, position: int) -> str:
    return f"number {position}" if looks_secret(access_key_id) else access_key_id
