"""For every test: a process that may be interrupted, as those that it starts have to be."""

from __future__ import annotations

import pytest

from support.interrupts import let_interrupts_through

let_interrupts_through()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real-engine",
        action="store_true",
        help="run every engine test on the CLI, not only those that are marked",
    )
