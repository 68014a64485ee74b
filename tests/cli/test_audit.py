"""``keyswitch audit``: its forms, its exit codes, and against what it holds the keys."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from ruamel.yaml import YAML

from cli.conftest import Keyswitch
from keyswitch.iam.client import AccessKey
from keyswitch.model.durations import iso
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.report.audit import Audit, Question
from keyswitch.report.audit_csv import COLUMNS
from keyswitch.report.audit_findings import AccountToAudit, audit_of
from keyswitch.report.audit_markdown import to_markdown
from keyswitch.report.audit_ocsf import to_ocsf
from keyswitch.report.audit_page import to_html
from keyswitch.report.audit_table import to_table
from keyswitch.report.controls import CONTROLS
from keyswitch.report.controls.control import Evidence
from keyswitch.report.exceptions import ExceptionProblemError, read_exceptions
from keyswitch.report.expected_keys import ExpectedKey
from keyswitch.report.inventory import Inventory, SeenKey, SeenUser
from keyswitch.report.markdown import COMMENT_BYTES
from support.http import RecordingServer
from support.strict_iam import ACCOUNT, StrictIam
from unit.test_stack_files import SECRET, exported, resource

NOW = datetime.now(timezone.utc)
SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "schemas"


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


def audited(
    *users: SeenUser, expected: dict[str, ExpectedKey] | None = None, against: str = ""
) -> Audit:
    evidence = Evidence(Inventory(users, NOW, is_complete=True), expected, NOW)
    account = AccountToAudit("123456789012", evidence)
    return audit_of([account], (), Question(against=against), NOW)


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
    lines = told.stdout.splitlines()
    finding = " ".join(line[lines[0].index("finding") :].strip() for line in lines[2:5])
    assert finding.startswith(
        "KS804 is Active and was created 200 days ago, and the limit is 90d [1][2]"
    )
    assert "[1] CIS AWS Foundations Benchmark v3.0.0 1.14, v5.0.0 1.13" in told.stdout
    assert "3 keys, 1 finding about 1 key." in told.stdout


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
    (tmp_path / "state.json").write_text(
        exported(resource(keys[0], account), resource(keys[1], account, user_name="carol"))
    )
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
    told = to_markdown(audited(*users))

    rows = [line for line in told.splitlines() if line.startswith("| `AKIA")]
    assert len(told.encode()) <= COMMENT_BYTES
    assert 100 < len(rows) < 2000
    assert f"… and {2000 - len(rows)} more findings;" in told
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}
    assert told.count("IAM users' access keys should be rotated every 90 days or less") == 1


def test_no_note_of_a_comment_takes_effect_and_a_thousand_fit() -> None:
    name = "![x](https://a.example) @here <b> `"
    notes = tuple(f"Account {number} ({name}) was not looked at." for number in range(2000))
    one, all_of_them = (
        to_markdown(audit_of([], (), Question(against=f"the stack {name}"), NOW, left_out=told))
        for told in (notes[:1], notes)
    )

    hostile = [line for line in one.splitlines() if "@here" in line]
    assert len(hostile) == 2
    assert all("@here" not in re.sub(r"`[^`]*`", "", line) for line in hostile)
    assert len(all_of_them.encode()) <= COMMENT_BYTES
    assert re.search(r"… and \d+ more notes", all_of_them)


def test_a_key_that_is_gone_is_told_with_its_account_where_there_are_several() -> None:
    gone = {"AKIAGONE000000000000": ExpectedKey("AKIAGONE000000000000", "bob", Status.ACTIVE)}
    evidence = Evidence(Inventory((), NOW, is_complete=True), gone, NOW)
    accounts = [AccountToAudit(each, evidence, "shop") for each in ("1" * 12, "2" * 12)]

    told = to_table(audit_of(accounts, (), Question(), NOW))

    assert [line for line in told.splitlines() if line.startswith("account ")] == [
        f"account {'1' * 12}",
        f"account {'2' * 12}",
    ]


def test_each_finding_of_ocsf_has_a_uid_of_its_own() -> None:
    entry = {"key": "AKIA1", "reason": "r", "approvedBy": "jane", "until": "2099-01-01"}
    exceptions = read_exceptions([{**entry, "control": name} for name in ("rotated", "unused")])
    evidence = Evidence(Inventory((), NOW, is_complete=True), None, NOW)
    told = to_ocsf(
        audit_of([AccountToAudit("123456789012", evidence)], exceptions, Question(), NOW)
    )

    assert len({each["finding_info"]["uid"] for each in json.loads(told)}) == 2


def test_a_register_that_is_not_there_is_no_empty_one(keyswitch: Keyswitch) -> None:
    told = keyswitch("audit", "--stack-config", "Pulumi.typo.yaml", code=2)

    assert "'Pulumi.typo.yaml' does not exist" in told.stderr


def test_a_state_that_is_no_utf_8_is_told_of(keyswitch: Keyswitch, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(exported().encode("utf-16"))

    told = keyswitch("audit", "--state", "state.json", code=1)

    assert told.stderr.startswith("error: KS705 ")


def test_an_audit_that_goes_on_from_an_earlier_walk_says_from_when_to_when() -> None:
    def looked(since: datetime) -> str:
        evidence = Evidence(Inventory((), since, is_complete=True), None, NOW)
        return audit_of([AccountToAudit("123456789012", evidence)], (), Question(), NOW).when

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
    assert told.stderr == f"{path}: 3 keys, 1 finding about 1 key.\n"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_screen_and_every_name_is_there_folded(width: int) -> None:
    name = "first.last.of.the.shop@corp.example.com"
    key = key_of("AKIAIOSFODNN7EXAMPLE", name, NOW - timedelta(days=99))

    told = to_table(audited(SeenUser(name, (key,), None), expected={}), width)

    table = told.partition("[1] ")[0]
    assert all(len(line) <= width for line in told.splitlines())
    assert table.count("AKIAIOSFODNN7EXAMPLE") == 1
    width_of_key = table.index("severity")
    assert name in "".join(line[:width_of_key].strip() for line in table.splitlines())
    assert re.findall(r"KS\d+", table) == ["KS801", "KS804", "KS808"]


def test_findings_are_grouped_by_key_and_published_controls_stand_below_once() -> None:
    old = [
        SeenUser(name, (key_of(f"AKIA{name.upper():0>16}", name, NOW - timedelta(days=99)),), ())
        for name in ("bob", "eve")
    ]

    told = to_table(audited(*old))

    assert told.count("CIS AWS Foundations Benchmark v3.0.0 1.14") == 1
    assert re.findall(r"AKIA0*(BOB|EVE)|(KS\d+)", told.partition("[1] CIS")[0]) == [
        ("BOB", ""),
        ("", "KS804"),
        ("", "KS808"),
        ("EVE", ""),
        ("", "KS804"),
        ("", "KS808"),
    ]


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
        (off, "Inactive", ["KS803"]),
        (old, "Active", ["KS804"]),
        (fine, "Active", []),
    ]
    assert bag["keys"][2]["user_name"] == "bob"
    assert bag["keys"][2]["last_used"]["service_name"] == "s3"
    assert {each["access_key_id"] for each in bag["findings"]} == {
        old,
        off,
        "AKIAGONE000000000000",
    }
    schema = json.loads((SCHEMAS / "audit.schema.json").read_text())
    Draft202012Validator(schema).validate(bag)
    assert set(schema["properties"]) == set(bag)


@pytest.mark.parametrize(
    ("gone", "days", "verdict"),
    [
        (1, 99, "1 key, 3 findings about 1 key."),
        (2, 9, "1 key, 3 findings about 1 key."),
        (0, 9, "1 key, 1 finding about 1 key."),
    ],
)
def test_a_count_of_keys_with_findings_is_of_those_that_are_there(
    gone: int, days: int, verdict: str
) -> None:
    key = key_of("AKIAIOSFODNN7EXAMPLE", "bob", NOW - timedelta(days=days))
    named = [f"AKIAGONE{number:012d}" for number in range(gone)]
    expected = {each: ExpectedKey(each, "eve", Status.ACTIVE) for each in named}
    expected["AKIAIOSFODNN7EXAMPLE"] = ExpectedKey("AKIAIOSFODNN7EXAMPLE", "bob", Status.ACTIVE)

    assert audited(SeenUser("bob", (key,), ()), expected=expected).verdict == verdict


def test_of_declared_keys_that_are_gone_alone_no_other_is_counted() -> None:
    expected = {"AKIAGONE000000000000": ExpectedKey("AKIAGONE000000000000", "", Status.ACTIVE)}

    assert audited(expected=expected).verdict == "0 keys, 1 finding."


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

    audit = audited(SeenUser(name, (key,), None), expected={}, against="the stack <b>")
    page = to_html(audit)

    assert "<script" not in page
    assert "<b>" not in page
    assert page.count("bob&lt;script&gt;") == 1 + len(audit.findings)
    assert "http://" not in page
    assert "https://" not in page


EXCEPTION = """\
- user: carol
  control: rotated
  reason: the vendor rotates in March
  approvedBy: jane@example.com
  until: 2099-03-31
