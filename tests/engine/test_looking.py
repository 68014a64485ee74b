"""What cannot be looked at is an error that says so, never "no changes"; and looks are few."""

from __future__ import annotations

import pytest

from support.engine import Project
from support.http import RecordingServer, refuse
from support.moto_iam import Outsider

DENIED = "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: iam:{action}"


def test_without_permission_to_list_every_command_fails_and_names_permission_and_resource(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob, key = outsider.adopted(project, status="Inactive", on_destroy="restore")
    before = project.resources()
    message = DENIED.format(action="ListAccessKeys")
    iam.rules.append(refuse("ListAccessKeys", 403, "AccessDenied", message))

    for run in (
        project.preview(code=1),
        project.preview("--refresh", code=1),
        project.up(code=1),
        project.refresh(code=project.FAILED_REFRESH),
        project.destroy(code=1),
    ):
        assert f"KS301 looking at access key {key} of user {bob}: " in run.text
        assert "arn:aws:iam::123456789012:user/ci may not call iam:ListAccessKeys on " in run.text
        assert (
            f"arn:aws:iam::*:user/{bob}: AWS gives no reason (AccessDenied, request id " in run.text
        )
        assert "unchanged" not in run.row("bob")

    assert project.resources().keys() == before.keys()
    assert iam.writes == [(key, "Inactive")]


def test_without_permission_to_switch_the_preview_is_right_and_up_names_the_permission(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    message = f"{DENIED.format(action='UpdateAccessKey')} on resource: user {bob}"
    iam.rules.append(refuse("UpdateAccessKey", 403, "AccessDenied", message))
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})

    project.preview()
    up = project.up(code=1)

    assert f"error: KS301 deactivating access key {key} of user {bob}: " in up.text
    assert "Allow iam:UpdateAccessKey" in up.text
    assert project.resources() == {}


def test_without_a_network_the_preview_fails_and_names_the_endpoint(
    project: Project, outsider: Outsider
) -> None:
    bob, key = outsider.adopted(project, status="Inactive")
    project.expect(0, "config", "set", "aws:maxRetries", "1")
    nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

    existing = project.preview(code=1, **nowhere)
    assert f"error: KS401 looking at access key {key} of user {bob}: http://127.0.0.1:9" in (
        existing.text
    )

    project.declare(other={"access_key_id": f"{key}X", "user_name": bob, "status": "Inactive"})
    created = project.preview(code=1, **nowhere)
    assert "KS401" in created.row("other")


def test_without_credentials_the_message_says_where_they_come_from(
    project: Project, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})
    del project.env["AWS_ACCESS_KEY_ID"]

    preview = project.preview(code=1)

    assert "KS308" in preview.row("bob")
    assert "Set AWS_PROFILE" in preview.row("bob")


@pytest.fixture
def forty_keys(outsider: Outsider) -> dict[str, dict[str, str]]:
    keys = {}
    for number in range(20):
        user = outsider.new_user()
        for half in (1, 2):
            keys[f"key-{number:02d}-{half}"] = {
                "access_key_id": outsider.new_key(user),
                "user_name": user,
                "status": "Inactive",
            }
    return keys


def test_forty_keys_of_which_five_are_bad_name_all_five_in_one_preview(
    project: Project, iam: RecordingServer, forty_keys: dict[str, dict[str, str]]
) -> None:
    keys = forty_keys
    bad = [f"key-{number:02d}-1" for number in (0, 5, 10, 15, 19)]
    for number, name in enumerate(bad):
        keys[name]["access_key_id"] = f"AKIANOTTHERE0000000{number}"
    project.declare(**keys)

    preview = project.preview(code=1)

    assert f"KS115 5 of 40 declared keys are refused: {', '.join(bad)}. " in preview.text
    for name in bad:
        assert "error: KS202 adopting access key AKIANOTTHERE" in preview.row(name)
    assert len(preview.diagnostics("error: KS202")) == 5
    assert 20 <= iam.count("ListAccessKeys") <= 25
    assert iam.writes == []


WAITS_COUNTED = """
import asyncio, atexit, pathlib
wait, waited_for = asyncio.wait, []

async def counted(tasks, **options):
    waited_for.append(len(tasks))
    return await wait(tasks, **options)

asyncio.wait = counted
atexit.register(lambda: pathlib.Path("waits.txt").write_text(str(sum(waited_for))))
"""


@pytest.mark.real_engine
@pytest.mark.plain_python
def test_the_end_of_a_program_waits_for_each_key_and_not_at_each_anew_for_all(
    project: Project, forty_keys: dict[str, dict[str, str]]
) -> None:
    project.declare(**forty_keys)
    program = project.folder / "__main__.py"
    program.write_text(WAITS_COUNTED + program.read_text())

    project.preview()

    assert int((project.folder / "waits.txt").read_text()) <= 10 * len(forty_keys)


@pytest.fixture
def two_keys(project: Project, outsider: Outsider) -> dict[str, dict[str, str]]:
    bob = outsider.new_user()
    return {
        name: {"access_key_id": outsider.new_key(bob), "user_name": bob, "status": "Active"}
        for name in ("first", "second")
    }


@pytest.mark.dynamic("the native provider refreshes first, and looks once more")
def test_the_calls_of_each_operation_on_a_user_with_two_keys_are_the_fewest_there_can_be(
    project: Project, iam: RecordingServer, two_keys: dict[str, dict[str, str]]
) -> None:
    def looks(run: object) -> int:
        count = iam.count("ListAccessKeys")
        iam.reset()
        return count

    def first_is(status: str) -> None:
        project.declare(**{**two_keys, "first": {**two_keys["first"], "status": status}})

    first_is("Active")
    project.up()
    iam.reset()
    assert looks(project.preview("--expect-no-changes")) == 1
    assert looks(project.up_with_preview()) == 2
    first_is("Inactive")
    assert looks(project.preview()) == 2
    assert looks(project.up()) == 3
    first_is("Active")
    assert looks(project.up_with_preview()) == 5
    assert looks(project.preview("--refresh")) == 1
    assert looks(project.destroy("--refresh")) == 1
    project.up()
    iam.reset()
    assert looks(project.destroy()) == 0


def test_every_call_names_keyswitch_and_its_version(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    outsider.adopted(project, status="Inactive")

    assert {"ListAccessKeys", "UpdateAccessKey", "GetCallerIdentity"} <= set(iam.counts())
    assert all(" keyswitch/0." in call.user_agent for call in iam.calls)
