"""``active_until``: a key that is Active until a date, in each form, before, near and after it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from keyswitch.model.camel_case import renamed
from keyswitch.model.durations import iso
from keyswitch.model.inputs import camel
from support.engine import PROGRAM, REGISTER, MakeProject, Project
from support.http import RecordingServer
from support.moto_iam import Outsider
from support.native_project import NativeProject, needs_host

IN_REGISTER = pytest.param("rotation in the register", marks=pytest.mark.nightly)
FORMS = ("key", "fleet", "rotation", "register", "register of fleets", IN_REGISTER)
GUARDED = FORMS[:2] + FORMS[3:5]
"""The forms in which a program declares the safeguards of the key."""


SECONDS_TO_THE_END = 15
"""From before the adoption: a preview and an update of the engine's fit in."""


def in_days(days: int) -> str:
    """A date that many days from today, in UTC."""
    return str(datetime.now(timezone.utc).date() + timedelta(days=days))


class Declared:
    """One key with its user, declared in some form."""

    def __init__(self, form: str, project: Project, outsider: Outsider) -> None:
        self.form, self.project, self.outsider = form, project, outsider
        self.user = outsider.new_user()
        self.key = outsider.new_key(self.user)

    def declare(self, **inputs: Any) -> None:
        of_rotation = {"user_name": self.user, **inputs}
        entry = {"status": "Active", **of_rotation}
        if self.form == "key":
            self.project.declare(bob={"access_key_id": self.key, **entry})
        elif self.form == "fleet":
            self.project.declare(bob={"keys": {self.key: entry}})
        elif self.form == "rotation":
            self.project.declare(bob={"current": self.key, **of_rotation})
        elif self.form == "rotation in the register":
            rotation = renamed({"current": self.key, **of_rotation}, camel)
            self._configure("rotations", json.dumps({"bob": rotation}))
        else:
            self._configure("keys", json.dumps({self.key: renamed(entry, camel)}))
            self._configure("fleet", str(self.form == "register of fleets").lower())

    def _configure(self, name: str, value: str) -> None:
        self.project.expect(0, "config", "set", f"keyswitch:{name}", value)

    @property
    def status(self) -> str | None:
        return self.outsider.status(self.user, self.key)

    def switch(self, status: str) -> None:
        self.outsider.switch(self.user, self.key, status)

    @property
    def recorded(self) -> dict[str, Any]:
        """What the state has of the key, in any form by the names of a single one."""
        for each in self.project.state()["deployment"]["resources"]:
            outputs = each.get("outputs", {})
            if outputs.get("access_key_id") == self.key:
                return dict(outputs)
            if self.key in outputs.get("records", {}):
                pending = outputs["pending"].get(self.key, "")
                return {**outputs["records"][self.key], "pending": pending}
        raise KeyError(self.key)


@pytest.fixture
def bob(request: pytest.FixtureRequest, make_project: MakeProject, outsider: Outsider) -> Declared:
    """The key, in the form that the test is given."""
    form: str = request.param
    program = REGISTER if "register" in form else PROGRAM
    return Declared(form, make_project("expiring", program), outsider)


in_each_form = pytest.mark.parametrize("bob", FORMS, indirect=True)
in_each_guarded_form = pytest.mark.parametrize("bob", GUARDED, indirect=True)


@in_each_form
def test_a_key_is_active_until_its_date_then_warned_of_then_deactivated_once_and_quiet(
    bob: Declared, iam: RecordingServer
) -> None:
    project = bob.project
    bob.declare(active_until=in_days(30))
    assert "KS226" not in project.up().text
    assert iam.writes == []

    project.let_pass(days=20)
    warned = project.preview("--expect-no-changes")
    assert f"is declared Active until {in_days(10)}, which ends in 10 days" in warned.words
    assert "KS226" in project.up().text
    assert iam.writes == []

    project.let_pass(days=11)
    preview = project.preview()
    assert f"KS227 access key {bob.key} of user {bob.user}: was declared Active" in preview.words
    assert "KS219" in preview.text
    assert bob.status == "Active"
    project.up()
    assert iam.writes == [(bob.key, "Inactive")]
    assert bob.recorded["desired_status"] == "Inactive"
    assert bob.recorded["deactivated_by"] == "program"
    assert bob.recorded["active_until"] == in_days(-1), "public for ever"

    assert "KS2" not in project.preview("--expect-no-changes").text
    project.refresh()
    assert "KS2" not in project.up("--expect-no-changes").text
    assert iam.writes == [(bob.key, "Inactive")]


