import * as pulumi from "@pulumi/pulumi";
import * as keyswitch from "@keyswitch/keyswitch";

const config = new pulumi.Config();

const key = new keyswitch.AccessKeyStatus("bob-2024", {
    accessKeyId: config.require("accessKeyId"),
    userName: config.require("userName"),
    status: "Inactive",
    reason: "rotated, OPS-123",
});

export const status = key.status;
