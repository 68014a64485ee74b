"""Where keyswitch lives, and what its package says of itself: the one place that knows the repository's address.

Hatchling takes the project's URLs and the text of README from here, `tools/snippets.py` the way to install, the site its
links, and `tools/native_schema.py` where the engine finds the plugin. The version comes from the git tag (hatch-vcs).
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any, Final

from hatchling.metadata.plugin.interface import MetadataHookInterface

REPOSITORY: Final = ""
"""The repository's address without a scheme, such as ``github.com/OWNER/NAME``; empty until there is one."""
BRANCH: Final = "main"
_LINK: Final = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def urls(repository: str) -> dict[str, str]:
    """The links that a package index shows; none without an address."""
    if not repository:
        return {}
    home = f"https://{repository}"
    return {
        "Homepage": home,
        "Documentation": f"{home}/blob/{BRANCH}/docs/index.md",
        "Changelog": f"{home}/blob/{BRANCH}/CHANGELOG.md",
        "Issues": f"{home}/issues",
        "Security": f"{home}/blob/{BRANCH}/SECURITY.md",
        "Source": home,
    }


def text_for_an_index(readme: str, repository: str) -> str:
    """README as a package index shows it.

    Links to files lead into the repository. Without an address nothing leads nowhere: links become their words, and
    pictures their descriptions.
    """

    def linked(found: re.Match[str]) -> str:
        picture, words, target = found.groups()
        if "://" in target or target.startswith("#"):
            return found.group()
        if not repository:
            return f"*{words}*" if picture else _LINK.sub(linked, words)
        kind = "raw" if picture else "blob"
        path = posixpath.normpath(target)
        return f"{picture}[{words}](https://{repository}/{kind}/{BRANCH}/{path})"

    return _LINK.sub(linked, _COMMENT.sub("", readme))


class PackageMetadata(MetadataHookInterface):
    """What hatchling asks for the fields that pyproject.toml calls dynamic."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Adds the text and the URLs."""
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = text_for_an_index(readme, REPOSITORY)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        metadata["urls"] = urls(REPOSITORY)
