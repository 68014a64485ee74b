"""Where a call comes from, so that CloudTrail leads back: project, stack and, in CI, the commit."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final

from keyswitch import __version__
from keyswitch.model.urn import Urn

_COMMIT_VARIABLES: Final = (
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "BITBUCKET_COMMIT",
    "BUILD_SOURCEVERSION",
    "CIRCLE_SHA1",
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
    "GIT_COMMIT",
)
_LONGEST_SESSION_NAME: Final = 64
_COMMIT_LENGTH: Final = 12


@dataclass(frozen=True)
class Origin:
    """The program that a call is made for.

    :param project: the Pulumi project; empty where it is not known.
    :param stack: its stack.
    :param commit: what the CI says it runs on, shortened; empty elsewhere.
    """

    project: str = ""
    stack: str = ""
    commit: str = ""

    @classmethod
    def of(cls, project: str, stack: str) -> Origin:
        """With the commit from the environment of GitHub, GitLab, Bitbucket, Azure, CircleCI, CodeBuild or Jenkins."""
        found = (os.environ.get(name) for name in _COMMIT_VARIABLES)
        commit = next(
            (each for each in found if each and re.fullmatch(r"[0-9a-f]{7,64}", each)), ""
        )
        return cls(project, stack, commit[:_COMMIT_LENGTH])

    @classmethod
    def of_urn(cls, urn: str) -> Origin:
        """From a resource's URN, ``urn:pulumi:STACK::PROJECT::TYPE::NAME``."""
        name = Urn(urn)
        return cls.of(name.project, name.stack)

    @property
    def session_name(self) -> str:
        """The role session name, which CloudTrail shows as the user: ``keyswitch-PROJECT-STACK``."""
        words = "-".join(word for word in ("keyswitch", self.project, self.stack) if word)
        return re.sub(r"[^\w+=,.@-]", "-", words, flags=re.ASCII)[:_LONGEST_SESSION_NAME]

    @property
    def product(self) -> str:
        """The user agent's words: ``keyswitch/0.1.0 project/... stack/... commit/...``."""
        words = {"project": self.project, "stack": self.stack, "commit": self.commit}
        told = [
            f"{name}/{re.sub(r'[^A-Za-z0-9._-]', '-', word)}"
            for name, word in words.items()
            if word
        ]
        return " ".join([f"keyswitch/{__version__}", *told])


NOBODY: Final = Origin()
"""Where it is not known."""
