"""A rotation as code: two keys of one user, of which the older one is deactivated when that is safe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pulumi

from keyswitch.messages import catalogue
from keyswitch.messages.format import line
from keyswitch.model import validators
from keyswitch.model.durations import Duration
from keyswitch.model.rotation import (
    CURRENT,
    OF_A_ROTATION,
    OVERLAP,
    PREVIOUS,
    SOAK,
    has_no_previous,
    inputs_of_current,
    inputs_of_previous,
    name_of,
)
from keyswitch.model.status import ObservedStatus
from keyswitch.model.urn import ROTATION_TYPE
from keyswitch.plugin.resource_options import refuse_options
from keyswitch.program.access_key_status import AccessKeyStatus
from keyswitch.program.args import AccountInput
from keyswitch.program.inputs import checked, refuse_arguments, sendable
from keyswitch.reconcile.rotation_stage import CurrentKey, PreviousKey, stage_of


class AccessKeyRotation(pulumi.ComponentResource):
    """Moves one user's rotation forward by a stage with each ``pulumi up``, for example every night.

    The current key is kept Active, and only then the previous one is looked at. That one is held
    until the overlap is over and the current key was used after it, then deactivated, and never
    deleted: ``stage`` says when that may be done. A rotation that cannot go on yet fails no run.
    """

    stage: pulumi.Output[str]
    """Where the rotation stands; it begins with settled, overlap, waiting, soaking or done."""
    current: AccessKeyStatus
    """The key that is kept Active."""
    previous: AccessKeyStatus | None
    """The key that is rotated out; ``None`` if there is none, and until it is known where it is an output."""

    def __init__(
        self,
        resource_name: str,
        *,
        user_name: pulumi.Input[str],
        current: pulumi.Input[str],
        previous: pulumi.Input[str] | None = None,
        overlap: pulumi.Input[str] = "7d",
        unused_for: pulumi.Input[str] | None = None,
        soak: pulumi.Input[str] = "14d",
        active_until: pulumi.Input[str] | None = None,
        warn_before: pulumi.Input[str] | None = None,
        reason: pulumi.Input[str] | None = None,
        allow_reactivation: pulumi.Input[bool] = False,
        refuse_quarantined: pulumi.Input[bool] = False,
        override: pulumi.Input[str] | None = None,
        account: AccountInput | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares both keys.

        :param resource_name: the logical name; the keys are ``NAME-current`` and ``NAME-previous``.
        :param user_name: the IAM user whose keys they are.
        :param current: the id of the key to be used.
        :param previous: the id of the key that it replaces; omitted or empty, there is nothing to rotate.
        :param overlap: how long both stay Active, counted from the creation of the current key; a duration
            such as ``7d``, ``36h`` or ``1h30m``. Default: ``7d``.
        :param unused_for: how long ago the previous key must have been used last; without it, keyswitch
            deactivates that key once the current key was the last one used, even if both are still in use.
        :param soak: how long the previous key stays Inactive before ``stage`` says that it may be deleted,
            counted from its deactivation; a duration. Default: ``14d``.
        :param active_until: until when the current key is declared Active: a date such as ``2027-03-31``, the whole of
            which counts, in UTC, or a moment with its offset. The first run after that deactivates the current key.
            Give a later one with each new current key.
        :param warn_before: how long before ``active_until`` each run begins to warn; a duration. Default: ``14d``.
        :param reason: why, recorded with both keys.
        :param allow_reactivation: the current key may be one that is Inactive, as when a rotation is taken
            back.
        :param refuse_quarantined: the current key is activated only if the user has no
            ``AWSCompromisedKeyQuarantine*`` policy.
        :param override: why the previous key is deactivated at once, despite overlap and first use.
        :param account: the account that both keys are in, if it is not the stack's own.
        :param opts: the usual options of a component.
        :raises pulumi.RunError: KS140, a value that Pulumi cannot pass on; KS141, an argument of another class; KS109
            or KS117, an overlap or a soak that is not a duration (of an output, once it is known); KS125, an override without previous;
            KS156, for ``ignore_changes``; KS160, an explicit provider of AWS without ``account``.
        """
        refuse_arguments("AccessKeyRotation", resource_name, opts)
        refuse_options(resource_name, opts, [each.name for each in OF_A_ROTATION], account)
        written: dict[str, Any] = {
            "user_name": user_name,
            "current": current,
            "previous": previous,
            "overlap": overlap,
            "unused_for": unused_for,
            "soak": soak,
            "active_until": active_until,
            "warn_before": warn_before,
            "reason": reason,
            "allow_reactivation": allow_reactivation,
            "refuse_quarantined": refuse_quarantined,
            "override": override,
            "account": account,
        }
        given = {name: sendable(name, value) for name, value in written.items()}
        given |= {name: checked(name, given[name], validators.duration) for name in (OVERLAP, SOAK)}
        if has_no_previous(given) and override is not None:
            raise _override_of_no_key(resource_name)
        super().__init__(ROTATION_TYPE, resource_name, None, opts)
        self.current = AccessKeyStatus(
            name_of(CURRENT, resource_name),
            opts=pulumi.ResourceOptions(parent=self),
            **inputs_of_current(given),
        )
        self.previous = None

        def declare_previous(known: object) -> pulumi.Output[str]:
            if not has_no_previous({PREVIOUS: known}):
                self.previous = AccessKeyStatus(
                    name_of(PREVIOUS, resource_name),
                    opts=pulumi.ResourceOptions(parent=self, depends_on=[self.current]),
                    **inputs_of_previous(given),
                )
            elif override is not None:
                raise _override_of_no_key(resource_name)
            return self._stage(given[OVERLAP], given[SOAK])

        async def declare_once_known(output: pulumi.Output[Any]) -> Any:
            known = await output.is_known()
            return declare_previous(await output.future() if known else output)

        replaced = given[PREVIOUS]
        self.stage = (
            pulumi.Output.from_input(declare_once_known(replaced))
            if isinstance(replaced, pulumi.Output)
            else declare_previous(replaced)
        )
        self.register_outputs({"stage": self.stage})

    def _stage(self, overlap: pulumi.Input[str], soak: pulumi.Input[str]) -> pulumi.Output[str]:
        def told(seen: Mapping[str, Any]) -> str:
            previous = None
            if "status" in seen:
                previous = PreviousKey.recorded(
                    seen["status"], seen["status_since"], seen["pending"]
                )
            spans = (Duration.read(seen["overlap"]), Duration.read(seen["soak"]))
            current = CurrentKey(seen["made"], ObservedStatus(seen["current"]))
            return stage_of(previous, current, *spans, datetime.now(timezone.utc))

        known: dict[str, Any] = {
            "made": self.current.create_date,
            "current": self.current.status,
            "overlap": overlap,
            "soak": soak,
        }
        if self.previous is not None:
            known["status"] = self.previous.status
            known["status_since"] = self.previous.status_since
            known["pending"] = self.previous.pending
        return pulumi.Output.all(**known).apply(told)


def _override_of_no_key(resource_name: str) -> pulumi.RunError:
    return pulumi.RunError(line(catalogue.OverrideOfNoKey(name=resource_name)))
