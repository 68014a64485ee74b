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
    parser.addoption(
        "--native",
        action="store_true",
        help="run the engine tests over the native provider, from programs in YAML",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves what is marked ``nightly`` to ``--real-engine``, and has each worker begin with slow tests."""
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    if not config.getoption("real_engine"):
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in nightly]
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = begin_each_share_with_slow_tests(items, workers)


def begin_each_share_with_slow_tests(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """A worker is first given an equal part of the tests, in a row; of these the slow ones come first.

    Tests of one file stay together: some use the same files of the repository.
    """
    slow: dict[object, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("real_engine"):
            slow.setdefault(item.path, []).append(item)
    quick = [item for item in items if not item.get_closest_marker("real_engine")]
    shares: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for of_file in sorted(slow.values(), key=len, reverse=True):
        min(shares, key=len).extend(of_file)
    ordered: list[pytest.Item] = []
    for number, share in enumerate(shares, start=1):
        more = max(0, len(items) * number // workers - len(ordered) - len(share))
        ordered += [*share, *quick[:more]]
        del quick[:more]
    return [*ordered, *quick]
