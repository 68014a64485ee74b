"""The options that say what an audit looks for."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import CompletionItem

from keyswitch.cli.command import duration, gathering
from keyswitch.model.durations import Duration
from keyswitch.report.audit import Question
from keyswitch.report.controls import CONTROLS, control_named
from keyswitch.report.controls.control import Severity, Thresholds

_SEVERITIES: Final = click.Choice([str(each) for each in Severity])


def _control(text: str) -> str:
    """The name of the control that a name or a code names."""
    name = control_named(text)
    if name not in CONTROLS:
        raise click.BadParameter(f"{text!r} is not a control: there are {', '.join(CONTROLS)}")
    return name


def _controls(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    return [
        CompletionItem(name, help=each.checks)
        for name, each in CONTROLS.items()
        if name.startswith(incomplete)
    ]


def _question(
    max_age: Duration,
    unused_for: Duration,
    controls: tuple[str, ...],
    severity: str,
    fail_on: str,
) -> Question:
    asked = [CONTROLS[name] for name in controls] or list(CONTROLS.values())
    least = Severity(severity)
    if all(each.severity.rank < least.rank for each in asked):
        raise click.UsageError(
            f"No control of --control has the severity {severity} or a higher one."
        )
    return Question(
        thresholds=Thresholds(max_age, unused_for),
        controls=tuple(dict.fromkeys(controls)),
        least=least,
        fail_on=Severity(fail_on),
    )


question_options = gathering(
    click.option(
        "--max-age",
        type=duration,
        metavar="DURATION",
        default="90d",
        show_default=True,
        help="Find Active keys that were created longer ago.",
    ),
    click.option(
        "--unused-for",
        type=duration,
        metavar="DURATION",
        default="45d",
        show_default=True,
        help="Find Active keys without a use for that long.",
    ),
    click.option(
        "--control",
        "controls",
        type=_control,
        shell_complete=_controls,
        multiple=True,
        metavar="NAME",
        help="Only this control, by name or code. Repeat the option for several controls.",
    ),
    click.option(
        "--severity",
        type=_SEVERITIES,
        default="low",
        show_default=True,
        help="Only findings of this severity or a higher one.",
    ),
    click.option(
        "--fail-on",
        type=_SEVERITIES,
        default="low",
        show_default=True,
        help="Exit with 7 only for an open finding of this severity or a higher one.",
    ),
    argument="question",
    make=_question,
)
"""The options that say what an audit looks for; they make its argument ``question``."""
