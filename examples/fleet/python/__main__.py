"""Many access keys of one account, in one resource."""

import pulumi
import pulumi_keyswitch as keyswitch

machines = keyswitch.AccessKeyFleet(
    "machines",
    keys={
        "AKIAIOSFODNN7EXAMPLE": {
            "user_name": "bob",
            "status": "Inactive",
            "reason": "rotated, OPS-123",
        },
        "AKIAI44QH8DHBEXAMPLE": {"user_name": "bob", "status": "Active"},
    },
    safeguards={"keep_one_active": True, "unmet": "hold"},
    max_changes="10",
)
pulumi.export("statuses", machines.statuses)
