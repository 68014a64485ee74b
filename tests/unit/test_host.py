"""Speaking to the engine from its plugin: where it is, and what happens when it does not answer."""

from __future__ import annotations

import socket

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
