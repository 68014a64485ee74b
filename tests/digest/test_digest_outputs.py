"""What a pipeline decides by: the four facts of a digest, and the exit code that it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from digest.test_digest import PREVIEWS, RECORDED
from keyswitch.cli import main
from keyswitch.report.digest import digest
from keyswitch.report.digest_outputs import _CHANGES, _DRIFTED, FailOn, Outputs
from keyswitch.report.preview_json import read_preview
from keyswitch.report.rows import Outcome

ROWS = [
    ("no_change", ""),
    ("adopt", "changed"),
    ("declared", "changed"),
    ("drift", "changed drift"),
    ("drift_reported", "drift"),
    ("deleted_outside", "drift"),
    ("hold", ""),
    ("released", "changed"),
    ("not_looked_at", "changed"),
    ("others", "changed"),
    ("recorded", ""),
    ("refused", "refused failed"),
    ("fleet_refused", "refused failed"),
    ("bad_input", "refused failed"),
    ("failing_program", "failed"),
]


def of(name: str) -> Outputs:
    return Outputs.of(digest(read_preview(RECORDED[name])))


@pytest.mark.parametrize(("name", "true"), ROWS)
def test_each_fact_is_true_of_the_previews_that_show_it(name: str, true: str) -> None:
    assert {each for each, fact in vars(of(name)).items() if fact} == {*true.split()}


def test_every_outcome_of_a_key_is_a_change_or_drift_or_a_failure_or_leaves_the_key_alone() -> None:
    quiet = {
        Outcome.HELD,
        Outcome.ENDS_SOON,
        Outcome.NO_LONGER_DECLARED,
        Outcome.ADOPTED,
        Outcome.RECORDED,
    }

    assert {*_CHANGES, *_DRIFTED, *quiet, Outcome.REFUSED, Outcome.FAILED} == {*Outcome}


def test_a_violated_policy_is_a_refusal() -> None:
    streamed = (PREVIEWS / "violated.jsonl").read_text()

    assert Outputs.of(digest(read_preview(streamed), 255)) == Outputs(refused=True, failed=True)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("no_change", (0, 0, 0, 0)),
        ("declared", (0, 0, 0, 7)),
        ("drift_reported", (0, 0, 7, 7)),
        ("refused", (0, 1, 1, 1)),
        ("failing_program", (0, 1, 1, 1)),
    ],
)
def test_the_exit_code_is_the_one_that_is_asked_for(name: str, codes: tuple[int, ...]) -> None:
    asked = ("never", "refused", "drift", "changed")
    assert tuple(each.name.lower() for each in FailOn) == asked
    path = str(PREVIEWS / f"{name}.json")

    told = [
        CliRunner().invoke(main, ["digest", path, "--fail-on", each, "--format", "dotenv"])
        for each in asked
    ]

    assert tuple(each.exit_code for each in told) == codes
    assert {each.stdout for each in told} == {of(name).to_dotenv()}


def test_of_what_is_no_preview_only_the_failure_is_known() -> None:
    lines = "KEYSWITCH_CHANGED=false\nKEYSWITCH_REFUSED=false\nKEYSWITCH_DRIFT=false\nKEYSWITCH_FAILED=true\n"
    for asked, code in (([], 1), (["--fail-on", "refused"], 1), (["--fail-on", "never"], 0)):
        told = CliRunner().invoke(main, ["digest", "--format", "dotenv", *asked], input="no")
        assert (told.exit_code, told.stdout) == (code, lines)
        assert "KS701" in told.stderr


@pytest.mark.parametrize(("text", "code"), [(RECORDED["refused"], 0), ("no preview", 1)])
def test_one_call_appends_every_form_to_a_file_of_its_own(
    tmp_path: Path, text: str, code: int
) -> None:
    forms = ("markdown", "dotenv")
    asked = [each for form in forms for each in ("--append", form, str(tmp_path / form))]
    for form in forms:
        (tmp_path / form).write_text("before\n")

    told = CliRunner().invoke(main, ["digest", "--marker", "prod", "--json", *asked], input=text)

    assert told.exit_code == code
    for form in forms:
        alone = CliRunner().invoke(
            main, ["digest", "--marker", "prod", "--format", form], input=text
        )
        assert (tmp_path / form).read_text() == f"before\n{alone.stdout}"


def test_a_file_that_cannot_be_written_is_named() -> None:
    asked = ["digest", "--append", "dotenv", "/no/such/folder"]

    told = CliRunner().invoke(main, asked, input=RECORDED["no_change"])

    assert told.exit_code == 1
    assert told.stderr.startswith("error: KS707 /no/such/folder could not be written: No such file")
