"""The values that ``keyswitch init`` takes, which become part of files: what fits no pattern is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from keyswitch.cli.command import is_not
from keyswitch.cli.init_pipeline import FORGES
from keyswitch.model.aws_settings import ACCOUNT_ID

_LONGEST: Final = 60
_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
_NAME: Final = r"[A-Za-z0-9][\w.-]*"


def _fitting(pattern: str, wanted: str) -> Callable[[str], str]:
    whole = re.compile(pattern, re.ASCII)

    def value(text: str) -> str:
        if whole.fullmatch(text):
            return text
        raise is_not(text, wanted, longest=_LONGEST)

    return value


stack_value = _fitting(
    rf"(?:{_PART}/){{0,2}}{_PART}", "the name of a stack, such as prod or acme/keys/prod"
)
"""Pulumi's names, of up to three parts, none of which could lead to another folder."""
project_value = _fitting(
    r"[A-Za-z0-9_.-]{1,100}", "the name of a project: letters, digits and . _ -"
)
forge_value = _fitting("|".join(FORGES), "github, gitlab or none")
account_id_value = _fitting(ACCOUNT_ID.pattern, "an account id of twelve digits")
region_value = _fitting(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}", "a region such as eu-west-1")
role_value = _fitting(
    r"arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]{1,512}",
    "the ARN of a role such as arn:aws:iam::123456789012:role/keyswitch-preview",
)
action_value = _fitting(
    rf"{_NAME}/{_NAME}(?:/{_NAME})*(?:@{_NAME})?",
    "a repository such as acme/keyswitch or acme/keyswitch@v0",
)
