"""What keeps botocore's own ways from finding credentials, told of the profile that names the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyswitch.iam.errors import Call, answered, unmade
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError

if TYPE_CHECKING:
    from botocore.credentials import Credentials


@dataclass(frozen=True)
class Process:
    """botocore's provider of a ``credential_process``, which does not name a program that it cannot start."""

    profile: str
    provider: Any

    def load(self) -> Credentials | None:
        """As botocore's.

        :raises KeyswitchError: KS325, the program cannot be started.
        """
        try:
            found: Credentials | None = self.provider.load()
        except OSError as error:
            raise KeyswitchError(
                catalogue.NoSuchProgram(
                    profile=self.profile, program=error.filename, problem=error.strerror
                )
            ) from None
        return found


@contextmanager
def finding(name: str) -> Iterator[None]:
    """What a profile's own way to credentials can fail with, told of the profile.

    :raises KeyswitchError: instead of whatever botocore, a process or a file raises.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    call = Call("finding credentials", "AWS", f"profile {name}")
    try:
        yield
    except ClientError as error:
        raise answered(error, call) from None
    except BotoCoreError as error:
        fault = unmade(error, call)
        if isinstance(fault.message, catalogue.SdkFailed):
            raise none(f"those of profile {name} cannot be had: {fault.message.message}") from None
        raise fault from None
    except (OSError, RuntimeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise none(f"those of profile {name} cannot be had ({type(error).__name__})") from None


def none(problem: str) -> KeyswitchError:
    """That there are no credentials, and why (KS308)."""
    return KeyswitchError(catalogue.NoCredentials(message=problem))
