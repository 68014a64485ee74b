"""Speaking to the engine from its plugin: where it is, and what happens when it does not answer."""

from __future__ import annotations

import importlib.util
import inspect
import socket
from pathlib import Path

import pulumi.dynamic
import pytest

from keyswitch.plugin.host import Row, require_engine

FLAGS = ("--logtostderr", "-v=3", "--tracing", "file:./trace")


def test_the_engine_is_asked_whether_it_is_there_whatever_flags_it_gave_its_plugin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as engine:
        address = f"127.0.0.1:{engine.getsockname()[1]}"
        monkeypatch.setattr("sys.argv", ["plugin", *FLAGS, address])
        require_engine()

    with pytest.raises(ConnectionRefusedError):
        require_engine()


def test_what_cannot_be_told_the_engine_fails_nothing_and_is_not_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
    monkeypatch.setattr("sys.argv", ["plugin", address])

    Row().warn(["KS612 one", "KS612 other"])

    assert capsys.readouterr().err == "warning: KS612 one\nwarning: KS612 other\n"


@pytest.fixture
def host() -> str:
    """The source of the host; its import would serve."""
    found = importlib.util.find_spec("pulumi.dynamic.__main__")
    assert found is not None
    return Path(str(found.origin)).read_text()


def test_the_host_still_cannot_keep_what_a_failing_call_has_done(host: str) -> None:
    """Else ``partly_done`` can go."""
    assert "InitFailed" not in host


@pytest.mark.parametrize("method", ["check", "diff", "create", "update", "read", "delete"])
def test_the_host_still_tells_a_provider_neither_the_urn_nor_what_is_ignored(method: str) -> None:
    """Else ``urn_of_call`` and ``ignored_properties`` can go."""
    taken = inspect.signature(getattr(pulumi.dynamic.ResourceProvider, method)).parameters

    assert {name.strip("_") for name in taken} <= {"self", "id", "olds", "news", "props"}


def test_the_host_still_adds_a_property_of_its_own(host: str) -> None:
    """Else ``without_provider`` can go."""
    assert 'PROVIDER_KEY = "__provider"' in host
