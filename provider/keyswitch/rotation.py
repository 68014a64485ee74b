"""A rotation as code: two keys of one user, of which the older one goes off when that is safe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pulumi

from keyswitch import catalogue
from keyswitch.args import AccountInput, Safeguards
from keyswitch.declaration import Pending
from keyswitch.errors import message
from keyswitch.options import refuse_options
from keyswitch.resource import AccessKeyStatus
from keyswitch.stages import PreviousKey, stage_of
from keyswitch.status import ObservedStatus, Status, WhenUnmet
from keyswitch.times import Duration


class AccessKeyRotation(pulumi.ComponentResource):
    """Carries one user's rotation on by a stage with each ``pulumi up``, nightly say.

    The current key is kept Active, and only then the previous one is looked at. That one is held
    until the overlap is over and the current key was used after it, then switched off, and never
    deleted: ``stage`` says when that may be done. A rotation that cannot go on yet fails no run.
    """

    stage: pulumi.Output[str]
    """Where the rotation stands; it begins with settled, overlap, waiting, soaking or done."""
    current: AccessKeyStatus
    """The key that is kept Active."""
    previous: AccessKeyStatus | None
    """The key that is rotated out."""

    def __init__(
        self,
        resource_name: str,
        *,
        user_name: pulumi.Input[str],
        current: pulumi.Input[str],
        previous: pulumi.Input[str] | None = None,
        overlap: str = "7d",
        unused_for: str | None = None,
        soak: str = "14d",
        reason: pulumi.Input[str] | None = None,
        allow_reactivation: bool = False,
        refuse_quarantined: bool = False,
        override: pulumi.Input[str] | None = None,
        account: AccountInput | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares both keys.

        :param resource_name: the logical name; the keys are ``NAME-current`` and ``NAME-previous``.
        :param user_name: the IAM user whose keys they are.
        :param current: the id of the key to be used.
        :param previous: the id of the key that it replaces; omitted, there is nothing to rotate.
        :param overlap: how long both stay Active, counted from the making of the current key; a
            duration such as ``7d``, ``36h`` or ``1h30m``.
        :param unused_for: how long ago the previous key must have been used last; without it, it goes
            off once the current key was the last one used, even if both are still in use.
        :param soak: how long the previous key stays Inactive before ``stage`` says that it may be
            deleted, counted from its switch; a duration.
        :param reason: why, recorded with both keys.
        :param allow_reactivation: the current key may be one that is Inactive, as when a rotation is
            taken back.
        :param refuse_quarantined: see :class:`~keyswitch.Safeguards`; of the current key.
        :param override: why the previous key is switched off at once, past overlap and first use.
        :param account: the account that both keys are in, if it is not the stack's own.
        :param opts: the usual options of a component.
        :raises pulumi.RunError: KS117, a duration that is none; KS125, an override without previous;
            KS160, an explicit provider of AWS without ``account``.
        """
        refuse_options(resource_name, opts, (), account)
        super().__init__("keyswitch:index:AccessKeyRotation", resource_name, None, opts)
        spans = {
            name: _duration(name, text) for name, text in (("overlap", overlap), ("soak", soak))
        }
        if override is not None and previous is None:
            raise pulumi.RunError(message(catalogue.OVERRIDE_OF_NO_KEY, name=resource_name))
        # An incident of the previous key is not held up by what is wrong with the current one.
        unmet = WhenUnmet.REFUSE if override is None else WhenUnmet.HOLD
        self.current = AccessKeyStatus(
            f"{resource_name}-current",
            access_key_id=current,
            user_name=user_name,
            status=Status.ACTIVE,
            reason=reason,
            safeguards=Safeguards(
                allow_reactivation=allow_reactivation or None,
                refuse_quarantined=refuse_quarantined or None,
                unmet=unmet,
            ),
            account=account,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.previous = None
        if previous is not None:
            self.previous = AccessKeyStatus(
                f"{resource_name}-previous",
                access_key_id=previous,
                user_name=user_name,
                status=Status.INACTIVE,
                reason=reason,
                safeguards=safeguards_of_previous(current, overlap, unused_for),
                override=override,
                account=account,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.current]),
            )
        self.stage = self._stage(spans["overlap"], spans["soak"])
        self.register_outputs({"stage": self.stage})

    def _stage(self, overlap: Duration, soak: Duration) -> pulumi.Output[str]:
        made = self.current.create_date

        def told(seen: Mapping[str, Any]) -> str:
            previous = None
            if self.previous is not None:
                pending = Pending.read(seen["pending"])
                previous = PreviousKey(
                    ObservedStatus(seen["status"]),
                    seen["status_since"],
                    pending.waits_for if pending else (),
                )
            now = datetime.now(timezone.utc)
            return stage_of(previous, seen["made"], overlap, soak, now)

        if self.previous is None:
            return pulumi.Output.all(made=made).apply(told)
        return pulumi.Output.all(
            made=made,
            status=self.previous.status,
            status_since=self.previous.status_since,
            pending=self.previous.pending,
        ).apply(told)


def safeguards_of_previous(
    successor: pulumi.Input[str], overlap: str, unused_for: str | None
) -> Safeguards:
    """What the key that is rotated out waits for, in as many runs as that takes."""
    return Safeguards(
        successor=successor, overlap=overlap, unused_for=unused_for, unmet=WhenUnmet.HOLD
    )


def _duration(name: str, text: str) -> Duration:
    try:
        return Duration.read(text)
    except ValueError as error:
        raise pulumi.RunError(
            message(catalogue.NOT_A_DURATION, property=name, problem=str(error))
        ) from None
