"""``keyswitch digest`` and ``keyswitch explain``: what needs no network."""

from __future__ import annotations

import json
import re

import pytest

from cli.conftest import Keyswitch
from digest.test_digest import RECORDED
from keyswitch.report.controls import EVERY_MESSAGE


@pytest.mark.parametrize("form", ["markdown", "text", "json"])
def test_a_preview_is_digested_from_a_file_or_a_pipe(
    keyswitch: Keyswitch, tmp_path: object, form: str
) -> None:
    with open("preview.json", "w") as file:  # noqa: PTH123 - the command's own folder
        file.write(RECORDED["refused"])

    of_file = keyswitch("digest", "preview.json", "--format", form).stdout
    of_pipe = keyswitch("digest", "--format", form, stdin=RECORDED["refused"]).stdout

    assert of_file == of_pipe
    assert "the preview failed, so nothing can be applied: 3 keys refused" in of_file


@pytest.mark.parametrize(("text", "code"), [("", "KS717"), (" \n", "KS717"), ("no", "KS701")])
def test_what_is_no_preview_still_makes_a_comment_and_ends_with_1(
    keyswitch: Keyswitch, text: str, code: str
) -> None:
    told = keyswitch("digest", code=1, stdin=text)

    assert told.stdout.startswith(f"**Keyswitch: no preview to summarize.** {code} ")
    assert told.stdout.rstrip().endswith("<!-- keyswitch digest -->")
    assert told.stderr.startswith(f"error: {code} ")
    assert keyswitch("digest", "--json", code=1, stdin=text).stdout == ""


def test_the_marker_is_the_one_that_is_asked_for_whatever_there_is_to_digest(
    keyswitch: Keyswitch,
) -> None:
    for code, stdin in ((1, ""), (0, RECORDED["refused"])):
        told = keyswitch("digest", "--marker", "prod -->", code=code, stdin=stdin)
        assert told.stdout.rstrip().endswith("\n<!-- keyswitch digest prod- -->")


def test_the_exit_code_of_the_preview_tells_of_a_failure_that_its_output_does_not(
    keyswitch: Keyswitch,
) -> None:
    told = keyswitch("digest", "--exit-code", "255", stdin=RECORDED["declared"]).stdout

    assert told.startswith("**Keyswitch: the preview failed, so nothing can be applied: ")


def test_a_code_is_explained_in_any_case_and_a_near_one_suggested(keyswitch: Keyswitch) -> None:
    told = keyswitch("explain", "ks602").stdout

    assert told.startswith("KS602: Used too recently\n")
    assert "What to do:" in told
    wrong = keyswitch("explain", "KS6O2", code=1)
    assert re.search(r"Did you mean KS6\d\d, KS6\d\d, KS6\d\d\?", wrong.stderr)
    assert keyswitch("explain", code=2).stderr.count("Name a code")


def test_all_codes_are_listed_and_machine_readable(keyswitch: Keyswitch) -> None:
    lines = keyswitch("explain", "--all").stdout.splitlines()
    assert lines == [f"{entry.code}  {entry.title}" for entry in EVERY_MESSAGE]

    bags = json.loads(keyswitch("explain", "--all", "--json").stdout)["messages"]
    assert [bag["code"] for bag in bags] == [entry.code for entry in EVERY_MESSAGE]


@pytest.mark.parametrize("command", ["discover", "audit", "who", "digest", "explain"])
def test_every_command_teaches_itself(keyswitch: Keyswitch, command: str) -> None:
    told = keyswitch(command, "--help").stdout

    assert f"keyswitch {command}" in told
    assert command in keyswitch("--help").stdout


def test_the_version_is_told(keyswitch: Keyswitch) -> None:
    assert keyswitch("--version").stdout.startswith("keyswitch, version ")
