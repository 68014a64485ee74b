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
        with self._lock:
            return {*self._own, *self._of_others()}

    def elsewhere(self, urn: str, access_key_ids: Iterable[str]) -> set[str]:
        """Those among some ids that other resources declare."""
        urns = self._urns(access_key_ids)
        return {key for key, declaring in urns.items() if declaring - {urn}}

    def duplicates(self, declared: BatchDeclaration) -> dict[str, KeyswitchError]:
        """The refusal (KS110) of each key that another resource declares too, by key id."""
        urns = self._urns(key.access_key_id for key in declared.keys)
        return {
            key.access_key_id: KeyswitchError(
                catalogue.DeclaredTwice(names=" and ".join(_names(urns[key.access_key_id]))),
                Attempt("declaring", key.access_key_id, key.user_name),
            )
            for key in declared.keys
            if len(urns[key.access_key_id]) > 1
        }

    def _urns(self, access_key_ids: Iterable[str]) -> dict[str, set[str]]:
        """By key id the resources that declare it."""
        others = self._of_others()
        with self._lock:
            return {key: {*self._own.get(key, ()), *others.get(key, ())} for key in access_key_ids}

    def _of_others(self) -> dict[str, list[str]]:
        notes = self._notes()
        return notes.of_others(DECLARED) if notes is not None else {}


def _names(urns: Iterable[str]) -> list[str]:
    return sorted(Urn(urn).name for urn in urns)
