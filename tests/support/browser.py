"""Chromium as readers have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from chromium import chrome


@contextmanager
def opened(profile: Path) -> Iterator[Chrome]:
    """A browser with a profile of its own; a test without one is skipped."""
    try:
        browser = chrome("--window-size=1200,1600", f"--user-data-dir={profile}")
    except FileNotFoundError as missing:
        pytest.skip(f"{missing}; .ci/run installs Debian's")
    with browser:
        yield browser
