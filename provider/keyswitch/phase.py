"""What the providers of one plugin process share.

The engine runs a preview and an update in processes of their own, and every dynamic provider of a
program in the same one. Keys of one user may be declared in both forms, so both judge and write
through the same lifecycles, or they would not see each other's switches.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from keyswitch.accounts import DeclaredAccount
from keyswitch.boto import gateway_in
from keyswitch.lifecycle import Lifecycle
from keyswitch.origin import Origin
from keyswitch.settings import AwsSettings


class Phase:
    """The lifecycles, one for each account, and what the program was seen to declare.

    :ivar declared: the ids of all keys that passed Check, for whoever lets one go.
    """

    def __init__(self) -> None:
        self.declared: set[str] = set()
        self._lifecycles: dict[tuple[AwsSettings, DeclaredAccount | None], Lifecycle] = {}
        self._making = Lock()

    def lifecycle_in(
        self,
        account: DeclaredAccount | None,
        settings: AwsSettings,
        origin: Origin,
        tell: Callable[[str], None],
    ) -> Lifecycle:
        """The lifecycle in an account, made at the first call.

        :param tell: see :class:`~keyswitch.lifecycle.Lifecycle`.
        """
        with self._making:
            known = self._lifecycles.get((settings, account))
            if known is None:
                known = Lifecycle(gateway_in(account, settings, origin), tell=tell)
                self._lifecycles[settings, account] = known
            return known


PHASE = Phase()
"""The one of this process."""
