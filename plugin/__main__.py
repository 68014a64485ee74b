"""The native provider as Pulumi runs it from a clone of this repository: ``pulumi package add ADDRESS/plugin@VERSION``."""

from keyswitch.plugin.native.server import main

main()
