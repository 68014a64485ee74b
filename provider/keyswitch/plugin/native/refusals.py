"""Every refusal of a program in one preview.

An error in Create or Update ends a preview at the first key, and an error that is only logged ends it with success. So in
a preview each refusal is shown on its own row, and its step is answered as if it were fine, except for the first: that
one waits until no other call is under way, and then fails. ``docs/how-to/native-provider.md`` has the limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.plugin.native.engine import EngineRow
from keyswitch.plugin.process_state import ProcessState


class Refusals:
    """Those of one preview."""

    def __init__(self, process: ProcessState) -> None:
        self._process = process
        self._lock = Lock()
        self._names: list[str] = []

    def refuse(self, row: EngineRow, names: Iterable[str], refusal: KeyswitchError) -> None:
        """Shows a refusal on its row; the first one in the end, and fails with it.

        :param names: what is refused by it, for the sum of all on the stack's row (KS115).
        :raises KeyswitchError: the refusal, if it is the first.
        """
        with self._lock:
            is_first = not self._names
            self._names.extend(names)
        if not is_first:
            row.error(refusal.lines)
            return
        self._process.wait_for_others()
        with self._lock:
            refused = sorted(self._names)
        declared = max(len(self._process.declared.ids), len(refused))
        summary = catalogue.Refused(
            refused=len(refused), declared=declared, names=", ".join(refused)
        )
        row.engine.log("ERROR", line(summary))
        raise refusal