@in_each_form
def test_a_key_whose_date_is_over_when_it_is_adopted_is_deactivated(
    bob: Declared, iam: RecordingServer
) -> None:
    bob.declare(active_until=in_days(-1), warn_before="3d")

    preview = bob.project.preview()

    assert "KS218" in preview.text
    assert "KS227" in preview.text
    bob.project.up()
    assert iam.writes == [(bob.key, "Inactive")]
    assert bob.recorded["warn_before"] == "3d", "public for ever"


@in_each_form
def test_a_later_date_activates_a_key_again_that_its_own_end_deactivated(
    bob: Declared, iam: RecordingServer
) -> None:
    bob.declare(active_until=in_days(-1))
    bob.project.up()

    bob.declare(active_until=in_days(20))

    assert "will be activated, as declared" in bob.project.preview().words
    bob.project.up()
    assert iam.writes == [(bob.key, "Inactive"), (bob.key, "Active")]
    bob.project.preview("--expect-no-changes")


@in_each_guarded_form
def test_an_end_under_a_safeguard_that_is_not_met_is_refused_then_made(
    bob: Declared, outsider: Outsider, iam: RecordingServer
) -> None:
    outsider.use(bob.key)
    bob.declare(active_until=in_days(1), safeguards={"unused_for": "7d"})
    bob.project.up()
    bob.project.let_pass(days=2)

    for refused in (bob.project.preview(code=1), bob.project.up(code=1)):
        assert "KS602" in refused.text
        assert "KS227 was declared Active until" in refused.words
    assert iam.writes == []

    outsider.let_pass(bob.user, days=8)
    bob.project.up()
    assert iam.writes == [(bob.key, "Inactive")]


@in_each_guarded_form
def test_an_end_under_a_safeguard_that_is_not_met_may_be_held_and_a_later_date_ends_the_hold(
    bob: Declared, outsider: Outsider, iam: RecordingServer
) -> None:
    guarded = {"unused_for": "7d", "unmet": "hold"}
    outsider.use(bob.key)
    bob.declare(active_until=in_days(-1), safeguards=guarded)
    bob.project.up()
    assert bob.recorded["pending"].startswith("Inactive, held since ")
    for shown in (bob.project.preview("--expect-no-changes"), bob.project.up()):
        assert "KS611" in shown.text
        assert "KS227" in shown.text

    bob.declare(active_until=in_days(30), safeguards=guarded)
    bob.project.up()
    assert bob.recorded["pending"] == ""

    bob.declare(active_until=in_days(-1), safeguards=guarded)
    bob.project.up()
    outsider.let_pass(bob.user, days=8)
    assert "KS617" in bob.project.preview().text
    bob.project.up()
    assert iam.writes == [(bob.key, "Inactive")]


@in_each_form
def test_a_key_that_somebody_activates_after_its_end_has_drifted(
    bob: Declared, iam: RecordingServer
) -> None:
    bob.declare(active_until=in_days(-1))
    bob.project.up()
    bob.switch("Active")

    preview = bob.project.preview("--refresh")

    assert "is Active but declared Inactive: changed outside Pulumi" in preview.words
    assert "To keep the key Active, extend active_until." in preview.words
    bob.project.up()
    assert iam.writes == [(bob.key, "Inactive")] * 2


@in_each_guarded_form
def test_such_a_drift_may_be_reported_only(bob: Declared, iam: RecordingServer) -> None:
    bob.declare(active_until=in_days(-1), on_drift="report")
    bob.project.up()
    bob.switch("Active")

    shown = bob.project.up("--expect-no-changes")

    assert "KS616" in shown.text
    assert "KS227" in shown.text
    assert iam.writes == [(bob.key, "Inactive")]


@in_each_form
def test_a_key_that_somebody_deactivated_before_its_end_is_recorded_and_let_be(
    bob: Declared, iam: RecordingServer
) -> None:
    bob.declare(active_until=in_days(1))
    bob.project.up()
    bob.switch("Inactive")
    bob.project.let_pass(days=2)

    bob.project.up()
    assert bob.recorded["desired_status"] == "Inactive"
    assert bob.recorded["deactivated_by"] == "outside"
    bob.project.preview("--expect-no-changes")
    bob.declare(active_until=in_days(20))
    assert "KS606 activating " in bob.project.preview(code=1).text
    assert iam.writes == []


