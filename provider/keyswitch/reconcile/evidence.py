"""Gathers what the safeguards of a switch need to know: no more than that, and from live looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from keyswitch.iam.client import AccessKey, LastUsed, NoSuchEntityError, OwnerNotToldError
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.state import Declaration
from keyswitch.model.status import DeactivatedBy, Status
from keyswitch.reconcile.cache import KeyCache
from keyswitch.reconcile.observe import Observation
from keyswitch.reconcile.safeguards import Evidence, Untold, guarding
from keyswitch.reconcile.user_keys import UserKeys


@dataclass(frozen=True)
class Usage:
    """When a key was last used, as far as that could be looked up.

    :param last_used: what IAM told; ``None`` if it could not be looked up.
    :param failure: then, why not.
    """

    last_used: LastUsed | None
    failure: str = ""


class EvidenceSource:
    """Asks IAM, through a :class:`~keyswitch.reconcile.cache.KeyCache`, on behalf of the safeguards.

    :param signing_elsewhere: answers with the keys that sign in other accounts of the program, id to name.
    """

    def __init__(
        self, cache: KeyCache, signing_elsewhere: Callable[[], Mapping[str, str]] = dict
    ) -> None:
        self._cache = cache
        self._signing_elsewhere = signing_elsewhere

    def evidence(
        self,
        declaration: Declaration,
        seen: Observation,
        now: datetime,
        planned: Mapping[str, Status],
        *,
        inactive_by: DeactivatedBy,
        override: str | None,
    ) -> Evidence:
        """What the safeguards of a switch to the declared status are judged by.

        What IAM does not tell is :class:`~keyswitch.reconcile.safeguards.Untold` in the evidence: the safeguard says so.

        :param inactive_by: by whose word an Inactive key is so.
        :param override: the words of the override that it is Inactive by, where they may be shown.
        :raises KeyswitchError: a fault kept it from asking.
        """
        safeguards = declaration.safeguards
        target = declaration.status
        asked = guarding(safeguards, target)
        keys = UserKeys.of(seen.listed, declaration.access_key_id, planned)
        about_use = "unused_for" in asked or "successor" in asked
        successor = keys.other(safeguards.successor)
        return Evidence(
            now=now,
            keys=keys,
            inactive_by=inactive_by,
            override=f'override="{override}"' if override else "an override",
            last_used=self._last_used(keys.key) if about_use else None,
            successor_last_used=self._last_used(successor) if successor else None,
            signing_keys=self.signing_keys() if "allow_own_key" in asked else {},
            policies=self._policies(seen.user_name) if "refuse_quarantined" in asked else None,
        )

    def signing_keys(self) -> Mapping[str, str]:
        """Id to the account whose calls it signs, empty for those made here.

        :raises KeyswitchError: the keys that sign here cannot be told.
        """
        return {**self._signing_elsewhere(), **dict.fromkeys(self._cache.signing_keys(), "")}

    def signs_with(self, access_key_id: str) -> bool:
        """Whether the key signs calls of this program, in any of its accounts, as far as can be found out."""
        return access_key_id in self.signing_keys_if_known()

    def signs_itself(self, access_key_id: str) -> bool:
        """Whether the key signs the calls by which it is changed itself: of all that sign, such a key goes last."""
        return self.signing_keys_if_known().get(access_key_id) == ""

    def signing_keys_if_known(self) -> Mapping[str, str]:
        """As :meth:`signing_keys`, none where they cannot be found out."""
        try:
            return self.signing_keys()
        except KeyswitchError:
            return {}

    def usage(self, key: AccessKey) -> Usage:
        """For a warning: whatever keeps it from looking is in the answer, and raises nothing."""
        try:
            used = self._last_used(key)
        except KeyswitchError as fault:
            return Usage(None, f"{fault.code} {fault.cause}")
        if isinstance(used, LastUsed):
            return Usage(used)
        if used.other:
            return Usage(None, f"IAM answers about a key of user {used.other}")
        return Usage(None, used.reason)

    def _last_used(self, key: AccessKey) -> LastUsed | Untold:
        """The key was just seen, so that IAM's refusal is about the permission.

        An answer that names another user than the key's is about another key.
        """
        try:
            used = self._cache.last_used(key.access_key_id)
        except NoSuchEntityError:
            return Untold("IAM does not find the key")
        except OwnerNotToldError as refused:
            return Untold(f"iam:GetAccessKeyLastUsed is not allowed: {refused.reason}")
        return used if used.is_of(key) else Untold(other=used.user_name or "")

    def _policies(self, user_name: str | None) -> tuple[str, ...] | Untold:
        """Of the user; the root user has none, and one that was deleted meanwhile no key either."""
        if user_name is None:
            return ()
        try:
            return self._cache.attached_policies(user_name)
        except NoSuchEntityError:
            return ()
        except KeyswitchError as fault:
            if isinstance(fault.message, catalogue.Denial):
                return Untold(str(fault.message.reason))
            raise
