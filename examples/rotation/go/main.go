package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"keyswitch.invalid/sdk/go/keyswitch"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		rotation, err := keyswitch.NewAccessKeyRotation(ctx, "bob", &keyswitch.AccessKeyRotationArgs{
			UserName:  pulumi.String(settings.Require("userName")),
			Current:   pulumi.String(settings.Require("currentKeyId")),
			Previous:  pulumi.String(settings.Get("previousKeyId")),
			Overlap:   pulumi.String("7d"),
			UnusedFor: pulumi.String("1d"),
			Soak:      pulumi.String("14d"),
			Reason:    pulumi.String("yearly rotation, OPS-123"),
		})
		if err != nil {
			return err
		}
		ctx.Export("stage", rotation.Stage)
		return nil
	})
}
