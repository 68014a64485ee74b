"""Builds the archive of the native provider for this platform into build/plugin (``make plugin``).

The archive has a Python of its own, so that nothing on PATH is needed: ``pulumi plugin install resource keyswitch
VERSION --file ARCHIVE`` installs it. Two builds of one commit by one Python are the same, byte by byte.
"""

from __future__ import annotations

import compileall
import gzip
import hashlib
import importlib.util
import io
import platform
import shutil
import sys
import tarfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final

import PyInstaller.__main__

from keyswitch.plugin.native.plugin_version import PLUGIN_VERSION

ROOT: Final = Path(__file__).resolve().parents[1]
BUILD: Final = ROOT / "build" / "plugin"
NAME: Final = "pulumi-resource-keyswitch"
ASKED: Final = ("iam", "sts", "sso", "sso-oidc", "signin")
"""The services that keyswitch, or a login that it signs with, may ask."""
OF_THE_COMMAND: Final = ("click", "debugpy", "jinja2", "pulumi", "rich", "ruamel", "tkinter")
"""Packages that the plugin does not import."""
OF_THE_PROTOCOL: Final = ("any", "descriptor", "duration", "empty", "struct", "timestamp")
MACHINES: Final = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def folder_of(package: str) -> Path:
    """Where an installed package is."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(name=package)
    return Path(found.origin).parent


def protocol(work: Path) -> Path:
    """The engine's protocol in a package ``pulumi`` of its own: PyInstaller would bring the whole SDK."""
    package = work / "pulumi"
    proto = package / "runtime" / "proto"
    unused = shutil.ignore_patterns("__pycache__", "*.pyi")
    shutil.copytree(folder_of("pulumi") / "runtime" / "proto", proto, ignore=unused)
    (package / "__init__.py").touch()
    compileall.compile_dir(proto, legacy=True, quiet=1, stripdir=work)
    for source in proto.rglob("*.py"):
        source.unlink()
    return package


def built(work: Path) -> Path:
    """The folder with the executable."""
    entry = work / f"{NAME}.py"
    entry.write_text("from keyswitch.plugin.native.server import main\n\nmain()\n")
    data = {
        protocol(work): "pulumi",
        folder_of("keyswitch") / "plugin/native/schema.json": "keyswitch/plugin/native",
    }
    hidden = [
        "google.protobuf.json_format",
        *(f"google.protobuf.{each}_pb2" for each in OF_THE_PROTOCOL),
    ]
    options = [
        *(f"--add-data={path}:{place}" for path, place in data.items()),
        *(f"--exclude-module={each}" for each in OF_THE_COMMAND),
        *(f"--hidden-import={each}" for each in hidden),
        *(f"--{each}path={work / each}" for each in ("dist", "work", "spec")),
        *([] if sys.platform == "win32" else ["--strip"]),
    ]
    PyInstaller.__main__.run([str(entry), "--onedir", "--noconfirm", "--log-level=ERROR", *options])
    folder = work / "dist" / NAME
    for service in (folder / "_internal" / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in ASKED:
            shutil.rmtree(service)
    return folder


def archive(folder: Path, license_files: Iterable[Path]) -> bytes:
    """All files of a folder, in one order and without dates and owners."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        found = [(path, path.relative_to(folder).as_posix()) for path in folder.rglob("*")]
        for path, name in sorted([*found, *((path, path.name) for path in license_files)]):
            info = tar.gettarinfo(path, name)
            info.mtime = info.uid = info.gid = 0
            info.uname = info.gname = ""
            if info.isreg():
                with path.open("rb") as file:
                    tar.addfile(info, file)
            else:
                tar.addfile(info)
    return packed.getvalue()


def main() -> None:
    """Builds the archive and a file with its checksum."""
    shutil.rmtree(BUILD, ignore_errors=True)
    work = BUILD / "work"
    work.mkdir(parents=True)
    system, machine = platform.system().lower(), platform.machine()
    name = f"{NAME}-v{PLUGIN_VERSION}-{system}-{MACHINES.get(machine, machine)}.tar.gz"
    packed = archive(built(work), [ROOT / "LICENSE"])
    shutil.rmtree(work)
    (BUILD / name).write_bytes(packed)
    checksum = hashlib.sha256(packed).hexdigest()
    (BUILD / "SHA256SUMS").write_text(f"{checksum}  {name}\n")
    print(f"{name}: {len(packed) / 1e6:.1f} MB, with PyInstaller {metadata.version('pyinstaller')}")


if __name__ == "__main__":
    main()
