package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"keyswitch.invalid/sdk/go/keyswitch"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		key, err := keyswitch.NewAccessKeyStatus(ctx, "bob-2024", &keyswitch.AccessKeyStatusArgs{
			AccessKeyId: pulumi.String(settings.Require("accessKeyId")),
			UserName:    pulumi.String(settings.Require("userName")),
			Status:      keyswitch.StatusInactive,
			Reason:      pulumi.String("rotated, OPS-123"),
		})
		if err != nil {
			return err
		}
		ctx.Export("status", key.Status)
		return nil
	})
}
