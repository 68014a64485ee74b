"""Makes the line of a message: attempted, on what, why, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from keyswitch.messages.catalogue import Message
from keyswitch.messages.printable import printable
from keyswitch.messages.redact import redact


@dataclass(frozen=True)
class Attempt:
    """What was being done, and to which key of which user.

    ``verb`` is a participle ("deactivating", "looking at"), or empty for a message that is only about
    the key; ``goal`` is what follows the key ("Active") or empty. ``user_name`` is ``None`` where it is not known.
    """

    verb: str
    access_key_id: str
    user_name: str | None = None
    goal: str = ""

    def __str__(self) -> str:
        user = f" of user {self.user_name}" if self.user_name else ""
        goal = f" {self.goal}" if self.goal else ""
        return f"{self.verb} access key {self.access_key_id}{user}{goal}".strip()


@dataclass(frozen=True)
class AwsAnswer:
    """What AWS said when it refused: its error code and the id to quote to its support."""

    code: str = ""
    request_id: str = ""

    def __str__(self) -> str:
        parts = [self.code, f"request id {self.request_id}" if self.request_id else ""]
        return ", ".join(part for part in parts if part)


class KeyswitchError(Exception):
    """A refusal or failure; ``str()`` is the whole message, in one line.

    :param message: what happened, a message of the catalogue.
    :param attempt: what was attempted, on which key and user, or what else the message is about in words;
        ``None`` where no key is concerned.
    :param answer: AWS's code and request id, where AWS answered at all.
    :param also: whole messages of what else stands against it, printed after its own.
    :ivar lines: the same as a whole message for each thing that is wrong.
    """

    def __init__(
        self,
        message: Message,
        attempt: Attempt | str | None = None,
        answer: AwsAnswer | None = None,
        *,
        also: Iterable[object] = (),
    ) -> None:
        super().__init__(" ".join([line(message, attempt, answer), *map(str, also)]))
        self.message = message
        self.attempt = attempt
        self.answer = answer
        self.also = tuple(also)
        self.lines = [str(self)]

    @property
    def code(self) -> str:
        """The catalogue code, ``KS`` and three digits."""
        return self.message.code

    @property
    def cause(self) -> str:
        """Why, without the attempt and the remedy."""
        return in_one_line(self.message.cause)

    def with_context(self, attempt: Attempt | None) -> KeyswitchError:
        """A copy about ``attempt``: the lower layers do not know what they serve."""
        return KeyswitchError(self.message, attempt, self.answer, also=self.also)

    def without_related(self) -> KeyswitchError:
        """A copy without what else stands against it, for whoever has reported that already."""
        return self.with_also(())

    def with_also(self, also: Iterable[object]) -> KeyswitchError:
        """A copy, with ``also`` for what else stands against it."""
        return KeyswitchError(self.message, self.attempt, self.answer, also=also)


def line(
    message: Message, attempt: Attempt | str | None = None, answer: AwsAnswer | None = None
) -> str:
    """The one line that a reader sees: code, attempt, cause, AWS's answer, remedy.

    Whatever the fields hold, the line repeats no secret, and nothing in it steers a terminal or a pipeline.
    """
    said = f" ({answer})" if answer is not None and str(answer) else ""
    subject = f" {attempt}:" if attempt is not None else ""
    return in_one_line(f"{message.code}{subject} {message.cause}{said}. {message.what_to_do}")


def in_one_line(text: str) -> str:
    """Text that may hold somebody else's words, fit to print: without secrets, hidden characters and breaks."""
    return printable(" ".join(redact(text).split()))


def shortened(text: str, longest: int, end: int = 0) -> str:
    """The text, or its beginning and its last ``end`` characters with an ellipsis between."""
    if len(text) <= longest:
        return text
    return f"{text[: longest - end - 1]}…{text[len(text) - end :]}"


@contextmanager
def error_context(attempt: Attempt) -> Iterator[None]:
    """Gives an error from below, which does not know what it serves, its attempt."""
    try:
        yield
    except KeyswitchError as error:
        if error.attempt is not None:
            raise
        raise error.with_context(attempt) from None


def counted(number: int, word: str) -> str:
    """``1 key``, ``2 keys``."""
    return f"{number} {word}{'' if number == 1 else 's'}"
