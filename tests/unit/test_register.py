"""The register: config in, declarations and problems out."""

from __future__ import annotations

import json
import re
from functools import partial

import pytest

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.model import register as of_register
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.durations import Duration
from keyswitch.model.inputs import IN_ACCOUNT, IN_SAFEGUARDS, OF_A_KEY
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration
from keyswitch.model.status import OnDestroy, OnDrift, Status, WhenUnmet
from support.world import TODAY

read_register = partial(of_register.read_register, now=TODAY)
KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def test_an_entry_is_a_declaration() -> None:
    entry = {"userName": "bob", "status": "Inactive", "reason": "OPS-1", "onDestroy": "restore"}

    register = read_register(json.dumps({KEY: entry}))

    assert register.problems == ()
    assert register.declarations == (
        Declaration(KEY, Status.INACTIVE, "bob", "OPS-1", on_destroy=OnDestroy.RESTORE),
    )


def test_good_entries_beside_bad_ones_are_still_read() -> None:
    register = read_register(json.dumps({KEY: {"status": "Active"}, "bad": {"status": "off"}}))

    assert [declaration.access_key_id for declaration in register.declarations] == [KEY]
    assert len(register.problems) == 2
    assert all(re.match("KS10[34] entry bad: ", problem) for problem in register.problems)


@pytest.mark.parametrize("name", ["access_key_id", "user_name", "username"])
def test_a_property_in_another_spelling_is_told(name: str) -> None:
    problems = read_register(json.dumps({KEY: {"status": "Active", name: "bob"}})).problems

    assert len(problems) == 1
    assert "KS101" in problems[0]
    assert "userName" in problems[0]


def test_no_register_is_an_empty_one_and_anything_but_a_map_is_told() -> None:
    assert read_register(None).problems == ()
    assert "not a map" in read_register('["x"]').problems[0]


@pytest.mark.parametrize("config", [SECRET, f'"{SECRET}"', f'{{"{SECRET}": ""}}'])
def test_a_secret_where_the_register_should_be_is_not_repeated(config: str) -> None:
    register = read_register(config)

    assert "KS111" in register.problems[0]
    assert SECRET not in " ".join([*register.problems, register.summary])


@pytest.mark.parametrize("name", [SECRET, f"AKIAIOSFODNN7EXAMPLE/{SECRET}", "x" * 129, "a b"])
def test_an_id_that_may_be_something_else_is_named_by_its_place(name: str) -> None:
    problems = read_register(json.dumps({name: {"status": "Active"}})).problems

    assert "entry number 1" in problems[0]
    assert not any(name in problem for problem in problems)


def test_defaults_hold_for_every_entry_that_does_not_say_otherwise() -> None:
    defaults = {
        "onDrift": "report",
        "safeguards": {"keepOneActive": True, "unusedFor": "7d", "unmet": "hold"},
    }
    entries = {
        KEY: {"status": "Inactive"},
        f"{KEY}X": {
            "status": "Inactive",
            "onDrift": "enforce",
            "safeguards": {"unusedFor": "30d", "keepOneActive": False},
        },
    }

    register = read_register(json.dumps(entries), json.dumps(defaults))

    assert register.problems == ()
    plain, own = register.declarations
    assert plain.on_drift is OnDrift.REPORT
    assert plain.safeguards == DeclaredSafeguards(
        unused_for=Duration.read("7d"), keep_one_active=True, unmet=WhenUnmet.HOLD
    )
    assert own.on_drift is OnDrift.ENFORCE
    assert own.safeguards == DeclaredSafeguards(
        unused_for=Duration.read("30d"), keep_one_active=False, unmet=WhenUnmet.HOLD
    )


