"""Values and words between the engine and the native provider."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct

from keyswitch.model.aws_settings import REFUSED, AwsSettings
from keyswitch.model.camel_case import in_camel_case, in_snake_case
from keyswitch.model.engine_values import OF_A_SECRET, OF_AN_OUTPUT, SIGNATURE
from keyswitch.model.engine_values import UNKNOWN as UNKNOWN_TEXT
from keyswitch.model.parsing import UNKNOWN
from keyswitch.model.urn import NATIVE_FLEET_TYPE, NATIVE_KEY_TYPE
from keyswitch.plugin.native import wire
from keyswitch.plugin.native.detailed_diff import Change, differences
from keyswitch.plugin.native.forms import FORMS
from keyswitch.plugin.native.settings import REFUSAL_WAIT
from native_schema import PAGE, origin, text

KEY = "AKIAIOSFODNN7EXAMPLE"


def struct(**values: Any) -> Struct:
    found = Struct()
    found.update(values)
    return found


def test_secrets_outputs_and_what_is_not_known_are_read_and_secrets_are_written_as_such() -> None:
    secret = {SIGNATURE: OF_A_SECRET, "value": "leaked by Mallory"}
    bag = wire.read(
        struct(
            override=secret,
            reason=UNKNOWN_TEXT,
            userName={SIGNATURE: OF_AN_OUTPUT, "value": "bob", "dependencies": ["urn"]},
            onDrift={SIGNATURE: OF_AN_OUTPUT},
            safeguards={"unusedFor": secret},
        )
    )

    assert bag.values == {
        "override": "leaked by Mallory",
        "reason": UNKNOWN,
        "userName": "bob",
        "onDrift": UNKNOWN,
        "safeguards": {"unusedFor": "leaked by Mallory"},
    }
    assert bag.secret == {"override", "safeguards"}
    written = wire.write(bag.values, bag.secret)
    assert wire.read(written) == bag
    assert dict(written["override"])["value"] == "leaked by Mallory"
    assert written["reason"] == UNKNOWN_TEXT


def test_a_message_names_inputs_and_settings_as_the_wire_does_and_leaves_arns() -> None:
    said = in_camel_case(
        "set allow_reactivation, or aws:allowedAccountIds of arn:aws:iam::1:user/bob"
    )

    assert said == (
        "set allowReactivation, or keyswitch:allowedAccountIds of arn:aws:iam::1:user/bob"
    )
    assert in_snake_case(said) == (
        "set allow_reactivation, or aws:allowedAccountIds of arn:aws:iam::1:user/bob"
    )
    assert in_snake_case("set keyswitch:maxChanges") == "set keyswitch:maxChanges"


@pytest.mark.parametrize(
    ("given", "bag"),
    [
        (
            {"accessKeyId": KEY, "status": "Inactive", "safeguards": {"unusedFor": "7d"}},
            {"access_key_id": KEY, "status": "Inactive", "safeguards": {"unused_for": "7d"}},
        ),
        ({"access_key_id": KEY}, {"access_key_id ": KEY}),
        ({"status": "Active", "userNme": "x"}, {"status": "Active", "userNme": "x"}),
    ],
)
def test_the_inputs_of_a_key_are_read_by_their_names_in_camel_case(
    given: dict[str, Any], bag: dict[str, Any]
) -> None:
    assert FORMS[NATIVE_KEY_TYPE].to_bag(given) == bag


def test_the_inputs_of_a_fleet_are_split_and_joined_again() -> None:
    form = FORMS[NATIVE_FLEET_TYPE]
    given = {
        "keys": {KEY: {"status": "Inactive", "userName": "bob", "onDestroy": "restore"}},
        "maxChanges": "10%",
    }

    bag = form.to_bag(given)

    assert bag == {
        "keys": {KEY: {"user_name": "bob", "on_destroy": "restore"}},
        "statuses": {KEY: "Inactive"},
        "max_changes": "10%",
    }
    assert form.inputs_to_wire(bag) == given


def test_differences_are_told_by_the_path_of_each_single_value() -> None:
    before = {"keys": {KEY: {"status": "Active", "reason": "x"}}, "maxChanges": 1.0, "same": 1}
    after = {"keys": {KEY: {"status": "Inactive"}, "a b": {}}, "account": {"name": "x"}, "same": 1}

    assert differences(before, after) == {
        f"keys.{KEY}.status": Change.UPDATE,
        f"keys.{KEY}.reason": Change.DELETE,
        'keys["a b"]': Change.ADD,
        "maxChanges": Change.DELETE,
        "account": Change.ADD,
    }


def test_the_schema_is_of_this_version() -> None:
    assert PAGE.read_text() == text(), "run `make docs`"


def test_the_schema_has_each_setting_that_keyswitch_reads() -> None:
    asked: set[str] = set()

    def get(name: str) -> str | None:
        asked.add(name)
        return None

    AwsSettings.read(get)
    configured = set(json.loads(PAGE.read_text())["config"]["variables"])

    assert (asked - set(REFUSED)) | {REFUSAL_WAIT} == configured


def test_the_schema_says_where_the_archives_are_once_the_repository_has_an_address() -> None:
    assert origin("") == {}
    assert origin("example.com/acme/keyswitch") == {
        "repository": "https://example.com/acme/keyswitch",
        "pluginDownloadURL": "https://example.com/acme/keyswitch/releases/download/v${VERSION}",
    }
