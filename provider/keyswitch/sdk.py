"""What this process makes botocore's clients with: one reading of botocore's data files for all of them.

Those files are some megabytes of JSON; a session that reads them for itself takes a third of a second
to make its first client. This module imports botocore, and is imported where a client is made.
"""

from __future__ import annotations

from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any

from botocore.loaders import Loader, create_loader
from botocore.session import Session

if TYPE_CHECKING:
    from botocore.credentials import Credentials

_MAKING = RLock()


class SharingSession(Session):
    """A session that knows no profile, signs with what it is given, and shares what botocore reads.

    Sessions may make clients in several threads at a time: botocore completes what it has read when it
    is first used, so that they are made one after the other.

    :param credentials: ``None`` for clients that sign nothing.
    """

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(session_vars={"profile": (None, [], None, None)})
        self.register_component("data_loader", _loader())
        self.register_component("credential_provider", _Given(credentials))

    def create_client(self, *args: Any, **options: Any) -> Any:
        """See :meth:`botocore.session.Session.create_client`."""
        with _MAKING:
            return super().create_client(*args, **options)


def regions() -> frozenset[str]:
    """Every region of every partition that botocore knows."""
    known = SharingSession()
    with _MAKING:
        return frozenset(
            region
            for partition in known.get_available_partitions()
            for region in known.get_available_regions("sts", partition_name=partition)
        )


class _Given:
    """The part of a botocore session that finds credentials: it has them."""

    def __init__(self, credentials: Credentials | None) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Credentials | None:
        """Those that it was given."""
        return self._credentials


def _loader() -> Loader:
    with _MAKING:
        return _made_loader()


@cache
def _made_loader() -> Loader:
    return create_loader()