"""


def test_exceptions_of_the_stacks_config_and_of_a_file_make_an_audit_green(
    keyswitch: Keyswitch, keys: list[str], tmp_path: Path
) -> None:
    config = tmp_path / "Pulumi.prod.yaml"
    register(config, **dict.fromkeys(keys[:2], "Active"), **{keys[2]: "Inactive"})
    of_file = tmp_path / "exceptions.yaml"
    of_file.write_text(EXCEPTION)

    by_file = keyswitch("audit", "--stack-config", str(config), "--exceptions", str(of_file))
    indented = EXCEPTION.replace("\n", "\n    ")
    config.write_text(f"{config.read_text()}  keyswitch:exceptions:\n    {indented}")
    by_config = keyswitch("audit", "--stack-config", str(config))

    for told in (by_file, by_config):
        words = " ".join(told.stdout.split())
        assert "3 keys, 1 excepted." in words
        assert "approved by jane@example.com" in words


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- user: carol\n", "entry 1 has no control"),
        ("user: carol\n", "they are a map and not a list"),
        ("- [\n", "(line 2)"),
        ("- user: carol\n  user: dave\n", 'found duplicate key "user" (line 2)'),
        ("- until: 2027-03-31T25:00:00Z\n", "a value of it cannot be read"),
        (EXCEPTION.replace("2099-03-31", "later"), "entry 1 has an until that cannot be read"),
        (EXCEPTION.replace("the vendor", SECRET), "entry 1 has a reason that looks like a secret"),
    ],
)
def test_exceptions_with_problems_are_told_before_anything_is_looked_at(
    keyswitch: Keyswitch, server: RecordingServer, tmp_path: Path, text: str, problem: str
) -> None:
    (tmp_path / "exceptions.yaml").write_text(text)

    told = keyswitch("audit", "--exceptions", "exceptions.yaml", code=1)

    assert told.stderr.startswith("error: KS733 the exceptions in exceptions.yaml cannot be read")
    assert problem in told.stderr
    assert SECRET not in told.stderr
    assert server.count("ListUsers") == 0


def test_exceptions_that_are_encrypted_are_told_to_stand_in_plain_text(
    keyswitch: Keyswitch, tmp_path: Path
) -> None:
    entry = EXCEPTION.replace("the vendor rotates in March", "{secure: v1:abc}")
    indented = entry.replace("\n", "\n    ")
    (tmp_path / "Pulumi.prod.yaml").write_text(f"config:\n  keyswitch:exceptions:\n    {indented}")

    told = keyswitch("audit", "--stack-config", "Pulumi.prod.yaml", code=1).stderr

    assert "KS733 the exceptions in Pulumi.prod.yaml cannot be read: they are encrypted" in told
    assert "--stack" not in told


@pytest.mark.parametrize("text", ["", "# none at present\n", "[]\n"])
def test_a_file_without_exceptions_is_none(
    keyswitch: Keyswitch, strict_iam: StrictIam, tmp_path: Path, text: str
) -> None:
    strict_iam.add_key("bob", ObservedStatus.INACTIVE)
    (tmp_path / "exceptions.yaml").write_text(text)

    assert "no findings" in keyswitch("audit", "--exceptions", "exceptions.yaml").stdout


def test_the_schema_of_exceptions_knows_what_the_audit_reads() -> None:
    schema = Draft202012Validator(json.loads((SCHEMAS / "exceptions.schema.json").read_text()))
    (fine,) = YAML(typ="safe").load(EXCEPTION)
    fine["until"] = str(fine["until"])
    of_account = {**fine, "control": "root-keys", "account": "123456789012"}
    del of_account["user"]

    for right in (
        fine,
        *({**fine, "control": name} for name, each in CONTROLS.items() if each.is_about_keys),
        *({**of_account, "control": name} for name in ("KS809", "account-read", "root-keys-known")),
    ):
        assert schema.is_valid([right])
        assert read_exceptions([right])
    for wrong in (
        {**fine, "key": "AKIA*"},
        {**fine, "until": "soon"},
        {**fine, "account": 123456789012},
        {**fine, "approved": "x"},
        {**fine, "control": "root-keys", "account": "123456789012"},
        {name: value for name, value in of_account.items() if name != "account"},
        {name: value for name, value in fine.items() if name != "until"},
    ):
        assert not schema.is_valid([wrong])
        with pytest.raises(ExceptionProblemError):
            read_exceptions([wrong])


@pytest.mark.parametrize(
    ("options", "codes", "code"),
    [
        ((), ["KS804"], 7),
        (("--max-age", "1y"), [], 0),
        (("--max-age", "2d", "--severity", "medium"), ["KS804", "KS804"], 7),
        (("--unused-for", "30m"), ["KS804", "KS805", "KS805"], 7),
        (("--fail-on", "high"), ["KS804"], 0),
        (("--severity", "high"), [], 0),
        (("--control", "rotated"), ["KS804"], 7),
        (("--control", "ks804", "--control", "unused"), ["KS804"], 7),
        (("--control", "unused"), [], 0),
    ],
)
def test_thresholds_and_filters_say_what_is_found_and_what_fails(
    keyswitch: Keyswitch, keys: list[str], options: tuple[str, ...], codes: list[str], code: int
) -> None:
    told = keyswitch("audit", "--json", *options, code=code)

    assert sorted(each["code"] for each in json.loads(told.stdout)["findings"]) == codes


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--max-age", "90"), "'90' is not a duration such as 90d or 36h"),
        (("--control", "old"), "'old' is not a control: there are undeclared"),
        (("--fail-on", "bad"), "is not one of"),
        (
            ("--control", "rotated", "--control", "unused", "--severity", "high"),
            "No control of --control has the severity high or a higher one.",
        ),
        (("--user", ""), "--user takes the name of a user"),
        (("--user", "bob", "--credential-report"), "Use --user or --credential-report, not both."),
    ],
)
def test_wrong_options_are_told(
    keyswitch: Keyswitch, options: tuple[str, ...], problem: str
) -> None:
    assert problem in keyswitch("audit", *options, code=2).stderr


def test_keys_of_the_root_user_are_found_unless_only_some_users_are_asked_for(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    strict_iam.root_keys = True
    strict_iam.add_user("bob")

    keyswitch("audit", "--user", "bob")
    assert server.count("GetAccountSummary") == 0
    told = keyswitch("audit", code=7)
    assert "KS809 the account's root user has access keys" in " ".join(told.stdout.split())
    strict_iam.denied.add("GetAccountSummary")
    assert found(keyswitch("audit", "--json", code=7).stdout) == [("KS814", "")]


def test_the_credential_report_spares_the_lists_of_users_without_keys(
    keyswitch: Keyswitch, keys: list[str], strict_iam: StrictIam, server: RecordingServer
) -> None:
    for number in range(20):
        strict_iam.add_user(f"without-{number}")
    strict_iam.report_made = iso(NOW)

    told = keyswitch("audit", "--credential-report", "--json", code=7)

    bag = json.loads(told.stdout)
    assert server.count("ListAccessKeys") == 3
    assert bag["accounts"][0]["users_passed_over"] == 20
    assert bag["accounts"][0]["is_complete"] is False
    assert [key["user_name"] for key in bag["keys"]] == ["carol", "bob", "dave"]
    (note,) = bag["notes"]
    assert "does not show Inactive keys that were never used" in note


def test_a_declared_keys_user_is_looked_at_whatever_the_credential_report_shows(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, tmp_path: Path
) -> None:
    """AWS's report does not show an Inactive key that was never used: its user seems to have none."""
    strict_iam.report_made = iso(NOW)
    key = strict_iam.add_key("bob", ObservedStatus.INACTIVE)
    strict_iam.add_user("eve")
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(f"config:\n  keyswitch:keys:\n    {key}: {{userName: BOB, status: Inactive}}\n")

    keyswitch("audit", "--stack-config", str(path), "--credential-report")

    assert server.count("ListAccessKeys") == 1


