"""Finds everything wrong with a bag of inputs at once, each problem in its front's own spelling."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import line
from keyswitch.messages.redact import may_be_repeated
from keyswitch.model.inputs import OF_A_KEY, Input, Spelling, by_property
from keyswitch.model.validators import kind_of, secret

_NOT_SHOWN: Final = "(a secret, not shown)"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one property."""

    property: str
    message: Message

    def __str__(self) -> str:
        return line(self.message)

    def with_subject(self, subject: str) -> str:
        """The message with what it is about, for a place that no resource's row names."""
        return line(self.message, subject)

    def without_value(self) -> Problem:
        """The same problem with what its program keeps secret: no value is repeated, and no name of its own."""
        if isinstance(self.message, catalogue.UnknownProperty):
            hidden: Message = replace(self.message, property=_NOT_SHOWN)
        elif isinstance(self.message, catalogue.BadStatus | catalogue.UnknownWord):
            hidden = replace(self.message, value=_NOT_SHOWN)
        elif isinstance(
            self.message, catalogue.NotADuration | catalogue.NotADate | catalogue.BadUserName
        ):
            hidden = replace(self.message, problem="the value is a secret and not shown")
        else:
            return self
        return replace(self, message=hidden)


def problems_of(
    given: Mapping[str, object],
    known: Mapping[str, object],
    spelling: Spelling,
    inputs: Iterable[Input] = OF_A_KEY,
) -> list[Problem]:
    """Everything wrong with a bag of inputs.

    :param given: every input that is given, by property name; unknown ones by the name they have.
    :param known: those of them whose value is known by now.
    :param spelling: how this front spells each property: messages speak its language.
    :param inputs: the table of them.
    """
    listed = list(inputs)
    missing = [
        Problem(each.name, catalogue.MissingProperty(property=spelling[each.name]))
        for each in listed
        if each.required and each.name not in given
    ]
    found = [*_unknown_properties(given, listed, spelling), *missing]
    for each in listed:
        if each.name in known:
            found.extend(_problems_of_value(each, known[each.name], spelling))
    return found


def _problems_of_value(one: Input, value: object, spelling: Spelling) -> Iterator[Problem]:
    spelt = spelling[one.name]
    if one.check is None:
        yield from _problems_of_map(one, value, spelling)
    elif message := one.check(value, spelt):
        yield Problem(one.name, message)


def _problems_of_map(top: Input, value: object, spelling: Spelling) -> Iterator[Problem]:
    """What is wrong with the map that is the value of the input ``top``."""
    spelt = spelling[top.name]
    if not isinstance(value, Mapping):
        known = ", ".join(spelling[part.name] for part in top.parts)
        not_a_map = catalogue.NotAMap(property=spelt, kind=kind_of(value), known=known)
        yield Problem(top.name, secret(value, spelt) or not_a_map)
        return
    given = by_property(value, top.parts, spelling)
    yield from _unknown_properties(given, top.parts, spelling, within=f"{spelt}.")
    for part in top.parts:
        shown = f"{spelt}.{spelling[part.name]}"
        if part.required and part.name not in given:
            yield Problem(top.name, catalogue.MissingProperty(property=shown))
        elif part.check is not None and part.name in given:
            message = part.check(given[part.name], shown)
            if message is not None:
                yield Problem(top.name, message)


def _unknown_properties(
    given: Iterable[str], known: Iterable[Input], spelling: Spelling, within: str = ""
) -> Iterator[Problem]:
    names = [each.name for each in known]
    spelt = [spelling[name] for name in names if " " not in spelling[name]]
    for name in sorted(set(given) - set(names)):
        shown = name.strip() if may_be_repeated(name.strip()) else "(not shown)"
        close = difflib.get_close_matches(name, spelt, n=1, cutoff=0.5)
        yield Problem(
            shown,
            catalogue.UnknownProperty(
                property=f"{within}{shown}",
                suggestion=f"Did you mean {close[0]}? " if close else "",
                known=", ".join(spelt),
            ),
        )