@pytest.mark.parametrize(
    ("defaults", "says"),
    [
        ("[]", "KS122 the stack config keyswitch:defaults is not a map"),
        ("nonsense", "KS122 "),
        ('{"safeguards": {"unusedFor": "7"}}', "KS117 keyswitch:defaults: safeguards.unusedFor"),
        ('{"safeguards": {"unused_for": "7d"}}', "Did you mean unusedFor?"),
        (
            '{"status": "Inactive"}',
            "Use one of: warnBefore, onDestroy, onDrift, safeguards, account.",
        ),
        ('{"override": "INC-1"}', "KS101 keyswitch:defaults: there is no property override"),
        ('{"onDrift": "ignore"}', 'KS108 keyswitch:defaults: onDrift is "ignore"'),
    ],
)
def test_what_is_wrong_with_the_defaults_is_told_once(defaults: str, says: str) -> None:
    entries = {KEY: {"status": "Active"}, f"{KEY}X": {"status": "Active"}}

    register = read_register(json.dumps(entries), defaults)

    (problem,) = register.problems
    assert says in problem
    assert register.declarations == ()


def test_what_contradicts_itself_only_together_with_the_defaults_is_told_of_the_entry() -> None:
    (problem,) = read_register(
        json.dumps({KEY: {"status": "Inactive"}}), json.dumps({"safeguards": {"successor": KEY}})
    ).problems

    assert problem.startswith(f"KS123 entry {KEY}: safeguards.successor is the key's own id")


def test_a_line_without_a_value_takes_nothing_away_from_the_defaults() -> None:
    defaults = {"onDrift": "report", "safeguards": {"keepOneActive": True, "unmet": "hold"}}
    entries = {
        KEY: {"status": "Inactive", "safeguards": None, "onDrift": None},
        f"{KEY}X": {"status": "Inactive", "safeguards": {"keepOneActive": None}},
    }

    for declaration in read_register(json.dumps(entries), json.dumps(defaults)).declarations:
        assert declaration.safeguards.keep_one_active is True
        assert declaration.on_drift is OnDrift.REPORT


ACCOUNTS = {"prod": {"roleArn": "arn:aws:iam::111111111111:role/keys", "region": "eu-west-1"}}


def test_an_entry_names_one_of_the_accounts() -> None:
    entries = {KEY: {"status": "Active", "account": "prod"}, f"{KEY}X": {"status": "Active"}}

    named, own = read_register(json.dumps(entries), accounts=json.dumps(ACCOUNTS)).declarations

    assert named.account == DeclaredAccount(
        "prod", role_arn="arn:aws:iam::111111111111:role/keys", region="eu-west-1"
    )
    assert own.account is None


def test_two_accounts_of_one_name_are_told() -> None:
    shop = {"name": "shop", "profile": "shop"}
    entries = {
        KEY: {"status": "Active", "account": shop},
        f"{KEY}X": {"status": "Active", "account": shop},
        f"{KEY}Y": {"status": "Active", "account": {**shop, "region": "eu-west-1"}},
    }

    (problem,) = read_register(json.dumps(entries)).problems

    assert problem.startswith(f"KS135 entry {KEY}Y: its account has the name of another entry's")


@pytest.mark.parametrize(
    ("entry", "defaults", "accounts", "says"),
    [
        (
            {"account": "dev"},
            {},
            ACCOUNTS,
            "KS128 entry AKIAIOSFODNN7EXAMPLE: its account dev is not one",
        ),
        ({}, {"account": "dev"}, ACCOUNTS, "KS128 keyswitch:defaults: its account dev is not one"),
        ({"account": "dev"}, {}, {}, "keyswitch:accounts (none)"),
        ({"account": "prod"}, {}, {"prod": {"roleArn": "x"}}, "KS127 entry AKIAIOSFODNN7EXAMPLE: "),
        ({"account": "prod"}, {}, {"prod": {"role": "x"}}, "KS101 "),
        ({}, {}, [], "KS129 the stack config keyswitch:accounts is not a map"),
    ],
)
def test_what_is_wrong_with_an_account_is_told(
    entry: dict[str, object], defaults: dict[str, object], accounts: object, says: str
) -> None:
    register = read_register(
        json.dumps({KEY: {"status": "Active", **entry}}), json.dumps(defaults), json.dumps(accounts)
    )

    (problem,) = register.problems
    assert says in problem


