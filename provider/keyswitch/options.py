"""Resource options that would have a key switched, or left, against what the program says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from keyswitch import catalogue
from keyswitch.errors import KeyswitchError

_ROOT = re.compile(r"""\s*(?:\[\s*)?["']?([^.\[\]"']*)""")


def refuse_ignored_changes(paths: Sequence[str] | None, names: Iterable[str], subject: str) -> None:
    """Refuses ``ignore_changes`` of what a switch is decided by.

    Pulumi hands the last inputs on in the place of those that the program gives, and a refresh puts the
    live status into them: what somebody else did would pass for declared.

    :param paths: the property paths of the option, ``*`` for all.
    :param names: the inputs that must come from the program.
    :param subject: what a message calls the resource.
    :raises KeyswitchError: KS156.
    """
    protected = set(names)
    for path in paths or ():
        found = _ROOT.match(str(path))
        root = found[1] if found else ""
        if root in protected or root == "*":
            raise KeyswitchError(catalogue.IGNORED_CHANGES, subject=subject, path=path)
