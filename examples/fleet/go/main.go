package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"keyswitch.invalid/sdk/go/keyswitch"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		machines, err := keyswitch.NewAccessKeyFleet(ctx, "machines", &keyswitch.AccessKeyFleetArgs{
			Keys: keyswitch.FleetKeyMap{
				"AKIAIOSFODNN7EXAMPLE": keyswitch.FleetKeyArgs{
					UserName: pulumi.String("bob"),
					Status:   keyswitch.StatusInactive,
					Reason:   pulumi.String("rotated, OPS-123"),
				},
				"AKIAI44QH8DHBEXAMPLE": keyswitch.FleetKeyArgs{
					UserName: pulumi.String("bob"),
					Status:   keyswitch.StatusActive,
				},
			},
			Safeguards: keyswitch.SafeguardsArgs{
				KeepOneActive: pulumi.Bool(true),
				Unmet:         keyswitch.WhenUnmetHold,
			},
			MaxChanges: pulumi.String("10"),
		})
		if err != nil {
			return err
		}
		ctx.Export("statuses", machines.Statuses)
		return nil
	})
}
