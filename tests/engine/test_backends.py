"""Two runs at once, a lock left behind, and two programs for one key; on files and on S3."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from support.engine import PROGRAM, SECONDS, MakeProject, Project, engine_env
from support.http import OUTSIDER, RecordingServer
from support.moto_iam import Outsider
from support.unfinished import run_in_the_middle_of_a_switch, send, with_children

pytestmark = [pytest.mark.real_engine, pytest.mark.plain_python]

BUCKET = "acme-pulumi-state"


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, iam: RecordingServer) -> str:
    """Of a backend: a folder, or a bucket of the emulator's."""
    if request.param == "files":
        return f"file://{tmp_path}"
    s3 = boto3.client(
        "s3",
        endpoint_url=iam.url,
        region_name="us-east-1",
        aws_access_key_id=OUTSIDER,
        aws_secret_access_key="outsider",
    )
    s3.create_bucket(Bucket=BUCKET)
    return (
        f"s3://{BUCKET}/{tmp_path.name}?region=us-east-1&endpoint={iam.url}&s3ForcePathStyle=true"
    )


@pytest.mark.parametrize(
    "url", ["files", pytest.param("s3", marks=pytest.mark.nightly)], indirect=True
)
def test_of_two_runs_at_once_one_is_let_through_and_a_lock_left_behind_can_be_cancelled(
    url: str, tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider
) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: project\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    project = Project(folder, {**engine_env(home, iam.url), "PULUMI_BACKEND_URL": url})
    project.expect(0, "stack", "init", project.stack)
    bob = outsider.new_user()
    declared = {"access_key_id": outsider.new_key(bob), "user_name": bob}
    key = declared["access_key_id"]
    project.declare(bob={**declared, "status": "Inactive"})

    with run_in_the_middle_of_a_switch(project, iam) as (first, let_go):
        second = project.run("up", "--yes", "--skip-preview")
        assert second.code != 0
        assert "the stack is currently locked" in second.text
        let_go.set()
        assert first.wait(SECONDS) == 0
    assert iam.writes == [(key, "Inactive")]
    project.preview("--expect-no-changes")

    project.declare(bob={**declared, "status": "Active"})
    with run_in_the_middle_of_a_switch(project, iam) as (killed, _):
        send(with_children(killed))
        killed.wait(SECONDS)
    left_behind = project.run("up", "--yes", "--skip-preview")
    assert "the stack is currently locked" in left_behind.text
    project.expect(0, "cancel", "--yes")
    project.up()
    assert outsider.status(bob, key) == "Active"
    assert {status for each, status in iam.writes[1:] if each == key} == {"Active"}


def test_a_second_program_for_the_same_key_is_told_what_it_finds_and_so_is_the_first(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob}
    ours, theirs = make_project("ours"), make_project("theirs")
    ours.declare(bob={**declared, "status": "Active"})
    ours.up()

    theirs.declare(bob={**declared, "status": "Inactive"})
    told = theirs.preview()
    assert f"KS218 access key {key} of user {bob}: is Active but declared Inactive" in told.words
    theirs.up()

    refused = ours.preview(code=1)
    assert f"KS606 activating access key {key} of user {bob}" in refused.words
    assert iam.writes == [(key, "Inactive")]
