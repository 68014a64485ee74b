import * as pulumi from "@pulumi/pulumi";
import * as keyswitch from "@keyswitch/keyswitch";

type Key = Pick<keyswitch.AccessKeyStatusArgs, "userName" | "status" | "reason">;

const keys = new pulumi.Config("keyswitch").requireObject<Record<string, Key>>("keys");

export const statuses: Record<string, pulumi.Output<string>> = {};
for (const [accessKeyId, key] of Object.entries(keys)) {
    const declared = new keyswitch.AccessKeyStatus(accessKeyId, {
        accessKeyId,
        ...key,
        safeguards: { keepOneActive: true },
    });
    statuses[accessKeyId] = declared.status;
}
