"""From config and environment to clients, without any network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from botocore.credentials import ReadOnlyCredentials

from keyswitch import catalogue
from keyswitch.errors import KeyswitchError
from keyswitch.session import REFUSED, AwsConfig, Clients
from keyswitch.version import __version__

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def read(config: Mapping[str, object]) -> AwsConfig:
    return AwsConfig.read(config.get)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    import os

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


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
    clients = Clients(read(config))
    credentials = clients.iam._request_signer._credentials
    if credentials.method == "assume-role":
        frozen = ReadOnlyCredentials("ASIAROLE", "s", "t")
        monkeypatch.setattr(credentials, "get_frozen_credentials", lambda: frozen)

    assert clients.signing_keys() == keys


def test_without_credentials_there_are_no_own_keys(clean_environment: Path) -> None:
    assert Clients(read({})).signing_keys() == frozenset()


def test_retries_timeouts_and_user_agent_are_explicit_whatever_botocores_defaults_are() -> None:
    config = Clients(read({})).iam.meta.config

    assert config.retries["mode"] == "standard"
    assert config.retries["total_max_attempts"] == 8
    assert config.connect_timeout == 5
    assert config.read_timeout == 30
    assert config.user_agent_extra == f"keyswitch/{__version__}"


@pytest.mark.parametrize(("value", "attempts"), [("3", 3), (3.0, 3), ("0", 8), (None, 8), ("", 8)])
def test_max_retries_counts_all_attempts(value: object, attempts: int) -> None:
    assert read({"maxRetries": value}).attempts == attempts


@pytest.mark.parametrize("key", REFUSED)
def test_what_could_make_a_difference_and_is_not_honoured_is_refused_by_name(key: str) -> None:
    with pytest.raises(KeyswitchError, match=f"does not honour the stack config aws:{key} yet"):
        read({key: "something"})


def test_what_is_not_honoured_is_harmless_while_it_is_empty() -> None:
    for nothing in (None, "", "[]", "false"):
        read(dict.fromkeys(REFUSED, nothing))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("endpoints", "not json"),
        ("endpoints", '{"iam": "x"}'),
        ("endpoints", '[{"iam": "iam.example.com"}]'),
        ("accessKey", "AKIAIOSFODNN7EXAMPLE"),
        ("secretKey", SECRET),
        ("maxRetries", "many"),
        ("maxRetries", "inf"),
        ("skipRequestingAccountId", "perhaps"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(key: str, value: str) -> None:
    with pytest.raises(KeyswitchError) as raised:
        read({key: value})

    assert raised.value.entry is catalogue.BAD_CONFIG
    assert f"aws:{key}" in str(raised.value)
    assert SECRET not in str(raised.value)


def test_the_config_does_not_show_its_secret() -> None:
    config = read({"accessKey": "AKIAIOSFODNN7EXAMPLE", "secretKey": SECRET, "token": SECRET})

    assert SECRET not in repr(config)
