"""``keyswitch discover`` over a socket: what it shows, writes, and how it goes on after a fault."""

from __future__ import annotations

import ast
import json
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from cli.conftest import Keyswitch, until_kept
from digest.test_digest import RECORDED
from keyswitch.model.status import ObservedStatus
from support.http import Call, RecordingServer, aws_error, refuse
from support.strict_iam import StrictIam


def many(iam: StrictIam, count: int) -> list[str]:
    return [iam.add_key(f"user-{number:03d}") for number in range(count)]


def test_the_table_shows_each_key_with_owner_status_age_use_and_findings(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    now = datetime.now(timezone.utc)
    old = strict_iam.add_key("bob", made=now - timedelta(days=400))
    new = strict_iam.add_key("eve", ObservedStatus.INACTIVE, made=now - timedelta(days=1))
    strict_iam.used[old] = f"{now - timedelta(days=100):%Y-%m-%dT%H:%M:%SZ}"

    shown = keyswitch("discover").stdout

    lines = {line.split()[0]: " ".join(line.split()) for line in shown.splitlines() if line.strip()}
    assert lines[old].startswith(f"{old} bob Active 400 days 100 days ago by s3 KS804 Not rotated")
    assert "KS805 Unused" in shown
    assert lines[new] == f"{new} eve Inactive 1 day never"
    assert "Account 123456789012: 2 keys of 2 users." in shown


def test_json_has_every_key_in_full(keyswitch: Keyswitch, strict_iam: StrictIam) -> None:
    key = strict_iam.add_key("bob")
    strict_iam.used[key] = "2026-03-01T09:00:00Z"
    strict_iam.policies["bob"] = ["ReadOnly"]

    (row,) = json.loads(keyswitch("discover", "--json").stdout)["keys"]

    assert row["access_key_id"] == key
    assert row["last_used"] == {
        "date": "2026-03-01T09:00:00Z",
        "service_name": "s3",
        "region": "eu-west-1",
    }
    assert row["policies"] == ["ReadOnly"]


def test_500_users_are_walked_page_by_page_and_each_asked_once(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    keys = many(strict_iam, 500)

    rows = json.loads(keyswitch("discover", "--json").stdout)["keys"]

    assert [row["access_key_id"] for row in rows] == keys
    assert server.counts() == {
        "GetAccessKeyLastUsed": 500,
        "GetCallerIdentity": 1,
        "ListAccessKeys": 500,
        "ListAttachedUserPolicies": 500,
        "ListUsers": 5,
    }


def test_a_walk_that_ended_early_is_gone_on_with_by_the_same_command(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    keys = many(strict_iam, 60)
    failing = refuse("ListAccessKeys", 400, "ExpiredToken", "too late", only="user-040")
    server.rules.append(failing)

    ended = keyswitch("discover", "--json", code=1)

    assert ended.stderr.startswith("error: KS307 ")
    assert "of 60 users looked at. Run the same" in ended.stderr
    seen = {call.parameters.get("UserName") for call in server.calls} - {None, "user-040"}
    assert len(seen) >= 32
    server.reset()

    rest = keyswitch("discover", "--json")

    assert [row["access_key_id"] for row in json.loads(rest.stdout)["keys"]] == keys
    asked = [c.parameters["UserName"] for c in server.calls if c.action == "ListAccessKeys"]
    assert sorted(asked) == sorted({f"user-{n:03d}" for n in range(60)} - seen)
    assert rest.stderr.startswith(f"Going on from an earlier walk: {len(seen)} of 60 users are")

    server.reset()
    keyswitch("discover", "--json")
    assert server.count("ListAccessKeys") == 60


def test_ctrl_c_keeps_what_was_seen_and_says_so(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, tmp_path: Path
) -> None:
    many(strict_iam, 60)
    reached, released = threading.Event(), threading.Event()

    def hold(call: Call) -> None:
        if call.parameters.get("UserName") == "user-040":
            reached.set()
            released.wait(60)

    server.rules.append(hold)
    with subprocess.Popen(
        [sys.executable, "-m", "keyswitch", "discover", "--json"],
        stderr=subprocess.PIPE,
        text=True,
    ) as walking:
        assert reached.wait(30)
        until_kept(tmp_path)
        walking.send_signal(signal.SIGINT)
        _, told = walking.communicate(timeout=30)
        released.set()

    assert walking.returncode == 1
    assert "of 60 users looked at." in told
    assert "Traceback" not in told
    server.reset()
    keyswitch("discover", "--json")
    assert 0 < server.count("ListAccessKeys") < 60


def test_without_an_account_id_no_walk_is_gone_on_with(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, tmp_path: Path
) -> None:
    many(strict_iam, 60)
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text("config:\n  aws:skipRequestingAccountId: true\n")
    server.rules.append(refuse("ListAccessKeys", 400, "ExpiredToken", "x", only="user-040"))
    ended = keyswitch("discover", "--stack-config", str(path), code=1)
    assert "is kept" not in ended.stderr
    server.reset()

    keyswitch("discover", "--stack-config", str(path))

    assert server.count("ListAccessKeys") == 60


def test_fresh_does_not_go_on(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    many(strict_iam, 60)
    server.rules.append(refuse("ListAccessKeys", 400, "ExpiredToken", "x", only="user-040"))
    keyswitch("discover", code=1)
    server.reset()

    keyswitch("discover", "--fresh")

    assert server.count("ListAccessKeys") == 60


def test_throttling_is_waited_out(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    keys = many(strict_iam, 20)
    refused: set[str] = set()

    def once(call: Call) -> object:
        user = call.parameters.get("UserName", "")
        if call.action != "ListAccessKeys" or user in refused or not user.endswith("5"):
            return None
        refused.add(user)
        return aws_error(400, "Throttling", "Rate exceeded")

    server.rules.append(once)  # type: ignore[arg-type]

    rows = json.loads(keyswitch("discover", "--json").stdout)["keys"]

    assert [row["access_key_id"] for row in rows] == keys
    assert len(refused) == 2


def test_what_is_written_is_as_of_now_also_of_users_that_an_earlier_walk_saw(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, tmp_path: Path
) -> None:
    keys = many(strict_iam, 60)
    server.rules.append(refuse("ListAccessKeys", 400, "ExpiredToken", "x", only="user-040"))
    keyswitch("discover", code=1)
    server.reset()
    strict_iam.set_status(keys[0], ObservedStatus.INACTIVE)
    path = tmp_path / "Pulumi.prod.yaml"

    told = keyswitch("discover", "--write", str(path))

    assert "Going on from an earlier walk" in told.stderr
    assert f"    {keys[0]}:\n      userName: user-000\n      status: Inactive\n" in path.read_text()
    assert server.count("GetAccessKeyLastUsed") < 60


def test_users_are_selected_by_name_or_by_path(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    strict_iam.add_user("ci", "/machines/")
    machine, person = strict_iam.add_key("ci"), strict_iam.add_key("bob")

    def keys(*args: str) -> list[str]:
        rows = json.loads(keyswitch("discover", "--json", *args).stdout)["keys"]
        return [row["access_key_id"] for row in rows]

    assert keys("--path-prefix", "/machines/") == [machine]
    server.reset()
    assert keys("--user", "bob") == [person]
    assert server.count("ListUsers") == 0
    assert keys("--user", "bob", "--user", "bob") == [person]
    both = keyswitch("discover", "--user", "bob", "--path-prefix", "/machines/", code=2)
    assert "Use --user or --path-prefix, not both." in both.stderr
    bare = keyswitch("discover", "--path-prefix", "machines/", code=2)
    assert "--path-prefix takes a path that starts with a slash" in bare.stderr
    missing = keyswitch("discover", "--user", "bob", "--user", "nobody", code=1)
    assert missing.stderr.startswith(
        "error: KS709 user nobody does not exist in account 123456789012"
    )


def test_keys_are_adopted_into_a_register_as_they_are(
    keyswitch: Keyswitch, strict_iam: StrictIam, tmp_path: Path
) -> None:
    active, inactive = strict_iam.add_key("bob"), strict_iam.add_key("bob", ObservedStatus.INACTIVE)
    expired = strict_iam.add_key("eve", ObservedStatus.EXPIRED)
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(f"config:\n  keyswitch:keys:\n    {active}: {{status: Inactive}} # mine\n")

    told = keyswitch("discover", "--write", str(path))

    assert path.read_text() == (
        f"config:\n  keyswitch:keys:\n    {active}: {{status: Inactive}} # mine\n"
        f"    {inactive}:\n      userName: bob\n      status: Inactive\n"
        f"    {expired}:\n      userName: eve\n      status: Inactive\n"
    )
    assert f"{path}: 2 keys added, 1 already declared. Next, run pulumi preview" in told.stderr


def test_without_a_key_the_register_stays_as_it_is(
    keyswitch: Keyswitch, strict_iam: StrictIam, tmp_path: Path
) -> None:
    strict_iam.add_key("bob")

    told = keyswitch("discover", "--write", "Pulumi.prod.yaml", "--path-prefix", "/none/")

    assert "Pulumi.prod.yaml is unchanged: there is no access key to declare." in told.stderr
    assert "already declared" not in told.stderr
    assert not (tmp_path / "Pulumi.prod.yaml").exists()


def test_a_file_that_is_created_has_its_schema_next_to_it_for_editors(
    keyswitch: Keyswitch, strict_iam: StrictIam, tmp_path: Path
) -> None:
    key = strict_iam.add_key("bob")

    keyswitch("discover", "--write", "Pulumi.prod.yaml")

    first, *_ = (tmp_path / "Pulumi.prod.yaml").read_text().splitlines()
    schema = tmp_path / first.removeprefix("# yaml-language-server: $schema=")
    assert json.loads(schema.read_text())["title"].startswith("Pulumi.STACK.yaml")
    schema.write_text("own")
    keyswitch("discover", "--write", "Pulumi.test.yaml")
    assert schema.read_text() == "own"
    assert key in (tmp_path / "Pulumi.test.yaml").read_text()
    (tmp_path / "Pulumi.old.yaml").write_text("config: {}\n")
    keyswitch("discover", "--write", "Pulumi.old.yaml")
    assert "$schema" not in (tmp_path / "Pulumi.old.yaml").read_text()


def test_a_key_of_a_rotation_is_declared_already(
    keyswitch: Keyswitch, strict_iam: StrictIam, tmp_path: Path
) -> None:
    old, new, other = (strict_iam.add_key(user) for user in ("bob", "bob", "eve"))
    rotation = f"{{userName: bob, current: {new}, previous: {old}, activeUntil: '2999-12-31'}}"
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(f"config:\n  keyswitch:rotations:\n    bob: {rotation}\n")

    told = keyswitch("discover", "--write", str(path), "--json")

    assert "1 key added, 2 already declared" in told.stderr
    assert f"    {other}:\n" in path.read_text()
    ends = {each["access_key_id"]: each["active_until"] for each in json.loads(told.stdout)["keys"]}
    assert ends == {new: "2999-12-31", old: None, other: None}
    controls = ("--control", "undeclared", "--control", "not-as-declared")
    audited = keyswitch("audit", "--stack-config", path.name, *controls)
    assert "no findings" in audited.stdout


def test_a_key_in_a_status_that_nobody_knows_is_shown_and_not_declared(
    keyswitch: Keyswitch, strict_iam: StrictIam, tmp_path: Path
) -> None:
    active = strict_iam.add_key("bob")
    locked = strict_iam.add_key("bob", ObservedStatus("Locked"))
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text("config: {}\n")

    told = keyswitch("discover", "--write", str(path))

    assert f"{locked} bob Locked" in " ".join(told.stdout.split())
    assert f"KS221 access key {locked} of user bob: AWS reports the status Locked" in told.stderr
    assert active in path.read_text()
    assert locked not in path.read_text()


def test_the_program_is_python_that_declares_every_key(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    keys = many(strict_iam, 3)

    program = keyswitch("discover", "--format", "python").stdout

    calls = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Call)]
    declared = [
        {word.arg: ast.literal_eval(word.value) for word in call.keywords} for call in calls
    ]
    assert declared == [
        {"access_key_id": key, "user_name": f"user-{number:03d}", "status": "Active"}
        for number, key in enumerate(keys)
    ]


def test_an_account_of_the_register_is_gone_to_and_written_with_each_entry(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, tmp_path: Path
) -> None:
    key = strict_iam.add_key("bob")
    role = "arn:aws:iam::222222222222:role/keys"
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(f"config:\n  keyswitch:accounts:\n    shop: {{roleArn: {role}}}\n")
    assumed = (
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIASESSION000000001"
        "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
        "</AssumeRoleResponse>"
    )

    def sts(call: Call) -> object:
        from werkzeug.wrappers import Response

        return Response(assumed) if call.action == "AssumeRole" else None

    server.rules.append(sts)  # type: ignore[arg-type]
    options = ("--stack-config", str(path), "--account", "shop")

    keyswitch("discover", *options, "--write", str(path))

    assert {c.parameters["RoleArn"] for c in server.calls if c.action == "AssumeRole"} == {role}
    assert path.read_text().endswith(
        f"    {key}:\n      userName: bob\n      status: Active\n      account: shop\n"
    )
    program = keyswitch("discover", *options, "--format", "python").stdout
    assert f'account = keyswitch.Account("shop", role_arn="{role}")' in program
    assert "    account=account,\n" in program
    unknown = keyswitch("discover", "--stack-config", str(path), "--account", "x", code=1)
    assert "KS128" in unknown.stderr


def test_the_settings_of_a_stack_are_used_and_options_go_before_them(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, tmp_path: Path
) -> None:
    strict_iam.add_key("bob")
    (tmp_path / "aws").write_text(
        "[one]\naws_access_key_id = AKIAONE0000000000001\naws_secret_access_key = made-up\n"
        "[two]\naws_access_key_id = AKIATWO0000000000002\naws_secret_access_key = made-up\n"
    )
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(
        f"config:\n  aws:profile: one\n  aws:sharedCredentialsFiles:\n    - {tmp_path / 'aws'}\n"
    )

    keyswitch("discover", "--stack-config", str(path))
    assert {call.signer for call in server.calls} == {"AKIAONE0000000000001"}
    server.reset()
    keyswitch("discover", "--stack-config", str(path), "--profile", "two")
    assert {call.signer for call in server.calls} == {"AKIATWO0000000000002"}


SIGNS = (
    "config:\n  aws:accessKey: AKIAOFTHEFILE0000000\n  aws:secretKey: {secure: v1:abc:def}\n"
    "  aws:assumeRoles: [{roleArn: arn:aws:iam::222222222222:role/keys}]\n"
)


def test_a_profile_of_the_callers_takes_the_place_of_what_the_file_signs_with(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, tmp_path: Path
) -> None:
    strict_iam.add_key("bob")
    path, credentials = tmp_path / "Pulumi.prod.yaml", tmp_path / "aws"
    path.write_text(f"{SIGNS}  aws:sharedCredentialsFiles: ['{credentials}']\n")
    credentials.write_text(
        "[audit]\naws_access_key_id = AKIAAUDIT00000000001\naws_secret_access_key = made-up\n"
    )

    encrypted = keyswitch("discover", "--stack-config", str(path), code=1)
    assert encrypted.stderr.startswith("error: KS706 aws:secretKey")
    keyswitch("discover", "--stack-config", str(path), "--profile", "audit")

    assert {call.signer for call in server.calls} == {"AKIAAUDIT00000000001"}
    assert server.count("AssumeRole") == 0


@pytest.mark.parametrize("roles", ["nonsense", "{a: b}", "[nonsense]"])
def test_roles_that_cannot_be_read_are_told_of_also_beside_a_role_of_the_callers(
    keyswitch: Keyswitch, tmp_path: Path, roles: str
) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(f"config:\n  aws:assumeRoles: {roles}\n")
    role = "arn:aws:iam::222222222222:role/audit"

    told = keyswitch("discover", "--stack-config", str(path), "--role-arn", role, code=1)

    assert told.stderr.startswith("error: KS113 ")


def test_the_file_that_is_written_says_also_how_to_sign(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, tmp_path: Path
) -> None:
    strict_iam.add_key("bob")
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text("config:\n  aws:allowedAccountIds: ['999999999999']\n")

    told = keyswitch("discover", "--write", str(path), code=1)

    assert "allows 999999999999 only" in told.stderr
    assert "keyswitch:keys" not in path.read_text()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("config: {a\n", "KS702"),
        (
            "config:\n  keyswitch:accounts: {shop: {profile: x}}\n  keyswitch:defaults: {account: shop}\n",
            "KS710",
        ),
        ("config:\n  keyswitch:keys: {secure: v1:abc:def}\n", "KS712"),
    ],
)
def test_a_file_that_cannot_take_the_keys_is_told_of_before_any_is_looked_at(
    keyswitch: Keyswitch, server: RecordingServer, tmp_path: Path, text: str, code: str
) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(text)

    told = keyswitch("discover", "--write", str(path), code=1)

    assert told.stderr.startswith(f"error: {code} ")
    assert server.calls == []


def test_a_folder_that_is_not_there_is_told_of_before_any_key_is_looked_at(
    keyswitch: Keyswitch, server: RecordingServer
) -> None:
    told = keyswitch("discover", "--write", "nowhere/Pulumi.prod.yaml", code=1)

    assert told.stderr.startswith("error: KS707 ")
    assert server.calls == []


def test_an_environment_that_is_not_seen_is_warned_of(keyswitch: Keyswitch, tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text("environment: [aws/prod]\n")

    told = keyswitch("discover", "--stack-config", str(path))

    assert told.stderr.startswith(f"warning: KS711 {path} imports the environment aws/prod, which")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_a_locale_cannot_write_is_written_as_utf_8(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "preview.json").write_text(RECORDED["declared"])
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "keyswitch", "digest", "preview.json"],
        cwd=tmp_path,
        env={"PYTHONIOENCODING": encoding, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "Active → Inactive" in done.stdout.decode()


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (refuse("ListUsers", 403, "AccessDenied", "User ci is not authorized"), "KS301"),
        (refuse("ListAccessKeys", 403, "AccessDenied", "User ci is not authorized"), "KS301"),
        (refuse("GetCallerIdentity", 403, "InvalidClientTokenId", "no such key"), "KS309"),
    ],
)
def test_what_keeps_it_from_looking_is_one_line_with_a_code(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, rule: object, code: str
) -> None:
    strict_iam.add_key("bob")
    server.rules.append(rule)  # type: ignore[arg-type]

    told = keyswitch("discover", code=1)

    assert told.stderr.startswith(f"error: {code} ")
    assert told.stderr.count("\n") == 1
    assert told.stdout == ""


@pytest.mark.parametrize("command", [("discover", "--format", "python"), ("audit", "--fresh")])
def test_an_account_id_that_is_none_is_refused_and_repeated_nowhere(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, command: tuple[str, ...]
) -> None:
    strict_iam.add_key("bob")
    injected = '"""; import os; os.abort(); """../..'

    def answer(call: Call) -> Response | None:
        told = f"<Arn>arn:aws:iam::1:user/ci</Arn><UserId>A</UserId><Account>{injected}</Account>"
        result = f"<{call.action}Result>{told}</{call.action}Result>"
        whole = f"<{call.action}Response>{result}</{call.action}Response>"
        return Response(whole, mimetype="text/xml") if call.action == "GetCallerIdentity" else None

    server.rules.append(answer)

    told = keyswitch(*command, code=1)

    assert told.stderr.startswith("error: KS715 ")
    assert told.stdout == ""
    assert "abort" not in told.stderr
    assert server.count("ListUsers") == 0


def test_optional_permissions_may_be_missing(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    strict_iam.add_key("bob")
    for action in ("GetAccessKeyLastUsed", "ListAttachedUserPolicies"):
        server.rules.append(refuse(action, 403, "AccessDenied", "User ci is not authorized"))

    (row,) = json.loads(keyswitch("discover", "--json").stdout)["keys"]

    assert (row["last_used"], row["policies"]) == (None, None)
    assert "KS808" in row["findings"]
