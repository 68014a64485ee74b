"""Writes what the pipelines use into the files that say so (``make docs``).

The address of the action and the component goes into the examples, and their inputs and outputs into
docs/how-to/pull-requests.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from package_metadata import REPOSITORY
from release import released

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "how-to" / "pull-requests.md"
FILES: Final = (
    *sorted((ROOT / "examples/gitops/github").glob("*.yml")),
    ROOT / "examples/gitops/gitlab/.gitlab-ci.yml",
)
_HOST: Final = "github.com/"
_UNKNOWN: Final = "OWNER/keyswitch"
"""For whoever copies the files before there is an address."""
_MAJOR: Final = "v0"
_NAMED: Final = re.compile(
    rf"((?:- uses: |\$CI_SERVER_FQDN/))[\w.-]+/[\w.-]+(?=(?:/keyswitch)?@{_MAJOR}\b)"
)
_BEFORE: Final = re.compile(
    r"(<!-- before the first release -->\n).*?(<!-- end of before the first release -->\n)",
    re.DOTALL,
)
_TABLE: Final = re.compile(r"(<!-- table: ([\w ]+) -->\n\n).*?(\n\n)", re.DOTALL)


def named(repository: str) -> str:
    """The repository as ``uses:`` names it, which is by its path on GitHub."""
    return repository.removeprefix(_HOST) if repository.startswith(_HOST) else _UNKNOWN


def with_address(text: str, repository: str = REPOSITORY) -> str:
    """An example, in which the action, or the component, is that of the repository."""
    return _NAMED.sub(lambda found: f"{found[1]}{named(repository)}", text)


def before_the_first_release(version: str) -> str:
    """What else is to be done while there is nothing to name; nothing after the first release.

    :param version: of the newest release, empty before the first.
    """
    if version:
        return ""
    name = f"{named(REPOSITORY)}@{_MAJOR}"
    return (
        "Before the first release, two steps need more:\n\n"
        "- Step 1: build the wheel in the clone of this repository (`make -C ~/keyswitch wheel`), and copy it and the "
        "file with its hash next to your `requirements.txt`\n  (`cp ~/keyswitch/dist/keyswitch.txt ~/keyswitch/dist/*.whl .`).\n"
        f"- Step 4: `{name}` does not exist yet. Mirror the clone into your organization. If the mirror is private, let "
        "your other repositories use its actions (in\n  its settings: Actions, General, Access). Then run "
        "`keyswitch init --forge github --action-repository acme/keyswitch@COMMIT`, with the name of the mirror and\n"
        "  the hash that `git -C ~/keyswitch rev-parse HEAD` prints. In workflows that you copied, the same:\n\n"
        "<!-- run by: tests/gitops/test_pipeline_files.py -->\n"
        "```bash\n"
        f"sed -i.bak 's|{name}|acme/keyswitch@COMMIT|' .github/workflows/*.yml && rm .github/workflows/*.bak\n"
        "```\n\n"
    )


def with_tables(page: str, version: str | None = None) -> str:
    """The page's text, in which the table below each mark is what the file says.

    :param version: of the newest release, if not what CHANGELOG.md says.
    """
    if version is None:
        version = released((ROOT / "CHANGELOG.md").read_text())
    text = before_the_first_release(version)
    page = _BEFORE.sub(lambda found: f"{found[1]}{text}{found[2]}", page)
    action = YAML(typ="safe").load(ROOT / "action.yml")
    component = next(YAML(typ="safe").load_all(ROOT / "templates" / "keyswitch.yml"))
    inputs = component["spec"]["inputs"]
    same = {name for name in inputs if _same(inputs[name], action["inputs"].get(name, {}))}
    own = {name: each for name, each in inputs.items() if name not in same}
    tables = {
        "inputs of the action": _inputs(action["inputs"]),
        "inputs of the component": _inputs(own),
        "outputs": _outputs(action["outputs"]),
    }
    return _TABLE.sub(lambda found: found[1] + "\n".join(tables[found[2]]) + found[3], page)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the action's input says what the component's is, too."""
    return bool(other) and str(one.get("default")).lower() == str(other.get("default")).lower()


def _inputs(inputs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield from ("| input | default | what it does |", "|---|---|---|")
    for name, each in inputs.items():
        yield f"| `{name}` | {_default(each)} | {_said(each)} |"


def _default(each: Mapping[str, Any]) -> str:
    if "default" not in each:
        return "(required)"
    default = str(each["default"])
    return (
        f"`{default.lower() if isinstance(each['default'], bool) else default}`" if default else ""
    )


def _outputs(outputs: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    yield from ("| action | component | value |", "|---|---|---|")
    for name, each in outputs.items():
        variable = each["value"].split(".")[-1].removesuffix(" }}")
        yield f"| `{name}` | `{variable}` | {_said(each)} |"


def _said(each: Mapping[str, Any]) -> str:
    return " ".join(each["description"].split())


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
    for path in FILES:
        path.write_text(with_address(path.read_text()))
