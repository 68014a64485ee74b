"""The engine's names of resources, and the types of keyswitch's own; types are public for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KEY_TYPE: Final = "pulumi-python:dynamic/keyswitch:AccessKeyStatus"
FLEET_TYPE: Final = "pulumi-python:dynamic/keyswitch:AccessKeyFleet"
ROTATION_TYPE: Final = "keyswitch:index:AccessKeyRotation"
NATIVE_KEY_TYPE: Final = "keyswitch:index:AccessKeyStatus"
NATIVE_FLEET_TYPE: Final = "keyswitch:index:AccessKeyFleet"
_TWINS: Final = {NATIVE_KEY_TYPE: KEY_TYPE, NATIVE_FLEET_TYPE: FLEET_TYPE}
STACK_TYPE: Final = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Urn:
    """``urn:pulumi:STACK::PROJECT::PARENTS$TYPE::NAME``; each part is empty where it is none."""

    text: str

    @property
    def stack(self) -> str:
        """The stack without its project."""
        return self.text.removeprefix("urn:pulumi:").partition("::")[0] if self.project else ""

    @property
    def project(self) -> str:
        """The project."""
        return self.text.partition("::")[2].partition("::")[0]

    @property
    def type(self) -> str:
        """The type without its parents'."""
        return self.text.partition("::")[2].partition("::")[2].partition("::")[0].rpartition("$")[2]

    @property
    def kind(self) -> str:
        """The type; of a native resource that of its dynamic twin."""
        return _TWINS.get(self.type, self.type)

    @property
    def name(self) -> str:
        """The logical name."""
        return self.text.rpartition("::")[2] if "::" in self.text else ""
