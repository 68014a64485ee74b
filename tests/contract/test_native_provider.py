"""The native provider's process, asked as the engine asks it, with IAM behind it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from keyswitch.model.engine_values import UNKNOWN as UNKNOWN_TEXT
from keyswitch.model.parsing import UNKNOWN
from keyswitch.model.urn import NATIVE_FLEET_TYPE
from keyswitch.plugin.native import wire
from keyswitch.plugin.native.plugin_version import PLUGIN_VERSION
from support.engine import ROOT, engine_env
from support.http import RecordingServer, refuse, serving
from support.moto_iam import Outsider, moto_app
from support.native_host import NativeHost, kept_by, native_host


@pytest.fixture(scope="module")
def moto_server() -> Iterator[RecordingServer]:
    with serving(moto_app()) as server:
        yield server


@pytest.fixture
def iam(moto_server: RecordingServer) -> RecordingServer:
    moto_server.reset()
    return moto_server


@pytest.fixture
def outsider(iam: RecordingServer) -> Outsider:
    return Outsider(iam)


@pytest.fixture
def host(iam: RecordingServer, tmp_path: Path) -> Iterator[NativeHost]:
    with configured(tmp_path, iam) as host:
        yield host


@contextmanager
def configured(home: Path, iam: RecordingServer) -> Iterator[NativeHost]:
    with native_host(engine_env(home, iam.url)) as host:
        host.configure()
        yield host


def key_of(outsider: Outsider, status: str = "Inactive", **more: Any) -> dict[str, Any]:
    user = outsider.new_user()
    return {"accessKeyId": outsider.new_key(user), "userName": user, "status": status, **more}


def told(host: NativeHost) -> list[str]:
    return [text.partition(" ")[0] for _, _, text in host.heard.lines]


def test_it_begins_to_serve_without_pulumi_and_without_boto3() -> None:
    code = "import keyswitch.plugin.native.server, sys; print([m for m in ('pulumi', 'boto3', 'botocore') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_what_check_decided_of_an_end_holds_for_the_rest_of_the_run(
    host: NativeHost, iam: RecordingServer, outsider: Outsider
) -> None:
    """An end that comes between a Check and its Create deactivates nothing that the run has not shown."""
    key = key_of(outsider, "Active", activeUntil="2020-01-01")

    checked = host.check("bob", key)

    assert checked == {**key, "status": "Inactive"}
    host.create("bob", key)
    assert iam.writes == []
    host.create("bob", checked)
    assert iam.writes == [(key["accessKeyId"], "Inactive")]


def test_the_wait_of_a_refused_key_is_configurable_and_a_register_is_no_setting(
    host: NativeHost,
) -> None:
    def checked(**settings: Any) -> Any:
        return host.stub.CheckConfig(provider_pb2.CheckRequest(news=wire.write(settings)))

    (wrong,) = checked(refusalWait="a while").failures
    assert wrong.reason.startswith("KS117 keyswitch:refusalWait is not a duration")
    right = checked(refusalWait="5s", keys={"AKIA": {}}, maxChanges=1, region="eu-west-1")
    assert not right.failures
    assert wire.read(right.inputs).values == {"refusalWait": "5s", "region": "eu-west-1"}


def test_a_key_without_an_id_is_refused_in_words(host: NativeHost) -> None:
    with pytest.raises(grpc.RpcError) as failed:
        host.create("bob", {"status": "Inactive"})

    assert failed.value.details().startswith("KS102 the required property accessKeyId is missing")


def test_the_steps_that_an_update_leaves_out_are_not_previewed(
    host: NativeHost, outsider: Outsider
) -> None:
    inputs = key_of(outsider)
    host.create("bob", inputs)
    host.heard.lines.clear()

    left_out = host.create("eve", key_of(outsider, status="off"), preview=True)

    assert host.heard.lines == []
    assert wire.read(left_out.properties).values["status"] == "off"


def test_pulumi_runs_it_from_a_clone_too(iam: RecordingServer, tmp_path: Path) -> None:
    """As ``runtime: python`` in plugin/PulumiPlugin.yaml does it: ``python FOLDER ADDRESS``."""
    with native_host(engine_env(tmp_path, iam.url), sys.executable, str(ROOT / "plugin")) as host:
        assert host.stub.GetPluginInfo(Empty()).version == PLUGIN_VERSION


def test_it_says_what_it_is(host: NativeHost) -> None:
    schema = json.loads(host.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)

    assert host.stub.GetPluginInfo(Empty()).version == schema["version"] == PLUGIN_VERSION
    assert host.stub.Handshake(provider_pb2.ProviderHandshakeRequest()).accept_secrets
    assert host.stub.GetMapping(provider_pb2.GetMappingRequest()).provider == ""


@pytest.mark.parametrize(
    ("env", "settings", "warned"),
    [
        ({}, {"region": "eu-west-1"}, ["KS164"]),
        ({}, {"profile": "prod"}, []),
        ({}, {"accessKey": "AKIATESTSIGNER000000", "secretKey": "made-up"}, []),
        ({"AWS_PROFILE": "prod"}, {}, []),
        ({"AWS_CONFIG_FILE": __file__}, {}, []),
    ],
)
def test_it_says_that_aws_config_does_not_reach_it_where_nothing_else_names_credentials(
    iam: RecordingServer,
    tmp_path: Path,
    env: dict[str, str],
    settings: dict[str, Any],
    warned: list[str],
) -> None:
    kept = engine_env(tmp_path, iam.url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del kept[name]
    with native_host({**kept, **env}) as host:
        checked = host.stub.CheckConfig(provider_pb2.CheckRequest(news=wire.write(settings)))

        assert not checked.failures
        assert told(host) == warned


def test_the_life_of_a_key(
    host: NativeHost, iam: RecordingServer, outsider: Outsider, tmp_path: Path
) -> None:
    inputs = key_of(outsider, onDestroy="restore")
    user, key = inputs["userName"], inputs["accessKeyId"]
    assert host.check("bob", inputs) == inputs

    previewed = host.create("bob", inputs, preview=True)
    foreseen = wire.read(previewed.properties).values
    assert (previewed.id, foreseen["status"], foreseen["adoptedStatus"]) == (
        key,
        "Inactive",
        "Active",
    )
    assert foreseen["changedAt"] is UNKNOWN
    assert iam.writes == []

    created = host.create("bob", inputs)
    outputs = wire.read(created.properties).values
    assert (created.id, outputs["status"]) == (key, "Inactive")
    assert {name for name in outputs if "_" in name} == set()
    assert iam.writes == [(key, "Inactive")]

    outsider.switch(user, key, "Active")
    urn = host.urn("bob")
    with configured(tmp_path, iam) as another:
        read = another.stub.Read(
            provider_pb2.ReadRequest(
                id=key, urn=urn, properties=created.properties, inputs=wire.write(inputs)
            )
        )
        assert wire.read(read.inputs).values == {**inputs, "status": "Active"}
        assert read.refresh_before_update
        another.check("bob", inputs)
        diff = another.stub.Diff(
            provider_pb2.DiffRequest(
                id=key,
                urn=urn,
                olds=read.properties,
                old_inputs=read.inputs,
                news=wire.write(inputs),
            )
        )
        assert diff.changes == provider_pb2.DiffResponse.DIFF_SOME
        assert list(diff.detailedDiff) == ["status"]
    with configured(tmp_path, iam) as last:
        last.stub.Delete(
            provider_pb2.DeleteRequest(
                id=key, urn=urn, properties=read.properties, old_inputs=read.inputs
            )
        )
    assert outsider.status(user, key) == "Active"
    assert len(iam.writes) == 1


def test_every_refusal_of_a_preview_is_shown_and_the_first_one_fails_it(
    host: NativeHost, iam: RecordingServer, outsider: Outsider
) -> None:
    wrong = [
        {"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "userName": "nobody", "status": "Inactive"},
        key_of(outsider, "off"),
        key_of(outsider, user_name="x"),
    ]
    good = key_of(outsider)
    for number, inputs in enumerate([*wrong, good]):
        host.check(f"key-{number}", inputs)

    with ThreadPoolExecutor(4) as pool:
        calls = [
            pool.submit(host.create, f"key-{number}", inputs, preview=True)
            for number, inputs in enumerate([*wrong, good])
        ]
    failures = [str(call.exception()) for call in calls if call.exception() is not None]

    assert len(failures) == 1
    shown = [failures[0], *(text for severity, _, text in host.heard.lines if severity == "ERROR")]
    for words in ("KS201 ", "KS103 ", "there is no property user_name here. Did you mean userName"):
        assert sum(words in text for text in shown) == 1, shown
    assert sum("KS115 3 of 4 declared keys are refused" in text for text in shown) == 1
    assert iam.writes == []


def test_one_key_in_two_resources_is_refused_naming_both(
    host: NativeHost, iam: RecordingServer, outsider: Outsider
) -> None:
    inputs = key_of(outsider)
    for name in ("one", "other"):
        host.check(name, inputs)

    with pytest.raises(grpc.RpcError, match=r"KS110 .* one and other"):
        host.create("one", inputs)

    assert iam.writes == []


def test_a_secret_stays_one_and_its_words_are_in_no_message(
    host: NativeHost, outsider: Outsider
) -> None:
    inputs = key_of(outsider, override="leaked by Mallory")
    host.check("bob", inputs)

    created = host.create("bob", inputs, preview=True, secret=("override",))

    assert wire.read(created.properties).secret == {"override"}
    assert "KS612" in told(host)
    assert "Mallory" not in str(host.heard.lines)


def test_what_is_not_known_yet_is_not_judged(host: NativeHost, outsider: Outsider) -> None:
    inputs = {**key_of(outsider), "userName": UNKNOWN_TEXT}

    created = host.create("bob", inputs, preview=True)

    assert wire.read(created.properties).values["userName"] is UNKNOWN
    assert told(host) == ["KS211"]


def test_a_fleet_keeps_what_it_did_where_one_key_fails(
    host: NativeHost, iam: RecordingServer, outsider: Outsider
) -> None:
    first, second = key_of(outsider), key_of(outsider)
    keys = {each.pop("accessKeyId"): each for each in (dict(first), dict(second))}
    done, failing = first["accessKeyId"], second["accessKeyId"]
    iam.rules.append(refuse("UpdateAccessKey", 403, "AccessDenied", "no", only=second["userName"]))
    host.check("all", {"keys": keys}, NATIVE_FLEET_TYPE)

    with pytest.raises(grpc.RpcError, match="KS622 1 of 2 keys failed") as raised:
        host.create("all", {"keys": keys}, NATIVE_FLEET_TYPE)

    kept = kept_by(raised.value)
    assert "KS301" in " ".join(kept.reasons)
    statuses = wire.read(kept.properties).values["statuses"]
    assert statuses == {done: "Inactive"}
    assert iam.writes[-1:] + iam.writes[:1] != [(failing, "Inactive")] * 2


def test_an_import_says_what_a_program_should_and_no_more(
    host: NativeHost, iam: RecordingServer, outsider: Outsider
) -> None:
    inputs = key_of(outsider)

    read = host.stub.Read(provider_pb2.ReadRequest(id=inputs["accessKeyId"], urn=host.urn("bob")))

    assert wire.read(read.inputs).values == {
        "accessKeyId": inputs["accessKeyId"],
        "status": "Active",
    }
    assert wire.read(read.properties).values["userName"] == inputs["userName"]
    assert iam.writes == []


@pytest.mark.parametrize(
    ("id_", "token", "code"),
    [
        ("no-key", None, "KS104"),
        ("AKIAIOSFODNN7EXAMPLE", None, "KS2"),
        ("x", NATIVE_FLEET_TYPE, "KS162"),
    ],
)
def test_what_cannot_be_imported_is_refused(
    host: NativeHost, id_: str, token: str | None, code: str
) -> None:
    urn = host.urn("bob", token) if token else host.urn("bob")

    with pytest.raises(grpc.RpcError, match=code):
        host.stub.Read(provider_pb2.ReadRequest(id=id_, urn=urn))


def test_functions_answer_about_keys_that_no_program_declares(
    host: NativeHost, outsider: Outsider
) -> None:
    inputs = key_of(outsider)
    user, key = inputs["userName"], inputs["accessKeyId"]

    def ask(name: str, **given: str) -> dict[str, Any]:
        request = provider_pb2.InvokeRequest(tok=f"keyswitch:index:{name}", args=wire.write(given))
        return wire.read(getattr(host.stub.Invoke(request), "return")).values

    (listed,) = ask("getAccessKeys", userName=user)["keys"]
    assert (listed["accessKeyId"], listed["status"]) == (key, "Active")
    assert ask("getAccessKeyOwner", accessKeyId=key) == {"userName": user}
    assert ask("getAccessKeyLastUsed", accessKeyId=key)["lastUsedDate"] == ""
    assert ask("getCallerAccount") == {"accountId": "123456789012"}
    with pytest.raises(grpc.RpcError, match="KS104"):
        ask("getAccessKeyOwner", accessKeyId="x")
    with pytest.raises(grpc.RpcError, match="KS163"):
        ask("getUsers")


def test_a_setting_that_cannot_be_read_is_refused_under_the_name_of_this_package(
    host: NativeHost,
) -> None:
    request = provider_pb2.CheckRequest(news=wire.write({"allowedAccountIds": ["1"]}))

    (failure,) = host.stub.CheckConfig(request).failures

    assert failure.reason.startswith("KS113 the stack config keyswitch:allowedAccountIds[0] ")
