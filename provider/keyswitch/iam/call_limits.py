"""How long a call of AWS may take, and how much may come back, before it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Bounds:
    """The bounds of every call.

    :param connect_seconds: for a connection to one address, its TLS handshake included.
    :param try_seconds: for one try as a whole, from the connection to the last byte of the answer.
    :param answer_bytes: the most of one answer, headers included. A page of a hundred users is 0.1 MiB.
    :param pages_about_a_user: the most pages of a list about one user, who has two keys, ten policies and fifty tags.
    :param pages_of_users: the most pages of the list of all users, of whom an account has 5,000 and a page 100.
    :param pages_of_an_organization: the most pages of a list of accounts or organizational units, of 20 each.
    :param pages_of_events: the most pages of CloudTrail's events about a key, in one region.
    """

    connect_seconds: float = 5.0
    try_seconds: float = 30.0
    answer_bytes: int = 2**20
    pages_about_a_user: int = 10
    pages_of_users: int = 500
    pages_of_an_organization: int = 2_000
    pages_of_events: int = 4_000


BOUNDS: Final = Bounds()
ACCOUNT: Final = Bounds(answer_bytes=2**24)
"""Of a walk over a whole account, whose credential report has some 2 MiB for 5,000 users."""
EVENTS: Final = Bounds(try_seconds=60.0, answer_bytes=2**24)
"""Of CloudTrail's event history: a busy region takes half a minute for a page, and each of its 50 events
may have 256 KiB."""
METADATA: Final = Bounds(connect_seconds=1.0, try_seconds=2.0)
"""Of a machine's metadata server, which is next to it."""
CONTAINER: Final = Bounds(connect_seconds=2.0, try_seconds=4.0)
"""Of a container's credentials endpoint."""
