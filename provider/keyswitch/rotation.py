"""A rotation as code: two keys of one user, of which the older one goes off when that is safe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pulumi

from keyswitch import catalogue
from keyswitch.args import Safeguards
from keyswitch.errors import message
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
        soak: str = "14d",
        reason: pulumi.Input[str] | None = None,
        allow_reactivation: bool = False,
        refuse_quarantined: bool = False,
        override: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares both keys.

        :param resource_name: the logical name; the keys are ``NAME-current`` and ``NAME-previous``.
        :param user_name: the IAM user whose keys they are.
        :param current: the id of the key to be used.
        :param previous: the id of the key that it replaces; omitted, there is nothing to rotate.
        :param overlap: how long both stay Active, counted from the making of the current key; a
            duration such as ``7d``, ``36h`` or ``1h30m``.
        :param soak: how long the previous key stays Inactive before ``stage`` says that it may be
            deleted, counted from its switch; a duration.
        :param reason: why, recorded with both keys.
        :param allow_reactivation: the current key may be one that is Inactive, as when a rotation is
            taken back.
        :param refuse_quarantined: see :class:`~keyswitch.Safeguards`; of the current key.
        :param override: why the previous key is switched off at once, past overlap and first use.
        :param opts: the usual options of a component.
        :raises pulumi.RunError: KS117, a duration that is none.
        """
        super().__init__("keyswitch:index:AccessKeyRotation", resource_name, None, opts)
        spans = {
            name: _duration(name, text) for name, text in (("overlap", overlap), ("soak", soak))
        }
        self.current = AccessKeyStatus(
            f"{resource_name}-current",
            access_key_id=current,
            user_name=user_name,
            status=Status.ACTIVE,
            reason=reason,
            safeguards=Safeguards(
                allow_reactivation=allow_reactivation or None,
                refuse_quarantined=refuse_quarantined or None,
            ),
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
                safeguards=safeguards_of_previous(current, overlap),
                override=override,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.current]),
            )
        self.stage = self._stage(spans["overlap"], spans["soak"])
        self.register_outputs({"stage": self.stage})

    def _stage(self, overlap: Duration, soak: Duration) -> pulumi.Output[str]:
        made = self.current.create_date

        def told(seen: Mapping[str, Any]) -> str:
            previous = None
            if self.previous is not None:
                status = ObservedStatus(seen["status"])
                previous = PreviousKey(status, seen["changed_at"], seen["adopted_at"])
            now = datetime.now(timezone.utc)
            return stage_of(previous, seen["made"], overlap, soak, now)

        if self.previous is None:
            return pulumi.Output.all(made=made).apply(told)
        return pulumi.Output.all(
            made=made,
            status=self.previous.status,
            changed_at=self.previous.changed_at,
            adopted_at=self.previous.adopted_at,
        ).apply(told)


def safeguards_of_previous(successor: pulumi.Input[str], overlap: str) -> Safeguards:
    """What the key that is rotated out waits for, in as many runs as that takes."""
    return Safeguards(successor=successor, overlap=overlap, unmet=WhenUnmet.HOLD)


def _duration(name: str, text: str) -> Duration:
    try:
        return Duration.read(text)
    except ValueError as error:
        raise pulumi.RunError(
            message(catalogue.NOT_A_DURATION, property=name, problem=str(error))
        ) from None