@pytest.mark.parametrize(
    ("encrypted", "secret"),
    [
        ((), set()),
        (("keys",), {"reason", "override", "external_id"}),
        (("defaults",), {"external_id"}),
        (("accounts",), {"external_id"}),
    ],
)
def test_what_is_to_be_kept_secret_follows_from_what_is_encrypted(
    encrypted: tuple[str, ...], secret: set[str]
) -> None:
    entries = json.dumps({KEY: {"status": "Active", "reason": "r"}})

    register = read_register(entries, encrypted=encrypted)

    assert register.secret == secret
    assert register.declarations == read_register(entries).declarations


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"status": "hunter2"}, "KS103"),
        ({"status": "Active", "onDestroy": "hunter2"}, "KS108"),
        ({"status": "Active", "userName": "~hunter2~"}, "KS107"),
        ({"status": "Active", "hunter2": "x"}, "KS101"),
        ({"status": "Active", "safeguards": {"unusedFor": "hunter2"}}, "KS117"),
        ({"status": "Active", "safeguards": {"hunter2": True}}, "KS101"),
        ({"status": "Active", "safeguards": {"successor": "hunter2"}}, "KS104"),
        ({"status": "Active", "safeguards": "hunter2"}, "KS119"),
        ({"status": "Active", "account": {"name": "a", "roleArn": "hunter2"}}, "KS127"),
        ({"status": "Active", "account": {"name": "a", "duration": "hunter2"}}, "KS127"),
        ({"status": "Active", "account": "hunter2"}, "KS128"),
        ("hunter2", "KS111"),
    ],
)
def test_a_problem_of_an_encrypted_register_repeats_no_value(entry: object, told: str) -> None:
    config = json.dumps({KEY: entry})

    (problem,) = read_register(config, encrypted=["keys"]).problems

    assert told in problem
    assert KEY in problem
    assert "hunter2" not in problem
    assert "~" not in problem


def test_a_name_in_an_encrypted_register_is_repeated_only_where_it_is_a_key_id() -> None:
    config = json.dumps({"hunter2": {"status": "off"}, KEY: {"status": "Active", "reson": "x"}})

    problems = " ".join(read_register(config, encrypted=["keys"]).problems)

    assert "entry number 1:" in problems
    assert "hunter2" not in problems
    assert "there is no property (a secret, not shown) here. Did you mean" in problems


def test_problems_of_encrypted_defaults_repeat_no_value() -> None:
    (problem,) = read_register("{}", '{"onDrift": "hunter2"}', encrypted=["defaults"]).problems

    assert problem.startswith("KS108 keyswitch:defaults: onDrift is (a secret, not shown)")


INPUTS = (*OF_A_KEY, *IN_SAFEGUARDS, *IN_ACCOUNT)
PROPERTIES = [each.name for each in INPUTS if "_" in each.name]


@pytest.mark.parametrize("value", [3, True, [], {}, "x", "", "a b", "AKIAIOSFODNN7EXAMPLE"])
@pytest.mark.parametrize("place", ["entry", "safeguards", "account", "accounts", "defaults"])
def test_no_message_about_the_register_spells_a_property_as_python_does(
    place: str, value: object
) -> None:
    told = []
    for each in INPUTS[1:]:
        wrong = {each.in_camel_case: value}
        entry: dict[str, object] = {"status": "Active", "override": "x"}
        entry |= {"entry": wrong, "safeguards": {"safeguards": wrong}}.get(place, {})
        entry |= {"account": {"account": {"name": "p", **wrong}}, "accounts": {"account": "p"}}.get(
            place, {}
        )
        register = read_register(
            json.dumps({KEY: entry}),
            json.dumps(wrong) if place == "defaults" else None,
            json.dumps({"p": wrong}),
        )
        told.extend(register.problems)

    assert told
    spelt = re.compile(rf"\b({'|'.join(PROPERTIES)})\b")
    assert [line for line in told if spelt.search(line)] == []


@pytest.mark.parametrize(
    "entry",
    [entry for entry in catalogue.ALL if re.match("KS[23]", entry.code)],
    ids=lambda entry: entry.code,
)
def test_a_message_about_a_key_as_it_was_found_has_no_spelling_of_one_front(
    entry: type[Message],
) -> None:
    """Whoever declares keys in the register writes userName, in a program user_name."""
    fixed = re.sub(r"\{\w*\}", "", entry.text + entry.remedy)
    # on_destroy and on_drift are told as what is declared, with their values.
    named = re.findall(r"\b(access_key_id|user_name|allowed_account_ids|role_arn)\b", fixed)

    assert named == []