@pytest.mark.parametrize(
    ("refused", "age", "problem"),
    [
        ("GenerateCredentialReport", timedelta(0), "iam:GenerateCredentialReport"),
        ("", timedelta(hours=5), "more than four hours ago"),
    ],
)
def test_without_a_credential_report_the_walk_goes_as_before_and_says_so(
    keyswitch: Keyswitch,
    keys: list[str],
    strict_iam: StrictIam,
    server: RecordingServer,
    refused: str,
    age: timedelta,
    problem: str,
) -> None:
    strict_iam.denied.add(refused)
    strict_iam.report_made = iso(NOW - age)
    strict_iam.add_user("without")

    told = keyswitch("audit", "--credential-report", "--json", code=7)

    assert server.count("ListAccessKeys") == 4
    assert told.stderr.startswith("warning: KS731 the account's credential report is not used: KS")
    assert problem in told.stderr
    assert json.loads(told.stdout)["notes"] == []


def test_the_evidence_pack_has_a_row_for_each_key_and_control(
    keyswitch: Keyswitch, keys: list[str], strict_iam: StrictIam, tmp_path: Path
) -> None:
    strict_iam.root_keys = True
    (tmp_path / "exceptions.yaml").write_text(EXCEPTION)

    told = keyswitch("audit", "--format", "csv", "--exceptions", "exceptions.yaml", code=7)

    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    assert list(rows[0]) == list(COLUMNS)
    about_keys = [name for name, control in CONTROLS.items() if control.is_about_keys]
    assert sorted((row["key"], row["control"]) for row in rows if row["key"]) == sorted(
        (key, name) for key in keys for name in about_keys
    )
    (excepted,) = [row for row in rows if row["verdict"] == "excepted"]
    assert excepted["user"] == "carol"
    assert excepted["approver"] == "jane@example.com"
    assert excepted["until"] == "2099-03-31"
    assert excepted["exception"] == "user carol: the vendor rotates in March"
    assert [row["control"] for row in rows if not row["key"]] == ["root-keys"]
    assert {row["asked_by"] for row in rows} == {"arn:aws:iam::123456789012:user/ci"}
    assert {row["verdict"] for row in rows} == {"passed", "excepted", "open", "not checked"}


