"""Goes the way that pulumi-aws went, over real sockets: the rows about proxies and certificates."""

from __future__ import annotations

import dataclasses
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from parity.harness import ACCOUNTS
from parity.table import OVER_SOCKETS, TABLE, build, outcome
from support.http import RecordingServer, serving
from support.proxy import Proxy, proxying
from support.strict_app import strict_app
from support.strict_iam import StrictIam

PROXIES = ("proxy-cfg-http", "proxy-cfg-https", "proxy-env-http", "proxy-env-https")
AWS = ("iam.amazonaws.com", "iam.example.test")


@dataclasses.dataclass(frozen=True)
class World:
    """Two servers, and proxies that bring every name to them."""

    plain: RecordingServer
    tls: RecordingServer
    proxies: dict[str, Proxy]
    bundle: str

    def expanded(self, text: str) -> str:
        servers = {"cfg-iam": self.plain, "cfg-sts": self.plain, "tls": self.tls, **self.proxies}
        text = text.replace("$CA", self.bundle)
        return re.sub(r"\$EP\(([a-z-]+)\)", lambda found: servers[found[1]].url, text)

    def reset(self) -> None:
        for server in (self.plain, self.tls):
            server.reset()
        for proxy in self.proxies.values():
            proxy.passed.clear()

    def went_via(self) -> list[str]:
        proxies = [name for name, proxy in self.proxies.items() if proxy.passed]
        straight = [] if proxies else ["cfg-iam"] * len(self.plain.calls)
        return proxies or straight or ["tls"] * len(self.tls.calls)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    authority = trustme.CA()
    bundle = str(tmp_path_factory.mktemp("ca") / "ca.pem")
    authority.cert_pem.write_to_path(bundle)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", *AWS).configure_cert(context)
    iam = StrictIam()
    iam.add_key("bob")
    app = strict_app(iam)
    with ExitStack() as stack:
        plain = stack.enter_context(serving(app))
        tls = stack.enter_context(serving(app, context))
        proxies = {name: stack.enter_context(proxying(plain.url, tls.url)) for name in PROXIES}
        yield World(plain, tls, proxies, bundle)


@pytest.fixture(autouse=True)
def _no_name_resolves(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the table was recorded: only a proxy finds AWS."""
    resolve = socket.getaddrinfo

    def loopback_only(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_NONAME, f"no such host: {host}")
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", loopback_only)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


ROWS = [row for row in TABLE if row["id"].startswith(OVER_SOCKETS)]


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in ROWS])
def test_keyswitch_goes_the_way_that_the_go_provider_went(
    row: dict[str, Any], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.reset()
    config = build(row, tmp_path, monkeypatch, world.expanded)
    if row["id"].startswith("proxy-"):
        # Where the table was recorded the machine itself trusted the proxies' server.
        monkeypatch.setenv("SSL_CERT_FILE", world.bundle)

    error = outcome(config)

    go = row["go"]
    assert (error is None) is (go["error"] is None), error
    assert (world.went_via() if error is None else []) == go["went_via"]
    if error is None:
        (look,) = [*world.plain.calls, *world.tls.calls]
        signed = (look.signer, look.region, ACCOUNTS[look.signer])
        assert signed == (go["signer"], go["region"], go["account"])


def test_all_rows_about_the_way_are_run() -> None:
    assert len(ROWS) == 25
