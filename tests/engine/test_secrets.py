"""Nothing secret leaves the places where its owner put it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.engine import MakeProject, Project
from support.http import RecordingServer
from support.moto_iam import Outsider
from support.proxy import Proxy, proxying

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2Vj" + "aB3dE5fG7hJ9kL" * 8
JWT = "eyJhbGciOiJSUzI1NiJ9." + "eyJzdWIiOiJyZXBvIn0" * 4 + ".c2lnbmF0dXJl" * 3
PASSWORD = "correct-horse-battery-staple"
ROLE = "arn:aws:iam::123456789012:role/keys"


@pytest.fixture
def proxy(iam: RecordingServer) -> Iterator[Proxy]:
    with proxying(iam.url, iam.url) as proxy:
        yield proxy


def without_keys(project: Project) -> None:
    del project.env["AWS_ACCESS_KEY_ID"], project.env["AWS_SECRET_ACCESS_KEY"]


def secretly(project: Project, key: str, value: str) -> None:
    project.expect(0, "config", "set", "--secret", "--path", key, value)


def in_environment(project: Project, outside: Path, proxy: Proxy) -> list[str]:
    project.env |= {"AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN}
    return [SECRET, TOKEN]


def in_config(project: Project, outside: Path, proxy: Proxy) -> list[str]:
    project.expect(0, "config", "set", "aws:accessKey", "AKIATESTSIGNER000001")
    secretly(project, "aws:secretKey", SECRET)
    secretly(project, "aws:token", TOKEN)
    return [SECRET, TOKEN]


def in_a_shared_file(project: Project, outside: Path, proxy: Proxy) -> list[str]:
    without_keys(project)
    path = outside / "credentials"
    path.write_text(
        "[default]\naws_access_key_id = AKIATESTSIGNER000002\n"
        f"aws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\n"
    )
    project.env["AWS_SHARED_CREDENTIALS_FILE"] = str(path)
    return [SECRET, TOKEN]


def as_a_web_identity(project: Project, outside: Path, proxy: Proxy) -> list[str]:
    without_keys(project)
    project.expect(0, "config", "set", "--path", "aws:assumeRoleWithWebIdentity.roleArn", ROLE)
    secretly(project, "aws:assumeRoleWithWebIdentity.webIdentityToken", JWT)
    return [JWT]


def in_a_proxy(project: Project, outside: Path, proxy: Proxy) -> list[str]:
    secretly(project, "aws:httpProxy", proxy.url.replace("//", f"//bob:{PASSWORD}@"))
    project.env["AWS_ENDPOINT_URL"] = "http://iam.example.test"
    return [PASSWORD]


@pytest.mark.real_engine
@pytest.mark.parametrize(
    "plant",
    [
        in_config,
        *(
            pytest.param(each, marks=pytest.mark.nightly)
            for each in (in_environment, in_a_shared_file, as_a_web_identity, in_a_proxy)
        ),
    ],
)
def test_no_secret_reaches_state_output_json_or_the_most_verbose_log(
    project: Project,
    outsider: Outsider,
    proxy: Proxy,
    tmp_path_factory: pytest.TempPathFactory,
    plant: Callable[[Project, Path, Proxy], list[str]],
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})
    secrets = plant(project, tmp_path_factory.mktemp("outside"), proxy)

    runs = [
        project.preview("--json"),
        project.up("--logtostderr", "-v=9"),
        project.expect(0, "stack", "export"),
    ]
    assert outsider.status(bob, key) == "Inactive"
    project.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    project.expect(0, "config", "set", "aws:maxRetries", "1")
    unreachable = project.run("preview", "--json", "--logtostderr", "-v=9")
    assert unreachable.code == 1
    assert "KS401" in json.dumps(unreachable.stdout)

    for secret in secrets:
        for run in [*runs, unreachable]:
            assert secret not in run.text, run.command
        for path in project.folder.rglob("*"):
            if path.is_file():
                assert secret.encode() not in path.read_bytes(), path


EVERY_FORM = """\
import json, pathlib
import keyswitch

for name, inputs in json.loads(pathlib.Path("keys.json").read_text()).items():
    forms = {"keys": keyswitch.AccessKeyFleet, "current": keyswitch.AccessKeyRotation}
    form = next((forms[each] for each in forms if each in inputs), keyswitch.AccessKeyStatus)
    form(name, **inputs)
"""


@pytest.mark.real_engine
def test_a_credential_in_plain_text_is_warned_of_once_in_every_run(
    make_project: MakeProject, outsider: Outsider
) -> None:
    project = make_project("forms", EVERY_FORM)
    users = [outsider.new_user() for _ in range(3)]
    keys = [outsider.new_key(user) for user in users]
    project.declare(
        alone={"access_key_id": keys[0], "user_name": users[0], "status": "Active"},
        fleet={"keys": {keys[1]: {"user_name": users[1], "status": "Active"}}},
        rotation={"user_name": users[2], "current": keys[2]},
    )
    for name, value in (("accessKey", "AKIATESTSIGNER000001"), ("secretKey", "s"), ("token", "t")):
        project.expect(0, "config", "set", "--plaintext", f"aws:{name}", value)

    for run in (project.preview(), project.up()):
        told = [line for line in run.lines("warning: KS159") if line.startswith("warning: KS159")]
        assert len(told) == 2
        for name in ("secretKey", "token"):
            assert f"pulumi config set --secret aws:{name}" in " ".join(told)
    secretly(project, "aws:secretKey", "s")
    secretly(project, "aws:token", "t")
    assert "KS159" not in project.preview().text
