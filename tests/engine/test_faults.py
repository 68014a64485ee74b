"""Hostile networks through the real engine: one user for each fault, all of them in one run.

The tables are those of docs/faults.md, word for word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from engine.test_fleet import declare_as, state_of_fleet
from support.engine import ROOT, NewProject, Project, engine_env
from support.hostile import (
    Fault,
    Network,
    StaleReads,
    error,
    floods,
    having_done_it,
    is_silent,
    is_silent_about_it,
    late,
    loses_the_answer,
    once,
    resets,
    says,
    truncates,
)
from support.http import RecordingServer
from support.moto_iam import Outsider

PAGE = (ROOT / "docs" / "faults.md").read_text()
HTML = "<!doctype html><html><body>Please log in</body></html>"
OTHER = "<ListUsersResponse><ListUsersResult><Users/></ListUsersResult></ListUsersResponse>"


@dataclass(frozen=True)
class OfRead:
    """A fault of each ``iam:ListAccessKeys``, and what the run says: a code, or nothing."""

    what: str
    fault: Fault
    code: str = ""


@dataclass(frozen=True)
class OfWrite:
    """A fault of each ``iam:UpdateAccessKey``: the code, and whether IAM has done it all the same."""

    what: str
    fault: Fault
    code: str = ""
    is_done: bool = False


READS = (
    OfRead("an answer that takes 2 seconds", late(2)),
    OfRead("a connection that is reset once", once(resets)),
    OfRead("every connection is reset", resets, "KS402"),
    OfRead("every answer ends in the middle", truncates, "KS402"),
    OfRead("a throttled call, once", once(error(400, "Throttling"))),
    OfRead("every call is throttled", error(400, "Throttling"), "KS306"),
    OfRead("429 without a word", says(429, ""), "KS403"),
    OfRead("500 as AWS writes it", error(500, "ServiceFailure"), "KS304"),
    OfRead("500 without a word", says(500, ""), "KS304"),
    OfRead("503 as a page of HTML", says(503, "<html>busy</html>", "text/html"), "KS304"),
    OfRead("200 with a page of HTML", says(200, HTML, "text/html"), "KS403"),
    OfRead("200 with the answer to another question", says(200, OTHER), "KS403"),
    OfRead("an answer without an end", floods, "KS409"),
    OfRead("no permission", error(403, "AccessDenied"), "KS301"),
)
WRITES = (
    OfWrite("a connection that is reset once", once(resets), is_done=True),
    OfWrite("every connection is reset", resets, "KS402"),
    OfWrite("every answer is lost", loses_the_answer, is_done=True),
    OfWrite("every answer ends in the middle", truncates, is_done=True),
    OfWrite("every call is throttled", error(400, "Throttling"), "KS306"),
    OfWrite("500 as AWS writes it", error(500, "ServiceFailure"), "KS304"),
    OfWrite("500, and IAM has done it", says(500, "", asks=True), is_done=True),
    OfWrite("200 with a page of HTML", says(200, HTML, "text/html"), "KS403"),
    OfWrite("an answer without an end, and IAM has done it", having_done_it(floods), is_done=True),
    OfWrite("no permission", error(403, "AccessDenied"), "KS301"),
    OfWrite("reads that lag 3 seconds behind", StaleReads(3), is_done=True),
)


@dataclass(frozen=True)
class OfOther:
    """A fault of another call that a switch depends on, and what the run says."""

    action: str
    what: str
    fault: Fault
    code: str


OTHERS = tuple(
    OfOther(action, what, fault, code)
    for action, denied in (("GetCallerIdentity", "KS301"), ("GetAccessKeyLastUsed", "KS608"))
    for what, fault, code in (
        ("every connection is reset", resets, "KS402"),
        ("every call is throttled", error(400, "Throttling"), "KS306"),
        ("no permission", error(403, "AccessDenied"), denied),
    )
)


@pytest.fixture
def project(way: Network, tmp_path: Any, home: Any, new_project: NewProject) -> Project:
    project: Project = new_project(tmp_path / "hostile", engine_env(home, way.url))
    project.expect(0, "config", "set", "aws:maxRetries", "2")
    return project


@dataclass
class Keys:
    """A key for each fault, Active and recorded so, in either form."""

    project: Project
    outsider: Outsider
    form: str
    of: dict[str, tuple[str, str]]

    def declare(self, status: str, **more: str) -> None:
        common = {"status": status, **more}
        entries = {key: {"user_name": user, **common} for user, key in self.of.values()}
        declare_as(self.form, self.project, entries)

    def recorded(self) -> dict[str, str]:
        """Key id to the status in the state."""
        if self.form == "fleet":
            found: dict[str, str] = state_of_fleet(self.project)["outputs"]["statuses"]
            return found
        resources = self.project.resources().items()
        return {name: resource["outputs"]["status"] for name, resource in resources}

    def live(self) -> dict[str, str | None]:
        return {key: self.outsider.status(user, key) for user, key in self.of.values()}


def new_keys(project: Project, outsider: Outsider, form: str, names: list[str]) -> Keys:
    users = {name: outsider.new_user() for name in names}
    return Keys(project, outsider, form, {n: (u, outsider.new_key(u)) for n, u in users.items()})


def keys_for(project: Project, outsider: Outsider, form: str, names: list[str]) -> Keys:
    keys = new_keys(project, outsider, form, names)
    keys.declare("Active")
    project.up()
    return keys


def codes(keys: Keys, text: str) -> dict[str, str]:
    """Of each fault's key the codes of the errors about it."""
    lines = text.replace("error: ", "\n").replace("* ", "\n").splitlines()
    errors = [line.strip() for line in lines if line.strip().startswith(("KS3", "KS4"))]
    return {
        what: " ".join(sorted({line[:5] for line in errors if f" access key {key}" in line}))
        for what, (_, key) in keys.of.items()
    }


