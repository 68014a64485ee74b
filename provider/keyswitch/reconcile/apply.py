"""Makes one switch: a single write, done when IAM is *seen* to have done it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from keyswitch.iam.client import AccessKey, NoSuchEntityError, key_in
from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError, error_context, line
from keyswitch.model.state import Declaration
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.reconcile.cache import KeyCache
from keyswitch.reconcile.clock import Clock, Patience
from keyswitch.reconcile.coordination import Shared
from keyswitch.reconcile.observe import Observation
from keyswitch.reconcile.safeguards import no_longer_met
from keyswitch.reconcile.user_keys import UserKeys

MAY_HAVE_LANDED: Final = (
    catalogue.NoAnswer,
    catalogue.UnreadableAnswer,
    catalogue.AnswerTooLarge,
    catalogue.ServiceFailure,
    catalogue.SdkGaveUp,
)


_SIGNER_REFUSED: Final = (*catalogue.NOT_ACCEPTED, catalogue.SignerGone)


@dataclass(frozen=True)
class Switched:
    """What was seen of a switch that was made.

    :param status: the one that IAM shows.
    :param listed: the user's keys as they were then; ``None`` where AWS refuses every further look,
        because the key signed them.
    """

    status: ObservedStatus
    listed: tuple[AccessKey, ...] | None


class Switch:
    """``iam:UpdateAccessKey`` and the looks after it. The caller is alone with the key's user."""

    def __init__(self, cache: KeyCache, clock: Clock, patience: Patience) -> None:
        self._cache = cache
        self._clock = clock
        self._patience = patience

    def make_noted(
        self,
        access_key_id: str,
        seen: Observation,
        target: Status,
        shared: Shared,
        tell: Callable[[str], None],
        *,
        signs: bool,
    ) -> Switched:
        """As :meth:`make`, noted for the judgement of the user's other keys.

        A deactivation of which it is not known whether it took effect counts as made.

        :param signs: whether the key signs calls of this program.
        :param tell: gets a warning where AWS refuses the look after the deactivation.
        """
        shared.deactivated.pop(access_key_id, None)
        off = target is Status.INACTIVE
        if off:
            shared.deactivated[access_key_id] = target
        try:
            made = self.make(access_key_id, seen, target, own_key=off and signs)
        except KeyswitchError as fault:
            unknown = isinstance(fault.message, MAY_HAVE_LANDED)
            if not unknown and access_key_id not in shared.accepted:
                shared.deactivated.pop(access_key_id, None)
            raise
        if made.listed is None:
            key = Attempt("", access_key_id, seen.user_name)
            tell(line(catalogue.SigningKeyDeactivated(), key))
        return made

    def make(
        self, access_key_id: str, seen: Observation, target: Status, *, own_key: bool = False
    ) -> Switched:
        """Writes once, whatever comes back, and believes what is seen afterwards.

        :param seen: the key as it was seen a moment ago.
        :param own_key: whether this is the end of a key that signs: that AWS accepts the write and refuses
            the look after it is the proof then.
        :returns: what IAM was seen to show.
        :raises KeyswitchError: KS302, KS404 and whatever AWS refused; running again is safe.
        """
        with error_context(Attempt(target.change("ing"), access_key_id, seen.user_name)):
            try:
                self._cache.update_access_key(access_key_id, seen.user_name, target)
            except NoSuchEntityError as missing:
                what = _what_aws_names(missing, access_key_id, seen.user_name)
                what = what or self._what_vanished(access_key_id, seen.user_name)
                raise KeyswitchError(catalogue.Vanished(what=what), None, missing.answer) from None
            except KeyswitchError as fault:
                if not isinstance(fault.message, MAY_HAVE_LANDED) or not self._landed(
                    access_key_id, seen.user_name, target, own_key=own_key
                ):
                    raise
            return self._wait_until_seen(access_key_id, seen.user_name, target, own_key=own_key)

    def _wait_until_seen(
        self, access_key_id: str, user_name: str | None, target: Status, *, own_key: bool
    ) -> Switched:
        """A look that fails counts as one that does not see it yet."""
        started = self._clock.monotonic()
        pause = self._patience.first_pause
        while True:
            try:
                keys = self._keys_of(user_name)
                observed = _status_in(keys, access_key_id)
                unseen = KeyswitchError(
                    catalogue.NotSeen(seconds=self._patience.limit, observed=observed)
                )
            except KeyswitchError as fault:
                if own_key and isinstance(fault.message, _SIGNER_REFUSED):
                    return Switched(ObservedStatus(target.value), None)
                keys, observed, unseen = (), None, fault
            if observed is ObservedStatus.DELETED:
                what = self._what_vanished(access_key_id, user_name)
                raise KeyswitchError(catalogue.Vanished(what=what))
            if observed is not None and observed.value == target.value:
                return Switched(observed, keys)
            if self._clock.monotonic() - started >= self._patience.limit:
                raise unseen
            self._clock.sleep(pause)
            pause = min(pause * 2, self._patience.longest_pause)

    def _keys_of(self, user_name: str | None) -> tuple[AccessKey, ...]:
        try:
            return self._cache.keys_of(user_name, fresh=True)
        except NoSuchEntityError:
            return ()

    def _landed(
        self, access_key_id: str, user_name: str | None, target: Status, *, own_key: bool
    ) -> bool:
        try:
            return _status_in(self._keys_of(user_name), access_key_id).value == target.value
        except KeyswitchError as fault:
            return own_key and isinstance(fault.message, _SIGNER_REFUSED)

    def _what_vanished(self, access_key_id: str, user_name: str | None) -> str:
        try:
            self._cache.keys_of(user_name, fresh=True)
        except NoSuchEntityError:
            return f"no user {user_name}"
        except KeyswitchError:
            return "no such user, or no such key of this user"
        return f"no key {access_key_id} of this user"


def _what_aws_names(
    missing: NoSuchEntityError, access_key_id: str, user_name: str | None
) -> str | None:
    """What AWS said that it does not find: a look a moment later may be answered by another of its servers."""
    said = str(missing).lower()
    if said.startswith("the user "):
        return f"no user {user_name}"
    return f"no key {access_key_id} of this user" if said.startswith("the access key ") else None


def _status_in(keys: tuple[AccessKey, ...], access_key_id: str) -> ObservedStatus:
    key = key_in(keys, access_key_id)
    return key.status if key is not None else ObservedStatus.DELETED


def lost_by_a_race(
    declaration: Declaration, seen: Observation, made: Switched
) -> KeyswitchError | None:
    """The error where somebody else's switch at the same moment undid what the safeguards had found.

    IAM has no conditional write, so that only the list after the write shows it. The key stays as
    it is: whoever deactivated the other one may be containing a leak.
    """
    off = declaration.status is Status.INACTIVE and declaration.override is None
    if not off or made.listed is None:
        return None
    access_key_id = declaration.access_key_id
    before = UserKeys.of(seen.listed, access_key_id, {})
    after = UserKeys.of(made.listed, access_key_id, {})
    safeguard = no_longer_met(declaration.safeguards, after)
    if safeguard is None:
        return None
    gone = [key.access_key_id for key in before.others if before.stays_active(key)]
    return KeyswitchError(
        catalogue.NoneLeftActive(
            safeguard=safeguard,
            others=" and ".join(gone) or "the user's other key",
            user_name=seen.user_name,
            access_key_id=access_key_id,
        ),
        Attempt("", access_key_id, seen.user_name),
    )
