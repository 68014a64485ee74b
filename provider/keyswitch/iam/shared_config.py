"""The shared AWS files, several of them merged as the Go SDK merges them.

botocore reads one config file and one credentials file; pulumi-aws takes lists. Of two files that
hold the same profile the later one counts, and a credentials file before a config file. Nothing is
written anywhere: the files hold secrets.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError

KEY_ID: Final = "aws_access_key_id"
SECRET: Final = "aws_secret_access_key"  # noqa: S105 - the name of a setting
TOKEN: Final = "aws_session_token"  # noqa: S105 - the name of a setting
_KINDS: Final = ("profiles", "sso_sessions", "services")
_OUT_OF_PLACE: Final = "out_of_place"
_PREFIX: Final = "profile "
_KEYS: Final = (KEY_ID, SECRET, TOKEN)

Profile = Mapping[str, Any]
Sections = dict[str, dict[str, Any]]


def merged(config_files: Iterable[str], credentials_files: Iterable[str]) -> Sections:
    """What all files say, in the shape of botocore's ``full_config``: ``profiles``, ``services``...

    Sections that name a profile as only the other kind of file does are with them, for
    :func:`no_such_profile`.

    :param config_files: paths, ``~`` and variables in them resolved; a missing file says nothing.
    :raises KeyswitchError: KS113, for a file that cannot be parsed.
    """
    from botocore.configloader import build_profile_map

    full: Sections = {_OUT_OF_PLACE: {}}
    for path in config_files:
        sections = _sections(path)
        if "profile default" in sections:
            sections.pop("default", None)
        parsed = build_profile_map(sections)
        for kind in _KINDS:
            known = full.setdefault(kind, {})
            for name, settings in parsed.get(kind, {}).items():
                known[name] = _over(known.get(name, {}), settings)
        for name in parsed.keys() - {*_KINDS, "_path"}:
            full[_OUT_OF_PLACE][name] = f"Write [{_PREFIX}{name}] instead of [{name}] in {path}. "
    profiles = full["profiles"]
    for path in credentials_files:
        for name, settings in _sections(path).items():
            if name != "_path" and isinstance(settings, dict):
                profiles[name] = _over(profiles.get(name, {}), settings)
                bare = name.removeprefix(_PREFIX)
                if bare != name:
                    full[_OUT_OF_PLACE][bare] = f"Write [{bare}] instead of [{name}] in {path}. "
    return full


def no_such_profile(name: str, full_config: Mapping[str, Any]) -> KeyswitchError:
    """KS312, with what to write where a section of that name is there and spelt for the other kind of file.

    :param full_config: from :func:`merged`.
    """
    suggestion = full_config.get(_OUT_OF_PLACE, {}).get(name, "")
    return KeyswitchError(catalogue.NoSuchProfile(profile=name, suggestion=suggestion))


def _over(known: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """The later file's settings over the earlier's; of the keys it has all or none of its own."""
    if KEY_ID in settings or SECRET in settings:
        known = {name: value for name, value in known.items() if name not in _KEYS}
    return {**known, **settings}


def _sections(path: str) -> dict[str, Any]:
    from botocore.configloader import raw_config_parse
    from botocore.exceptions import ConfigNotFound, ConfigParseError

    resolved = Path(os.path.expandvars(path))
    try:
        resolved = resolved.expanduser()
        return dict(raw_config_parse(str(resolved)))
    except ConfigNotFound:
        return {}
    except RuntimeError:
        # No home folder: it holds no file.
        return {}
    except (ConfigParseError, UnicodeDecodeError, OSError):
        raise KeyswitchError(catalogue.UnreadableAwsFile(path=str(resolved))) from None