def test_the_evidence_pack_says_passed_of_nothing_that_was_not_checked(
    keyswitch: Keyswitch, keys: list[str], strict_iam: StrictIam, tmp_path: Path
) -> None:
    strict_iam.denied |= {"GetAccessKeyLastUsed", "ListAttachedUserPolicies"}
    path = register(tmp_path / "Pulumi.prod.yaml", **{keys[0]: "Active", keys[2]: "Inactive"})

    def not_checked(*options: str) -> set[tuple[str, str]]:
        told = keyswitch("audit", "--format", "csv", *options, code=7).stdout
        rows = csv.DictReader(io.StringIO(told))
        return {(r["key"], r["control"]) for r in rows if r["verdict"] == "not checked"}

    lacking = {(key, name) for key in keys[:2] for name in ("unused", "quarantined")}
    held = {(key, "held-for-long") for key in keys}
    compared = ("undeclared", "declared-not-found", "not-as-declared", "declared-owner")
    assert not_checked("--stack-config", path) == lacking | held
    assert not_checked() == lacking | held | {(key, name) for key in keys for name in compared}
    words = " ".join(keyswitch("audit", code=7).stdout.split())
    assert "The control quarantined was not checked for 2 Active keys" in words
    assert "quarantined was not" not in keyswitch("audit", "--control", "rotated", code=7).stdout


