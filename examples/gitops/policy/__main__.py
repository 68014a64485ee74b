"""A policy pack: each Active key needs a reason, and none older than 90 days stays Active."""

from datetime import datetime, timezone

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from rules import keys_in, too_old, without_reason


def has_reason(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Judges each key by itself, before anything is done."""
    for key in keys_in(args.resource_type, args.props):
        problem = without_reason(key)
        if problem:
            report(problem, None)


def is_young(args: StackValidationArgs, report: ReportViolation) -> None:
    """Judges all keys together, where what was recorded of them is known."""
    now = datetime.now(timezone.utc)
    for resource in args.resources:
        for key in keys_in(resource.resource_type, resource.props):
            problem = too_old(key, now)
            if problem:
                report(problem, resource.urn)


PolicyPack(
    "access-keys",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy(
            "active-needs-a-reason", "Each Active access key has a reason.", has_reason
        ),
        StackValidationPolicy(
            "no-old-key-is-active", "No access key older than 90 days is Active.", is_young
        ),
    ],
)
