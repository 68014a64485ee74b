"""The demo: the real engine deactivates a key, a safeguard refuses a mistake, and drift is found and corrected.

IAM is moto on a free loopback port; the program is this repository's own. The demo writes to a temporary folder, and
to the stack's config file next to Pulumi.yaml. Both are removed at the end, also after Ctrl-C.
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
IAM = "python3 tools/iam.py"
NOT_KEPT = ("AWS_", "PULUMI_")
"""The demo never touches the reader's own accounts and stacks."""
REGISTER = """\
config:
  keyswitch:keys:
    {old}: {{userName: bob, status: Inactive, reason: rotated}}
    {new}: {{userName: bob, status: Active, safeguards: {{keepOneActive: true}}}}
"""
START_SECONDS = 30
STOP_SECONDS = 10


class Demo:
    """Runs commands for a reader who could type them."""

    def __init__(self, env: dict[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_KEPT)}
        self.env = {**kept, **env}
        self._begun = False

    def step(self, text: str) -> None:
        print(f"\n# {text}" if self._begun else f"# {text}", flush=True)
        self._begun = True

    def run(self, command: str) -> None:
        """Runs a command and shows the command and its output, without empty lines."""
        for line in self._finish(self._start(command, subprocess.PIPE)).splitlines():
            if line.strip():
                print(line, flush=True)

    def digest(self) -> None:
        """Shows a preview as the digest of it; a preview that refuses a key exits with 1."""
        preview = f"pulumi preview --json --stack {STACK}"
        print(f"$ {preview} | keyswitch digest --format text", flush=True)
        found = subprocess.run(
            shlex.split(preview),
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        read = ["keyswitch", "digest", "--format", "text"]
        done = subprocess.run(
            read, env=self.env, input=found.stdout, capture_output=True, text=True, check=True
        )
        for line in done.stdout.splitlines():
            if line.strip():
                print(line, flush=True)

    def update(self) -> None:
        """Runs an update and shows its totals."""
        command = f"pulumi up --yes --skip-preview --stack {STACK}"
        print(f"$ {command} | grep -A2 Resources:", flush=True)
        printed = self._finish(self._start(command, subprocess.PIPE, shown=False))
        _, _, totals = printed.partition("\nResources:\n")
        print("Resources:", *totals.split("\n\n")[0].splitlines(), sep="\n", flush=True)

    def answer(self, command: str) -> str:
        """The same for a command whose answer the next one needs."""
        answer = self._finish(self._start(command, subprocess.PIPE))
        print(answer, end="", flush=True)
        return answer

    def _start(
        self, command: str, stdout: int | None, *, shown: bool = True
    ) -> subprocess.Popen[str]:
        if shown:
            print(f"$ {command}", flush=True)
        return subprocess.Popen(
            shlex.split(command), cwd=ROOT, env=self.env, stdout=stdout, text=True
        )

    @staticmethod
    def _finish(process: subprocess.Popen[str]) -> str:
        """Ctrl-C reaches the command too, and leaves it the time to end its own processes."""
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
        print(f"demo: {CONFIG} already exists; move it away first", file=sys.stderr)
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
    demo.step(
        f"Everything happens on this machine: IAM is moto on 127.0.0.1:{port}, the state is in {folder}."
    )
    command = f"moto_server -H 127.0.0.1 -p {port}"
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
    demo.step("A user with two Active keys:")
    old = demo.answer(f"{IAM} create-access-key bob").split()[0]
    new = demo.answer(f"{IAM} create-access-key bob").split()[0]

    demo.step("The register in the stack's config declares the old key Inactive:")
    demo.run(f"pulumi stack init {STACK}")
    CONFIG.write_text(REGISTER.format(old=old, new=new))
    demo.run(f"cat {CONFIG.name}")
    demo.step("What would change? A pull request gets this as a comment:")
    demo.digest()
    demo.update()

    demo.step(
        "Drift: somebody activates the old key outside Pulumi. The next preview shows it, the update corrects it:"
    )
    demo.run(f"{IAM} update-access-key bob {old} Active")
    demo.digest()
    demo.update()
    demo.run(f"{IAM} list-access-keys bob")

    demo.step("A mistake: somebody declares the new key Inactive too. Its safeguard refuses that:")
    demo.run(f"pulumi config set --stack {STACK} --path keyswitch:keys.{new}.status Inactive")
    demo.digest()


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