def test_an_exception_of_another_account_is_not_of_this_audit(
    keyswitch: Keyswitch, strict_iam: StrictIam, tmp_path: Path
) -> None:
    strict_iam.add_key("bob", ObservedStatus.INACTIVE)
    other = EXCEPTION.replace("control:", 'account: "222222222222"\n  control:')
    (tmp_path / "exceptions.yaml").write_text(other + other.replace("2099", "2020"))

    assert "no findings" in keyswitch("audit", "--exceptions", "exceptions.yaml").stdout


@pytest.mark.parametrize("name", ["=cmd", "+1", "-1", "@SUM"])
def test_no_cell_of_the_evidence_pack_is_a_formula(
    keyswitch: Keyswitch, strict_iam: StrictIam, name: str
) -> None:
    strict_iam.add_key(name, made=NOW)

    told = keyswitch("audit", "--format", "csv")

    assert {row["user"] for row in csv.DictReader(io.StringIO(told.stdout))} == {f"'{name}"}


def test_ocsf_has_a_compliance_finding_for_each_finding(
    keyswitch: Keyswitch, keys: list[str], tmp_path: Path
) -> None:
    (tmp_path / "exceptions.yaml").write_text(EXCEPTION)

    first = json.loads(keyswitch("audit", "--format", "ocsf", code=7).stdout)
    again = json.loads(
        keyswitch("audit", "--format", "ocsf", "--exceptions", "exceptions.yaml").stdout
    )

    (event,), (excepted,) = first, again
    ComplianceFinding.model_validate(event)
    assert (event["class_uid"], event["type_uid"], event["severity"]) == (2003, 200301, "Medium")
    assert event["resources"][0]["uid"] == keys[1]
    assert event["resources"][0]["cloud_partition"] == "aws"
    assert "CIS AWS Foundations Benchmark v5.0.0" in event["compliance"]["standards"]
    assert (event["status"], excepted["status"]) == ("New", "Suppressed")
    assert event["finding_info"]["uid"] == excepted["finding_info"]["uid"]


