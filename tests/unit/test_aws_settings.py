"""Every ``aws:*`` key of pulumi-aws: honoured, of no consequence, or refused by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import IRRELEVANT, REFUSED, AwsSettings
from keyswitch.model.roles import Role, WebIdentity
from support.engine import ROOT

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ARN = "arn:aws:iam::123456789012:role/deploy"
POLICY = '{"Version": "2012-10-17", "Statement": []}'

PULUMI_AWS = [
    "accessKey",
    "allowedAccountIds",
    "assumeRoleWithWebIdentity",
    "assumeRoles",
    "customCaBundle",
    "defaultTags",
    "ec2MetadataServiceEndpoint",
    "ec2MetadataServiceEndpointMode",
    "endpoints",
    "forbiddenAccountIds",
    "httpProxy",
    "httpsProxy",
    "ignoreTags",
    "insecure",
    "maxRetries",
    "noProxy",
    "profile",
    "region",
    "retryMode",
    "s3UsEast1RegionalEndpoint",
    "s3UsePathStyle",
    "secretKey",
    "sharedConfigFiles",
    "sharedCredentialsFiles",
    "skipCredentialsValidation",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
    "stsRegion",
    "tagPolicyCompliance",
    "token",
    "tokenBucketRateLimiterCapacity",
    "useDualstackEndpoint",
    "useFipsEndpoint",
    "userAgents",
]
"""The keys of pulumi-aws 7.51.1."""

ALL_FIELDS = {
    "roleArn": ARN,
    "sessionName": "night",
    "externalId": "ext",
    "duration": "1h30m",
    "policy": POLICY,
    "policyArns": ["arn:aws:iam::aws:policy/B", "arn:aws:iam::aws:policy/A"],
    "sourceIdentity": "alice",
    "tags": {"b": "2", "a": "1"},
    "transitiveTagKeys": ["b"],
}
HONOURED: list[tuple[str, object, str, object]] = [
    ("region", "eu-west-1", "region", "eu-west-1"),
    ("profile", "a", "profile", "a"),
    ("sharedConfigFiles", ["x", "y"], "config_files", ("x", "y")),
    ("sharedCredentialsFiles", ["x"], "credentials_files", ("x",)),
    ("endpoints", [{"iam": "http://a"}, {"sts": "http://b"}], "sts_endpoint", "http://b"),
    ("endpoints", [{"iam": "http://a"}, {"iam": "http://b"}], "iam_endpoint", "http://b"),
    ("endpoints", [{"organizations": "http://a"}], "organizations_endpoint", "http://a"),
    ("endpoints", [{"cloudtrail": "http://c"}], "cloudtrail_endpoint", "http://c"),
    ("endpoints", [{"iam": "", "sts": "http://b"}], "iam_endpoint", None),
    ("stsRegion", "eu-west-1", "sts_region", "eu-west-1"),
    ("useFipsEndpoint", "true", "use_fips", True),
    ("useFipsEndpoint", False, "use_fips", False),
    ("useDualstackEndpoint", True, "use_dualstack", True),
    ("maxRetries", "3", "attempts", 3),
    ("maxRetries", 3.0, "attempts", 3),
    ("maxRetries", "0", "attempts", 8),
    ("maxRetries", "", "attempts", 8),
    ("retryMode", "adaptive", "retry_mode", "adaptive"),
    ("customCaBundle", "/ca.pem", "ca_bundle", "/ca.pem"),
    ("insecure", "true", "insecure", True),
    ("httpProxy", "http://p", "http_proxy", "http://p"),
    ("httpsProxy", "http://p", "https_proxy", "http://p"),
    ("noProxy", ["a", "b"], "no_proxy", "a,b"),
    ("noProxy", "a,b", "no_proxy", "a,b"),
    ("ec2MetadataServiceEndpoint", "http://m", "metadata_endpoint", "http://m"),
    ("ec2MetadataServiceEndpointMode", "IPv6", "metadata_endpoint_mode", "IPv6"),
    ("skipMetadataApiCheck", "false", "skip_metadata", False),
    ("skipRegionValidation", "false", "skip_region_validation", False),
    ("skipRegionValidation", None, "skip_region_validation", True),
    ("skipRequestingAccountId", "true", "skip_requesting_account_id", True),
    ("allowedAccountIds", ["123456789012"], "allowed_account_ids", ("123456789012",)),
    ("forbiddenAccountIds", ["123456789012"], "forbidden_account_ids", ("123456789012",)),
    ("userAgents", ["acme/1.0"], "user_agents", ("acme/1.0",)),
    (
        "assumeRoles",
        [ALL_FIELDS],
        "assume_roles",
        (
            Role(
                ARN,
                "night",
                "ext",
                5400,
                POLICY,
                ("arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"),
                "alice",
                (("a", "1"), ("b", "2")),
                ("b",),
            ),
        ),
    ),
    (
        "assumeRoleWithWebIdentity",
        {"roleArn": ARN, "webIdentityTokenFile": "/token", "duration": "15m"},
        "web_identity",
        WebIdentity(ARN, duration=900, token_file="/token"),
    ),
]
TOGETHER = {"accessKey": "AKIAIOSFODNN7EXAMPLE", "secretKey": SECRET, "token": "tok"}
WITHOUT_EFFECT = {"skipCredentialsValidation"}


def read(config: Mapping[str, Any]) -> AwsSettings:
    def get(key: str) -> object:
        value = config.get(key)
        return json.dumps(value) if isinstance(value, list | dict) else value

    return AwsSettings.read(get)


def test_every_key_of_pulumi_aws_has_its_row() -> None:
    honoured = {key for key, *_ in HONOURED} | set(TOGETHER)

    assert set(PULUMI_AWS) == honoured | set(IRRELEVANT) | WITHOUT_EFFECT
    assert not set(PULUMI_AWS) & set(REFUSED)


@pytest.mark.parametrize(("key", "value", "field", "read_as"), HONOURED)
def test_a_key_is_honoured(key: str, value: object, field: str, read_as: object) -> None:
    assert getattr(read({key: value}), field) == read_as


def test_the_keys_of_the_config_are_read_together() -> None:
    settings = read(TOGETHER)

    assert (settings.access_key, settings.secret_key, settings.token) == tuple(TOGETHER.values())


@pytest.mark.parametrize("key", [*IRRELEVANT, *WITHOUT_EFFECT])
def test_a_key_of_no_consequence_changes_nothing(key: str) -> None:
    for value in ("true", "5", "{}"):
        assert read({key: value}) == AwsSettings()


@pytest.mark.parametrize("nothing", [None, "", "[]", "{}"])
def test_what_is_empty_is_not_set(nothing: object) -> None:
    structured = {key for key, value, *_ in HONOURED if isinstance(value, list | dict)}
    structured -= {"noProxy"}

    assert read(dict.fromkeys(structured, nothing)) == AwsSettings()


def test_the_setting_of_version_6_is_refused_with_the_advice_of_version_7() -> None:
    with pytest.raises(KeyswitchError, match=r"^KS112 aws:assumeRole .* Write aws:assumeRoles"):
        read({"assumeRole": {"roleArn": ARN}})


@pytest.mark.parametrize(
    ("config", "key", "says"),
    [
        ({"endpoints": "not json"}, "endpoints", "not a list or a map"),
        ({"endpoints": {"iam": "x"}}, "endpoints", "not a list of maps"),
        ({"endpoints": [{"iam": "iam.example.com"}]}, "endpoints", "the endpoint of iam is not an"),
        ({"accessKey": "AKIAIOSFODNN7EXAMPLE"}, "accessKey", "it needs aws:secretKey beside it"),
        ({"secretKey": SECRET}, "secretKey", "it needs aws:accessKey beside it"),
        ({"token": "t"}, "token", "it needs aws:accessKey and aws:secretKey beside it"),
        ({"maxRetries": "many"}, "maxRetries", "not a whole number"),
        ({"maxRetries": "inf"}, "maxRetries", "not a whole number"),
        ({"retryMode": "legacy"}, "retryMode", "not one of standard, adaptive"),
        ({"skipRequestingAccountId": "perhaps"}, "skipRequestingAccountId", "not a boolean"),
        ({"allowedAccountIds": "1"}, "allowedAccountIds", "not a list"),
        (
            {"allowedAccountIds": ["1" * 12], "forbiddenAccountIds": ["2" * 12]},
            "allowedAccountIds",
            "it excludes aws:forbiddenAccountIds",
        ),
        (
            {"forbiddenAccountIds": ["123456789012", "prod"]},
            "forbiddenAccountIds[1]",
            (
                "not an account id, a string of twelve digits. Correct the value with pulumi config set --path "
                "'aws:forbiddenAccountIds[1]'."
            ),
        ),
        (
            {"forbiddenAccountIds": [1.0]},
            "forbiddenAccountIds[0]",
            "Write the account id in quotes",
        ),
        (
            {"allowedAccountIds": "[52812345678]"},
            "allowedAccountIds[0]",
            "YAML changes an account id that begins with 0. Write the account id in quotes",
        ),
        (
            {"allowedAccountIds": "[1402433619]"},
            "allowedAccountIds[0]",
            "Write the account id in quotes",
        ),
        ({"assumeRoles": {"roleArn": ARN}}, "assumeRoles", "not a list of maps"),
        (
            {"assumeRoles": [{"roleArn": ARN, "externalID": "x"}]},
            "assumeRoles[0]",
            "there is no field externalID, only duration, externalId",
        ),
        (
            {"assumeRoles": [{"roleArn": ARN, "tags": ["a"]}]},
            "assumeRoles[0].tags",
            "not a map",
        ),
        (
            {"assumeRoles": [{"roleArn": ARN, "policyArns": "arn"}]},
            "assumeRoles[0].policyArns",
            "not a list of strings",
        ),
        (
            {"assumeRoles": [{"roleArn": "deploy"}]},
            "assumeRoles[0].roleArn",
            "not the ARN of a role",
        ),
        ({"assumeRoles": [{}]}, "assumeRoles[0].roleArn", "not the ARN of a role"),
        (
            {"assumeRoles": [{"roleArn": ARN}, {"roleArn": ARN, "duration": "1d"}]},
            "assumeRoles[1].duration",
            "it is none such as",
        ),
        (
            {"assumeRoles": [{"roleArn": ARN, "duration": "5m"}]},
            "assumeRoles[0].duration",
            "must be between 15m and 12h",
        ),
        ({"assumeRoles": [{"roleArn": ARN, "policy": "x"}]}, "assumeRoles[0].policy", "not JSON"),
        (
            {"assumeRoles": [{"roleArn": ARN, "sessionName": "x"}]},
            "assumeRoles[0].sessionName",
            "2 to 64",
        ),
        (
            {"assumeRoles": [{"roleArn": ARN, "externalId": "x"}]},
            "assumeRoles[0].externalId",
            (
                "must have 2 to 1224 letters, digits or any of +=,.@:/_-. Correct the value with pulumi config set "
                "--path 'aws:assumeRoles[0].externalId'."
            ),
        ),
        (
            {"assumeRoles": [{"roleArn": ARN, "externalId": "a b"}]},
            "assumeRoles[0].externalId",
            "letters",
        ),
        (
            {"assumeRoles": [{"roleArn": ARN, "sourceIdentity": "x"}]},
            "assumeRoles[0].sourceIdentity",
            "2 to 64",
        ),
        (
            {"assumeRoles": [{"roleArn": ARN, "policyArns": ["arn"]}]},
            "assumeRoles[0].policyArns",
            "ARNs",
        ),
        ({"assumeRoles": [{"roleArn": ARN, "tags": {"": "v"}}]}, "assumeRoles[0].tags", "a name"),
        (
            {"assumeRoleWithWebIdentity": {"roleArn": "r", "webIdentityToken": "t"}},
            "assumeRoleWithWebIdentity.roleArn",
            "pulumi config set --path 'aws:assumeRoleWithWebIdentity.roleArn'",
        ),
        (
            {"assumeRoleWithWebIdentity": [ARN]},
            "assumeRoleWithWebIdentity",
            "not a map such as",
        ),
        (
            {"assumeRoleWithWebIdentity": {"roleArn": ARN}},
            "assumeRoleWithWebIdentity",
            "it needs one of webIdentityToken and webIdentityTokenFile",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    config: Mapping[str, Any], key: str, says: str
) -> None:
    with pytest.raises(KeyswitchError) as raised:
        read(config)

    assert type(raised.value.message) is catalogue.BadConfig
    assert f"aws:{key} cannot be read: " in str(raised.value)
    assert says in str(raised.value)
    assert SECRET not in str(raised.value)


def test_the_settings_do_not_show_their_secrets() -> None:
    settings = read({**TOGETHER, "assumeRoles": [ALL_FIELDS]})

    assert SECRET not in repr(settings)
    assert "ext" not in repr(settings.assume_roles[0]).lower().replace("object", "")


def test_an_account_is_laid_over_the_settings() -> None:
    base = read({**TOGETHER, "region": "eu-west-1", "forbiddenAccountIds": ["222222222222"]})

    by_role = DeclaredAccount("prod", role_arn=ARN, external_id="x", duration="1h").over(base)
    assert by_role.access_key == base.access_key
    assert by_role.assume_roles == (Role(ARN, external_id="x", duration=3600),)
    assert by_role.forbidden_account_ids == ("222222222222",)

    by_profile = DeclaredAccount("prod", profile="a", region="us-east-1").over(by_role)
    assert (by_profile.profile, by_profile.region) == ("a", "us-east-1")
    assert not by_profile.has_static_keys
    assert by_profile.assume_roles == ()

    narrowed = DeclaredAccount("prod", allowed_account_ids=("111111111111",)).over(base)
    assert narrowed.allowed_account_ids == ("111111111111",)
    assert narrowed.forbidden_account_ids == base.forbidden_account_ids
    assert DeclaredAccount("prod", profile="", role_arn="", region="").over(base) == base


def test_the_default_settings_leave_everything_to_the_environment() -> None:
    settings = AwsSettings()

    given = [field.name for field in fields(settings) if getattr(settings, field.name)]
    assert given == ["attempts", "skip_region_validation"]


def test_the_page_on_configuration_has_every_key() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()

    for key in [*PULUMI_AWS, *REFUSED]:
        assert f"`{key}`" in page
