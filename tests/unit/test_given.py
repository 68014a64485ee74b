"""Every argument of every public class, given what it does not take: a code each time, and no traceback."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from types import ModuleType, SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func

from keyswitch import (
    AccessKeyFleet,
    AccessKeyRotation,
    AccessKeyStatus,
    AccessKeyStatusArgs,
    Account,
    Safeguards,
)
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.fleet import MAPS_BY_KEY, parse_fleet
from keyswitch.model.parsing import parse_program
from keyswitch.plugin.property_bags import plain
from keyswitch.program.hooks import Hooks
from support.world import TODAY

KEY, OTHER = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"
OF_A_KEY = {"create_date": "2026-03-01T00:00:00Z", "status_since": "2026-03-01T00:00:00Z"}

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""Of a program that fails the SDK leaves exceptions behind that nobody retrieves."""


@pytest.fixture(autouse=True, scope="module")
def _left_behind() -> Iterator[None]:
    yield
    gc.collect()


class Mocks(pulumi.runtime.Mocks):
    def __init__(self) -> None:
        self.made: list[pulumi.runtime.MockResourceArgs] = []

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[str, Any]]:
        self.made.append(args)
        return args.name, {"status": "Active", **args.inputs, **OF_A_KEY, "pending": ""}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {}


def told_of(program: Callable[[], object]) -> tuple[set[str], Mocks]:
    """The codes that a program ends with, or else those of what it hands on; any other error is raised.

    In a thread of its own, which takes the event loop and what the SDK keeps beside it along.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_told_of, program).result()


def _told_of(program: Callable[[], object]) -> tuple[set[str], Mocks]:
    mocks = Mocks()
    SETTINGS.rpc_manager.clear()
    SETTINGS.outputs.clear()

    def begin() -> None:
        program()

    async def run() -> None:
        pulumi.runtime.set_mocks(mocks)
        await run_pulumi_func(begin)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        loop.run_until_complete(run())
    except pulumi.RunError as error:
        return {str(error).partition(" ")[0]}, mocks
    finally:
        loop.close()
    return {code for made in mocks.made for code in codes_of(made)}, mocks


def codes_of(made: pulumi.runtime.MockResourceArgs) -> list[str]:
    """What the hook finds wrong with what the engine is given."""
    told: list[object] = []
    inputs = {
        name: rpc.unwrap_rpc_secret(value) if rpc.is_rpc_secret(value) else value
        for name, value in made.inputs.items()
    }
    if made.typ.endswith(":AccessKeyStatus"):
        told.extend(parse_program(plain(inputs), None, TODAY).problems)
    elif made.typ.endswith(":AccessKeyFleet"):
        parsed = parse_fleet(plain(inputs, MAPS_BY_KEY), now=TODAY)
        told.extend(parsed.error.lines if parsed.error is not None else ())
        if parsed.declaration is not None:
            told.extend(parsed.declaration.unreadable.values())
    codes = [str(each).partition(" ")[0] for each in told]
    assert all(code.startswith("KS") for code in codes), told
    return codes


async def later(value: object) -> object:
    return value


FORMS: Mapping[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "output": lambda value: pulumi.Output.from_input(None).apply(lambda _: value),
    "coroutine": later,
}
WRONG: Mapping[str, Any] = {
    "int": 7,
    "float": 1.5,
    "boolean": True,
    "list": ["x"],
    "map": {"x": 1},
    "none": None,
    "bytes": b"x",
    "object": object(),
    "set": {"x"},
    "huge": 10**400,
    "surrogate": "\ud800",
    "map of numbers": {1: "x"},
    "object in a list": [object()],
    "object in a map": {"x": object()},
}


def codes(kinds: Iterable[str], code: str) -> dict[str, set[str]]:
    return {kind: {code} for kind in kinds}


NOT_SENDABLE = codes(list(WRONG)[6:], "KS140")
TEXT = {
    **NOT_SENDABLE,
    **codes(("int", "float", "boolean", "list", "map"), "KS109"),
    "none": set[str](),
}
BOOLEAN = {
    **NOT_SENDABLE,
    **codes(("int", "float", "list", "map"), "KS118"),
    "boolean": set[str](),
    "none": set[str](),
}
BAG = {
    **NOT_SENDABLE,
    **codes(("int", "float", "boolean", "list"), "KS119"),
    "map": {"KS101"},
    "none": set[str](),
}
ACCOUNT = {**BAG, "map": {"KS101", "KS102"}}
ACCOUNT_IDS = {
    **NOT_SENDABLE,
    **codes(("int", "float", "boolean", "list", "map"), "KS127"),
    "none": set[str](),
}
REQUIRED = {**TEXT, "none": {"KS102"}}
OF_KEYS = {
    **NOT_SENDABLE,
    **codes(("int", "float", "boolean", "list", "none"), "KS130"),
    "map": {"KS130"},
}
MAX_CHANGES = {
    **NOT_SENDABLE,
    **codes(("float", "boolean", "list", "map"), "KS132"),
    "int": set[str](),
    "none": set[str](),
}
DEFAULTS = {
    **NOT_SENDABLE,
    **codes(("int", "float", "boolean", "list", "map"), "KS131"),
    "none": set[str](),
}
SPAN = {**TEXT, "none": {"KS109"}}
"""Of a rotation, whose default is said by leaving it out."""

OF_STATUS = {
    "access_key_id": REQUIRED,
    "status": REQUIRED,
    **dict.fromkeys(("user_name", "reason", "on_destroy", "on_drift", "override"), TEXT),
    **dict.fromkeys(("active_until", "warn_before"), TEXT),
    "safeguards": BAG,
    "account": ACCOUNT,
}
OF_FLEETS_KEY = {
    name: of for name, of in OF_STATUS.items() if name not in ("access_key_id", "account")
}
OF_SAFEGUARDS = {
    **dict.fromkeys(("unused_for", "successor", "overlap", "unmet"), TEXT),
    **dict.fromkeys(
        ("keep_one_active", "allow_own_key", "allow_reactivation", "refuse_quarantined"), BOOLEAN
    ),
}
OF_ACCOUNT = {
    "name": REQUIRED,
    **dict.fromkeys(
        ("role_arn", "external_id", "session_name", "duration", "region", "profile"), TEXT
    ),
    "allowed_account_ids": ACCOUNT_IDS,
}
OF_FLEET = {
    "keys": OF_KEYS,
    "defaults": DEFAULTS,
    "safeguards": BAG,
    "account": ACCOUNT,
    "max_changes": MAX_CHANGES,
}
OF_ROTATION = {
    "current": {**TEXT, "none": {"KS102", "KS124"}},
    **dict.fromkeys(("user_name", "previous", "unused_for", "reason", "override"), TEXT),
    **dict.fromkeys(("active_until", "warn_before"), TEXT),
    **dict.fromkeys(("allow_reactivation", "refuse_quarantined"), BOOLEAN),
    **dict.fromkeys(("overlap", "soak"), SPAN),
    "account": ACCOUNT,
}
GOOD = {"access_key_id": KEY, "status": "Inactive"}
OF_BOTH = {"user_name": "bob", "current": KEY, "previous": OTHER}


def key_of_args(name: str, value: object) -> object:
    return AccessKeyStatus("key", AccessKeyStatusArgs(**{**GOOD, name: value}))


def with_safeguards(name: str, value: object) -> object:
    rest = {"successor": OTHER} if name == "overlap" else {}
    return AccessKeyStatus("key", **GOOD, safeguards=Safeguards(**{**rest, name: value}))


def key_of_fleet(name: str, value: object) -> object:
    return AccessKeyFleet("fleet", keys={KEY: {"status": "Inactive", name: value}})


def fleet_with_safeguards(name: str, value: object) -> object:
    rest = {"successor": OTHER} if name == "overlap" else {}
    safeguards = Safeguards(**{**rest, name: value})
    return AccessKeyFleet("fleet", keys={KEY: {"status": "Inactive", "safeguards": safeguards}})


TABLE: Mapping[str, tuple[Callable[[str, Any], object], Mapping[str, Mapping[str, set[str]]]]] = {
    "AccessKeyStatus": (lambda n, v: AccessKeyStatus("key", **{**GOOD, n: v}), OF_STATUS),
    "AccessKeyStatusArgs": (key_of_args, OF_STATUS),
    "Safeguards": (with_safeguards, OF_SAFEGUARDS),
    "Safeguards of a fleet's key": (fleet_with_safeguards, OF_SAFEGUARDS),
    "a fleet's key": (key_of_fleet, OF_FLEETS_KEY),
    "Account": (
        lambda n, v: AccessKeyStatus("key", **GOOD, account=Account(**{"name": "x", n: v})),
        OF_ACCOUNT,
    ),
    "AccessKeyFleet": (
        lambda n, v: AccessKeyFleet("fleet", **{"keys": {KEY: {"status": "Inactive"}}, n: v}),
        OF_FLEET,
    ),
    "AccessKeyRotation": (lambda n, v: AccessKeyRotation("r", **{**OF_BOTH, n: v}), OF_ROTATION),
}


def told_by(made_by: str) -> dict[str, dict[str, list[str]]]:
    """What each case of one class is told, for each wrong value."""
    make, names = TABLE[made_by]
    return {
        f"{name} {form}": {
            kind: sorted(told_of(lambda: make(name, FORMS[form](value)))[0])  # noqa: B023 - called at once
            for kind, value in WRONG.items()
        }
        for name in names
        for form in FORMS
    }


def told_in_its_own_process(made_by: str) -> dict[str, dict[str, list[str]]]:
    """Of some hundred programs, most of which fail: what they leave behind ends with the process."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, __file__, made_by]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, dict[str, list[str]]] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("made_by", TABLE)