@in_each_form
def test_a_date_that_is_none_is_refused(bob: Declared, iam: RecordingServer) -> None:
    bob.declare(active_until="31.3.2027")

    assert "KS136 " in bob.project.preview(code=1).text
    assert "KS136 " in bob.project.up(code=1).text
    assert iam.writes == []


@in_each_guarded_form
def test_an_end_that_is_to_come_has_no_place_beside_inactive(
    bob: Declared, iam: RecordingServer
) -> None:
    bob.declare(status="Inactive", active_until=in_days(3))

    assert "KS137 " in bob.project.preview(code=1).text
    assert "KS137 " in bob.project.up(code=1).text
    assert iam.writes == []


@in_each_guarded_form
def test_an_end_silences_no_safeguard_by_an_override(bob: Declared, iam: RecordingServer) -> None:
    bob.declare(active_until=in_days(1), override="INC-1")
    assert "KS139 " in bob.project.preview(code=1).text

    bob.project.let_pass(days=2)

    assert "KS139 " in bob.project.up(code=1).text
    assert iam.writes == []


@in_each_guarded_form
def test_an_end_that_is_over_may_stay_when_the_program_says_inactive_itself(
    bob: Declared, iam: RecordingServer
) -> None:
    bob.declare(active_until=in_days(-1))
    bob.project.up()

    bob.declare(active_until=in_days(-1), status="Inactive")

    bob.project.preview("--expect-no-changes")
    assert iam.writes == [(bob.key, "Inactive")]


def test_the_limit_of_a_fleet_counts_ends_and_of_two_ends_of_a_user_the_second_is_refused(
    project: Project, outsider: Outsider, iam: RecordingServer
) -> None:
    users = [outsider.new_user() for _ in range(2)]
    entry = {"status": "Active", "active_until": in_days(1)}
    fleet = {outsider.new_key(user): {**entry, "user_name": user} for user in users}
    eve = outsider.new_user()
    guarded = {"user_name": eve, "safeguards": {"keep_one_active": True}, **entry}
    single = {outsider.new_key(eve): {**guarded} for _ in range(2)}
    keys = {key: {"access_key_id": key, **inputs} for key, inputs in single.items()}
    project.declare(**keys, all={"keys": fleet, "max_changes": 1})
    project.up()
    project.let_pass(days=2)

    preview = project.preview(code=1)

    assert "KS621" in preview.text
    assert len(preview.diagnostics("error: KS605 ")) == 1
    project.up("--continue-on-error", code=1)
    assert len(iam.writes) == 1
    assert iam.writes[0][0] in single


@pytest.mark.parametrize("bob", ["rotation"], indirect=True)
def test_a_rotation_whose_current_key_has_ended_is_not_said_to_be_in_its_overlap(
    bob: Declared, outsider: Outsider, iam: RecordingServer
) -> None:
    previous = outsider.new_key(bob.user)
    bob.declare(previous=previous, active_until=in_days(1))
    bob.project.up()
    assert bob.project.stack_output("stage").startswith("overlap until ")
    bob.project.let_pass(days=2)

    bob.project.up()

    assert iam.writes == [(bob.key, "Inactive")], "the previous key stays for whoever still uses it"
    assert bob.project.stack_output("stage") == "waiting: the current key is Inactive"


LATER = """
import json, pathlib
import pulumi, keyswitch
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider

class Dates(ResourceProvider):
    def create(self, props): return CreateResult("id", props)
    def diff(self, _id, _olds, _news): return DiffResult(changes=False)

class Date(Resource):
    def __init__(self, name, until):
        super().__init__(Dates(), name, {"until": until})
        self.later = self.id.apply(lambda _: until)

given = json.loads(pathlib.Path("keys.json").read_text())["bob"]
key, until = given.pop("key"), given.pop("until")
make = {"unknown": lambda: Date("date", until).later, "secret": lambda: pulumi.Output.secret(until)}
entry = {**given, "status": "Active", "active_until": make[given.pop("how")]()}
if given.pop("form") == "fleet":
    keyswitch.AccessKeyFleet("bob", keys={key: {k: entry[k] for k in ("status", "user_name", "active_until")}})
else:
    keyswitch.AccessKeyStatus("bob", access_key_id=key, status="Active", user_name=entry["user_name"], active_until=entry["active_until"])
"""


