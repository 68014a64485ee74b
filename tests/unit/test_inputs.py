"""The typed Python classes, README and the reference say of each input what its table says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any

import pytest

import keyswitch
from inputs_page import PAGE, inputs_page
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.fleet import OF_A_FLEET
from keyswitch.model.inputs import ACCOUNT, IN_ACCOUNT, IN_SAFEGUARDS, OF_A_KEY, Input
from keyswitch.model.rotation import OF_A_ROTATION
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration
from keyswitch.program import args
from support.engine import ROOT

IN_A_FLEETS_KEY = [each for each in OF_A_KEY if each.name not in ("access_key_id", ACCOUNT)]
SHARED_WORDS = [each for each in OF_A_KEY if each.shared and not each.parts]


def names(inputs: Iterable[Input]) -> list[str]:
    return [each.name for each in inputs]


def required(inputs: Iterable[Input]) -> set[str]:
    return {each.name for each in inputs if each.required}


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (Declaration, OF_A_KEY),
        (DeclaredSafeguards, IN_SAFEGUARDS),
        (DeclaredAccount, IN_ACCOUNT),
        (keyswitch.AccessKeyStatusArgs, OF_A_KEY),
        (keyswitch.Safeguards, IN_SAFEGUARDS),
        (keyswitch.Account, IN_ACCOUNT),
    ],
)
def test_a_dataclass_has_each_input_in_its_order(kind: Any, inputs: tuple[Input, ...]) -> None:
    without_default = {
        each.name
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING
    }

    assert [each.name for each in fields(kind)] == names(inputs)
    assert without_default == required(inputs)


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (args.SafeguardsDict, IN_SAFEGUARDS),
        (args.AccountDict, IN_ACCOUNT),
        (args.KeyDict, IN_A_FLEETS_KEY),
        (args.FleetDefaultsDict, SHARED_WORDS),
    ],
)
def test_a_mapping_has_each_input(kind: Any, inputs: list[Input]) -> None:
    assert {*kind.__required_keys__, *kind.__optional_keys__} == {*names(inputs)}
    assert kind.__required_keys__ == required(inputs)


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (keyswitch.AccessKeyStatus, OF_A_KEY),
        (keyswitch.AccessKeyFleet, OF_A_FLEET),
        (keyswitch.AccessKeyRotation, OF_A_ROTATION),
    ],
)
def test_a_resource_takes_each_input(kind: Any, inputs: tuple[Input, ...]) -> None:
    taken = list(inspect.signature(kind.__init__).parameters)

    assert [name for name in taken if name not in ("self", "resource_name", "args", "opts")] == (
        names(inputs)
    )


@pytest.mark.parametrize(
    ("documented", "inputs"),
    [
        (keyswitch.AccessKeyStatusArgs, OF_A_KEY),
        (keyswitch.AccessKeyStatus.__init__, OF_A_KEY),
        (keyswitch.AccessKeyFleet.__init__, OF_A_FLEET),
        (keyswitch.AccessKeyRotation.__init__, OF_A_ROTATION),
        (keyswitch.Safeguards, IN_SAFEGUARDS),
        (keyswitch.Account, IN_ACCOUNT),
    ],
)
def test_a_docstring_says_what_the_table_says(documented: Any, inputs: tuple[Input, ...]) -> None:
    docstring = inspect.getdoc(documented) or ""
    found = re.findall(r"(?ms)^:param (\w+): (.*?)(?=^:|\n\n|\Z)", docstring)
    said = {name: " ".join(text.split()) for name, text in found}

    assert {each.name: said.get(each.name) for each in inputs} == {
        each.name: each.description for each in inputs
    }


def test_the_reference_is_of_this_version() -> None:
    assert PAGE.read_text() == inputs_page(), "run `make docs`"


def test_readme_names_each_input_of_a_key() -> None:
    table = (ROOT / "README.md").read_text().split("| input |")[1].split("\n\n")[0]
    rows = re.findall(r"(?m)^\| `(\w+)` \| (required|optional) \|", table)

    assert dict(rows) == {
        each.name: "required" if each.required else "optional" for each in OF_A_KEY
    }
