"""What is released, and where it says that it comes from."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import release
from package_metadata import REPOSITORY, text_for_an_index, urls
from snippets import how_to_install
from support.engine import ROOT

ADDRESS = "git.example.com/acme/keyswitch"
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
DATED = "# Changelog\n\n## 1.3.0, not yet released\n\n- C\n\n## 1.2.0, 2027-01-31\n\n- B\n\n## 1.1.0, 2026-12-24\n\n- A\n"


def run(*args: str) -> Result:
    return CliRunner().invoke(release.main, args)


def copy_to(folder: Path) -> Path:
    """A copy of what the package and the pages are made of, without git."""
    for name in ("provider", "tools", "docs", "examples"):
        ignored = shutil.ignore_patterns("engine", "node_modules", "__pycache__", "versitygw")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for pattern in ("*.md", "*.toml", "*.lock", "*.yml", "*.yaml", "LICENSE", ".gitignore"):
        for path in ROOT.glob(pattern):
            shutil.copy(path, folder)
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copy_to(tmp_path / "tree")


def test_two_clones_in_two_folders_build_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = {}
    for name in ("one", "other"):
        monkeypatch.setattr(release, "ROOT", copy_to(tmp_path / "a" / name / "clone"))
        (tmp_path / name).mkdir()
        built[name] = release.build_into(tmp_path / name, "1.2.3")
    for one, other in zip(built["one"], built["other"], strict=True):
        assert one.name == other.name
        assert one.read_bytes() == other.read_bytes()

    sdist, wheel = built["one"]
    told = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", str(sdist), str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout
    with tarfile.open(sdist) as packed:
        tops = {name.split("/")[1] for name in packed.getnames() if "/" in name}
    assert "tests" not in tops
    assert "examples" not in tops
    version = zipfile.ZipFile(wheel).read("keyswitch/_version.py").decode()
    assert '"1.2.3"' in version


def test_everything_follows_one_address(tree: Path) -> None:
    """The package's metadata, README on an index, the pages and the schema."""
    source = tree / "tools" / "package_metadata.py"
    unset, here = (f'REPOSITORY: Final = "{address}"' for address in (REPOSITORY, ADDRESS))
    source.write_text(source.read_text().replace(unset, here))
    changelog = tree / "CHANGELOG.md"
    changelog.write_text(CHANGELOG.replace("not yet released", "2027-01-31"))
    version = release.released(changelog.read_text())
    for tool in ("snippets.py", "native_schema.py"):
        subprocess.run([sys.executable, str(tree / "tools" / tool)], cwd=tree, check=True)

    printed = subprocess.run(
        [sys.executable, "-m", "hatchling", "metadata"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    )
    metadata = json.loads(printed.stdout)
    assert metadata["urls"]["Source"] == f"https://{ADDRESS}"
    assert metadata["authors"] == [{"name": "The Keyswitch developers"}]
    links = re.findall(r"\]\(([^)]+)\)", metadata["readme"]["text"])
    assert f"https://{ADDRESS}/blob/main/docs/tutorial.md" in links
    assert f"https://{ADDRESS}/raw/main/docs/images/comment.png" in links
    assert {link for link in links if not link.startswith(("https://", "#"))} == set()
    for page in ("README.md", "docs/index.md", "docs/tutorial.md"):
        text = (tree / page).read_text()
        assert f"pip install keyswitch=={version}" in text or (
            f"pip install --quiet keyswitch=={version}" in text
        )
        assert "~/keyswitch" not in text
    schema = json.loads((tree / "provider/keyswitch/plugin/native/schema.json").read_text())
    assert schema["repository"] == f"https://{ADDRESS}"
    assert schema["pluginDownloadURL"].startswith(f"https://{ADDRESS}/releases/download/")


def test_a_tag_that_moves_for_the_pipelines_is_not_a_version(tmp_path: Path) -> None:
    """Of ``v0`` on a release's commit, and then on a later commit; it starts no release either."""

    def git(*args: str) -> None:
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        subprocess.run(["git", *identity, *args], cwd=tmp_path, check=True, capture_output=True)

    def version() -> str:
        command = [sys.executable, "-m", "hatchling", "version"]
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return told.stdout.strip()

    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "Release")
    git("tag", "v0.1.0")
    git("tag", "--annotate", "--message", "Newest", "v0")
    assert version() == "0.1.0"
    git("commit", "--quiet", "--message", "Go on", "--allow-empty")
    git("tag", "--force", "--annotate", "--message", "Newest", "v0")
    assert version() == "0.1.1.dev1"

    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    starts = re.findall(r'tags: \["([^"]+)"\]', workflow)
    (pattern,) = (start.replace(".", r"\.").replace("*", ".*") for start in starts)
    tags = ("v0", "v1.2", "v0.1.0", "v1.2.3rc1")
    assert [tag for tag in tags if re.fullmatch(pattern, tag)] == ["v0.1.0", "v1.2.3rc1"]


