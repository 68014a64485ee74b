"""From config and environment to clients, without any network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.loaders import JSONFileLoader
from botocore.tokens import SSOTokenProvider

from keyswitch import __version__
from keyswitch.iam import botocore_session
from keyswitch.iam.boto import BotoClient
from keyswitch.iam.session import Clients
from keyswitch.iam.user_agent import Origin
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import AwsSettings
from parity.harness import Network


def read(config: Mapping[str, object]) -> AwsSettings:
    return AwsSettings.read(config.get)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    import os

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")


@pytest.mark.parametrize(
    ("config", "environment", "endpoint", "signing_region"),
    [
        ({}, {}, "https://iam.amazonaws.com", "us-east-1"),
        ({"region": "eu-west-1"}, {}, "https://iam.amazonaws.com", "us-east-1"),
        ({"region": "cn-north-1"}, {}, "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ({"region": "us-gov-west-1"}, {}, "https://iam.us-gov.amazonaws.com", "us-gov-west-1"),
        (
            {},
            {"AWS_REGION": "cn-northwest-1", "AWS_DEFAULT_REGION": "eu-west-1"},
            "https://iam.cn-north-1.amazonaws.com.cn",
            "cn-north-1",
        ),
        (
            {"region": "eu-west-1"},
            {"AWS_REGION": "cn-north-1"},
            "https://iam.amazonaws.com",
            "us-east-1",
        ),
        (
            {},
            {"AWS_ENDPOINT_URL_IAM": "http://127.0.0.1:1"},
            "http://127.0.0.1:1",
            "us-east-1",
        ),
        (
            {"endpoints": '[{"iam": "http://127.0.0.1:2"}, {"sts": "http://127.0.0.1:3"}]'},
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
            "http://127.0.0.1:2",
            "us-east-1",
        ),
    ],
)
def test_the_endpoint_follows_the_region_and_config_beats_environment(
    monkeypatch: pytest.MonkeyPatch,
    config: Mapping[str, object],
    environment: Mapping[str, str],
    endpoint: str,
    signing_region: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")

    clients = Clients(read(config))

    assert clients.iam.meta.endpoint_url == endpoint
    signed = clients.iam.generate_presigned_url("list_access_keys")
    assert f"%2F{signing_region}%2Fiam%2F" in signed


@pytest.mark.parametrize(
    ("config", "environment", "signed_by"),
    [
        ({"accessKey": "CONFIG", "secretKey": "s"}, {"AWS_ACCESS_KEY_ID": "ENV"}, "CONFIG"),
        ({}, {"AWS_ACCESS_KEY_ID": "ENV"}, "ENV"),
        ({}, {"AWS_PROFILE": "a", "AWS_ACCESS_KEY_ID": "ENV"}, "ENV"),
        ({"profile": "a"}, {"AWS_ACCESS_KEY_ID": "ENV"}, "A"),
        ({}, {"AWS_PROFILE": "a"}, "A"),
        ({}, {"AWS_DEFAULT_PROFILE": "b"}, "B"),
        ({}, {"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}, "A"),
        ({}, {}, "DEFAULT"),
    ],
)
def test_the_signer_is_the_one_that_the_go_sdk_would_take(
    monkeypatch: pytest.MonkeyPatch,
    clean_environment: Path,
    config: Mapping[str, object],
    environment: Mapping[str, str],
    signed_by: str,
) -> None:
    (clean_environment / "credentials").write_text(
        "".join(
            f"[{profile}]\naws_access_key_id = {profile.upper()}\naws_secret_access_key = s\n"
            for profile in ("default", "a", "b")
        )
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
        if name == "AWS_ACCESS_KEY_ID":
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")

    credentials = Clients(read(config)).iam._request_signer._credentials

    assert credentials.access_key == signed_by


PROFILES = """\
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = s
[profile other]
aws_access_key_id = AKIAOTHER
aws_secret_access_key = s
[profile admin]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = base
[profile base]
role_arn = arn:aws:iam::123456789012:role/base
source_profile = default
[profile round]
role_arn = arn:aws:iam::123456789012:role/round
source_profile = round
aws_access_key_id = AKIAROUND
aws_secret_access_key = s
[profile fromenv]
role_arn = arn:aws:iam::123456789012:role/env
credential_source = Environment
"""


@pytest.mark.parametrize(
    ("config", "environment", "keys"),
    [
        ({}, {}, {"AKIADEFAULT"}),
        ({"profile": "other"}, {}, {"AKIAOTHER"}),
        ({"accessKey": "AKIACONFIG", "secretKey": "s"}, {}, {"AKIACONFIG"}),
        ({}, {"AWS_ACCESS_KEY_ID": "AKIAENV"}, {"AKIAENV"}),
        ({"profile": "admin"}, {}, {"ASIAROLE", "AKIADEFAULT"}),
        ({"profile": "round"}, {}, {"ASIAROLE", "AKIAROUND"}),
        ({"profile": "fromenv"}, {"AWS_ACCESS_KEY_ID": "AKIAENV"}, {"ASIAROLE", "AKIAENV"}),
    ],
)
def test_the_own_keys_are_the_one_that_signs_and_those_that_the_role_is_assumed_with(
    monkeypatch: pytest.MonkeyPatch,
    clean_environment: Path,
    config: Mapping[str, object],
    environment: Mapping[str, str],
    keys: set[str],
) -> None:
    (clean_environment / "config").write_text(PROFILES)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(clean_environment / "config"))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    Network().install(monkeypatch)

    signing = Clients(read(config)).signing_keys()

    sessions = {key for key in signing if key.startswith("ASIASESSION")}
    assert {"ASIAROLE" if key in sessions else key for key in signing} == keys


def test_retries_timeouts_and_user_agent_are_explicit_whatever_botocores_defaults_are(
    keys: None,
) -> None:
    config = Clients(read({})).iam.meta.config

    assert config.retries["mode"] == "adaptive"
    assert config.retries["total_max_attempts"] == 8
    assert config.connect_timeout == 5
    assert config.read_timeout == 30
    assert config.user_agent_extra == f"keyswitch/{__version__}"


@pytest.mark.parametrize(
    ("of_environment", "aws", "mode"),
    [
        ("standard", {}, "standard"),
        ("legacy", {}, "adaptive"),
        ("standard", {"retryMode": "adaptive"}, "adaptive"),
        ("", {"retryMode": "standard"}, "standard"),
    ],
)
def test_throttled_calls_slow_down_together_unless_it_is_said_otherwise(
    keys: None,
    monkeypatch: pytest.MonkeyPatch,
    of_environment: str,
    aws: dict[str, str],
    mode: str,
) -> None:
    monkeypatch.setenv("AWS_RETRY_MODE", of_environment)

    assert Clients(read(aws)).iam.meta.config.retries["mode"] == mode


def test_calls_lead_back_to_project_stack_and_commit(
    monkeypatch: pytest.MonkeyPatch, keys: None
) -> None:
    monkeypatch.setenv("GITHUB_SHA", "3f786850e387550fdab836ed7e6dc881de23001b")
    origin = Origin.of_urn("urn:pulumi:prod::platform keys::pulumi-python:dynamic/x:Y::bob")

    client = Clients(read({"userAgents": ["acme/1.0"]}), origin).iam

    assert client.meta.config.user_agent_extra == (
        f"keyswitch/{__version__} project/platform-keys stack/prod commit/3f786850e387 acme/1.0"
    )
    assert origin.session_name == "keyswitch-platform-keys-prod"
    assert len(Origin.of("p" * 100, "s").session_name) == 64
    monkeypatch.setenv("GITHUB_SHA", "not a commit")
    assert Origin.of("p", "s").commit == ""


@pytest.mark.parametrize(
    ("roles", "partition", "endpoint"),
    [
        (
            "arn:aws-us-gov:iam::123456789012:role/r",
            "us-gov-west-1",
            "https://iam.us-gov.amazonaws.com",
        ),
        (
            "arn:aws-cn:iam::123456789012:role/r",
            "cn-north-1",
            "https://iam.cn-north-1.amazonaws.com.cn",
        ),
        (
            "arn:aws-eusc:iam::123456789012:role/r",
            "eusc-de-east-1",
            "https://iam.eusc-de-east-1.amazonaws.eu",
        ),
        ("arn:aws:iam::123456789012:role/r", "us-east-1", "https://iam.amazonaws.com"),
    ],
)
def test_without_a_region_the_partition_of_the_role_tells_it(
    monkeypatch: pytest.MonkeyPatch, keys: None, roles: str, partition: str, endpoint: str
) -> None:
    if roles.split(":")[1] not in botocore.session.Session().get_available_partitions():
        pytest.skip("an older botocore does not know the partition; the newest one does")
    network = Network()
    network.install(monkeypatch)

    client = Clients(read({"assumeRoles": json.dumps([{"roleArn": roles}])})).iam

    assert client.meta.endpoint_url == endpoint
    assert network.calls[0].region == partition


@pytest.mark.parametrize(("minutes", "asked"), [(60, 1), (15, 1), (4, 2)])
def test_a_session_is_renewed_before_it_ends_and_not_at_every_call(
    monkeypatch: pytest.MonkeyPatch, keys: None, minutes: int, asked: int
) -> None:
    """The last row: what STS handed out first is about to end."""
    network = Network(session_minutes=[minutes, 60])
    network.install(monkeypatch)
    role = {"roleArn": "arn:aws:iam::123456789012:role/r"}
    clients = Clients(read({"assumeRoles": json.dumps([role])}))

    for _ in range(5):
        clients.iam.list_access_keys(UserName="bob")

    assert [call.action for call in network.calls].count("AssumeRole") == asked


ROLE = {"roleArn": "arn:aws:iam::123456789012:role/r"}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"status": 403, "code": "AccessDenied", "message": "not authorized"}, "KS313"),
        ({"status": 403, "code": "ExpiredToken", "message": "expired"}, "KS307"),
        ({"status": 403, "code": "InvalidClientTokenId", "message": "unknown"}, "KS309"),
        ({"status": 400, "code": "Throttling", "message": "Rate exceeded"}, "KS306"),
        ({"status": 500, "code": "InternalFailure"}, "KS304"),
        ({"drop": True}, "KS402"),
        ({"status": 200, "code": "what is no answer"}, "KS403"),
    ],
)
def test_a_role_that_is_not_handed_out_is_told_by_why(
    monkeypatch: pytest.MonkeyPatch, keys: None, rule: dict[str, object], code: str
) -> None:
    Network(rule={"actions": ["AssumeRole"], **rule}).install(monkeypatch)

    with pytest.raises(KeyswitchError) as raised:
        Clients(read({"assumeRoles": json.dumps([ROLE]), "maxRetries": "1"}))

    assert raised.value.code == code


def test_a_role_that_is_refused_when_it_is_to_be_renewed_is_told_the_same_way(
    monkeypatch: pytest.MonkeyPatch, keys: None
) -> None:
    network = Network(session_minutes=[1, 1])
    network.install(monkeypatch)
    client = BotoClient(read({"assumeRoles": json.dumps([ROLE]), "maxRetries": "1"}))
    client.signing_keys()
    network.rule = {"actions": ["AssumeRole"], "status": 403, "code": "AccessDenied"}

    with pytest.raises(
        KeyswitchError, match=r"^KS313 AWS refused to assume the role arn:aws:iam::"
    ):
        client.list_access_keys("bob")


def test_a_profile_that_takes_its_keys_from_an_environment_without_any_is_told(
    monkeypatch: pytest.MonkeyPatch, clean_environment: Path
) -> None:
    (clean_environment / "config").write_text(
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Environment\n"
    )

    with pytest.raises(KeyswitchError, match=r"^KS308 .*takes them from the environment"):
        Clients(read({}))


def process(folder: Path, output: str) -> str:
    script = folder / "process.sh"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\n")
    script.chmod(0o755)
    return str(script)


KEYS = '{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "s"}'


@pytest.mark.parametrize(
    ("profile", "signed_by"),
    [
        ("role_arn = {role}\ncredential_process = {process}", "AKIAPROCESS"),
        ("role_arn = {role}\naws_access_key_id = AKIAOWN\naws_secret_access_key = s", "AKIAOWN"),
        ("role_arn = {role}\ncredential_source = Ec2InstanceMetadata", "AKIAEXAMPLEIMDS"),
        ("role_arn = {role}\ncredential_source = EcsContainer", "AKIAEXAMPLEECS"),
        ("role_arn = {role}", "AKIAEXAMPLEECS"),
    ],
)
def test_a_role_of_a_profile_is_assumed_with_whatever_the_profile_holds(
    monkeypatch: pytest.MonkeyPatch, clean_environment: Path, profile: str, signed_by: str
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/creds")
    text = profile.format(role=ROLE["roleArn"], process=process(clean_environment, KEYS))
    (clean_environment / "config").write_text(f"[default]\n{text}\n")
    network = Network(imds="ok")
    network.install(monkeypatch)

    clients = Clients(read({}))

    (assumed,) = [call for call in network.calls if call.action == "AssumeRole"]
    assert assumed.signer == signed_by
    assert signed_by in clients.signing_keys()


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ("credential_process = {process}", "cannot be had"),
        ("role_arn = {role}\ncredential_source = Bogus", "is none that there is"),
        ("role_arn = {role}\ncredential_source = EcsContainer", "holds any"),
        ("role_arn = {role}\nduration_seconds = long\naws_access_key_id = A", "half a pair"),
        ("aws_session_token = t", "half a pair"),
    ],
)
def test_a_profile_that_holds_no_credentials_is_an_error_and_nothing_else_is_tried(
    monkeypatch: pytest.MonkeyPatch, clean_environment: Path, profile: str, says: str
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
    text = profile.format(role=ROLE["roleArn"], process=process(clean_environment, "[]"))
    (clean_environment / "config").write_text(f"[default]\n{text}\n")
    Network(imds="ok").install(monkeypatch)

    with pytest.raises(KeyswitchError, match=f"^KS308 .*{says}"):
        Clients(read({}))


@pytest.mark.parametrize("program", ["no-such-program", "/nowhere/program"])
def test_a_credential_process_that_is_not_there_is_named_without_its_arguments(
    clean_environment: Path, program: str
) -> None:
    (clean_environment / "config").write_text(
        f"[profile p]\ncredential_process = {program} --password hunter2\n"
    )

    with pytest.raises(KeyswitchError) as raised:
        Clients(read({"profile": "p"}))

    assert raised.value.code == "KS325"
    assert f"profile p names the program {program}, which cannot be started: No such file" in str(
        raised.value
    )
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("file", "section", "right"),
    [("config", "p", "profile p"), ("credentials", "profile p", "p")],
)
@pytest.mark.parametrize("named_by", ["aws:profile", "AWS_PROFILE", "source_profile"])
def test_a_profile_that_is_spelt_as_in_the_other_kind_of_file_is_told_where_it_stands(
    monkeypatch: pytest.MonkeyPatch,
    clean_environment: Path,
    file: str,
    section: str,
    right: str,
    named_by: str,
) -> None:
    of_role = f"[default]\nrole_arn = {ROLE['roleArn']}\nsource_profile = p\n"
    (clean_environment / "config").write_text(of_role if named_by == "source_profile" else "")
    with (clean_environment / file).open("a") as out:
        out.write(f"[{section}]\naws_access_key_id = AKIAP\naws_secret_access_key = s\n")
    if named_by == "AWS_PROFILE":
        monkeypatch.setenv("AWS_PROFILE", "p")

    with pytest.raises(KeyswitchError) as raised:
        Clients(read({"profile": "p"} if named_by == "aws:profile" else {}))

    path = clean_environment / file
    assert raised.value.code == "KS312"
    assert f"Write [{right}] instead of [{section}] in {path}. Check aws:profile" in str(
        raised.value
    )


@pytest.mark.parametrize("field", ["external_id", "role_session_name"])
def test_a_role_of_a_profile_that_aws_could_not_be_asked_for_is_told_of_its_profile(
    clean_environment: Path, field: str
) -> None:
    (clean_environment / "config").write_text(
        f"[default]\nrole_arn = {ROLE['roleArn']}\n{field} = x\n"
        "aws_access_key_id = AKIAP\naws_secret_access_key = s\n"
    )

    with pytest.raises(KeyswitchError) as raised:
        BotoClient(read({})).list_access_keys("bob")

    assert raised.value.code == "KS327"
    assert (
        f"keyswitch could not ask AWS for the role {ROLE['roleArn']}: Parameter validation"
        in str(raised.value)
    )
    assert "a profile of the shared AWS files" in str(raised.value)


ALLOWED = {"allowed_account_ids": ("222222222222",)}


@pytest.mark.parametrize(
    ("settings", "account", "says"),
    [
        (
            {},
            DeclaredAccount("eu", **ALLOWED),
            (
                "the credentials for account eu belong to account 100000000099, and the declared account eu allows "
                "222222222222 only. Use credentials of another account, or correct the allowed account ids of eu."
            ),
        ),
        (
            {"allowedAccountIds": ["222222222222"]},
            DeclaredAccount("eu"),
            (
                "for account eu belong to account 100000000099, and this stack's config allows 222222222222 only. "
                "Use credentials of another account, or correct aws:allowedAccountIds"
            ),
        ),
        (
            {"forbiddenAccountIds": ["100000000099"]},
            DeclaredAccount("eu", **ALLOWED),
            "for account eu belong to account 100000000099, and this stack's config forbids 100000000099.",
        ),
        (
            {"allowedAccountIds": ["222222222222"]},
            None,
            "the credentials belong to account 100000000099, and this stack's config allows 222222222222 only.",
        ),
    ],
)
def test_an_account_that_must_not_be_acted_in_is_told_with_the_one_that_is_meant(
    monkeypatch: pytest.MonkeyPatch,
    keys: None,
    settings: Mapping[str, object],
    account: DeclaredAccount | None,
    says: str,
) -> None:
    Network().install(monkeypatch)

    with pytest.raises(KeyswitchError) as raised:
        BotoClient.in_account(account, read(settings), Origin.of("p", "s")).list_access_keys("bob")

    assert raised.value.code == "KS316"
    assert says in str(raised.value)


def test_a_metadata_endpoint_that_is_none_is_no_call_that_was_not_made(
    monkeypatch: pytest.MonkeyPatch, clean_environment: Path
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")

    with pytest.raises(KeyswitchError) as raised:
        BotoClient(read({"ec2MetadataServiceEndpoint": "not a url"})).list_access_keys("bob")

    assert raised.value.code == "KS308"
    assert "those of profile default cannot be had: " in str(raised.value)
    assert "not a url" in str(raised.value)


def test_a_profile_that_is_nowhere_is_told_without_a_guess(clean_environment: Path) -> None:
    (clean_environment / "config").write_text("[other]\nregion = eu-west-1\n")

    with pytest.raises(KeyswitchError, match=r"have no profile p\. Check aws:profile"):
        Clients(read({"profile": "p"}))


def test_profile_default_goes_before_default_in_whatever_order(
    clean_environment: Path,
) -> None:
    (clean_environment / "config").write_text(
        "[profile default]\naws_access_key_id = AKIAPREFIXED\naws_secret_access_key = s\n"
        "[default]\naws_access_key_id = AKIAPLAIN\naws_secret_access_key = s\n"
    )

    assert Clients(read({})).signing_keys() == {"AKIAPREFIXED"}


def test_a_modern_single_sign_on_session_that_was_logged_in_to_signs(
    monkeypatch: pytest.MonkeyPatch, clean_environment: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (clean_environment / "config").write_text(
        "[default]\nsso_session = acme\nsso_account_id = 123456789012\nsso_role_name = keys\n"
        "[sso-session acme]\nsso_region = eu-west-1\nsso_start_url = https://acme.example.test\n"
    )
    cache = tmp_path / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    token = {"accessToken": "token", "expiresAt": "2099-01-01T00:00:00Z"}
    name = hashlib.sha1(b"acme", usedforsecurity=False).hexdigest()
    (cache / f"{name}.json").write_text(json.dumps(token))
    monkeypatch.setattr(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", str(cache), raising=False)
    Network(sso_key="ASIASSO").install(monkeypatch)

    assert Clients(read({})).signing_keys() == {"ASIASSO"}


def test_what_keeps_clients_from_being_made_is_not_tried_again_for_every_key(
    monkeypatch: pytest.MonkeyPatch, keys: None
) -> None:
    network = Network(rule={"actions": ["AssumeRole"], "status": 403, "code": "AccessDenied"})
    network.install(monkeypatch)
    client = BotoClient(read({"assumeRoles": json.dumps([ROLE])}))

    for _ in range(5):
        with pytest.raises(KeyswitchError, match=r"^KS313"):
            client.list_access_keys("bob")

    assert len(network.calls) == 1


@pytest.mark.parametrize("setting", ["AWS_CONFIG_FILE", "AWS_CA_BUNDLE"])
def test_a_home_folder_that_there_is_none_of_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, keys: None, setting: str
) -> None:
    monkeypatch.setenv(setting, "~nobody-of-this-name/file")

    if setting == "AWS_CONFIG_FILE":
        assert Clients(read({})).signing_keys() == {"AKIAIOSFODNN7EXAMPLE"}
    else:
        with pytest.raises(KeyswitchError, match=r"^KS315"):
            Clients(read({}))


def test_botocores_data_is_read_once_however_many_accounts_and_threads(
    monkeypatch: pytest.MonkeyPatch, keys: None
) -> None:
    botocore_session._session.cache_clear()
    botocore_session._loader.cache_clear()
    files: list[str] = []
    load = JSONFileLoader.load_file

    def counted(self: JSONFileLoader, path: str) -> Any:
        found = load(self, path)
        if found is not None:
            files.append(path)
        return found

    monkeypatch.setattr(JSONFileLoader, "load_file", counted)

    def operations(number: int) -> list[list[str]]:
        settings = read({"region": "eu-west-1", "skipRegionValidation": "false"})
        clients = Clients(settings, Origin.of("p", str(number)))
        return [client.meta.service_model.operation_names for client in (clients.iam, clients.sts)]

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(operations, range(24)))

    assert all(each == made[0] for each in made)
    assert sorted(files) == sorted(set(files))


@pytest.mark.parametrize(
    "config", [{}, {"httpsProxy": "http://127.0.0.1:9"}, {"assumeRoles": json.dumps([ROLE])}]
)
def test_a_client_is_made_once_for_each_signer_and_that_of_sts_only_where_it_is_asked(
    monkeypatch: pytest.MonkeyPatch, keys: None, config: Mapping[str, object]
) -> None:
    Network().install(monkeypatch)
    made: list[str] = []
    create = botocore.session.Session.create_client

    def counted(self: botocore.session.Session, service: str, **options: Any) -> Any:
        made.append(service)
        return create(self, service, **options)

    monkeypatch.setattr(botocore.session.Session, "create_client", counted)

    client = BotoClient(read(config))
    client.list_access_keys("bob")
    to_assume = ["sts"] if "assumeRoles" in config else []
    assert made == [*to_assume, "iam"]

    client.account_id()
    client.account_id()
    assert made == [*to_assume, "iam", "sts"]
