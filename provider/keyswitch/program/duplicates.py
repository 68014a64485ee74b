"""Which resource of a program declares which key: of two that declare the same one, each is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

import pulumi

from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError
from keyswitch.model.state import Declaration


class Claim:
    """One resource's word that it declares certain keys.

    Two resources may have one name, of two types or under two parents, so it is this object that
    tells them apart.

    :ivar ids: of the keys that it declares, as far as they are known.
    :ivar keys: how many keys it is about, those that it no longer declares among them.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.ids: frozenset[str] = frozenset()
        self.keys = 0


class DeclaredKeys:
    """The claims of one program."""

    def __init__(self) -> None:
        self._of: defaultdict[str, list[Claim]] = defaultdict(list)
        self._all: list[Claim] = []

    @property
    def keys(self) -> int:
        """How many keys all of them declare."""
        return sum(claim.keys for claim in self._all)

    def claim(self, access_key_id: object, name: str) -> None:
        """Remembers that the resource ``name`` declares this key, as soon as the id is known."""
        claim = self._made(name)
        claim.keys = 1

        def known(value: object) -> None:
            if isinstance(value, str):
                self._known(claim, [value])

        as_soon_as_known(access_key_id, known)

    def claim_each(self, keys: object, name: str) -> None:
        """Remembers the same of a fleet, for the ids in the map ``keys``."""
        claim = self._made(name)

        def known(value: object) -> None:
            if isinstance(value, Mapping):
                self._known(claim, value)

        as_soon_as_known(keys, known)

    def _known(self, claim: Claim, access_key_ids: Collection[str]) -> None:
        claim.ids, claim.keys = frozenset(access_key_ids), len(access_key_ids)
        for access_key_id in access_key_ids:
            self._of[access_key_id].append(claim)

    def claim_of(self, name: str, access_key_ids: Collection[str]) -> Claim:
        """The claim of a resource, of those with its name the one with most of its keys."""
        named = [claim for claim in self._all if claim.name == name]
        return max(named, key=lambda claim: len(claim.ids.intersection(access_key_ids)))

    def declared_elsewhere(self, claim: Claim) -> set[str]:
        """The ids of keys that other resources declare."""
        return {key for key, all_ in self._of.items() if any(each is not claim for each in all_)}

    def duplicate_error(self, declaration: Declaration, name: str) -> KeyswitchError | None:
        """The refusal (KS110) of a key that another resource than ``name`` declares too."""
        declared_keys = [claim.name for claim in self._of[declaration.access_key_id]]
        names = sorted(declared_keys if name in declared_keys else [*declared_keys, name])
        if len(names) == 1:
            return None
        return KeyswitchError(
            catalogue.DeclaredTwice(names=" and ".join(names)),
            Attempt("declaring", declaration.access_key_id, declaration.user_name),
        )

    def _made(self, name: str) -> Claim:
        claim = Claim(name)
        self._all.append(claim)
        return claim


def as_soon_as_known(value: object, tell: Callable[[object], None]) -> None:
    """Tells a value: at once, or once the output that it is of is known."""
    if isinstance(value, pulumi.Output):
        value.apply(tell)
    else:
        tell(value)