@pytest.mark.parametrize("form", ["resources", pytest.param("fleet", marks=pytest.mark.nightly)])
def test_what_cannot_be_looked_at_is_an_error_and_never_no_change(
    project: Project, way: Network, iam: RecordingServer, outsider: Outsider, form: str
) -> None:
    keys = keys_for(project, outsider, form, [row.what for row in READS])
    for row in READS:
        way.faults["ListAccessKeys", keys.of[row.what][0]] = row.fault
    iam.reset()

    preview = project.preview("--expect-no-changes", code=1)
    refresh = project.refresh(code=project.FAILED_REFRESH)

    expected = {row.what: row.code for row in READS}
    for run in (preview, refresh):
        said = codes(keys, run.text)
        if form == "fleet":
            assert said == expected
        else:
            # The engine ends a run at the first Diff or Read that fails.
            assert {what: code for what, code in said.items() if code}.items() <= expected.items()
            assert any(said.values())
    assert set(keys.recorded().values()) == {"Active"}
    assert iam.writes == []

    slow = ("an answer that takes 2 seconds", "every call is throttled")
    for what in slow:
        del way.faults["ListAccessKeys", keys.of[what][0]]
    keys.declare("Inactive")
    project.up("--continue-on-error", code=1)

    seen = {keys.of[row.what][1] for row in READS if not row.code or row.what in slow}
    switched = {key for key, _ in iam.writes}
    assert switched == seen if form == "fleet" else switched <= seen
    assert keys.recorded() == keys.live()
    way.faults.clear()
    project.up()
    assert set(keys.live().values()) == {"Inactive"}
    project.preview("--refresh", "--expect-no-changes")