def test_a_value_of_the_wrong_type_has_a_code(made_by: str) -> None:
    _, names = TABLE[made_by]

    assert told_in_its_own_process(made_by) == {
        f"{name} {form}": {kind: sorted(names[name][kind]) for kind in WRONG}
        for name in names
        for form in FORMS
    }


def test_the_table_has_every_argument() -> None:
    assert {field.name for field in fields(AccessKeyStatusArgs)} == set(OF_STATUS)
    assert {field.name for field in fields(Safeguards)} == set(OF_SAFEGUARDS)
    assert {field.name for field in fields(Account)} == set(OF_ACCOUNT)
    for made, names in (
        (AccessKeyStatus, OF_STATUS),
        (AccessKeyFleet, OF_FLEET),
        (AccessKeyRotation, OF_ROTATION),
    ):
        arguments = set(made.__init__.__kwdefaults__ or {}) | set(names)
        code = made.__init__.__code__
        keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        assert set(keywords) - {"opts"} == set(names)
        assert arguments - {"opts"} == set(names)


@pytest.mark.parametrize("wrong", [7, None, True, ["x"], {"x": 1}, b"x", object(), ""])
@pytest.mark.parametrize(
    "make",
    [
        lambda name, **more: AccessKeyStatus(name, **GOOD, **more),
        lambda name, **more: AccessKeyFleet(name, keys={}, **more),
        lambda name, **more: AccessKeyRotation(name, **OF_BOTH, **more),
    ],
)
def test_a_name_or_options_that_are_none_have_a_code(
    make: Callable[..., object], wrong: object
) -> None:
    assert told_of(lambda: make(wrong))[0] == {"KS141"}
    if wrong is not None:
        assert told_of(lambda: make("name", opts=wrong))[0] == {"KS141"}
        assert told_of(lambda: AccessKeyStatus("key", wrong))[0] == {"KS141"}  # type: ignore[arg-type]


