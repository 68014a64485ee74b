"""Says before AWS does that a user has no room for another key."""

from __future__ import annotations

from typing import Final

from keyswitch.iam.client import IamClient, NoSuchEntityError
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError

_MOST_KEYS: Final = 2


def refuse_third_key(client: IamClient, user_name: str, announced: int) -> None:
    """Looks at the user's keys, afresh. A user that is not made yet has none.

    :param announced: how many other keys this run is going to create for the user.
    :raises KeyswitchError: KS618, or the user cannot be looked at.
    """
    try:
        keys = client.list_access_keys(user_name)
    except NoSuchEntityError:
        keys = ()
    if len(keys) + announced < _MOST_KEYS:
        return
    listed = [f"{key.access_key_id} {key.status}" for key in keys]
    listed += ["one that this run creates"] * announced
    raise KeyswitchError(catalogue.NoRoomForAKey(user_name=user_name, keys=", ".join(listed)))
