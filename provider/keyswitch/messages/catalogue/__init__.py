"""Every message that keyswitch can give a reader, each under a code that never changes.

Each class is the single source of its text: :mod:`keyswitch.messages.format` makes a line of it,
:mod:`keyswitch.messages.parse` reads them back, and ``docs/errors.md`` is generated from them. ``KS1..`` is
about the declaration, ``KS2..`` about the key as it was found, ``KS3..`` about what AWS refused,
``KS4..`` about the way to AWS and back, ``KS5..`` about keyswitch's own records, ``KS6..`` about
safeguards, holds and the drift policy, ``KS7..`` about the command line. ``KS8..`` is what an audit
finds; those messages stand with the controls that give them, in :mod:`keyswitch.report.controls`. Code numbers
are never reused.
"""

from __future__ import annotations

from keyswitch.messages.catalogue.ks1_inputs import *
from keyswitch.messages.catalogue.ks1_programs import *
from keyswitch.messages.catalogue.ks2_keys import *
from keyswitch.messages.catalogue.ks3_aws import *
from keyswitch.messages.catalogue.ks3_denials import *
from keyswitch.messages.catalogue.ks4_network import *
from keyswitch.messages.catalogue.ks5_state import *
from keyswitch.messages.catalogue.ks6_fleets import *
from keyswitch.messages.catalogue.ks6_safeguards import *
from keyswitch.messages.catalogue.ks6_signing_keys import *
from keyswitch.messages.catalogue.ks7_cli import *
from keyswitch.messages.catalogue.ks74_event_history import *
from keyswitch.messages.catalogue.ks76_organization import *
from keyswitch.messages.catalogue.ks77_incident import *
from keyswitch.messages.catalogue.ks78_comment import *
from keyswitch.messages.catalogue.ks79_init import *
from keyswitch.messages.catalogue.message import Message as Message

ALL: tuple[type[Message], ...] = tuple(
    sorted(
        (
            value
            for value in list(globals().values())
            if isinstance(value, type) and issubclass(value, Message) and hasattr(value, "code")
        ),
        key=lambda entry: entry.code,
    )
)
