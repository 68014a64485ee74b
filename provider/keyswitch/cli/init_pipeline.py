"""The pipeline's files as ``keyswitch init`` writes them: those of ``examples/gitops``, with this project's values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from keyswitch.cli.yaml_edit import data_of

FORGES: Final = ("github", "gitlab", "none")
ROLES: Final = ("preview", "apply", "audit")
PLACEHOLDER: Final = "OWNER/keyswitch@v0"
"""For an action that has no address."""
_STARTER: Final = Path(__file__).with_name("starter")
_ACTION: Final = re.compile(
    r"(?P<before>(?:- uses: |\$CI_SERVER_FQDN/))[\w.-]+/[\w.-]+(?P<component>/keyswitch)?@v0\b"
)
_STACK: Final = re.compile(r"^(?P<indent> +)stack: prod$", re.MULTILINE)
_OF_GITHUB: Final = "github.com/"


@dataclass(frozen=True)
class Pipeline:
    """What the files of a forge say of a project.

    :param forge: ``github``, ``gitlab`` or ``none``.
    :param stack: the stack's name.
    :param action: the repository of the action, or of the component, and its version after ``@``.
    :param work_dir: the project's folder within the repository, ``.`` for the top.
    :param region: of the session, if not the action's own default; empty for none.
    :param roles: ARNs by ``preview``, ``apply`` and ``audit``; one that is missing is a variable of the forge.
    """

    forge: str
    stack: str
    action: str = PLACEHOLDER
    work_dir: str = "."
    region: str = ""
    roles: dict[str, str] = field(default_factory=dict)

    def files(self) -> dict[str, str]:
        """Each file's text, by its path in the repository."""
        if self.forge == "github":
            found = sorted((_STARTER / "github").glob("*.yml"))
            return {
                f".github/workflows/keys-{each.name}": self._with_values(each) for each in found
            }
        if self.forge == "gitlab":
            return {".gitlab-ci.yml": self._with_values(_STARTER / "gitlab-ci.yml")}
        return {}

    @property
    def variables(self) -> list[str]:
        """The names of the variables that the forge is to have."""
        missing = [f"{each.upper()}_ROLE_ARN" for each in ROLES if not self.roles.get(each)]
        return [*missing, "PULUMI_BACKEND_URL"]

    def _with_values(self, path: Path) -> str:
        text = path.read_text(encoding="utf-8").replace("Copy to .github/workflows/. ", "", 1)
        name, _, version = self.action.partition("@")
        text = _ACTION.sub(
            lambda found: f"{found['before']}{name}{found['component'] or ''}@{version or 'v0'}",
            text,
        )
        for role, arn in self.roles.items():
            variable = f"{role.upper()}_ROLE_ARN"
            for written in (f"${{{{ vars.{variable} }}}}", f"${variable}"):
                text = text.replace(written, arn)
        return _STACK.sub(lambda found: "\n".join(self._inputs(found["indent"])), text)

    def _inputs(self, indent: str) -> Iterator[str]:
        yield f"{indent}stack: {_scalar(self.stack)}"
        if self.work_dir != ".":
            yield f"{indent}work-dir: {_scalar(self.work_dir)}"
        if self.region:
            yield f"{indent}region: {_scalar(self.region)}"


def address_of(repository: str, forge: str) -> str:
    """How a pipeline of the forge names the action of a repository; empty if it cannot.

    :param repository: without a scheme, such as ``github.com/acme/keyswitch``. A component is on the instance of the
        pipeline only, which is not known here.
    """
    if forge != "github" or not repository.startswith(_OF_GITHUB):
        return ""
    return f"{repository.removeprefix(_OF_GITHUB)}@v0"


def _scalar(value: str) -> str:
    """The value in YAML, in quotes where it would be read as something else than text."""
    return value if data_of(f"a: {value}") == {"a": value} else json.dumps(value)
