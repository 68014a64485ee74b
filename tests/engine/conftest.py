from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.engine import (
    PROGRAM,
    ROOT,
    MakeProject,
    NewProject,
    Project,
    engine_env,
    engine_is_there,
)
from support.forking_python import ForkingPython
from support.hostile import Network, network
from support.http import RecordingServer, serving
from support.moto_iam import Outsider, moto_app
from support.native_project import NativeProject
from support.small_project import SmallProject
from support.strict_app import strict_app
from support.strict_iam import StrictIam


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
def way(iam: RecordingServer) -> Iterator[Network]:
    """The way to the emulator, with no faults yet."""
    with network(iam.url) as way:
        yield way


@pytest.fixture
def outsider(iam: RecordingServer) -> Outsider:
    return Outsider(iam)


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project()


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkingPython]:
    with ForkingPython(tmp_path_factory.mktemp("python")) as python:
        yield python


@pytest.fixture(autouse=True)
def _forking_python_on_path(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CLI starts its hosts and programs as forks, too, but where a test asks for a plain Python."""
    if request.node.get_closest_marker("plain_python") is None:
        python: ForkingPython = request.getfixturevalue("python")
        monkeypatch.setenv("PATH", str(python.bin), prepend=os.pathsep)


@pytest.fixture
def new_project(request: pytest.FixtureRequest) -> NewProject:
    """Makes a project on the small engine, or on the CLI where a test, or the whole run, asks for it."""
    if request.config.getoption("native"):
        only = request.node.get_closest_marker("dynamic")
        if only is not None:
            pytest.skip(only.args[0])
        return NativeProject.make_native
    on_cli = request.node.get_closest_marker("real_engine") or request.config.getoption(
        "real_engine"
    )
    if on_cli:
        return Project.make
    python: ForkingPython = request.getfixturevalue("python")
    return functools.partial(SmallProject.make_small, python)


@pytest.fixture
def make_project(
    tmp_path: Path, home: Path, iam: RecordingServer, new_project: NewProject
) -> MakeProject:
    def make(name: str = "project", program: str = PROGRAM, *, options: str = "") -> Project:
        return new_project(tmp_path / name, engine_env(home, iam.url), program, options=options)

    return make


@pytest.fixture
def native(tmp_path: Path, home: Path, iam: RecordingServer) -> NativeProject:
    """A program in YAML over the native provider, in every run of the tests."""
    return NativeProject.make_native(tmp_path / "native", engine_env(home, iam.url))


@pytest.fixture
def strict_iam() -> StrictIam:
    return StrictIam()


@pytest.fixture
def strict_server(strict_iam: StrictIam) -> Iterator[RecordingServer]:
    with serving(strict_app(strict_iam)) as server:
        yield server


@pytest.fixture
def strict_project(
    tmp_path: Path, home: Path, strict_server: RecordingServer, new_project: NewProject
) -> Project:
    """A project whose IAM is the strict fake."""
    return new_project(tmp_path / "strict", engine_env(home, strict_server.url))


@pytest.fixture
def root(tmp_path: Path, home: Path, iam: RecordingServer) -> Project:
    """This repository's own program, word for word, with a stack of the test's."""
    folder = tmp_path / "root"
    folder.mkdir()
    shutil.copy(ROOT / "__main__.py", folder)
    settings = (ROOT / "Pulumi.yaml").read_text()
    (folder / "Pulumi.yaml").write_text(settings)
    (folder / ".venv").symlink_to(shutil.which("python").rpartition("/bin/")[0])  # type: ignore[union-attr]
    env = {**engine_env(home, iam.url), "PULUMI_BACKEND_URL": f"file://{folder}"}
    project = Project(folder, env)
    project.expect(0, "stack", "init", project.stack)
    return project


@pytest.fixture
def set_key(root: Project) -> Callable[..., None]:
    def set_key(key: str, **entry: str) -> None:
        root.configure({f"keys.{key}.{name}": value for name, value in entry.items()})

    return set_key


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    source = tmp_path_factory.mktemp("source") / "keyswitch"
    shutil.copytree(ROOT / "provider", source / "provider")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    (source / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "package_metadata.py", source / "tools")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    subprocess.run([*build, str(source)], check=True, capture_output=True)
    return next(out.glob("*.whl"))
