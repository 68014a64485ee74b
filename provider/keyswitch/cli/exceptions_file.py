"""The exceptions of an audit, in a file."""

from __future__ import annotations

from pathlib import Path

from keyswitch.cli.yaml_edit import data_of
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.messages.redact import redact
from keyswitch.report.exceptions import AuditException, ExceptionProblemError, read_exceptions


def exceptions_of_file(path: Path) -> tuple[AuditException, ...]:
    """The exceptions in a file of their own, whose whole is a list; none in an empty file.

    :raises KeyswitchError: they cannot be read (KS733).
    """
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        listed = data_of(path.read_bytes().decode())
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _bad_exceptions(path, f"line {line} is not YAML") from None
    except (OSError, UnicodeDecodeError, YAMLError, ValueError, TypeError, RecursionError):
        raise _bad_exceptions(path, "the file is not YAML") from None
    is_empty = listed == {}
    return exceptions_in(None if is_empty else listed, path)


def exceptions_in(listed: object, path: Path) -> tuple[AuditException, ...]:
    """The exceptions of a list that a file holds.

    :raises KeyswitchError: something is wrong with them (KS733).
    """
    try:
        return read_exceptions(listed)
    except ExceptionProblemError as error:
        raise _bad_exceptions(path, str(error)) from None


def _bad_exceptions(path: Path, problem: str) -> KeyswitchError:
    return KeyswitchError(catalogue.UnreadableExceptions(path=path, problem=redact(problem)))
