"""Finds everything wrong with a bag of inputs at once, each problem in its front's own spelling."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from keyswitch.messages import catalogue
from keyswitch.messages.redact import is_refused
from keyswitch.model.fields import (
    ACCOUNT,
    INPUTS,
    MAPS,
    REQUIRED,
    Spelling,
    by_property,
)
from keyswitch.model.validators import Problem, kind_of, problem_of_value

_REPEATABLE_NAME = re.compile(r"[\w.-]{1,39}")


def problems_of(
    given: Mapping[str, object], known: Mapping[str, object], spelling: Spelling
) -> list[Problem]:
    """Everything wrong with a bag of inputs.

    :param given: every input that is given, by property name; unknown ones by the name they have.
    :param known: those of them whose value is known by now.
    :param spelling: how this front spells each property: messages speak its language.
    """
    missing = [
        Problem(name, catalogue.MissingProperty(property=spelling[name]))
        for name in REQUIRED
        if name not in given
    ]
    problems = [*_unknown_properties(given, INPUTS, spelling), *missing]
    for name in INPUTS:
        if name in MAPS and name in known:
            problems.extend(_problems_of_map(name, known[name], MAPS[name], spelling))
        elif name in known:
            problems.extend(problem_of_value(name, name, known[name], spelling[name]))
    return problems


def _unknown_properties(
    given: Iterable[str], names: Iterable[str], spelling: Spelling, within: str = ""
) -> list[Problem]:
    spelt = [spelling[name] for name in names if " " not in spelling[name]]
    problems = []
    for name in sorted(set(given) - set(names)):
        shown = name.strip() if _REPEATABLE_NAME.fullmatch(name.strip()) else "(not shown)"
        close = difflib.get_close_matches(name, spelt, n=1, cutoff=0.5)
        problems.append(
            Problem(
                shown,
                catalogue.UnknownProperty(
                    property=f"{within}{shown}",
                    suggestion=f"Did you mean {close[0]}? " if close else "",
                    known=", ".join(spelt),
                ),
            )
        )
    return problems


def _problems_of_map(
    top: str, value: object, names: tuple[str, ...], spelling: Spelling
) -> list[Problem]:
    """What is wrong with the map of ``names`` that is the value of the input ``top``."""
    spelt = spelling[top]
    if isinstance(value, str) and is_refused(value):
        return [Problem(top, catalogue.SecretPasted(property=spelt))]
    if not isinstance(value, Mapping):
        known = ", ".join(spelling[name] for name in names)
        kind = "a string" if isinstance(value, str) else kind_of(top, value)
        return [Problem(top, catalogue.NotAMap(property=spelt, kind=kind, known=known))]
    given = by_property(value, names, spelling)
    problems = _unknown_properties(given, names, spelling, within=f"{spelt}.")
    if top == ACCOUNT and "name" not in given:
        shown = f"{spelt}.{spelling['name']}"
        problems.append(Problem(top, catalogue.MissingProperty(property=shown)))
    for name in names:
        if name in given:
            shown = f"{spelt}.{spelling[name]}"
            problems.extend(problem_of_value(top, name, given[name], shown))
    return problems
