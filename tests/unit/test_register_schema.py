"""The schema of the register for editors: it knows what the parser knows of every single value."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator
from ruamel.yaml import YAML

from keyswitch.cli.exceptions_schema import exceptions_schema_text
from keyswitch.cli.register_schema import MODELINE, SCHEMA_FILE, register_schema, schema_text
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.inputs import ACCESS_KEY_ID, IN_ACCOUNT, IN_SAFEGUARDS, OF_A_KEY, Input
from keyswitch.model.register import Register, form_of, limit_message, register_of
from keyswitch.model.register_entries import OF_DEFAULTS
from keyswitch.model.register_names import OF_A_REGISTER
from keyswitch.model.rotation import OF_A_ROTATION
from register_page import PAGE, REFERENCE, register_page
from support.engine import ROOT
from support.fuzz import for_a_while
from support.world import TODAY

SCHEMA = register_schema()
VALIDATOR = Draft7Validator(SCHEMA)
KEY, OTHER = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"
TOGETHER = r"KS120|KS123|KS124|KS125|KS128|KS135|KS137|KS138|KS139|KS166|KS127.*must be between 15m and 12h"
"""What only several values are wrong about, or a duration that is one, and too long for a session."""
ENCRYPTED = {"secure": "v1:abc:def"}
VALUES = st.sampled_from(
    [
        *(
            None,
            True,
            False,
            0,
            7,
            1.5,
            123456789012,
            "",
            " ",
            "x",
            "true",
            [],
            {},
            ["x"],
            {"x": 1},
        ),
        *("Active", "Inactive", "active", "Expired", "leave", "deactivate", "restore", "enforce"),
        *(
            "report",
            "refuse",
            "hold",
            "7d",
            "36h",
            "1h30m",
            "15m",
            "2h",
            "7",
            "d",
            "1.5d",
            "7 d",
            "-1d",
        ),
        *(
            "2027-03-31",
            "2027-03-31T18:00:00+02:00",
            "2027-03-31T18:00Z",
            "31.3.2027",
            "2027-03-31 ",
        ),
        *(
            KEY,
            OTHER,
            f"ASIA{KEY[4:]}",
            "AKIA-1",
            "A" * 15,
            "A" * 129,
            "bob",
            "a b",
            "b" * 129,
            "é",
        ),
        *("arn:aws:iam::111111111111:role/keys", "arn:aws", "eu-west-1", "INC-4711 leaked", "prod"),
        *(["123456789012"], [123456789012], ["12"], [True], ["123456789012", "x"]),
    ]
)


def alone_in(register: Register) -> list[str]:
    """What a single value is wrong about."""
    return [each for each in register.problems if not re.match(TOGETHER, each)]


def bags(inputs: tuple[Input, ...], *left_out: str) -> st.SearchStrategy[dict[str, Any]]:
    """Maps of inputs, mostly whole, now and then with a name that there is not."""
    listed = [each for each in inputs if each.name not in left_out]
    parts: dict[str, st.SearchStrategy[Any]] = {
        each.in_camel_case: (VALUES | bags(each.parts)) if each.parts else VALUES for each in listed
    }
    needed = {each.in_camel_case for each in listed if each.required}
    known = st.fixed_dictionaries(
        {name: good(name) | parts[name] for name in needed},
        optional={name: each for name, each in parts.items() if name not in needed},
    )
    few = known.flatmap(
        lambda bag: st.sets(st.sampled_from(sorted(bag) or ["x"]), max_size=4).map(
            lambda kept: {name: bag[name] for name in bag if name in kept or name in needed}
        )
    )
    return (
        few
        | few.map(lambda bag: {**bag, "user_name": "bob"})
        | few.map(lambda bag: dict(list(bag.items())[1:]))
    )


def good(name: str) -> st.SearchStrategy[Any]:
    """A value of a required input."""
    right = {"status": "Active", "userName": "bob", "current": KEY, "name": "shop"}
    return st.just(right[name])


REGISTERS = st.fixed_dictionaries(
    {},
    optional={
        "keys": VALUES
        | st.dictionaries(
            st.sampled_from([KEY, OTHER, "short", f"ASIA{KEY[4:]}"]),
            bags(OF_A_KEY, ACCESS_KEY_ID) | VALUES,
            max_size=2,
        ),
        "defaults": VALUES | bags(OF_DEFAULTS),
        "rotations": VALUES
        | st.dictionaries(st.sampled_from(["bob", "", " "]), bags(OF_A_ROTATION), max_size=2),
    },
)


@for_a_while
@settings(max_examples=300, deadline=None)
@given(REGISTERS)
def test_the_schema_refuses_what_the_parser_refuses_of_single_values(
    register: dict[str, Any],
) -> None:
    parts = (register.get(name) for name in ("keys", "defaults", "accounts", "rotations"))
    alone = alone_in(register_of(*parts, now=TODAY))
    config = {f"keyswitch:{name}": value for name, value in register.items()}

    errors = [each.message for each in VALIDATOR.iter_errors({"config": config})]

    assert bool(errors) == bool(alone), (alone, errors)


@for_a_while
@settings(max_examples=100, deadline=None)
@given(bags(IN_ACCOUNT))
def test_the_schema_knows_the_accounts_that_the_parser_knows(account: dict[str, Any]) -> None:
    keys = {KEY: {"status": "Active", "account": "prod"}}
    alone = alone_in(register_of(keys, None, {"prod": account}, None, now=TODAY))
    config = {"keyswitch:keys": keys, "keyswitch:accounts": {"prod": account}}

    assert VALIDATOR.is_valid({"config": config}) == (not alone), alone


@given(VALUES, VALUES)
def test_the_schema_knows_the_forms_that_the_program_knows(fleet: Any, limit: Any) -> None:
    texts = [
        json.dumps(each) if isinstance(each, bool | list | dict) else each
        for each in (fleet, limit)
    ]
    as_text = [None if each is None else str(each) for each in texts]
    try:
        is_fleet = form_of(as_text[0], None)
    except KeyswitchError:
        assert not VALIDATOR.is_valid({"config": {"keyswitch:fleet": fleet}})
    else:
        assert is_fleet in (True, False)
        assert VALIDATOR.is_valid({"config": {"keyswitch:fleet": fleet}})
    is_limit = limit_message(as_text[1]) is None
    assert VALIDATOR.is_valid({"config": {"keyswitch:maxChanges": limit}}) == is_limit


def test_every_value_of_a_register_may_be_encrypted() -> None:
    of_key = {each.in_camel_case: ENCRYPTED for each in OF_A_KEY if each.name != ACCESS_KEY_ID}
    of_rotation = {each.in_camel_case: ENCRYPTED for each in OF_A_ROTATION}
    in_safeguards = {each.in_camel_case: ENCRYPTED for each in IN_SAFEGUARDS}
    account = {each.in_camel_case: ENCRYPTED for each in IN_ACCOUNT}
    keys = {
        KEY: of_key,
        OTHER: {"status": "Active", "safeguards": in_safeguards, "account": account},
    }
    parts = {
        "keys": keys,
        "rotations": {"bob": of_rotation, "eve": ENCRYPTED},
        "accounts": {"prod": account, "lab": ENCRYPTED},
        "defaults": {each.in_camel_case: ENCRYPTED for each in OF_DEFAULTS},
    }
    whole = dict.fromkeys(OF_A_REGISTER[:-1], ENCRYPTED)

    for register in (parts, whole):
        config = {f"keyswitch:{name}": value for name, value in register.items()}
        assert [each.message for each in VALIDATOR.iter_errors({"config": config})] == []


def test_other_namespaces_and_settings_of_the_provider_may_hold_anything_and_a_misspelled_one_is_refused() -> (
    None
):
    config = {"aws:region": 1, "keyswitch:profile": "audit", "acme:keys": [1], "other": {"a": None}}
    whole = {"encryptionsalt": "v1", "secretsprovider": "awskms://x", "environment": ["keys"]}

    assert VALIDATOR.is_valid({**whole, "config": config})
    assert VALIDATOR.is_valid({"config": None})
    assert not VALIDATOR.is_valid({"config": {**config, "keyswitch:kees": {}}})


def test_the_example_is_valid_and_names_the_schema_and_an_editor_is_told_what_everything_says() -> (
    None
):
    text = (ROOT / "Pulumi.example.yaml").read_text()
    named = text.splitlines()[0].removeprefix(MODELINE.removesuffix(f"{SCHEMA_FILE}\n"))

    assert json.loads((ROOT / named).read_text()) == SCHEMA
    VALIDATOR.validate(YAML(typ="safe").load(text))
    entry = SCHEMA["$defs"]["key"]["properties"]
    assert {"enum": ["Active", "Inactive"]} in entry["status"]["anyOf"]
    assert all(each["description"] for each in entry.values())
    assert "user_name" not in schema_text()


def test_the_page_and_the_schemas_are_of_this_version() -> None:
    Draft7Validator.check_schema(SCHEMA)
    schemas = REFERENCE / "schemas"
    exceptions = (schemas / "exceptions.schema.json").read_text()
    Draft202012Validator.check_schema(json.loads(exceptions))

    assert PAGE.read_text() == register_page(), "run `make docs`"
    assert (schemas / "register.schema.json").read_text() == schema_text(), "run `make docs`"
    assert exceptions == exceptions_schema_text(), "run `make docs`"
