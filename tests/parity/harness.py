"""AWS as far as a signer sees it: which key signed which call, sent where, with what in it.

Stands in for the network below botocore: every request of botocore's HTTP session ends here, those
to the metadata services too, so that the default endpoints can be told without a name being looked up.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError
from botocore.httpsession import URLLib3Session

SIGNERS = (
    "CONFIG",
    "ENV",
    "DEFAULT",
    "PROFA",
    "PROFB",
    "FILEX",
    "FILEY",
    "CREDF",
    "CONFF",
    "PROCESS",
    "IMDS",
    "ECS",
    "OLDENV",
)
ACCOUNTS = {f"AKIAEXAMPLE{who}": f"1{number:011d}" for number, who in enumerate(SIGNERS, start=1)}
LABEL = re.compile(r"([a-z-]+)\.test")
METADATA_HOSTS = ("169.254.169.254", "imds.test")


@dataclass(frozen=True)
class Call:
    """A request as IAM or STS would have seen it."""

    action: str
    signer: str | None
    region: str | None
    endpoint: str
    token: str | None
    parameters: dict[str, str] = field(default_factory=dict)
    user_agent: str = ""


@dataclass
class Network:
    """Answers, and remembers. ``rule`` is the row's ``server_rule``, ``imds`` its metadata server,
    ``session_minutes`` how long each session lasts that STS hands out."""

    rule: dict[str, Any] = field(default_factory=dict)
    imds: Any = None
    calls: list[Call] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    session_minutes: list[int] = field(default_factory=list)
    sso_key: str = ""
    _ruled: int = 0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(URLLib3Session, "send", lambda _, request: self.send(request))

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        address = urlsplit(request.url)
        host = address.hostname or ""
        if host in METADATA_HOSTS:
            return self._metadata(request, address.path)
        if host == "localhost":
            return _answer(request, 200, json.dumps(_keys("AKIAEXAMPLEECS", "tok-ecs")))
        if self.sso_key and host.startswith("portal.sso."):
            role = {"accessKeyId": self.sso_key, "secretAccessKey": "s", "sessionToken": "t"}
            role["expiration"] = 4_000_000_000_000  # type: ignore[assignment]
            return _answer(request, 200, json.dumps({"roleCredentials": role}))
        if host == "dead.test":
            raise EndpointConnectionError(endpoint_url=request.url)
        call = self._call(request, f"{address.scheme}://{host}")
        self.calls.append(call)
        ruled = self._ruled_answer(request, call)
        if ruled is not None:
            return ruled
        return _answer(request, 200, self._xml(call))

    def account(self, signer: str | None) -> str:
        name = self.named(signer) or ""
        role = re.search(r"::(\d{12}):", name)
        return role.group(1) if role else ACCOUNTS.get(name, "100000000099")

    def named(self, signer: str | None) -> str | None:
        """The role that a session is of, as the table writes it; else the key itself."""
        return self.roles.get(signer or "", signer)

    def _call(self, request: AWSPreparedRequest, url: str) -> Call:
        headers = {name: _text(value) for name, value in request.headers.items()}
        form = dict(parse_qsl(_text(request.body)))
        signed = re.search(r"Credential=([^/]+)/\d+/([^/]+)/", headers.get("Authorization", ""))
        action = form.pop("Action")
        form.pop("Version", None)
        label = LABEL.search(url)
        return Call(
            action,
            self.named(signed.group(1)) if signed else None,
            signed.group(2) if signed else None,
            label.group(1) if label else url,
            headers.get("X-Amz-Security-Token"),
            form,
            headers.get("User-Agent", ""),
        )

    def _ruled_answer(self, request: AWSPreparedRequest, call: Call) -> AWSResponse | None:
        rule = self.rule
        if not rule or call.action not in rule.get("actions", ("ListAccessKeys",)):
            return None
        if rule.get("role", "") not in call.parameters.get("RoleArn", ""):
            return None
        if self._ruled >= rule.get("times", 1_000_000):
            return None
        self._ruled += 1
        if rule.get("drop"):
            raise ConnectionClosedError(endpoint_url=request.url)
        body = (
            f"<ErrorResponse><Error><Code>{rule.get('code', '')}</Code>"
            f"<Message>{rule.get('message', '')}</Message></Error></ErrorResponse>"
        )
        return _answer(request, rule["status"], body)

    def _xml(self, call: Call) -> str:
        if call.action.startswith("AssumeRole"):
            key = f"ASIASESSION{len(self.roles):09d}"
            self.roles[key] = f"{call.action}({call.parameters['RoleArn']})"
            minutes = self.session_minutes.pop(0) if self.session_minutes else 60
            ends = _iso(timedelta(minutes=minutes))
            result = (
                f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                f"<SessionToken>token-of-{key}</SessionToken><Expiration>{ends}</Expiration>"
                "</Credentials>"
            )
        elif call.action == "GetCallerIdentity":
            signer = next((k for k, name in self.roles.items() if name == call.signer), call.signer)
            result = f"<Account>{self.account(signer)}</Account><Arn>arn:aws:iam::1:user/x</Arn>"
        else:
            result = "<AccessKeyMetadata/><IsTruncated>false</IsTruncated>"
        return (
            f"<{call.action}Response><{call.action}Result>{result}</{call.action}Result>"
            f"</{call.action}Response>"
        )

    def _metadata(self, request: AWSPreparedRequest, path: str) -> AWSResponse:
        if self.imds is None:
            raise EndpointConnectionError(endpoint_url=request.url)
        if path == "/latest/api/token":
            return _answer(request, 200, "metadata-token")
        if path.endswith("/security-credentials/"):
            return _answer(request, 200, "imdsrole")
        return _answer(request, 200, json.dumps(_keys("AKIAEXAMPLEIMDS", "tok-imds")))


def _keys(access_key: str, token: str) -> dict[str, str]:
    return {
        "Code": "Success",
        "AccessKeyId": access_key,
        "SecretAccessKey": "s",
        "Token": token,
        "Expiration": _iso(timedelta(hours=1)),
    }


def _iso(later: timedelta) -> str:
    return f"{datetime.now(timezone.utc) + later:%Y-%m-%dT%H:%M:%SZ}"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


class _Raw:
    def __init__(self, body: str) -> None:
        self._body = body.encode()

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self._body

    def read(self, *_: Any) -> bytes:
        return self._body


def _answer(request: AWSPreparedRequest, status: int, body: str) -> AWSResponse:
    headers = {"content-type": "text/xml"}
    return AWSResponse(request.url, status, headers, _Raw(body))  # type: ignore[arg-type]
