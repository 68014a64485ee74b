import * as keyswitch from "@keyswitch/keyswitch";

const machines = new keyswitch.AccessKeyFleet("machines", {
    keys: {
        AKIAIOSFODNN7EXAMPLE: { userName: "bob", status: "Inactive", reason: "rotated, OPS-123" },
        AKIAI44QH8DHBEXAMPLE: { userName: "bob", status: "Active" },
    },
    safeguards: { keepOneActive: true, unmet: "hold" },
    maxChanges: "10",
});

export const statuses = machines.statuses;
