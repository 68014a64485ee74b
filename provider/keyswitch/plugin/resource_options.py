"""Resource options that would have a key switched, or left, against what the program says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import pulumi

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.plugin.operations import refuse_ignored_changes

_OF_AWS: Final = ("aws", "aws-native")
_OF_PYTHON: Final = "pulumi-python"
_REFUSED: Final[Mapping[str, Callable[..., Message]]] = {
    "id": catalogue.NothingToImport,
    "import_": catalogue.NothingToImport,
    "urn": catalogue.NothingToImport,
    "version": catalogue.AnotherPlugin,
    "plugin_download_url": catalogue.AnotherPlugin,
}


def refuse_options(
    resource_name: str,
    opts: pulumi.ResourceOptions | None,
    from_the_program: Iterable[str],
    account: object,
) -> None:
    """Refuses the options of a resource that do not mean here what they say, before it is registered.

    :param from_the_program: the inputs that ``ignore_changes`` may not name.
    :param account: the account that the resource names; ``None`` for the stack's own.
    :raises pulumi.RunError: KS114, KS156, KS158, KS160.
    """
    if opts is None:
        return
    for option, refusal in _REFUSED.items():
        if getattr(opts, option) is not None:
            raise pulumi.RunError(line(refusal(name=resource_name, option=option)))
    try:
        refuse_ignored_changes(opts.ignore_changes, from_the_program, f"resource {resource_name}")
    except KeyswitchError as error:
        raise pulumi.RunError(str(error)) from None
    _refuse_providers(resource_name, opts, account)


def _refuse_providers(resource_name: str, opts: pulumi.ResourceOptions, account: object) -> None:
    """Explicit providers of AWS, which the host hands to nobody, and those that split the plugin's process.

    A component hands its providers on to its children.
    """
    for option, providers in (
        ("provider", [opts.provider]),
        ("providers", _listed(opts.providers)),
        ("parent", _listed(getattr(opts.parent, "_providers", None))),
    ):
        for provider in providers:
            package = getattr(provider, "package", None)
            if package == _OF_PYTHON:
                raise pulumi.RunError(
                    line(catalogue.AnotherPlugin(name=resource_name, option=option))
                )
            if package in _OF_AWS and account is None:
                named = f"the provider {getattr(provider, '_name', '')} of package {package}"
                raise pulumi.RunError(
                    line(
                        catalogue.ExplicitProvider(
                            provider=named, name=resource_name, option=option
                        )
                    )
                )


def _listed(providers: object) -> list[object]:
    if isinstance(providers, Mapping):
        return list(providers.values())
    return list(providers) if isinstance(providers, list | tuple) else []