def test_another_call_that_a_switch_depends_on_fails_it_before_it_is_made(
    project: Project, way: Network, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    outsider.let_pass(bob, seconds=2)
    unused = {"safeguards": {"unused_for": "1s"}}
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive", **unused})

    for row in OTHERS:
        way.faults = {(row.action, ""): row.fault}
        assert f": {row.code} " in project.up(code=1).row("bob"), row

    assert iam.writes == []
    assert project.resources() == {}
    way.faults.clear()
    project.up()
    assert iam.writes == [(key, "Inactive")]


@pytest.mark.parametrize(
    ("operation", "form"),
    [
        ("create", "resources"),
        pytest.param("create", "fleet", marks=pytest.mark.nightly),
        pytest.param("update", "resources", marks=pytest.mark.nightly),
        ("update", "fleet"),
        pytest.param("delete", "resources", marks=pytest.mark.nightly),
        ("delete", "fleet"),
    ],
)
def test_a_switch_that_fails_is_told_recorded_as_it_is_and_made_by_the_next_run(
    project: Project,
    way: Network,
    iam: RecordingServer,
    outsider: Outsider,
    form: str,
    operation: str,
) -> None:
    keys = new_keys(project, outsider, form, [row.what for row in WRITES])
    if operation != "create":
        keys.declare("Active", on_destroy="deactivate")
        project.up()
    if operation != "delete":
        keys.declare("Inactive")
    for row in WRITES:
        action = "" if isinstance(row.fault, StaleReads) else "UpdateAccessKey"
        way.faults[action, keys.of[row.what][0]] = row.fault
    carry_out = project.destroy if operation == "delete" else project.up

    run = carry_out("--continue-on-error", code=1)

    done = {keys.of[row.what][1]: "Inactive" if row.is_done else "Active" for row in WRITES}
    failed = [key for key, status in done.items() if status == "Active"]
    assert codes(keys, run.text) == {row.what: row.code for row in WRITES}
    assert keys.live() == done
    assert (
        keys.recorded()
        == {
            "create": {key: "Inactive" for key in done if key not in failed},
            "update": done,
            # The engine records the end of a resource whole or not at all.
            "delete": dict.fromkeys(done if form == "fleet" else failed, "Active"),
        }[operation]
    )

    way.faults.clear()
    iam.reset()
    carry_out()
    assert sorted(iam.writes) == sorted((key, "Inactive") for key in failed)
    assert set(keys.live().values()) == {"Inactive"}
    if operation == "delete":
        assert not project.state()["deployment"].get("resources")
    else:
        project.preview("--expect-no-changes")


def test_silence_ends_the_call_and_is_told_of_the_key_that_was_not_switched(
    project: Project, way: Network, iam: RecordingServer, outsider: Outsider
) -> None:
    project.expect(0, "config", "set", "aws:maxRetries", "1")
    keys = keys_for(project, outsider, "fleet", ["heard", "not done", "done"])
    way.faults["UpdateAccessKey", keys.of["not done"][0]] = is_silent
    way.faults["UpdateAccessKey", keys.of["done"][0]] = is_silent_about_it
    keys.declare("Inactive")

    up = project.up(code=1)

    assert codes(keys, up.text) == {"heard": "", "not done": "KS402", "done": ""}
    statuses = dict.fromkeys((key for _, key in keys.of.values()), "Inactive")
    statuses[keys.of["not done"][1]] = "Active"
    assert keys.live() == keys.recorded() == statuses
    way.faults.clear()
    project.up()
    assert set(keys.live().values()) == {"Inactive"}


def rows_of_reads() -> list[str]:
    return [f"| {row.what} | {f'`{row.code}`' if row.code else 'nothing'} |" for row in READS]


def rows_of_writes() -> list[str]:
    return [
        f"| {row.what} | {f'`{row.code}`' if row.code else 'nothing'} "
        f"| {'Inactive' if row.is_done else 'Active'} "
        f"| {'nothing: it is done' if row.is_done else 'deactivates it'} |"
        for row in WRITES
    ]


def rows_of_others() -> list[str]:
    service = {"GetCallerIdentity": "sts", "GetAccessKeyLastUsed": "iam"}
    return [
        f"| `{service[row.action]}:{row.action}` | {row.what} | `{row.code}` |" for row in OTHERS
    ]


@pytest.mark.parametrize(
    "rows",
    [rows_of_reads(), rows_of_writes(), rows_of_others()],
    ids=["reads", "writes", "others"],
)
def test_the_page_has_these_tables(rows: list[str]) -> None:
    assert "\n".join(rows) in PAGE
