from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.engine import PROGRAM, MakeProject, Project, engine_env, engine_is_there
from support.http import RecordingServer, serving
from support.moto_iam import Outsider, moto_app
from support.strict_iam import StrictIam, strict_app


@pytest.fixture(scope="session", autouse=True)
def _engine() -> None:
    if not engine_is_there():
        pytest.fail("no pulumi with its Python language host on PATH; `make test` brings one")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def moto_server() -> Iterator[RecordingServer]:
    with serving(moto_app()) as server:
        yield server


@pytest.fixture
def iam(moto_server: RecordingServer) -> RecordingServer:
    """The emulator, with nothing recorded or ruled yet."""
    moto_server.reset()
    return moto_server


@pytest.fixture
def outsider(iam: RecordingServer) -> Outsider:
    return Outsider(iam)


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project()


@pytest.fixture
def make_project(tmp_path: Path, home: Path, iam: RecordingServer) -> MakeProject:
    def make(name: str = "project", program: str = PROGRAM, *, options: str = "") -> Project:
        return Project.make(tmp_path / name, engine_env(home, iam.url), program, options=options)

    return make


@pytest.fixture
def strict_iam() -> StrictIam:
    return StrictIam()


@pytest.fixture
def strict_server(strict_iam: StrictIam) -> Iterator[RecordingServer]:
    with serving(strict_app(strict_iam)) as server:
        yield server


@pytest.fixture
def strict_project(tmp_path: Path, home: Path, strict_server: RecordingServer) -> Project:
    """A project whose IAM is the strict fake."""
    return Project.make(tmp_path / "strict", engine_env(home, strict_server.url))
