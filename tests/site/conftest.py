from __future__ import annotations

from pathlib import Path

import pytest

from support.site_build import CONFIG, build


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    done = build(CONFIG, out)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return out
