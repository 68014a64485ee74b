"""Runs of the real engine that are under way: held in the middle of a switch, killed, interrupted."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psutil

from support.engine import SECONDS, Project
from support.http import Call, RecordingServer


def begin_up(project: Project, *options: str) -> psutil.Popen:
    return psutil.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", *options],
        cwd=project.folder,
        env=project.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def with_children(run: psutil.Process) -> list[psutil.Process]:
    """The command and all that it started: what a killed command leaves behind waits for ever."""
    return [run, *run.children(recursive=True)]


def send(to: Iterable[psutil.Process], number: signal.Signals = signal.SIGKILL) -> None:
    """Sends a signal to those that have not ended."""
    for process in to:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


@contextmanager
def run_in_the_middle_of_a_switch(
    project: Project, iam: RecordingServer
) -> Iterator[tuple[psutil.Popen, threading.Event]]:
    """An ``up`` that waits for IAM's answer until it is let go."""
    reached, let_go = threading.Event(), threading.Event()

    def hold(call: Call) -> None:
        if call.action == "UpdateAccessKey":
            reached.set()
            let_go.wait(SECONDS)

    iam.rules.append(hold)
    run = begin_up(project)
    try:
        assert reached.wait(SECONDS)
        yield run, let_go
    finally:
        let_go.set()
        iam.rules.remove(hold)
