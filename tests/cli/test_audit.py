"""``keyswitch audit``: its forms, its exit codes, and against what it holds the keys."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from cli.conftest import Keyswitch
from keyswitch.cli.report import Audited, to_html, to_markdown, to_table
from keyswitch.iam.client import AccessKey
from keyswitch.model.durations import iso
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.report.checks import ExpectedKey, findings
from keyswitch.report.inventory import Inventory, SeenKey, SeenUser
from keyswitch.report.markdown import COMMENT_BYTES
from support.http import RecordingServer
from support.strict_iam import StrictIam
from unit.test_stack_files import SECRET, exported, resource

NOW = datetime.now(timezone.utc)


@pytest.fixture
def keys(strict_iam: StrictIam) -> list[str]:
    """A fine key, an old one, and an Inactive one."""
    made = [
        strict_iam.add_key("bob", made=NOW - timedelta(days=3)),
        strict_iam.add_key("carol", made=NOW - timedelta(days=200)),
        strict_iam.add_key("dave", ObservedStatus.INACTIVE, made=NOW - timedelta(days=500)),
    ]
    for key in made:
        strict_iam.used[key] = f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    return made


def key_of(access_key_id: str, user_name: str, made: datetime = NOW) -> SeenKey:
    return SeenKey(AccessKey(access_key_id, user_name, ObservedStatus.ACTIVE, iso(made)), None)


def register(path: Path, **statuses: str) -> str:
    entries = "".join(f"    {key}: {{status: {status}}}\n" for key, status in statuses.items())
    path.write_text(f"config:\n  keyswitch:keys:\n{entries}")
    return str(path)


def found(told: str) -> list[tuple[str, str]]:
    return [(each["code"], each["access_key_id"]) for each in json.loads(told)["findings"]]


def test_without_findings_it_ends_well(keyswitch: Keyswitch, strict_iam: StrictIam) -> None:
    strict_iam.add_key("bob", ObservedStatus.INACTIVE)

    told = keyswitch("audit")

    assert told.stdout.rstrip().endswith("Account 123456789012: 1 key, no findings.")


def test_findings_end_it_with_7_and_name_the_controls_they_go_against(
    keyswitch: Keyswitch, keys: list[str]
) -> None:
    told = keyswitch("audit", code=7)

    assert keys[1] in told.stdout
    assert "is Active and was created 200 days ago" in told.stdout
    assert "CIS AWS Foundations Benchmark v5.0.0 1.13" in told.stdout
    assert "3 keys, 1 finding about 1 of them." in told.stdout


def test_it_holds_the_keys_against_a_register(
    keyswitch: Keyswitch, keys: list[str], tmp_path: Path
) -> None:
    fine, old, off = keys
    path = register(
        tmp_path / "Pulumi.prod.yaml",
        **{fine: "Inactive", off: "Inactive", "AKIAGONE000000000000": "Active"},
    )

    told = keyswitch("audit", "--stack-config", path, "--json", code=7)

    assert sorted(found(told.stdout)) == [
        ("KS801", old),
        ("KS802", "AKIAGONE000000000000"),
        ("KS803", fine),
        ("KS804", old),
    ]
    assert json.loads(told.stdout)["against"] == "the register in Pulumi.prod.yaml"


def test_it_holds_the_keys_against_a_state_of_a_file_or_of_a_pipe(
    keyswitch: Keyswitch, keys: list[str], tmp_path: Path
) -> None:
    account = "123456789012"
    (tmp_path / "state.json").write_text(exported(*(resource(key, account) for key in keys[:2])))
    state = (tmp_path / "state.json").read_text()
    expected = [("KS801", keys[2]), ("KS803", keys[0]), ("KS803", keys[1]), ("KS804", keys[1])]

    of_file = keyswitch("audit", "--state", "state.json", "--json", code=7)
    of_pipe = keyswitch("audit", "--state", "-", "--json", code=7, stdin=state)

    assert sorted(found(of_file.stdout)) == sorted(found(of_pipe.stdout)) == expected


def test_a_declared_key_of_a_named_user_without_any_is_gone(
    keyswitch: Keyswitch, strict_iam: StrictIam, tmp_path: Path
) -> None:
    strict_iam.add_user("bob")
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(
        "config:\n  keyswitch:keys:\n    AKIAGONE000000000000: {userName: bob, status: Active}\n"
    )

    told = keyswitch("audit", "--stack-config", str(path), "--user", "bob", "--json", code=7)

    (gone,) = json.loads(told.stdout)["findings"]
    assert (gone["code"], gone["cause"]) == (
        "KS802",
        "is declared Active, but user bob has no such key",
    )


def test_a_register_with_problems_is_told_before_anything_is_looked_at(
    keyswitch: Keyswitch, server: RecordingServer, tmp_path: Path
) -> None:
    path = register(tmp_path / "Pulumi.prod.yaml", **{SECRET: "Active"})

    told = keyswitch("audit", "--stack-config", path, code=1)

    assert told.stderr.startswith("error: KS116 ")
    assert SECRET not in told.stderr
    assert server.count("ListUsers") == 0


def test_a_thousand_findings_fit_a_comment_and_nothing_leaves_its_cell() -> None:
    users = tuple(
        SeenUser(f"user|{n}", (key_of(f"AKIA{n:016d}", f"user|{n}", NOW - timedelta(days=99)),), ())
        for n in range(1000)
    )
    inventory = Inventory(users, NOW, is_complete=True)
    audited = Audited("123456789012", NOW, inventory, findings(inventory, None, NOW), "")

    told = to_markdown(audited)

    rows = [line for line in told.splitlines() if line.startswith("| `AKIA")]
    assert len(told.encode()) <= COMMENT_BYTES
    assert 100 < len(rows) < 2000
    assert f"… and {2000 - len(rows)} more findings;" in told
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    assert told.count("IAM users' access keys should be rotated every 90 days or less") == 1


def test_a_register_that_is_not_there_is_no_empty_one(keyswitch: Keyswitch) -> None:
    told = keyswitch("audit", "--stack-config", "Pulumi.typo.yaml", code=2)

    assert "'Pulumi.typo.yaml' does not exist" in told.stderr


def test_a_state_that_is_no_utf_8_is_told_of(keyswitch: Keyswitch, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(exported().encode("utf-16"))

    told = keyswitch("audit", "--state", "state.json", code=1)

    assert told.stderr.startswith("error: KS705 ")


def test_an_audit_that_goes_on_from_an_earlier_walk_says_from_when_to_when() -> None:
    def looked(since: datetime) -> str:
        return Audited("123456789012", NOW, Inventory((), since, is_complete=True), (), "").when

    assert looked(NOW - timedelta(minutes=1)) == iso(NOW)
    assert (
        looked(NOW - timedelta(minutes=40)) == f"{iso(NOW - timedelta(minutes=40))} to {iso(NOW)}"
    )


def test_a_stack_that_cannot_be_exported_is_told_with_what_pulumi_said(
    keyswitch: Keyswitch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    pulumi = folder / "pulumi"
    pulumi.write_text("#!/bin/sh\necho \"error: no stack named 'prod' found\" >&2\nexit 255\n")
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")

    told = keyswitch("audit", "--stack", "prod", code=1)
    assert "KS708 pulumi stack export --stack prod failed: error: no stack named" in told.stderr

    monkeypatch.setenv("PATH", "/nowhere")
    assert "No such file" in keyswitch("audit", "--stack", "prod", code=1).stderr
    both = keyswitch("audit", "--stack", "prod", "--state", "-", code=2)
    assert "Use --state or --stack, not both." in both.stderr


@pytest.mark.parametrize("form", ["table", "json", "markdown", "html"])
def test_every_form_can_be_written_to_a_file(
    keyswitch: Keyswitch, keys: list[str], tmp_path: Path, form: str
) -> None:
    path = tmp_path / "report"

    told = keyswitch("audit", "--format", form, "--output", str(path), code=7)

    written = path.read_text()
    assert keys[1] in written
    assert told.stdout == ""
    assert told.stderr == f"{path}: 3 keys, 1 finding about 1 of them.\n"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_user_name_is_broken_on_a_narrow_screen(width: int) -> None:
    name = "first.last.of.the.shop@corp.example.com"
    key = key_of("AKIAIOSFODNN7EXAMPLE", name, NOW - timedelta(days=99))
    inventory = Inventory((SeenUser(name, (key,), None),), NOW, is_complete=True)

    told = to_table(
        Audited("123456789012", NOW, inventory, findings(inventory, {}, NOW), ""), width
    )

    assert told.count(name) == told.count("AKIAIOSFODNN7EXAMPLE") == 3
    found = [line for line in told.splitlines() if not line.startswith("Account ")]
    assert all(len(line) <= width for line in found)
    assert len(found) < 40


def test_json_has_every_key_with_what_is_found_about_it_and_no_drawing(
    keyswitch: Keyswitch, keys: list[str], tmp_path: Path
) -> None:
    fine, old, off = keys
    path = register(
        tmp_path / "Pulumi.prod.yaml",
        **{fine: "Active", old: "Active", off: "Active", "AKIAGONE000000000000": "Active"},
    )

    bag = json.loads(keyswitch("audit", "--stack-config", path, "--json", code=7).stdout)

    assert [(key["access_key_id"], key["status"], key["findings"]) for key in bag["keys"]] == [
        (fine, "Active", []),
        (old, "Active", ["KS804"]),
        (off, "Inactive", ["KS803"]),
    ]
    assert bag["keys"][0]["user_name"] == "bob"
    assert bag["keys"][0]["last_used"]["service_name"] == "s3"
    assert {each["access_key_id"] for each in bag["findings"]} == {
        old,
        off,
        "AKIAGONE000000000000",
    }
    assert "height" not in json.dumps(bag)


@pytest.mark.parametrize(
    ("gone", "days", "verdict"),
    [
        (1, 99, "1 key, 3 findings about 1 of them and 1 declared key not there any more."),
        (2, 99, "1 key, 4 findings about 1 of them and 2 declared keys not there any more."),
        (1, 9, "1 key, 2 findings about 1 of them and 1 declared key not there any more."),
        (0, 9, "1 key, 1 finding about 1 of them."),
    ],
)
def test_a_count_of_keys_with_findings_is_of_those_that_are_there(
    gone: int, days: int, verdict: str
) -> None:
    key = key_of("AKIAIOSFODNN7EXAMPLE", "bob", NOW - timedelta(days=days))
    inventory = Inventory((SeenUser("bob", (key,), ()),), NOW, is_complete=True)
    named = [f"AKIAGONE{number:012d}" for number in range(gone)]
    expected = {each: ExpectedKey(each, "eve", Status.ACTIVE) for each in named}
    expected["AKIAIOSFODNN7EXAMPLE"] = ExpectedKey("AKIAIOSFODNN7EXAMPLE", "bob", Status.ACTIVE)

    audited = Audited("123456789012", NOW, inventory, findings(inventory, expected, NOW), "")

    assert audited.verdict == verdict


def test_of_declared_keys_that_are_gone_alone_no_other_is_counted() -> None:
    inventory = Inventory((), NOW, is_complete=True)
    expected = {"AKIAGONE000000000000": ExpectedKey("AKIAGONE000000000000", "", Status.ACTIVE)}

    audited = Audited("123456789012", NOW, inventory, findings(inventory, expected, NOW), "")

    assert audited.verdict == "0 keys, 1 finding about 1 declared key not there any more."


@pytest.mark.parametrize("form", ["table", "html"])
def test_a_report_is_not_written_through_a_link(
    keyswitch: Keyswitch, server: RecordingServer, tmp_path: Path, form: str
) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "report").symlink_to("precious")

    told = keyswitch("audit", "--format", form, "--output", str(tmp_path / "report"), code=1)

    assert told.stderr.startswith("error: KS714 ")
    assert server.count("ListUsers") == 0
    assert (tmp_path / "precious").read_text() == "precious"


def test_the_page_escapes_whatever_is_in_a_name_and_loads_nothing() -> None:
    name = "bob<script>alert(1)</script>"
    key = key_of("AKIAIOSFODNN7EXAMPLE", name)
    inventory = Inventory((SeenUser(name, (key,), None),), NOW, is_complete=True)
    found = findings(inventory, {}, NOW)

    page = to_html(Audited("123456789012", NOW, inventory, found, against="the stack <b>"))

    assert "<script" not in page
    assert "<b>" not in page
    assert page.count("bob&lt;script&gt;") == 1 + len(found)
    assert "http://" not in page
    assert "https://" not in page