@pytest.fixture
def later(make_project: MakeProject, outsider: Outsider) -> Callable[..., tuple[Project, str]]:
    def declared(form: str, how: str, until: str) -> tuple[Project, str]:
        project, user = make_project("later", LATER), outsider.new_user()
        key = outsider.new_key(user)
        project.declare(
            bob={"form": form, "how": how, "key": key, "user_name": user, "until": until}
        )
        return project, key

    return declared


@pytest.mark.parametrize("form", ["key", "fleet"])
def test_an_end_that_is_known_only_in_the_update_is_judged_there(
    later: Callable[..., tuple[Project, str]], iam: RecordingServer, form: str
) -> None:
    project, key = later(form, "unknown", in_days(-1))

    assert "KS211" in project.preview().text
    project.up()

    assert iam.writes == [(key, "Inactive")]
    project.preview("--expect-no-changes")


@pytest.mark.parametrize("form", ["key", "fleet"])
def test_an_end_that_is_a_secret_is_one_in_the_state(
    later: Callable[..., tuple[Project, str]], iam: RecordingServer, form: str
) -> None:
    project, key = later(form, "secret", in_days(-1))

    project.up()

    assert iam.writes == [(key, "Inactive")]
    project.preview("--expect-no-changes")
    bag = next(
        each["inputs"]
        for each in project.state()["deployment"]["resources"]
        if each["urn"].endswith("::bob")
    )
    assert in_days(-1) not in json.dumps(bag)


@pytest.mark.parametrize("bob", FORMS[3:], indirect=True)
def test_a_register_exports_what_is_due_next_and_nothing_where_there_is_none(bob: Declared) -> None:
    bob.declare()
    bob.project.up()
    assert "dueNext" not in json.loads(bob.project.expect(0, "stack", "output", "--json").stdout)

    bob.declare(active_until=in_days(30))
    bob.project.up()

    assert json.loads(bob.project.stack_output("dueNext")) == [
        {"key": bob.key, "user": bob.user, "activeUntil": in_days(30)}
    ]


@pytest.mark.nightly
@pytest.mark.real_engine
@pytest.mark.dynamic("the engine's own test: the native provider has one in test_native.py")
def test_a_plan_from_before_the_end_deactivates_nothing_after_it(
    project: Project, outsider: Outsider, iam: RecordingServer
) -> None:
    """The next preview shows the change, and the next plan makes it."""
    bob = Declared("key", project, outsider)
    end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=SECONDS_TO_THE_END)
    bob.declare(active_until=iso(end), warn_before="1h")
    project.up()
    assert "KS226" in project.preview("--save-plan", "before.json", "--expect-no-changes").text

    time.sleep(max(0.0, (end - datetime.now(timezone.utc)).total_seconds()))
    late = project.up("--plan", "before.json", code=1)

    assert "violates plan" in late.text
    assert iam.writes == []
    preview = project.preview("--save-plan", "after.json", "--diff")
    assert '~ status : "Active" => "Inactive"' in preview.words
    project.up("--plan", "after.json")
    assert iam.writes == [(bob.key, "Inactive")]


@pytest.mark.nightly
@pytest.mark.real_engine
@needs_host
def test_a_native_diff_shows_the_status_that_an_end_changes_and_no_other_input(
    native: NativeProject, outsider: Outsider, iam: RecordingServer
) -> None:
    bob, eve = (Declared("key", native, outsider) for _ in range(2))
    key = {"access_key_id": bob.key, "user_name": bob.user, "status": "Active"}
    entry = {"user_name": eve.user, "status": "Active", "active_until": in_days(1)}
    native.declare(bob={**key, "active_until": in_days(1)}, all={"keys": {eve.key: entry}})
    native.up()
    native.let_pass(days=2)

    preview = native.preview("--diff")

    assert preview.words.count('"Active" => "Inactive"') == 2
    assert preview.words.count(" => ") == 2
    native.up()
    assert sorted(iam.writes) == sorted([(bob.key, "Inactive"), (eve.key, "Inactive")])
    native.preview("--expect-no-changes")
    native.refresh()
    native.declare(
        bob={**key, "active_until": in_days(-1), "reason": "moved to eve"},
        all={"keys": {eve.key: {**entry, "active_until": in_days(-1)}}},
    )
    assert (
        "status" not in native.preview("--diff").words.partition("reason")[0].rpartition("bob")[2]
    )
