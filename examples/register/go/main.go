package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"keyswitch.invalid/sdk/go/keyswitch"
)

type key struct {
	UserName string
	Status   string
	Reason   *string
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		var keys map[string]key
		config.New(ctx, "keyswitch").RequireObject("keys", &keys)
		statuses := pulumi.StringMap{}
		for accessKeyId, key := range keys {
			declared, err := keyswitch.NewAccessKeyStatus(ctx, accessKeyId, &keyswitch.AccessKeyStatusArgs{
				AccessKeyId: pulumi.String(accessKeyId),
				UserName:    pulumi.String(key.UserName),
				Status:      pulumi.String(key.Status),
				Reason:      pulumi.StringPtrFromPtr(key.Reason),
				Safeguards:  keyswitch.SafeguardsArgs{KeepOneActive: pulumi.Bool(true)},
			})
			if err != nil {
				return err
			}
			statuses[accessKeyId] = declared.Status
		}
		ctx.Export("statuses", statuses)
		return nil
	})
}
