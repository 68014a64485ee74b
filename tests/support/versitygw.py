"""versitygw's IAM server: identity policies, signatures and statuses are enforced there as AWS enforces them.

Built once from its Go module, into the folder of the engine.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.model.aws_settings import AwsSettings
from support.engine import ROOT
from support.strict_iam import ADMIN

ACCOUNT = "000000000000"
"""The only one that it has."""
SECONDS = 30
_ENGINE = Path(os.environ.get("KEYSWITCH_ENGINE", ROOT / ".engine")).resolve()
_MODULE = ROOT / "tools" / "versitygw"
_PACKAGE = "github.com/versity/versitygw/cmd/versitygw"
VERSION = "2012-10-17"
ANYTHING = {
    "Version": VERSION,
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
"""The policy of whoever may do anything."""
_ROOT_SECRET = "made-up-secret"


def built() -> Path:
    """The server; of several test processes one builds it, and the others wait."""
    pinned = b"".join((_MODULE / name).read_bytes() for name in ("go.mod", "go.sum"))
    folder = _ENGINE / "versitygw" / hashlib.sha256(pinned).hexdigest()[:12]
    server = folder / "versitygw"
    if server.exists():
        return server
    go = shutil.which("go") or shutil.which("go", path=str(_ENGINE / "go" / "go" / "bin"))
    if go is None:
        pytest.skip("no Go to build versitygw with; this runs wherever Go is, as in CI")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not server.exists():
            build = [go, "build", "-mod=readonly", "-trimpath", "-ldflags", "-s -w"]
            part = folder / "part"
            done = subprocess.run(
                [*build, "-o", str(part), _PACKAGE],
                cwd=_MODULE,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            part.rename(server)
    return server


@dataclass
class Versity:
    """A running server, changed by its root user.

    :ivar secrets: of each key that was made here, and of the root user's.
    :ivar owners: of each key that was made here, the user.
    """

    url: str
    secrets: dict[str, str] = field(default_factory=lambda: {ADMIN: _ROOT_SECRET})
    owners: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_user(self, path: str = "/") -> str:
        user_name = f"user-{next(self._numbers)}"
        self.ask("create_user", UserName=user_name, Path=path)
        return user_name

    def new_key(self, user_name: str) -> str:
        made = self.ask("create_access_key", UserName=user_name)["AccessKey"]
        key: str = made["AccessKeyId"]
        self.secrets[key] = made["SecretAccessKey"]
        self.owners[key] = user_name
        return key

    def switch(self, key: str, status: str) -> None:
        user_name = self.owners[key]
        self.ask("update_access_key", UserName=user_name, AccessKeyId=key, Status=status)

    def status(self, key: str) -> str:
        rows = self.ask("list_access_keys", UserName=self.owners[key])["AccessKeyMetadata"]
        return {row["AccessKeyId"]: str(row["Status"]) for row in rows}[key]

    def permit(self, user_name: str, policy: object) -> None:
        """The one policy of the user."""
        document = json.dumps(policy)
        self.ask("put_user_policy", UserName=user_name, PolicyName="only", PolicyDocument=document)

    def client(self, signer: str, secret: str | None = None) -> BotoDirectory:
        """What a signer sees, who is the root user or a key that was made here."""
        settings = AwsSettings(
            access_key=signer,
            secret_key=secret or self.secrets[signer],
            iam_endpoint=self.url,
            sts_endpoint=self.url,
            attempts=1,
        )
        return BotoDirectory(settings)

    def ask(self, operation: str, **parameters: str) -> Any:
        """The root user's call."""
        root = boto3.client(
            "iam",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=ADMIN,
            aws_secret_access_key=_ROOT_SECRET,
        )
        return getattr(root, operation)(**parameters)


@contextmanager
def versity(folder: Path) -> Iterator[Versity]:
    """The server, with its users below ``folder``, until it is left."""
    server = built()
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    made = Versity(f"http://{address}")
    env = {"ROOT_ACCESS_KEY": ADMIN, "ROOT_SECRET_KEY": _ROOT_SECRET}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [str(server), "--port", address, "iam", "--dir", str(folder), "--quiet"],
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(process, address, folder / "log")
            yield made
        finally:
            process.terminate()
            process.wait(SECONDS)


def _wait_for(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    host, _, port = address.partition(":")
    until = time.monotonic() + SECONDS
    while not _is_there(host, int(port)):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)


def _is_there(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True
