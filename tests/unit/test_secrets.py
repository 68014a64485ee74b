"""What has the shape of a secret, in whatever wrapping, is recognised, and little else is."""

from __future__ import annotations

import hashlib
import itertools
import json
import string
import uuid
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime import config

from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, line
from keyswitch.messages.redact import looks_secret, redact
from keyswitch.program.plaintext_credentials import warnings_of_plain_secrets

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
PLAIN = "wJalrXUtnFEMIqK7MDENGzbPxRfiCYEXAMPLEKEY"
RANDOM = "h7Vq2LzX9bTn4KcR8mYw1PdG6sJf3UaE5oNi0BvQ"
TOKENS = [
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "gho_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    f"github_pat_11ABCDEFG0{'aB3dE6' * 10}",
    "pul-d2d2429b7c6f7ab1a3a0cf34b4fdb1a3a0cf34b4",
]
WRAPPED = {
    "as it is": PLAIN,
    "with symbols": SECRET,
    "in a sentence": f"the secret is {SECRET}, keep it",
    "behind an equals sign": f"aws_secret_access_key={SECRET}",
    "URL-encoded": f"https://x/?k={quote(SECRET, safe='')}",
    "over two lines": f"{PLAIN[:20]}\n{PLAIN[20:]}",
    "over three indented lines": f"{PLAIN[:14]}\n    {PLAIN[14:28]}\r\n    {PLAIN[28:]}",
    "with characters without width": "\u200b".join(
        PLAIN[start : start + 8] for start in range(0, 40, 8)
    ),
    "in blocks": " ".join(RANDOM[start : start + 10] for start in range(0, 40, 10)),
    **{token[:11]: f"see {token} there" for token in TOKENS},
}
HARMLESS = [
    "AKIAIOSFODNN7EXAMPLE AKIAI44QH8DHBEXAMPLE",
    "arn:aws:iam::123456789012:user/division/First.Last@corp.com",
    "arn:aws:sts::123456789012:assumed-role/KeyswitchDeployRoleForProduction/session42",
    "https://iam.amazonaws.com/ cannot be reached",
    "/home/runner/work/Infrastructure/Infrastructure/provider/keyswitch/errors.py",
    "urn:pulumi:prod::shop::pulumi-python:dynamic/keyswitch:AccessKeyStatus::AKIAIOSFODNN7EXAMPLE",
    "Rotated by Alice on 2026-11-24 because JIRA-1234 asked for it, see RFC7231 and PR 42",
    "AWSCompromisedKeyQuarantineV3 and AmazonEC2ContainerRegistryReadOnly",
]


@pytest.mark.parametrize("wrapping", WRAPPED)
def test_a_secret_is_recognised_and_taken_out_in_any_wrapping(wrapping: str) -> None:
    text = WRAPPED[wrapping]

    assert looks_secret(text)
    told = line(catalogue.OtherRefusal(aws_code="x", operation="y", message=text), None)
    assert "[redacted]" in told
    for piece in (PLAIN[:20], PLAIN[28:], SECRET[:20], SECRET[28:], RANDOM[:10], *TOKENS):
        assert piece not in told


@pytest.mark.parametrize("text", HARMLESS)
def test_ids_names_addresses_and_sentences_are_no_secrets(text: str) -> None:
    assert not looks_secret(text)
    assert redact(text) == text


def test_who_a_url_names_and_what_it_asks_for_is_not_repeated() -> None:
    told = redact("http://alice:s3cret@proxy.corp:3128/p?token=abc#top and https://x.y/z")

    assert told == "http://[redacted]@proxy.corp:3128/p?[redacted]#top and https://x.y/z"


@settings(max_examples=300, deadline=None)
@given(st.text(string.ascii_letters + string.digits + "/+", min_size=40, max_size=40))
def test_random_text_of_a_secrets_length_is_taken_for_one_unless_it_is_hardly_random(
    text: str,
) -> None:
    kinds = [any(test(c) for c in text) for test in (str.islower, str.isupper)]
    changes = sum(
        (one.islower(), one.isdigit()) != (other.islower(), other.isdigit())
        for one, other in itertools.pairwise(text)
    )
    if all(kinds) and len(set(text)) >= 18 and changes >= 16:
        assert looks_secret(text)


WORDS = st.sampled_from(
    [
        "the",
        "key",
        "of",
        "user",
        "bob",
        "was",
        "rotated",
        "in",
        "November",
        "because",
        "its",
        "owner",
        "left",
        "Kubernetes",
        "JavaScript",
        "PostgreSQL",
        "OPS-123",
        "AKIAIOSFODNN7EXAMPLE",
        "2026-11-24T19:00:00Z",
        "us-east-1",
        "GetAccessKeyLastUsed",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.lists(WORDS, max_size=30).map(" ".join),
        st.uuids().map(str),
        st.binary().map(lambda data: hashlib.sha1(data).hexdigest()),  # noqa: S324 - as git does
        st.binary().map(lambda data: hashlib.sha256(data).hexdigest()),
        st.text(string.ascii_uppercase + "234567", min_size=16, max_size=64),
        st.integers(0, 10**12 - 1).map(lambda n: f"arn:aws:iam::{n:012d}:user/bob"),
    )
)
def test_commits_hashes_ids_and_words_are_no_secrets(text: str) -> None:
    assert not looks_secret(text)


def test_a_uuid_of_every_version_is_none() -> None:
    assert not looks_secret(f"{uuid.UUID(int=1)} {uuid.uuid4()} {uuid.uuid1()}")


def test_a_users_name_that_holds_a_secret_is_not_repeated() -> None:
    told = line(catalogue.AlreadyAsDeclared(observed="Active"), Attempt("", "AKIA", SECRET))

    assert SECRET not in told


@pytest.mark.parametrize("text", ["a" * 200_000, "a/" * 100_000, "aB3 " * 50_000, "\n" * 200_000])
def test_a_long_text_is_looked_through_once(text: str) -> None:
    assert redact(text)
    assert not looks_secret("a" * 200_000)


def test_a_token_in_plain_text_is_encrypted_by_the_path_that_leads_to_it() -> None:
    identity = {"roleArn": "arn:aws:iam::123456789012:role/r", "webIdentityToken": "made-up"}
    config.set_all_config({"aws:assumeRoleWithWebIdentity": json.dumps(identity)}, [])
    try:
        (told,) = warnings_of_plain_secrets()
    finally:
        config.set_all_config({}, [])

    path = "aws:assumeRoleWithWebIdentity.webIdentityToken"
    assert f"pulumi config set --secret --path '{path}', and" in told
    assert "made-up" not in told
