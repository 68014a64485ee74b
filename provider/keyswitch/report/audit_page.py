"""An audit as one page to file, with nothing outside it: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from importlib.resources import files

from keyswitch import __version__
from keyswitch.messages.printable import printable
from keyswitch.reconcile.safeguards import use_in_words
from keyswitch.report.audit import Audit, AuditedKey


def to_html(audit: Audit) -> str:
    """The page."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["last_use"] = lambda key: _last_use(key, audit)
    template = files("keyswitch.report").joinpath("audit.html.j2").read_text(encoding="utf-8")
    page = environment.from_string(template).render(audit=audit, version=__version__)
    return f"{page.rstrip()}\n"


def _last_use(key: AuditedKey, audit: Audit) -> str:
    """With region and moment."""
    used = key.seen.used
    return "not reported" if used is None else use_in_words(used, key.seen.key, audit.at)


def _shown(value: object) -> object:
    return printable(value) if isinstance(value, str) else value
