"""What a release is made of, but for its upload: ``release.py check|build|notes|pin`` (`.github/workflows/release.yml`).

A tag ``v1.2.3`` is released if CHANGELOG.md has a dated heading of that version. Wheel and sdist are the same bytes from
every clone of the tag, for they have no time and no path in them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import click

import package_metadata

ROOT: Final = Path(__file__).resolve().parents[1]
DIST: Final = ROOT / "dist"
LOCK: Final = ROOT / "requirements-runtime.lock"
PINNED: Final = ROOT / "examples" / "gitops" / "requirements.txt"
OF_A_CLONE: Final = "keyswitch.txt"
"""Beside the pipelines' requirements until there is a release: the wheel of a clone, by its hash."""
VERSION_VARIABLE: Final = "SETUPTOOLS_SCM_PRETEND_VERSION"
_TAG: Final = re.compile(r"v(\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)")
_SECTION: Final = re.compile(
    r"^## (?P<heading>[^\n]+)\n(?P<text>.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE
)
_RELEASED: Final = re.compile(r"(?P<version>\d+\.\d+\.\d+\S*), (?P<date>\d{4}-\d\d-\d\d)")
_WHY: Final = """\
# What the pipelines install, each package by its hashes: whoever owns a name on an index could otherwise run code with
# the role that changes keys.
"""


def released(changelog: str) -> str:
    """The newest version whose heading has a date; empty before the first release."""
    for section in _SECTION.finditer(changelog):
        found = _RELEASED.fullmatch(section["heading"])
        if found:
            return found["version"]
    return ""


def notes_of(version: str, changelog: str) -> str:
    """What the changelog says of a version.

    :raises click.ClickException: if no dated heading names that version, or nothing stands below it.
    """
    for section in _SECTION.finditer(changelog):
        found = _RELEASED.fullmatch(section["heading"])
        if found and found["version"] == version and section["text"].strip():
            return f"{section['text'].strip()}\n"
    raise click.ClickException(
        f"CHANGELOG.md has no text below a heading '## {version}, YYYY-MM-DD'. Write that section, and tag again."
    )


def version_of(tag: str) -> str:
    """The version that a tag names.

    :raises click.ClickException: if the tag names none.
    """
    found = _TAG.fullmatch(tag)
    if found is None:
        raise click.ClickException(f"the tag {tag!r} is not of the form v1.2.3. Tag again.")
    return found[1]


def requirements(keyswitch: str) -> str:
    """A requirements file of keyswitch, in the line that is given, and of everything that it needs, by hashes."""
    return f"{_WHY}{keyswitch}\n{LOCK.read_text()}"


def pinned_line(text: str) -> str:
    """The line of a requirements file that installs keyswitch: a release's, or what ``make wheel`` writes."""
    found = re.search(r"^keyswitch==\S+ --hash=sha256:\w{64}$", text, re.MULTILINE)
    return found.group() if found else f"-r {OF_A_CLONE}"


def pinned(wheel: Path) -> str:
    """The line that installs a wheel of an index, by the wheel's hash."""
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version} --hash=sha256:{_sha256(wheel)}"


def build_into(folder: Path, version: str) -> tuple[Path, Path]:
    """Builds sdist and wheel; answers both.

    :param version: what git's tag would say, for a tree that has none.
    """
    variables = {**os.environ, "SOURCE_DATE_EPOCH": "946684800"}
    if version:
        variables[VERSION_VARIABLE] = version
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, env=variables, check=True, capture_output=True)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def sbom(version: str) -> str:
    """The bill of materials of the runtime dependencies as they are locked (CycloneDX, JSON)."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(LOCK)]
    options = [
        "--pyproject",
        str(ROOT / "pyproject.toml"),
        "--mc-type",
        "library",
        "--output-reproducible",
    ]
    made = subprocess.run([*command, *options], check=True, capture_output=True, text=True)
    bill = json.loads(made.stdout)
    bill["metadata"]["component"]["version"] = version
    return f"{json.dumps(bill, indent=2, sort_keys=True)}\n"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _refuse_unless_pinned(wheel: Path, version: str) -> None:
    built = wheel.name.split("-")[1]
    if built != version:
        raise click.ClickException(
            f"the tag is of {version}, but this tree is {built}. Build from a clean clone of the tag."
        )
    if pinned(wheel) not in PINNED.read_text():
        raise click.ClickException(
            f"{PINNED.relative_to(ROOT)} does not pin this wheel. Run tools/release.py pin {version}, commit, and tag "
            "again."
        )


@click.group()
def main() -> None:
    """What a release is made of."""


@main.command()
@click.argument("tag")
def check(tag: str) -> None:
    """Refuse a tag that cannot be released: its version, the changelog and the pinned wheel do not agree."""
    version = version_of(tag)
    notes_of(version, (ROOT / "CHANGELOG.md").read_text())
    if not package_metadata.REPOSITORY:
        raise click.ClickException(
            "the repository has no address. Set REPOSITORY in tools/package_metadata.py, run make docs, and tag again."
        )
    with tempfile.TemporaryDirectory() as folder:
        _, wheel = build_into(Path(folder), version)
        _refuse_unless_pinned(wheel, version)


@main.command()
@click.option("--version", default="", help="Of a tree without a tag.")
@click.option(
    "--tag", default="", help="Refuse a wheel of another version, or of other bytes than pinned."
)
def build(version: str, tag: str) -> None:
    """Build wheel, sdist and bill of materials into dist, with their checksums, and what installs the wheel."""
    DIST.mkdir(exist_ok=True)
    for old in DIST.iterdir():
        old.unlink()
    sdist, wheel = build_into(DIST, version)
    if tag:
        _refuse_unless_pinned(wheel, version_of(tag))
    bill = DIST / f"{wheel.name.rpartition('-py3')[0]}.cdx.json"
    bill.write_text(sbom(wheel.name.split("-")[1]))
    made = (bill, sdist, wheel)
    (DIST / "SHA256SUMS").write_text("".join(f"{_sha256(each)}  {each.name}\n" for each in made))
    (DIST / OF_A_CLONE).write_text(f"./{wheel.name} --hash=sha256:{_sha256(wheel)}\n")
    for path in sorted(DIST.iterdir()):
        click.echo(path.relative_to(ROOT))


@main.command()
@click.argument("version")
def notes(version: str) -> None:
    """Print the notes of a version, from the changelog."""
    click.echo(notes_of(version, (ROOT / "CHANGELOG.md").read_text()), nl=False)


@main.command()
@click.argument("version")
def pin(version: str) -> None:
    """Pin the wheel of a version in the pipelines' requirements, before the version is tagged."""
    with tempfile.TemporaryDirectory() as folder:
        _, wheel = build_into(Path(folder), version)
        PINNED.write_text(requirements(pinned(wheel)))


if __name__ == "__main__":
    main()
