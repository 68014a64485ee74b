"""The exceptions of an audit, in a file."""

from __future__ import annotations

from pathlib import Path

from keyswitch.cli.yaml_edit import data_of, problem_of
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.messages.redact import redact
from keyswitch.report.exceptions import AuditException, ExceptionProblemError, read_exceptions


def exceptions_of_file(path: Path) -> tuple[AuditException, ...]:
    """The exceptions in a file of their own, whose whole is a list; none in an empty file.

    :raises KeyswitchError: they cannot be read (KS733).
    """
    from ruamel.yaml.error import YAMLError

    try:
        listed = data_of(path.read_bytes().decode())
    except YAMLError as error:
        raise bad_exceptions(path, problem_of(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise bad_exceptions(path, str(error)) from None
    is_empty = listed == {}
    return exceptions_in(None if is_empty else listed, path)


def exceptions_in(listed: object, path: Path) -> tuple[AuditException, ...]:
    """The exceptions of a list that a file holds.

    :raises KeyswitchError: something is wrong with them (KS733).
    """
    try:
        return read_exceptions(listed)
    except ExceptionProblemError as error:
        raise bad_exceptions(path, str(error)) from None


def bad_exceptions(path: Path, problem: str) -> KeyswitchError:
    """The refusal of exceptions (KS733), without secrets."""
    return KeyswitchError(catalogue.UnreadableExceptions(path=path, problem=redact(problem)))
