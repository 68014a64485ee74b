"""Measures an audit of an account of whose users few have keys, with and without its credential report, alternating."""

from __future__ import annotations

import base64
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import IAMBackend, iam_backends
from werkzeug.wrappers import Response

from bench_contestants import RecordingServer, made_keys
from support.engine import engine_env
from support.http import Call

WAYS: Final = {"every user": (), "credential report": ("--credential-report",)}
Emulator = Callable[[], AbstractContextManager[tuple[RecordingServer, Any]]]


def audits(
    emulator: Emulator, users: int, with_keys: int, latency_ms: int, repeat: int
) -> dict[str, Any]:
    """A row with the median of each way, in seconds, and its calls."""
    with emulator() as (iam, late), tempfile.TemporaryDirectory() as folder:
        made_keys(iam.url, with_keys, "with")
        _made_users(users - with_keys)
        late.seconds = latency_ms / 1000
        iam.rules.append(_report_of_now)
        env = engine_env(Path(folder), iam.url)
        walls: dict[str, list[float]] = {way: [] for way in WAYS}
        calls: dict[str, int] = {}
        for _ in range(repeat):
            for way, options in WAYS.items():
                iam.calls.clear()
                begun = time.monotonic()
                found = _audited(Path(folder), env, options)
                walls[way].append(time.monotonic() - begun)
                calls[way] = len(iam.calls)
                if found != with_keys:
                    raise SystemExit(f"{way}: {found} keys, not {with_keys}")
    row = {"users": users, "with_keys": with_keys, "latency_ms": latency_ms, "repeat": repeat}
    medians = {way: round(statistics.median(each), 2) for way, each in walls.items()}
    sys.stdout.write(f"{row} {medians} {calls}\n")
    sys.stdout.flush()
    return {**row, "wall": medians, "calls": calls}


def _audited(folder: Path, env: dict[str, str], options: tuple[str, ...]) -> int:
    """How many keys the audit looked at."""
    command = [sys.executable, "-m", "keyswitch", "audit", "--json", "--fresh", *options]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return len(json.loads(done.stdout)["keys"])


def _report_of_now(call: Call) -> Response | None:
    """The emulator's report, which it says was made in 2015."""
    if call.action != "GetCredentialReport":
        return None
    content = base64.b64encode(_backend().get_credential_report().encode()).decode()
    made = f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    result = f"<Content>{content}</Content><GeneratedTime>{made}</GeneratedTime>"
    body = f"<GetCredentialReportResult>{result}</GetCredentialReportResult>"
    return Response(
        f"<GetCredentialReportResponse>{body}</GetCredentialReportResponse>", mimetype="text/xml"
    )


def _backend() -> IAMBackend:
    return iam_backends[DEFAULT_ACCOUNT_ID]["aws"]


def _made_users(count: int) -> None:
    """Users without keys, put into the emulator by hand, for thousands of calls would take minutes."""
    for number in range(count):
        _backend().create_user("us-east-1", user_name=f"without-{number:05d}", path="/")