def test_a_resource_in_the_place_of_one_of_its_outputs_is_told() -> None:
    def program() -> None:
        key = AccessKeyStatus("key", **GOOD)
        AccessKeyStatus("other", access_key_id=OTHER, status="Active", reason=key)  # type: ignore[arg-type]

    assert told_of(program)[0] == {"KS140"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("none", [None, ""])
def test_no_previous_key_is_said_by_none_and_by_nothing_known_or_to_be_known(
    form: str, none: str | None
) -> None:
    stages: list[str] = []

    def program() -> None:
        keys = {**OF_BOTH, "previous": FORMS[form](none)}
        rotation = AccessKeyRotation("r", **keys)
        rotation.stage.apply(stages.append)

    told, mocks = told_of(program)

    assert told == set()
    assert [made.name for made in mocks.made] == ["r", "r-current"]
    assert stages == ["settled: there is no previous key"]
    keys = {**OF_BOTH, "override": "INC-1"}
    assert told_of(lambda: AccessKeyRotation("r", **{**keys, "previous": FORMS[form](none)}))[
        0
    ] == {"KS125"}


@pytest.mark.parametrize("form", FORMS)
def test_the_times_of_a_rotation_may_be_outputs(form: str) -> None:
    stages: list[str] = []

    def program(overlap: str, soak: str) -> None:
        given = {"overlap": FORMS[form](overlap), "soak": FORMS[form](soak)}
        AccessKeyRotation("r", **OF_BOTH, **given).stage.apply(stages.append)

    told, mocks = told_of(lambda: program("3d", "5d"))

    assert told == set()
    (previous,) = [made for made in mocks.made if made.name == "r-previous"]
    assert previous.inputs["safeguards"]["overlap"] == "3d"
    assert stages == ["done: the previous key may be deleted"]
    for bad in (("3 days", "5d"), ("3d", "5 days"), ("-1d", "5d")):
        assert told_of(lambda bad=bad: program(*bad))[0] == {"KS117"}  # type: ignore[misc]


def test_an_account_of_which_a_field_is_an_output_is_known_to_the_guard() -> None:
    seen: list[DeclaredAccount | None] = []

    def program() -> None:
        hooks = Hooks()
        hooks._process = SimpleNamespace(act_in=seen.append)  # type: ignore[assignment]
        hooks.declare_in({"name": "x", "external_id": pulumi.Output.secret("ext")})

    assert told_of(program)[0] == set()
    assert seen == [DeclaredAccount("x", external_id="ext")]


class MintedKey(pulumi.CustomResource):
    def __init__(self, name: str, user: object, opts: pulumi.ResourceOptions) -> None:
        super().__init__("aws:iam/accessKey:AccessKey", name, {"user": user}, opts)


@pytest.fixture
def access_key(monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    package = ModuleType("pulumi_aws")
    package.iam = SimpleNamespace(AccessKey=MintedKey)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pulumi_aws", package)
    monkeypatch.delitem(sys.modules, "keyswitch.aws", raising=False)
    from keyswitch.aws import access_key

    return access_key


@pytest.mark.parametrize("form", FORMS)
def test_a_user_that_is_none_has_a_code_where_a_key_is_minted(
    access_key: Callable[..., object], form: str
) -> None:
    told = {
        kind: told_of(lambda value=value: access_key("key", user=FORMS[form](value)))[0]  # type: ignore[misc]
        for kind, value in WRONG.items()
    }

    assert told == {**TEXT, "none": {"KS109"}}
    made = told_of(lambda: access_key("key", user=FORMS[form]("bob")))[1].made
    assert [each.inputs["user"] for each in made] == ["bob"]
    assert told_of(lambda: access_key("key", user="bob", opts=7))[0] == {"KS141"}
    assert told_of(lambda: access_key(7, user="bob"))[0] == {"KS141"}


def test_the_module_for_minted_keys_says_how_to_install_what_it_needs() -> None:
    program = (
        "import sys; sys.modules['pulumi_aws'] = None\n"
        "try:\n    import keyswitch.aws\n"
        "except ImportError as error:\n    print(type(error).__name__, error)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert done.stdout.startswith("MissingExtraError KS143 keyswitch.aws needs"), done.stderr
    assert "pip install 'pulumi-aws>=7,<8'" in done.stdout


if __name__ == "__main__":
    sys.stdout.write(json.dumps(told_by(sys.argv[1])))
