"""What a pipeline has to install: the keyswitch that runs now, as pip's records say it came here.

The records are the metadata of the installed package (PEP 566) and its ``direct_url.json`` (PEP 610).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from importlib.metadata import Distribution

REQUIREMENTS: Final = "requirements.txt"
OF_A_CLONE: Final = "keyswitch.txt"
"""Next to the requirements: the wheel of a clone, by its hash."""
_OVER_SSH: Final = "git"
_LOCKED: Final = Path(__file__).with_name("starter") / REQUIREMENTS
_BY_VERSION: Final = """\
# What the pipelines install. Keyswitch has its version, but no hash: pip does not record the hash of what it took from an
# index. Whoever owns the name there runs code with the role that changes keys, so add hashes, for example with
# pip-compile --generate-hashes.
"""
_BY_COMMIT: Final = """\
# What the pipelines install: one commit of keyswitch. What keyswitch itself needs has no hashes, because pip checks none
# next to a repository.
"""
_HERE_ALONE: Final = "# A folder of this machine: another machine cannot install it.\n"


@dataclass(frozen=True)
class Installed:
    """How keyswitch was installed.

    :param version: empty if nothing records it.
    :param direct_url: what ``direct_url.json`` holds; ``None`` for a package from an index.
    :param repository: the address without a scheme, such as ``github.com/acme/keyswitch``; empty for none.
    """

    version: str
    direct_url: Mapping[str, Any] | None
    repository: str

    @classmethod
    def now(cls) -> Installed:
        """What the records of this Python say."""
        from importlib.metadata import PackageNotFoundError, distribution

        try:
            found = distribution("keyswitch")
        except PackageNotFoundError:
            return cls("", {}, "")
        return cls(found.version, _direct_url(found), _repository(found))

    @property
    def wheel(self) -> Path | None:
        """The wheel on this machine that was installed, if its hash is recorded and it is still there."""
        path = self._local
        is_there = path is not None and path.suffix == ".whl" and path.is_file()
        return path if is_there and self._hash else None

    @property
    def clone(self) -> Path | None:
        """The folder that was installed."""
        path = self._local
        return path if path is not None and path.suffix != ".whl" else None

    def files(self, *, for_a_pipeline: bool) -> dict[str, bytes]:
        """The requirements, and what they need next to them, by name.

        :param for_a_pipeline: whether another machine is to install them.
        """
        wheel, url, locked = self.wheel, self._url, _LOCKED.read_bytes()
        if self.direct_url is None:
            return {REQUIREMENTS: f"{_BY_VERSION}keyswitch=={self.version}\n".encode()}
        if wheel is not None:
            line = f"./{wheel.name} --hash=sha256:{self._hash}\n"
            return {
                REQUIREMENTS: locked,
                OF_A_CLONE: line.encode(),
                wheel.name: wheel.read_bytes(),
            }
        if self._commit:
            vcs = self._of("vcs_info", "vcs")
            line = f"keyswitch @ {vcs}+{url}@{self._commit}\n"
            return {REQUIREMENTS: f"{_BY_COMMIT}{line}".encode()}
        if self._hash and url and self._local is None:
            line = f"keyswitch @ {url} --hash=sha256:{self._hash}"
            return {REQUIREMENTS: locked.replace(f"-r {OF_A_CLONE}".encode(), line.encode())}
        if self.clone is not None and not for_a_pipeline:
            edited = "-e " if self._of("dir_info", "editable") else "keyswitch @ "
            return {REQUIREMENTS: f"{_HERE_ALONE}{edited}{url}\n".encode()}
        return {REQUIREMENTS: locked}

    @property
    def needs_a_wheel(self) -> bool:
        """Whether the requirements of a pipeline name a wheel that somebody has to build first."""
        files = self.files(for_a_pipeline=True)
        return f"-r {OF_A_CLONE}".encode() in files[REQUIREMENTS] and OF_A_CLONE not in files

    @property
    def _url(self) -> str:
        """Where it came from, without passwords and tokens, and without any name but that of git over SSH."""
        parts = urlsplit(str((self.direct_url or {}).get("url", "")))
        user, _, host = parts.netloc.rpartition("@")
        place = parts.netloc if user == _OVER_SSH else host
        return urlunsplit((parts.scheme, place, parts.path, "", ""))

    @property
    def _local(self) -> Path | None:
        parts = urlsplit(self._url)
        return Path(unquote(parts.path)) if parts.scheme == "file" and not self._commit else None

    @property
    def _hash(self) -> str:
        hashes = self._of("archive_info", "hashes")
        return str(hashes.get("sha256", "")) if isinstance(hashes, dict) else ""

    @property
    def _commit(self) -> str:
        return str(self._of("vcs_info", "commit_id") or "")

    def _of(self, part: str, name: str) -> Any:
        held = (self.direct_url or {}).get(part)
        return held.get(name) if isinstance(held, dict) else None


def _direct_url(found: Distribution) -> Mapping[str, Any] | None:
    text = found.read_text("direct_url.json")
    try:
        bag = json.loads(text) if text else None
    except ValueError:
        return {}
    return bag if bag is None or isinstance(bag, dict) else {}


def _repository(found: Distribution) -> str:
    named = (each.partition(",") for each in found.metadata.get_all("Project-URL") or ())
    sources = (url.strip() for label, _, url in named if label.strip() == "Source")
    return next(sources, "").partition("://")[2].rstrip("/")
