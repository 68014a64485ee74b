import * as pulumi from "@pulumi/pulumi";
import * as keyswitch from "@keyswitch/keyswitch";

const config = new pulumi.Config();

const rotation = new keyswitch.AccessKeyRotation("bob", {
    userName: config.require("userName"),
    current: config.require("currentKeyId"),
    previous: config.get("previousKeyId"),
    overlap: "7d",
    unusedFor: "1d",
    soak: "14d",
    reason: "yearly rotation, OPS-123",
});

export const stage = rotation.stage;
