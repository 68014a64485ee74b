"""What ``keyswitch init`` leaves to people: three things, each with its steps."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keyswitch.cli.init_package import OF_A_CLONE, Installed
from keyswitch.cli.init_pipeline import PLACEHOLDER, ROLES, Pipeline
from keyswitch.messages.format import counted

_PAGES: Final = "docs/how-to/"
_BRANCH: Final = "blob/main/"


@dataclass(frozen=True)
class LeftToDo:
    """One thing.

    :param title: what is to be done, in a few words.
    :param steps: how, each a sentence or a command.
    """

    title: str
    steps: tuple[str, ...]


def left_to_do(pipeline: Pipeline, installed: Installed, keys: int) -> tuple[LeftToDo, ...]:
    """The three things.

    :param keys: how many keys the register has.
    """
    stack = shlex.quote(pipeline.stack)
    create = f"Create the stack, if it does not exist: pulumi stack init {stack}"
    register = f"Pulumi.{pipeline.stack.rpartition('/')[2]}.yaml"
    declare = (
        f"Read {register}, which declares {counted(keys, 'key')}."
        if keys
        else f"Declare the keys of your account: keyswitch discover --write {shlex.quote(register)}"
    )
    if pipeline.forge == "none":
        return (
            LeftToDo("Create the stack", (create,)),
            LeftToDo("Declare the keys", (declare,)),
            LeftToDo(
                "Preview, then apply",
                (f"Run: pulumi preview --stack {stack}", f"Then run: pulumi up --stack {stack}"),
            ),
        )
    return (
        LeftToDo("Create the roles", tuple(_roles(pipeline, installed))),
        LeftToDo("Give the pipeline what it needs", tuple(_values(pipeline, installed))),
        LeftToDo("Open the first pull request", tuple(_first(pipeline, create, declare))),
    )


def _roles(pipeline: Pipeline, installed: Installed) -> Iterator[str]:
    page = _page("ci-oidc.md", installed)
    missing = [each for each in ROLES if not pipeline.roles.get(each)]
    if missing:
        yield f"Create the roles for {', '.join(missing)}: {page}"
    else:
        yield f"They exist. Check that they trust this repository: {page}"


def _values(pipeline: Pipeline, installed: Installed) -> Iterator[str]:
    kind = "variables of the repository" if pipeline.forge == "github" else "CI/CD variables"
    yield f"Set the {kind}: {', '.join(pipeline.variables)}."
    if pipeline.forge == "github":
        yield "Set the secret PULUMI_CONFIG_PASSPHRASE, and create the environment production with its reviewers."
    else:
        yield "Set PULUMI_CONFIG_PASSPHRASE masked, and COMMENT_TOKEN with the environment scope note. Create a schedule."
    yield f"What each is for: {_page('pull-requests.md', installed)}"
    if pipeline.action == PLACEHOLDER:
        yield (
            "OWNER/keyswitch in the pipeline stands for an address. Mirror the repository of keyswitch, and run keyswitch init "
            "again with --action-repository OWNER/NAME@COMMIT: whoever can move a tag there runs code with your roles."
        )
    if installed.needs_a_wheel:
        place = shlex.quote(str(installed.clone)) if installed.clone else "a clone of keyswitch"
        yield f"In {place}, run make wheel, and copy the wheel and {OF_A_CLONE} from its folder dist into this folder."


def _first(pipeline: Pipeline, create: str, declare: str) -> Iterator[str]:
    yield create
    yield declare
    if pipeline.forge == "github":
        yield "Commit the files on a branch, and open a pull request. Its comment shows that every key is adopted without a change."
    else:
        yield "Commit the files on a branch, and open a merge request. Notes begin with the next one, after this one is merged."
    yield "Then declare a key Inactive in the next request. Its comment shows what will happen to the key."


def _page(name: str, installed: Installed) -> str:
    repository = installed.repository
    return (
        f"https://{repository}/{_BRANCH}{_PAGES}{name}"
        if repository
        else f"{_PAGES}{name} of keyswitch's repository"
    )
