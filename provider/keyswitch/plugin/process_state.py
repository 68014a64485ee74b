"""What one process knows of the keys that a program declares, in whatever form.

The engine runs a preview and an update in processes of their own, every dynamic provider of a
program in the same one, and each explicit provider in another; the program itself runs in one more. In each of them keys of one user may be
declared by themselves or in fleets, and in several accounts, so all are judged and switched through
the reconcilers of one :class:`ProcessState`, or they would not see each other's switches.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from threading import Condition, Lock, get_ident
from typing import ParamSpec, TypeVar

from keyswitch.iam.boto import BotoClient
from keyswitch.iam.user_agent import Origin
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.status import Status
from keyswitch.plugin.declared_keys import DeclaredKeys
from keyswitch.plugin.run_notes import DEACTIVATED, PLANNED, RunNotes
from keyswitch.reconcile.clock import Clock
from keyswitch.reconcile.coordination import Shared
from keyswitch.reconcile.reconciler import Reconciler

P = ParamSpec("P")
R = TypeVar("R")

QUIET_SECONDS = 2.0
"""How long no other call may have been under way before a key that signs is deactivated: the engine takes
a moment from the end of one step to the beginning of the next."""


class _Told(dict[str, Status]):
    """Statuses by key id that the other processes of the run see too, and those that they told."""

    def __init__(self, kind: str, notes: Callable[[], RunNotes | None]) -> None:
        super().__init__()
        self._kind = kind
        self._notes = notes

    def __setitem__(self, access_key_id: str, status: Status) -> None:
        notes = self._notes()
        if notes is not None:
            notes.write(self._kind, access_key_id, str(status))
        super().__setitem__(access_key_id, status)

    def __contains__(self, access_key_id: object) -> bool:
        return super().__contains__(access_key_id) or access_key_id in self._of_others()

    def __missing__(self, access_key_id: str) -> Status:
        return Status(self._of_others()[access_key_id][-1])

    def _of_others(self) -> Mapping[str, list[str]]:
        notes = self._notes()
        return notes.of_others(self._kind) if notes is not None else {}


class ProcessState:
    """The reconcilers, one for each account, and what the program was seen to declare.

    :param shows_overrides: see :class:`~keyswitch.reconcile.reconciler.Reconciler`.
    :ivar declared: the keys that passed Check, for whoever ends a declaration.
    :ivar quiet_seconds: see :meth:`wait_for_others`.
    :ivar clock: the one of everything that this process decides.
    """

    def __init__(self, *, shows_overrides: bool = False, quiet: float = QUIET_SECONDS) -> None:
        self.clock = Clock()
        self.declared = DeclaredKeys(self._run_notes)
        self._engine_address = ""
        self._notes: RunNotes | None = None
        self._shows_overrides = shows_overrides
        self.quiet_seconds = quiet
        self._accounts: set[DeclaredAccount | None] = set()
        self._shared = Shared(
            planned=_Told(PLANNED, self._run_notes),
            deactivated=_Told(DEACTIVATED, self._run_notes),
            alone_in_run=self._alone_in_run,
        )
        self._clients: dict[tuple[AwsSettings, DeclaredAccount | None], BotoClient] = {}
        self._reconcilers: dict[tuple[AwsSettings, DeclaredAccount | None], Reconciler] = {}
        self._making = Lock()
        self._joining = Lock()
        self._calls_changed = Condition()
        self._calls: set[int] = set()
        self._last_change = 0.0

    def join(self, engine_address: str) -> None:
        """Has this process share what it does with the other providers of the run.

        :param engine_address: ``HOST:PORT``; empty where no engine has said so.
        """
        self._engine_address = engine_address

    def declare(
        self, urn: str, access_key_ids: Iterable[str], account: DeclaredAccount | None
    ) -> None:
        """Notes keys that a resource declares, and the account that it declares them in."""
        self.declared.claim(urn, access_key_ids)
        self.act_in(account)

    def act_in(self, account: DeclaredAccount | None) -> None:
        """Notes an account that the program declares keys in."""
        with self._making:
            self._accounts.add(account)

    def reconciler_in(
        self,
        account: DeclaredAccount | None,
        settings: AwsSettings,
        origin: Origin,
    ) -> Reconciler:
        """The reconciler in an account, made at the first call."""
        client = self.client_in(account, settings, origin)
        with self._making:
            self._accounts.add(account)
            known = self._reconcilers.get((settings, account))
            if known is None:
                known = Reconciler(
                    client,
                    self.clock,
                    shared=self._shared,
                    signing_elsewhere=lambda: self._signing(settings, origin, account),
                    shows_overrides=self._shows_overrides,
                )
                self._reconcilers[settings, account] = known
            return known

    def client_in(
        self, account: DeclaredAccount | None, settings: AwsSettings, origin: Origin
    ) -> BotoClient:
        """The client to an account, made at the first call; it calls nobody before it is asked."""
        with self._making:
            if (settings, account) not in self._clients:
                self._clients[settings, account] = BotoClient.in_account(account, settings, origin)
            return self._clients[settings, account]

    def signer_goes(self, access_key_id: str) -> None:
        """Notes that a key that signs is about to be deactivated by another process of this run."""
        self._shared.accepted.add(access_key_id)

    def _run_notes(self) -> RunNotes | None:
        """Made at the first use; ``None`` for a process that is of no run, or cannot write its notes."""
        with self._joining:
            if self._notes is None and self._engine_address:
                try:
                    self._notes = RunNotes(self._engine_address)
                except OSError:
                    # One process by itself needs none.
                    self._engine_address = ""
            return self._notes

    @contextmanager
    def _alone_in_run(self, user_name: str | None) -> Iterator[None]:
        notes = self._run_notes()
        with notes.alone_with(user_name) if notes is not None else nullcontext():
            yield

    def _signing(
        self, settings: AwsSettings, origin: Origin, but: DeclaredAccount | None
    ) -> Mapping[str, str]:
        """The keys that sign in the other accounts of the program: id to the account's name.

        An account without a profile is reached with what the stack's own settings sign with, so that one
        such way tells of them all. What cannot be told signs nothing.
        """
        with self._making:
            accounts = sorted(self._accounts, key=lambda each: each.name if each else "")
        ways = {(account.profile if account else None): account for account in accounts}
        own = but.profile if but else None
        found: dict[str, str] = {}
        for profile, account in ways.items():
            if profile == own:
                continue
            try:
                keys = self.client_in(account, settings, origin).signing_keys()
            except KeyswitchError:
                continue
            found.update(dict.fromkeys(keys, account.name if account else ""))
        return found

    @contextmanager
    def call_under_way(self) -> Iterator[None]:
        """Counts a call of the engine's while it lasts, for :meth:`wait_for_others`."""
        self._change(self._calls.add)
        try:
            yield
        finally:
            self._change(self._calls.discard)

    def counted(self, method: Callable[P, R]) -> Callable[P, R]:
        """Has ``method`` counted as a call under way."""

        @functools.wraps(method)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            with self.call_under_way():
                return method(*args, **kwargs)

        return wrapper

    def wait_for_others(self) -> None:
        """Returns once no other call is under way, and none has begun for a moment.

        For a key that signs the calls of others. Calls that wait here themselves are not waited for.
        """
        self._change(self._calls.discard)
        with self._calls_changed:
            while (left := self._quiet_left()) > 0:
                self._calls_changed.wait(left)

    def _quiet_left(self) -> float:
        since = time.monotonic() - self._last_change
        return self.quiet_seconds if self._calls else self.quiet_seconds - since

    def _change(self, change: Callable[[int], None]) -> None:
        with self._calls_changed:
            change(get_ident())
            self._last_change = time.monotonic()
            self._calls_changed.notify_all()


PROCESS = ProcessState()
"""The one of the plugin's process."""
