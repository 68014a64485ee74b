"""Which keys the resources of a program declare, and the refusal of a key that two of them do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from threading import Lock

from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.urn import Urn
from keyswitch.plugin.run_notes import DECLARED, RunNotes


class DeclaredKeys:
    """Those that passed Check until now, in this process and in the others of the run.

    The engine asks about one resource after the other.

    :param notes: those of the run; ``None`` where there are none.
    """

    def __init__(self, notes: Callable[[], RunNotes | None]) -> None:
        self._lock = Lock()
        self._own: dict[str, set[str]] = defaultdict(set)
        self._notes = notes

    def claim(self, urn: str, access_key_ids: Iterable[str]) -> None:
        """Notes that a resource declares these keys."""
        notes = self._notes()
        with self._lock:
            for access_key_id in access_key_ids:
                self._own[access_key_id].add(urn)
                if notes is not None:
                    notes.write(DECLARED, access_key_id, urn)

    @property
    def ids(self) -> set[str]:
        """The ids of all of them."""
        return set(self._urns())

    def elsewhere(self, urn: str) -> set[str]:
        """The ids of keys that other resources declare."""
        return {key for key, urns in self._urns().items() if urns - {urn}}

    def duplicates(self, declared: BatchDeclaration) -> dict[str, KeyswitchError]:
        """The refusal (KS110) of each key that another resource declares too, by key id."""
        urns = self._urns()
        names = {
            key.access_key_id: sorted(Urn(urn).name for urn in urns.get(key.access_key_id, ()))
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

    def _urns(self) -> dict[str, set[str]]:
        """By key id the resources that declare it."""
        notes = self._notes()
        others = notes.of_others(DECLARED) if notes is not None else {}
        with self._lock:
            urns = {key: set(own) for key, own in self._own.items()}
        for key, declaring in others.items():
            urns.setdefault(key, set()).update(declaring)
        return urns
