"""For every test: a process that may be interrupted, as those that it starts have to be."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from support.interrupts import let_interrupts_through

let_interrupts_through()
# How long an example takes says nothing where other workers have the processor.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real-engine",
        action="store_true",
        help="run every engine test on the CLI, not only those that are marked",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves what is marked ``nightly`` to ``--real-engine``, and begins with the tests that take long."""
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    if not config.getoption("real_engine"):
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in nightly]
    items.sort(key=lambda item: item.get_closest_marker("real_engine") is None)
