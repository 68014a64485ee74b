"""Which keys the resources of a program declare, and the refusal of a key that two of them do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from threading import Lock

from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.urn import Urn


class DeclaredKeys:
    """Those that passed Check until now; the engine asks about one resource after the other."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._urns: dict[str, set[str]] = defaultdict(set)

    def claim(self, urn: str, access_key_ids: Iterable[str]) -> None:
        """Notes that a resource declares these keys."""
        with self._lock:
            for access_key_id in access_key_ids:
                self._urns[access_key_id].add(urn)

    def elsewhere(self, urn: str) -> set[str]:
        """The ids of keys that other resources declare."""
        with self._lock:
            return {key for key, urns in self._urns.items() if urns - {urn}}

    def duplicates(self, declared: BatchDeclaration) -> dict[str, KeyswitchError]:
        """The refusal (KS110) of each key that another resource declares too, by key id."""
        with self._lock:
            names = {
                key.access_key_id: sorted(Urn(urn).name for urn in self._urns[key.access_key_id])
                for key in declared.keys
            }
        return {
            key.access_key_id: KeyswitchError(
                catalogue.DeclaredTwice(names=" and ".join(names[key.access_key_id])),
                Attempt("declaring", key.access_key_id, key.user_name),
            )
            for key in declared.keys
            if len(names[key.access_key_id]) > 1
        }
