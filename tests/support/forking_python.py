"""Python processes that are ready at once: forks of one that has imported everything, and read botocore's data files.

Started as a script this file is that one process; imported, it has the client, and puts a ``python`` into a folder
for PATH that the CLI starts its hosts and programs by. A fork shares nothing with its siblings but what was imported
before: what a process opens, sets and remembers is its own, as ever. Not for tests of signals, kills and installed
packages: those start a plain Python.
"""

from __future__ import annotations

import array
import fcntl
import gc
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NoReturn

_MOST_BYTES = 1 << 20
_COMMAND = """\
#!{python} -SE
import array, json, os, signal, socket, sys

arguments = [each for each in sys.argv[1:] if each != "-u"]
if arguments[:2] == ["-m", "venv"] and os.path.exists(os.path.join(arguments[2], "pyvenv.cfg")):
    sys.exit()
is_known = arguments[:2] == ["-m", "pulumi.dynamic"] or arguments[:3] == ["-m", "pip", "list"]
if not is_known and not (arguments and arguments[0].endswith("pulumi-language-python-exec")):
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
connection = socket.socket(socket.AF_UNIX)
connection.connect({address!r})
request = {{"arguments": arguments, "folder": os.getcwd(), "env": dict(os.environ)}}
descriptors = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [1, 2]))]
line = json.dumps(request).encode() + b"\\n"
sent = connection.sendmsg([line], descriptors)
connection.sendall(line[sent:])
answers = connection.makefile()
answers.readline()
signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.exit(int(answers.readline() or 1))
"""


class Forked:
    """One started process."""

    def __init__(self, pid: int, answers: BinaryIO) -> None:
        self.pid = pid
        self._answers = answers

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        with self._answers:
            return int(self._answers.readline() or 1)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.wait()


class ForkingPython:
    """Starts what ``python ARGUMENTS`` would start: a script or ``-m MODULE``.

    :param folder: for its socket and its ``bin``.
    :param executable: the Python of the environment whose packages are imported.
    """

    def __init__(self, folder: Path, executable: str = sys.executable) -> None:
        self._address = str(folder / "python.socket")
        self.bin = folder / "bin"
        self.bin.mkdir()
        command = _COMMAND.format(python=executable, address=self._address)
        for name in ("python", "python3"):
            (self.bin / name).write_text(command)
            (self.bin / name).chmod(0o755)
        self._server = subprocess.Popen(
            [executable, __file__, self._address], stdout=subprocess.PIPE
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == b"ready\n"

    def __enter__(self) -> ForkingPython:  # noqa: PYI034 - Self is newer than Python 3.10
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        self._server.kill()
        self._server.communicate()

    def start(
        self, arguments: Sequence[str], folder: Path, env: dict[str, str], out: int, err: int
    ) -> Forked:
        """Its standard output and error go to the two file descriptors."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._address)
        request = json.dumps({"arguments": list(arguments), "folder": str(folder), "env": env})
        descriptors = array.array("i", [out, err])
        line = f"{request}\n".encode()
        sent = connection.sendmsg([line], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
        connection.sendall(line[sent:])
        answers = connection.makefile("rb")
        connection.close()
        return Forked(int(answers.readline()), answers)


def _serve(address: str) -> None:
    # The folder of this file has modules with names of the standard library's.
    del sys.path[0]
    _import_everything()
    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen(64)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        connection, _ = server.accept()
        threading.Thread(target=_fork, args=(connection, server), daemon=True).start()


def _import_everything() -> None:
    import boto3  # noqa: F401
    import botocore.session  # noqa: F401
    import dill  # noqa: F401
    import grpc.aio  # noqa: F401
    import pip._internal.commands.list  # noqa: F401
    import pulumi.dynamic
    import pulumi.runtime.proto  # noqa: F401

    import keyswitch
    import keyswitch.fleet_provider
    import keyswitch.program.register_program
    import keyswitch.provider
    from keyswitch.iam import botocore_session

    assert keyswitch.AccessKeyStatus
    assert keyswitch.AccessKeyFleet
    assert keyswitch.AccessKeyRotation
    if find_spec("pulumi_aws"):
        import pulumi_aws

        assert pulumi_aws.iam.AccessKey
        assert pulumi_aws.secretsmanager.Secret
        import keyswitch.aws
    for service in ("iam", "sts"):
        botocore_session.client(service, None, region_name="us-east-1")
    # Keeps collections in a fork from copying what it shares with this process.
    gc.collect()
    gc.freeze()


def _fork(connection: socket.socket, server: socket.socket) -> None:
    data, ancillary, _, _ = connection.recvmsg(_MOST_BYTES, socket.CMSG_SPACE(2 * 4))
    descriptors = array.array("i", ancillary[0][2])
    while not data.endswith(b"\n"):
        data += connection.recv(_MOST_BYTES)
    pid = os.fork()
    if not pid:
        server.close()
        _die_with(connection)
        _become(json.loads(data), descriptors)
    for each in descriptors:
        os.close(each)
    with connection, suppress(ConnectionError):
        connection.sendall(f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _die_with(connection: socket.socket) -> None:
    """Has the kernel kill this fork at the end of its client, which whoever kills takes for the process itself."""
    fcntl.fcntl(connection, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(connection, fcntl.F_SETSIG, signal.SIGKILL)
    flags = fcntl.fcntl(connection, fcntl.F_GETFL)
    fcntl.fcntl(connection, fcntl.F_SETFL, flags | os.O_ASYNC)


def _become(request: dict[str, object], descriptors: Sequence[int]) -> NoReturn:
    code = 1
    try:
        for number, descriptor in enumerate(descriptors, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.chdir(str(request["folder"]))
        os.environ.clear()
        os.environ.update(dict(request["env"]))  # type: ignore[call-overload]
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(open(number, "wb", 0, closefd=False), write_through=True)  # noqa: SIM115
            for number in (1, 2)
        )
        code = _run(list(request["arguments"]))  # type: ignore[call-overload]
    finally:
        os._exit(code)


def _run(arguments: list[str]) -> int:
    try:
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            sys.path.insert(0, str(Path.cwd()))
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = arguments
            sys.path.insert(0, str(Path(arguments[0]).parent))
            runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - shown as Python shows it
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


if __name__ == "__main__":
    _serve(sys.argv[1])
