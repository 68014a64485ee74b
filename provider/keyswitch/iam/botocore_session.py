"""What this process makes botocore's clients with: one session, and one reading of botocore's data files.

Those files are some megabytes of JSON; a session that reads them for itself takes a third of a second
to make its first client. This module imports botocore, and is imported where a client is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any

from botocore.loaders import Loader, create_loader
from botocore.session import Session

if TYPE_CHECKING:
    from botocore.credentials import Credentials

_MAKING = RLock()


def client(service: str, credentials: Credentials | None, **options: Any) -> Any:
    """A client that signs with these credentials and no others; with ``None`` not at all.

    Safe to call from several threads.

    :param options: of :meth:`botocore.session.Session.create_client`.
    """
    with _MAKING:
        session = _session()
        session.signer = credentials
        try:
            return session.create_client(service, **options)
        finally:
            session.signer = None


def regions() -> frozenset[str]:
    """Every region of every partition that botocore knows."""
    with _MAKING:
        known = _session()
        return frozenset(
            region
            for partition in known.get_available_partitions()
            for region in known.get_available_regions("sts", partition_name=partition)
        )


class SharingSession(Session):
    """A session that reads no shared AWS file, finds no credentials, and shares what botocore reads.

    botocore's sessions are not safe to be used by several threads, and botocore completes what it has read
    when it is first used: clients are made one after the other.

    :ivar signer: what the next client signs with.
    """

    signer: Credentials | None = None
    full_config: Any = property(lambda _: _NO_FILES)

    def __init__(self) -> None:
        super().__init__(session_vars={"profile": (None, [], None, None)})
        self.register_component("data_loader", _loader())

    def get_credentials(self) -> Any:
        """The signer."""
        return self.signer

    def create_client(self, *args: Any, **options: Any) -> Any:
        """See :meth:`botocore.session.Session.create_client`."""
        with _MAKING:
            return super().create_client(*args, **options)


_NO_FILES: Mapping[str, Any] = {"profiles": {}}


@cache
def _session() -> SharingSession:
    return SharingSession()


@cache
def _loader() -> Loader:
    return create_loader()
