"""``python -m keyswitch``: the command, where its folder is not on PATH."""

from keyswitch.cli import main

main(prog_name="keyswitch")
