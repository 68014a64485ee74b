from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner, Result

from keyswitch.cli import main
from support.engine import engine_env
from support.http import RecordingServer, serving
from support.strict_app import strict_app
from support.strict_iam import StrictIam

Keyswitch = Callable[..., Result]


class OneLine:
    """The clock of a walk that ends a moment after its first line of progress was due: one line, of the whole walk."""

    def __init__(self) -> None:
        self._seen: set[Event] = set()

    def __call__(self, ended: Event, _seconds: float) -> bool:
        ended.wait()
        is_over = ended in self._seen
        self._seen.add(ended)
        return is_over


@pytest.fixture
def strict_iam() -> StrictIam:
    return StrictIam()


@pytest.fixture
def server(strict_iam: StrictIam) -> Iterator[RecordingServer]:
    with serving(strict_app(strict_iam)) as server:
        yield server


@pytest.fixture
def keyswitch(
    tmp_path: Path, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> Keyswitch:
    """The command in a folder of its own, against the strict fake; ``code`` is how it is to end."""
    monkeypatch.chdir(tmp_path)
    for name, value in engine_env(tmp_path / "home", server.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def run(*args: str, code: int = 0, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(main, args, input=stdin)
        unexpected = result.exception
        if unexpected is not None and not isinstance(unexpected, SystemExit):
            raise unexpected
        assert result.exit_code == code, result.output
        return result

    return run


def until_kept(folder: Path, account_id: str = "*") -> None:
    """Waits until a walk has kept users, for an interrupt before that leaves nothing to go on with."""
    late = time.monotonic() + 30
    while not any(path.stat().st_size for path in folder.rglob(f"walk-{account_id}-*.jsonl")):
        assert time.monotonic() < late
        time.sleep(0.01)
