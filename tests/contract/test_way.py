"""The way to AWS over real sockets: certificates and proxies."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
import urllib3
from urllib3.exceptions import InsecureRequestWarning

from keyswitch.iam.boto import BotoClient
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings
from support.http import RecordingServer, serving
from support.proxy import Proxy, proxying
from support.strict_app import strict_app
from support.strict_iam import StrictIam

NAME = "iam.example.test"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("other") / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return str(path)


def app() -> Any:
    iam = StrictIam()
    iam.add_key("bob")
    return strict_app(iam)


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> Iterator[RecordingServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", NAME).configure_cert(context)
    with serving(app(), context) as server:
        yield server


@pytest.fixture(scope="module")
def plain() -> Iterator[RecordingServer]:
    with serving(app()) as server:
        yield server


@pytest.fixture
def proxy(plain: RecordingServer, tls: RecordingServer) -> Iterator[Proxy]:
    with proxying(plain.url, tls.url) as proxy:
        yield proxy


def look(endpoint: str, **config: object) -> str:
    """The keys that were seen, or the code of the error."""
    everything: dict[str, object] = {
        "accessKey": "AKIAIOSFODNN7EXAMPLE",
        "secretKey": "made-up",
        "endpoints": json.dumps([{"iam": endpoint, "sts": endpoint}]),
        "maxRetries": "1",
        **config,
    }
    try:
        keys = BotoClient(AwsSettings.read(everything.get)).list_access_keys("bob")
    except KeyswitchError as error:
        return error.code
    return f"{len(keys)} key"


@pytest.mark.filterwarnings("error::urllib3.exceptions.InsecureRequestWarning")
def test_insecure_warns_of_no_call_of_ours_and_of_everybody_elses(
    tls: RecordingServer, proxy: Proxy
) -> None:
    assert look(tls.url, insecure="true") == "1 key"
    assert look(f"https://{NAME}", insecure="true", httpsProxy=proxy.url) == "1 key"

    with pytest.raises(InsecureRequestWarning):
        urllib3.PoolManager(cert_reqs="CERT_NONE").request("GET", tls.url)


def test_a_certificate_is_trusted_by_the_bundle_that_is_named(
    tls: RecordingServer, trusted: str, stranger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look(tls.url) == "KS406"
    assert look(tls.url, customCaBundle=trusted) == "1 key"
    assert look(tls.url, customCaBundle=stranger) == "KS406"
    assert look(tls.url, insecure="true") == "1 key"

    monkeypatch.setenv("AWS_CA_BUNDLE", trusted)
    assert look(tls.url) == "1 key"
    assert look(tls.url, customCaBundle=stranger) == "KS406"
    monkeypatch.setenv("AWS_CA_BUNDLE", stranger)
    assert look(tls.url, customCaBundle=trusted) == "1 key"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_bundle_that_is_none_is_an_error_before_anything_is_asked(
    tls: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    tls.reset()

    assert look(tls.url, customCaBundle=str(bundle)) == "KS315"
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    assert look(tls.url) == "KS315"
    assert tls.calls == []


def test_a_proxy_of_the_config_is_used_for_its_scheme(proxy: Proxy, trusted: str) -> None:
    assert look(f"http://{NAME}", httpProxy=proxy.url) == "1 key"
    assert proxy.passed == [f"POST http://{NAME}/"]

    assert look(f"https://{NAME}", httpsProxy=proxy.url, customCaBundle=trusted) == "1 key"
    assert proxy.passed[1:] == [f"CONNECT {NAME}:443"]


def test_an_http_proxy_alone_serves_https_too_as_in_pulumi_aws(proxy: Proxy, trusted: str) -> None:
    assert look(f"https://{NAME}", httpProxy=proxy.url, customCaBundle=trusted) == "1 key"
    assert proxy.passed == [f"CONNECT {NAME}:443"]


def test_the_environments_proxy_is_used_and_of_two_spellings_the_upper_case_one(
    proxy: Proxy, trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")

    assert look(f"https://{NAME}", customCaBundle=trusted) == "1 key"
    assert proxy.passed == [f"CONNECT {NAME}:443"]


def test_the_config_goes_before_the_environment(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert look(f"http://{NAME}", httpProxy=proxy.url) == "1 key"
    assert len(proxy.passed) == 1


@pytest.mark.parametrize("no_proxy", [NAME, ".example.test", '["other", "iam.example.test"]'])
def test_what_goes_past_the_proxy_does_also_past_one_of_the_config(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    assert look(f"http://{NAME}", httpProxy=proxy.url, noProxy=no_proxy) == "KS401"
    if not no_proxy.startswith("["):
        monkeypatch.setenv("NO_PROXY", no_proxy)
        assert look(f"http://{NAME}", httpProxy=proxy.url) == "KS401"
    assert proxy.passed == []


def test_loopback_never_goes_through_a_proxy(
    plain: RecordingServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)

    assert look(plain.url) == "1 key"
    assert look(plain.url, httpProxy=proxy.url) == "1 key"
    assert proxy.passed == []


def test_a_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert look(f"http://{NAME}", httpProxy="http://127.0.0.1:9") == "KS401"
