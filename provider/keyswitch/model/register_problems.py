"""What is wrong with a register, and where it stands there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import line
from keyswitch.model.inputs import Spelling
from keyswitch.model.validation import Problem


@dataclass(frozen=True)
class RegisterProblem:
    """One thing that is wrong with a register.

    :ivar text: the whole message, which names the entry and repeats no secret.
    :ivar place: the names on the way to it below ``keyswitch:``, such as ``("keys", "AKIA...", "safeguards", "unusedFor")``.
        The last of them may be missing in the register, or may not be shown.
    """

    text: str
    place: tuple[str, ...]

    @classmethod
    def of(
        cls, message: Message, place: tuple[str, ...], subject: str | None = None
    ) -> RegisterProblem:
        """A problem with its message.

        :param subject: what the message is about in words, ``None`` where its text says so.
        """
        return cls(line(message, subject), place)


def told(
    found: Iterable[Problem],
    subject: str,
    place: tuple[str, ...],
    spelling: Spelling,
    *,
    is_secret: bool,
) -> tuple[RegisterProblem, ...]:
    """The problems of one entry.

    :param subject: what messages call the entry.
    :param place: of the entry.
    :param is_secret: whether no value may be repeated.
    """
    return tuple(
        RegisterProblem(
            (problem.without_value() if is_secret else problem).with_subject(subject),
            (*place, *_within(problem, spelling)),
        )
        for problem in found
    )


def _within(problem: Problem, spelling: Spelling) -> tuple[str, ...]:
    """The way from an entry to what is wrong in it; none for the entry's own name."""
    usual = spelling.get(problem.property, problem.property)
    spelt = str(getattr(problem.message, "property", usual))
    return tuple(each for each in spelt.split(".") if " " not in each)