def test_without_its_extra_ocsf_says_what_to_install_before_anything_is_looked_at(
    keyswitch: Keyswitch, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "py_ocsf_models", None)

    told = keyswitch("audit", "--format", "ocsf", code=1)

    assert "install keyswitch[ocsf]" in told.stderr
    assert server.count("ListUsers") == 0


def test_a_register_and_a_state_together_tell_a_change_to_come_from_drift(
    keyswitch: Keyswitch, keys: list[str], tmp_path: Path
) -> None:
    fine, old, off = keys
    state = exported(
        *(
            resource(key, ACCOUNT, user_name=user, status="Active", desired_status="Active")
            for key, user in ((fine, "bob"), (old, "carol"))
        )
    )
    (tmp_path / "state.json").write_text(state)
    path = register(
        tmp_path / "Pulumi.prod.yaml", **{fine: "Active", old: "Inactive", off: "Inactive"}
    )

    alone = keyswitch("audit", "--stack-config", path, "--json", code=7)
    both = keyswitch("audit", "--stack-config", path, "--state", "state.json", "--json")

    verdicts = [
        [(each["code"], each["verdict"]) for each in json.loads(told.stdout)["findings"]]
        for told in (alone, both)
    ]
    assert verdicts == [
        [("KS803", "open"), ("KS804", "open")],
        [("KS803", "in progress"), ("KS804", "in progress")],
    ]
    assert (
        json.loads(both.stdout)["against"] == "the register in Pulumi.prod.yaml and a stack's state"
    )
    assert json.loads(both.stdout)["keys"][0]["progress"] == "the next update deactivates the key"


def test_a_path_of_an_exception_is_asked_for_where_users_are_named(
    keyswitch: Keyswitch, strict_iam: StrictIam, tmp_path: Path
) -> None:
    strict_iam.add_user("carol", "/service/")
    strict_iam.add_key("carol", made=NOW - timedelta(days=200))
    by_path = EXCEPTION.replace("user: carol", "path: /service/*")
    unused = by_path.replace("rotated", "unused")
    (tmp_path / "exceptions.yaml").write_text(f"{by_path}{unused}")

    keyswitch("audit", "--user", "carol", "--exceptions", "exceptions.yaml")
    keyswitch("audit", "--exceptions", "exceptions.yaml")
    assert (
        "KS709"
        in keyswitch("audit", "--user", "x", "--exceptions", "exceptions.yaml", code=1).stderr
    )


def test_a_config_and_a_state_of_two_stacks_are_not_compared(
    keyswitch: Keyswitch, server: RecordingServer, tmp_path: Path
) -> None:
    path = register(tmp_path / "Pulumi.prod.yaml")

    told = keyswitch("audit", "--stack-config", path, "--stack", "acme/dev", code=2)

    words = " ".join(told.stderr.split())
    assert "--stack-config is the config of the stack prod, and --stack names acme/dev." in words
    assert server.count("ListUsers") == 0