def test_without_an_address_no_link_of_an_index_leads_nowhere() -> None:
    text = text_for_an_index((ROOT / "README.md").read_text(), "")

    links = re.findall(r"\]\(([^)]+)\)", text)
    assert {link for link in links if not link.startswith(("https://", "#"))} == set()
    assert "<!--" not in text
    assert urls("") == {}
    assert text_for_an_index("[`a`](b.md) ![c](d.png) [e](https://f) [g](#h)", "") == (
        "`a` *c* [e](https://f) [g](#h)"
    )


def test_the_way_to_install_is_a_clone_until_there_is_a_release() -> None:
    assert "pip install ~/keyswitch\n" in how_to_install("", "")
    assert "pip install ~/keyswitch\n" in how_to_install("", "1.2.3")
    not_released = how_to_install(ADDRESS, "")
    assert f"git clone https://{ADDRESS} ~/keyswitch\n" in not_released
    assert "pip install keyswitch==1.2.3\n" in how_to_install(ADDRESS, "1.2.3")


def test_notes_are_the_section_of_a_dated_version() -> None:
    assert release.released(DATED) == "1.2.0"
    assert release.released("## 0.1.0, not yet released\n\n- A\n") == ""
    assert release.notes_of("1.2.0", DATED) == "- B\n"
    assert release.notes_of("1.1.0", DATED) == "- A\n"


@pytest.mark.parametrize(
    ("tag", "says"),
    [
        ("1.2.3", "the tag '1.2.3' is not of the form v1.2.3. Tag again."),
        ("v1.2", "is not of the form v1.2.3"),
        ("v9.9.9", "CHANGELOG.md has no text below a heading '## 9.9.9, YYYY-MM-DD'."),
    ],
)
def test_a_tag_that_the_changelog_does_not_know_is_refused(tag: str, says: str) -> None:
    told = run("check", tag)

    assert told.exit_code == 1
    assert says in told.output


def test_a_release_is_refused_without_an_address_and_until_its_wheel_is_pinned(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "CHANGELOG.md").write_text(DATED)
    requirements = tree / "examples" / "gitops" / "requirements.txt"
    monkeypatch.setattr(release, "ROOT", tree)
    monkeypatch.setattr(release, "PINNED", requirements)
    monkeypatch.setattr(release.package_metadata, "REPOSITORY", "")
    assert "the repository has no address" in run("check", "v1.2.0").output
    monkeypatch.setattr(release.package_metadata, "REPOSITORY", ADDRESS)
    assert "does not pin this wheel. Run tools/release.py pin 1.2.0" in (
        run("check", "v1.2.0").output
    )

    assert run("pin", "1.2.0").exit_code == 0

    line = release.pinned_line(requirements.read_text())
    assert re.fullmatch(r"keyswitch==1\.2\.0 --hash=sha256:\w{64}", line)
    assert requirements.read_text() == release.requirements(line)
    assert run("check", "v1.2.0").exit_code == 0
    monkeypatch.setattr(release, "DIST", tree / "dist")
    other = run("build", "--tag", "v1.2.0", "--version", "1.2.1.dev1")
    assert other.exit_code == 1
    assert "the tag is of 1.2.0, but this tree is 1.2.1.dev1. Build from a clean clone" in (
        other.output
    )


def test_the_bill_of_materials_lists_what_is_locked() -> None:
    bill = json.loads(release.sbom("1.2.3"))

    assert bill["bomFormat"] == "CycloneDX"
    assert (bill["metadata"]["component"]["name"], bill["metadata"]["component"]["version"]) == (
        "keyswitch",
        "1.2.3",
    )
    locked = re.findall(r"(?m)^([\w.-]+)==([^ ;]+)", release.LOCK.read_text())
    listed = {(part["name"], part["version"]) for part in bill["components"]}
    assert listed == set(locked)
    assert "serialNumber" not in bill


def test_the_pipelines_install_everything_by_hashes_and_fail_without_keyswitch(
    tmp_path: Path,
) -> None:
    text = (ROOT / "examples" / "gitops" / "requirements.txt").read_text()
    assert text == release.requirements(release.pinned_line(text))
    if release.released(CHANGELOG):
        assert f"keyswitch=={release.released(CHANGELOG)} " in text
        return
    copied = tmp_path / "requirements.txt"
    copied.write_text(text)
    install = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "-r", str(copied)]
    told = subprocess.run(install, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "Could not open requirements file" in told.stderr
    assert "keyswitch.txt" in told.stderr
