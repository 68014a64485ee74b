"""Copies into the package what ``keyswitch init`` writes: the pipelines, the program and the locked requirements.

``make docs`` runs it, after ``tools/pipelines.py`` has put the address into the examples.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from release import OF_A_CLONE, requirements

ROOT: Final = Path(__file__).resolve().parents[1]
STARTER: Final = ROOT / "provider" / "keyswitch" / "cli" / "starter"
GITOPS: Final = ROOT / "examples" / "gitops"


def starter() -> dict[str, str]:
    """Every file of the folder, by its name there."""
    pipelines = {
        **{f"github/{name}.yml": f"github/{name}.yml" for name in ("preview", "apply", "nightly")},
        "gitlab-ci.yml": "gitlab/.gitlab-ci.yml",
    }
    return {
        **{name: (GITOPS / source).read_text() for name, source in pipelines.items()},
        "program.txt": (ROOT / "__main__.py").read_text(),
        "requirements.txt": requirements(f"-r {OF_A_CLONE}"),
    }


if __name__ == "__main__":
    for name, text in starter().items():
        path = STARTER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
