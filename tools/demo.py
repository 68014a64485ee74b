"""The demo: the real engine switches a key off, notices that somebody switched it on, and mends it.

IAM is moto on a free loopback port; the program is this repository's own. Everything that it makes
is in a temporary folder, but for the stack's config file beside Pulumi.yaml; both are gone at the
end, also after Ctrl-C.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STACK = "demo"
CONFIG = ROOT / f"Pulumi.{STACK}.yaml"
IAM = "python tools/iam.py"
NOT_KEPT = ("AWS_", "PULUMI_")
"""The reader's own accounts and stacks are none of the demo's business."""
START_SECONDS = 30
STOP_SECONDS = 10


class Demo:
    """Runs commands for a reader who could type them."""

    def __init__(self, env: dict[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_KEPT)}
        self.env = {**kept, **env}

    def step(self, text: str) -> None:
        print(f"\n# {text}", flush=True)

    def run(self, command: str) -> None:
        """Runs a command and shows it and what it prints."""
        self._finish(self._start(command, None))

    def answer(self, command: str) -> str:
        """The same for a command whose answer the next one needs."""
        answer = self._finish(self._start(command, subprocess.PIPE))
        print(answer, end="", flush=True)
        return answer

    def _start(self, command: str, stdout: int | None) -> subprocess.Popen[str]:
        print(f"$ {command}", flush=True)
        return subprocess.Popen(
            shlex.split(command), cwd=ROOT, env=self.env, stdout=stdout, text=True
        )

    @staticmethod
    def _finish(process: subprocess.Popen[str]) -> str:
        """Ctrl-C reaches the command too: it is given the time to end its own processes."""
        try:
            answer, _ = process.communicate()
        except KeyboardInterrupt:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            raise
        finally:
            if process.poll() is None:
                stop(process)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
        return answer or ""


def main() -> int:
    if CONFIG.exists():
        print(f"demo: {CONFIG} is there already; move it away first", file=sys.stderr)
        return 1
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with contextlib.ExitStack() as cleanup:
            tell(prepare(cleanup))
    except KeyboardInterrupt:
        print("\ndemo: stopped, and cleaned up", file=sys.stderr)
        return 130
    except subprocess.CalledProcessError as failed:
        print(f"demo: that command exited {failed.returncode}", file=sys.stderr)
        return 1
    return 0


def prepare(cleanup: contextlib.ExitStack) -> Demo:
    folder = tempfile.mkdtemp(prefix="keyswitch-demo-")
    cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
    cleanup.callback(CONFIG.unlink, missing_ok=True)
    port = free_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": f"{folder}/none",
        "AWS_SHARED_CREDENTIALS_FILE": f"{folder}/none",
        "NO_PROXY": "127.0.0.1",
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "PULUMI_HOME": f"{folder}/home",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    demo = Demo(settings)
    demo.step("Everything happens on this machine, in this folder and environment:")
    print(f"$ cd {shlex.quote(str(ROOT))}")
    print(f"$ export PATH={shlex.quote(':'.join(our_path()))}:$PATH")
    for name, value in settings.items():
        print(f"$ export {name}={shlex.quote(value)}")

    demo.step("An IAM server (moto) on a free port:")
    command = f"moto_server -H 127.0.0.1 -p {port}"
    print(f"$ {command} &", flush=True)
    server = subprocess.Popen(
        shlex.split(command),
        env=demo.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    cleanup.callback(stop, server)
    wait_until_serving(settings["AWS_ENDPOINT_URL"], server)
    return demo


def tell(demo: Demo) -> None:
    pulumi_flags = f"--stack {STACK} --suppress-outputs"
    demo.step("A user with two keys, as you might find one:")
    demo.run(f"{IAM} create-user bob")
    old = demo.answer(f"{IAM} create-access-key bob").split()[0]
    new = demo.answer(f"{IAM} create-access-key bob").split()[0]

    demo.step(
        "A stack, and its register of keys: the old key is to be Inactive, the new one Active."
    )
    demo.run(f"pulumi stack init {STACK}")
    for key, status in ((old, "Inactive"), (new, "Active")):
        for name, value in (("userName", "bob"), ("status", status)):
            demo.run(
                f"pulumi config set --stack {STACK} --path keyswitch:keys.{key}.{name} {value}"
            )

    demo.step("What would happen?")
    demo.run(f"pulumi preview {pulumi_flags}")
    demo.step("Let it happen: the old key goes Inactive, the new one is adopted as it is.")
    demo.run(f"pulumi up --yes --skip-preview {pulumi_flags}")
    demo.run(f"{IAM} list-access-keys bob")

    demo.step("Somebody switches the old key on again, behind Pulumi's back ...")
    demo.run(f"{IAM} update-access-key bob {old} Active")
    demo.step("... and the next preview shows it:")
    demo.run(f"pulumi preview --diff {pulumi_flags}")
    demo.step("Mend it:")
    demo.run(f"pulumi up --yes --skip-preview {pulumi_flags}")
    demo.run(f"{IAM} list-access-keys bob")

    demo.step("Destroying the stack lets the keys go as they are:")
    demo.run(f"pulumi destroy --yes --skip-preview {pulumi_flags}")
    demo.run(f"{IAM} list-access-keys bob")


def our_path() -> list[str]:
    """What the Makefile put first on PATH: the engine, where it is built here, and the venv."""
    entries = os.environ["PATH"].split(os.pathsep)
    own = str(Path(sys.prefix) / "bin")
    return entries[: entries.index(own) + 1] if own in entries else [own]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_serving(url: str, server: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            direct.open(f"{url}/moto-api/", timeout=1)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    sys.exit(f"demo: the IAM server at {url} did not start")


def stop(process: subprocess.Popen[str]) -> None:
    """Asks a process to end, as Ctrl-C does, and insists after a while."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
