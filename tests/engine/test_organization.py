"""The example that runs one stack for each account, word for word, on real stacks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from support.engine import ROOT, SECONDS, engine_env
from support.http import Call, RecordingServer, aws_error
from support.moto_iam import Elsewhere

pytestmark = [pytest.mark.real_engine, pytest.mark.nightly]

AUTOMATION = ROOT / "examples" / "organization" / "automation"
SHOP, DATA, CLOSED = "222222222222", "333333333333", "444444444444"
EXAMPLES = {SHOP: ("AKIAIOSFODNN7EXAMPLE", "bob"), DATA: ("AKIAI44QH8DHBEXAMPLE", "deploy")}


@dataclass
class Organization:
    """The example's folder with keys that are there, in three accounts, of which the third lets nobody in."""

    folder: Path
    env: dict[str, str]
    iam: RecordingServer
    keys: dict[str, str]
    users: dict[str, str]

    def run(self, *args: str, code: int) -> list[str]:
        done = subprocess.run(
            [sys.executable, "run.py", *args],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=SECONDS * 3,
            check=False,
        )
        assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
        return [" ".join(line.split()) for line in done.stdout.splitlines()]

    def status(self, account: str) -> str | None:
        return Elsewhere(self.iam, account).status(self.users[account], self.keys[account])


def lets_nobody_in(call: Call) -> Response | None:
    if call.action == "AssumeRole" and CLOSED in call.parameters["RoleArn"]:
        return aws_error(
            403, "AccessDenied", "User: x is not authorized to perform: sts:AssumeRole"
        )
    return None


@pytest.fixture
def organization(tmp_path: Path, home: Path, iam: RecordingServer) -> Organization:
    folder = tmp_path / "automation"
    shutil.copytree(AUTOMATION, folder)
    stacks = folder / "keys"
    text = (stacks / f"Pulumi.{SHOP}.yaml").read_text()
    (stacks / f"Pulumi.{CLOSED}.yaml").write_text(text.replace(SHOP, CLOSED))
    keys, users = {}, {}
    for account in (SHOP, DATA, CLOSED):
        example, user = EXAMPLES.get(account, EXAMPLES[SHOP])
        users[account] = f"{user}-{tmp_path.name}"
        keys[account] = Elsewhere(iam, account).new_key(users[account])
        path = stacks / f"Pulumi.{account}.yaml"
        text = path.read_text().replace(example, keys[account])
        path.write_text(text.replace(f"userName: {user}", f"userName: {users[account]}"))
    iam.reset()
    iam.rules.append(lets_nobody_in)
    env = {**engine_env(home, iam.url), "PULUMI_BACKEND_URL": f"file://{tmp_path}"}
    return Organization(folder, env, iam, keys, users)


def test_every_account_has_its_turn_and_the_one_that_fails_is_named(
    organization: Organization, tmp_path: Path
) -> None:
    digest = tmp_path / "digest.md"

    preview = organization.run("preview", "--at-a-time", "2", "--digest", str(digest), code=1)

    assert preview[0] == f"{SHOP} ok 1 key to deactivate"
    assert preview[1].startswith(f"{DATA} ok no status changes: 1 key adopted as found")
    assert preview[2].startswith(f"{CLOSED} failed the preview failed, so nothing can be applied")
    assert preview[3] == f"3 stacks, 1 failed: {CLOSED}."
    text = digest.read_text()
    assert text.startswith(f"**Keyswitch: 3 stacks, 1 failed: {CLOSED}.**")
    assert text.index(f"### {CLOSED}") < text.index(f"### {SHOP}")
    assert "KS313" in text
    assert "**Keyswitch: 1 key to deactivate.**" in text
    assert text.endswith("<!-- keyswitch digest organization -->\n")
    assert organization.iam.writes == []

    up = organization.run("up", code=1)

    assert [line.split()[:2] for line in up[:3]] == [
        [SHOP, "ok"],
        [DATA, "ok"],
        [CLOSED, "failed"],
    ]
    assert "KS313" in up[2]
    assert organization.iam.writes == [(organization.keys[SHOP], "Inactive")]
    assert organization.status(SHOP) == "Inactive"
    assert organization.status(DATA) == "Active"

    organization.iam.rules.clear()
    assert organization.run("up", CLOSED, code=0)[-1] == "1 stack, 0 failed."
    assert organization.status(CLOSED) == "Inactive"
    again = organization.run("preview", "--digest", str(digest), code=0)
    assert [line.partition(" ok ")[2] for line in again[:3]] == ["no key changes"] * 3
    assert "###" not in digest.read_text()
