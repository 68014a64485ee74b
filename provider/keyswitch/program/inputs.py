"""What programs hand to the public classes, made ready for the SDK.

What the properties of a key may be is judged by the hook and the plugin, for all keys of a run. Here is refused what
would not come so far: the SDK ends a program with a traceback over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from inspect import isawaitable
from typing import Any, Final

import pulumi

from keyswitch.messages import catalogue
from keyswitch.messages.format import line
from keyswitch.model import validators
from keyswitch.program.args import Account, Safeguards

_A_NAME: Final = "a non-empty string"
_OPTIONS: Final = "pulumi.ResourceOptions"


def refuse_arguments(class_name: str, resource_name: object, opts: object) -> None:
    """Refuses a logical name that is none, and options that are none.

    :param class_name: of the resource, for the message.
    :raises pulumi.RunError: KS141.
    """
    if not isinstance(resource_name, str) or not resource_name:
        refuse_argument(class_name, "resource_name", resource_name, _A_NAME)
    if opts is not None and not isinstance(opts, pulumi.ResourceOptions):
        refuse_argument(class_name, "opts", opts, _OPTIONS)


def refuse_argument(class_name: str, argument: str, value: object, takes: str) -> None:
    """Refuses what an argument does not take.

    :param takes: what it takes, in words.
    :raises pulumi.RunError: KS141, always.
    """
    kind = "empty" if value == "" else validators.kind_of(value)
    raise pulumi.RunError(
        line(
            catalogue.WrongArgument(
                argument=argument, class_name=class_name, kind=kind, takes=takes
            )
        )
    )


def sendable(name: str, value: object) -> Any:
    """An input of which Pulumi can hand on every part.

    Values of :mod:`keyswitch.program.args` become mappings, enumerations their values, and what can be awaited becomes an
    output, for it can be awaited once only. Outputs stay outputs, and are judged once they are known.

    :param name: what a message calls the input.
    :raises pulumi.RunError: KS140; of an output, once it is known.
    """
    if isawaitable(value):
        # Output.from_input of what is awaited would take it apart, and end with a traceback over some.
        awaited = value
        value = pulumi.Output.from_input(None).apply(lambda _: awaited)
    if isinstance(value, pulumi.Output):
        return value.apply(lambda known: sendable(name, known))
    if isinstance(value, Safeguards | Account):
        value = value.to_map()
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Mapping):
        if not all(isinstance(part, str) for part in value):
            raise _not_sendable(name, "a map with a name that is not a string")
        return {part: sendable(f"{name}.{part}", value[part]) for part in value}
    if isinstance(value, list | tuple):
        return [sendable(f"{name}[{place}]", part) for place, part in enumerate(value)]
    return _single(name, value)


def single(name: str, value: object) -> Any:
    """A sendable input that may be no list and no map.

    The outputs of a preview are its inputs, and the SDK asserts of those that are strings that they are neither.

    :raises pulumi.RunError: KS109, KS140; of an output, once it is known.
    """
    value = sendable(name, value)
    if isinstance(value, pulumi.Output):
        return value.apply(lambda known: single(name, known))
    return checked(name, value, validators.text) if isinstance(value, list | Mapping) else value


def checked(name: str, value: Any, check: validators.Check) -> Any:
    """A sendable input that a check of :mod:`keyswitch.model.validators` finds nothing wrong with.

    :param name: what a message calls the input.
    :raises pulumi.RunError: what is wrong with it; of an output, once it is known.
    """
    if isinstance(value, pulumi.Output):
        return value.apply(lambda known: checked(name, known, check))
    message = check(value, name)
    if message is not None:
        raise pulumi.RunError(line(message))
    return value


def _single(name: str, value: object) -> object:
    if value is None or isinstance(value, bool | float):
        return value
    if not isinstance(value, int | str):
        raise _not_sendable(name, validators.kind_of(value))
    try:
        _ = value.encode() if isinstance(value, str) else float(value)
    except UnicodeError:
        raise _not_sendable(name, "a string that is not Unicode text") from None
    except OverflowError:
        raise _not_sendable(name, "a number that is too large") from None
    return value


def _not_sendable(name: str, kind: str) -> pulumi.RunError:
    return pulumi.RunError(line(catalogue.NotSendable(property=name, kind=kind)))
