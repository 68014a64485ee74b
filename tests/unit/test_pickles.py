"""What every state has of the provider classes, byte by byte: one that is pickled otherwise could not be deleted."""

from __future__ import annotations

import base64

import pytest
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider

from keyswitch.fleet_provider import AccessKeyFleetProvider
from keyswitch.provider import AccessKeyStatusProvider

OF_A_KEY = (
    b"\x80\x04\x955\x00\x00\x00\x00\x00\x00\x00\x8c\x12keyswitch.provider\x94"
    b"\x8c\x17AccessKeyStatusProvider\x94\x93\x94)\x81\x94."
)
OF_A_FLEET = (
    b"\x80\x04\x95:\x00\x00\x00\x00\x00\x00\x00\x8c\x18keyswitch.fleet_provider\x94"
    b"\x8c\x16AccessKeyFleetProvider\x94\x93\x94)\x81\x94."
)


@pytest.mark.parametrize(
    ("provider", "pickled"),
    [(AccessKeyStatusProvider(), OF_A_KEY), (AccessKeyFleetProvider(), OF_A_FLEET)],
)
def test_a_provider_is_pickled_as_it_always_was(provider: ResourceProvider, pickled: bytes) -> None:
    assert base64.b64decode(serialize_provider(provider)) == pickled
