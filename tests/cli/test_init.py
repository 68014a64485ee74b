"""``keyswitch init``: a project from a few answers, in every kind of folder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

import starter
from cli.conftest import Keyswitch
from keyswitch.cli import init_files
from keyswitch.cli.init_package import Installed
from keyswitch.cli.init_pipeline import Pipeline, address_of
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.status import ObservedStatus
from release import requirements
from support.engine import ROOT
from support.strict_iam import StrictIam

SCHEMA = json.loads((ROOT / "docs/reference/schemas/init.schema.json").read_text())
GITOPS = ROOT / "examples" / "gitops"
ARN = "arn:aws:iam::123456789012:role/keyswitch-preview"
OF_PROJECT = {
    "Pulumi.yaml",
    "__main__.py",
    ".gitignore",
    "Pulumi.prod.yaml",
    "keyswitch.schema.json",
    "requirements.txt",
}
OF_FORGE = {
    "github": {f".github/workflows/keys-{name}.yml" for name in ("preview", "apply", "nightly")},
    "gitlab": {".gitlab-ci.yml"},
    "none": set[str](),
}
ROTATED = "current: AKIAIOSFODNN7EXAMPL2, previous: AKIAIOSFODNN7EXAMPLE"
CLONE = Installed("0.1", {"url": "file:///home/bob/keyswitch", "dir_info": {}}, "")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyswitch: Keyswitch) -> Path:
    """An empty folder, and a keyswitch that was installed from a clone."""
    folder = tmp_path / "keys"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Installed, "now", lambda: CLONE)
    return folder


def files_in(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def init(keyswitch: Keyswitch, *args: str, forge: str = "github", **more: Any) -> dict[str, Any]:
    told = keyswitch("init", "--yes", "--forge", forge, "--json", *args, **more)
    bag: dict[str, Any] = json.loads(told.stdout)
    Draft202012Validator(SCHEMA).validate(bag)
    return bag


def actions(bag: dict[str, Any]) -> dict[str, str]:
    return {each["path"]: each["action"] for each in bag["files"]}


@pytest.mark.parametrize("forge", OF_FORGE)
def test_an_empty_folder_becomes_a_project_and_a_second_run_changes_nothing(
    keyswitch: Keyswitch, project: Path, forge: str
) -> None:
    first = init(keyswitch, forge=forge)
    written = files_in(project)
    assert ("--hash=sha256:" in json.dumps(first)) is (forge != "none")
    assert "redacted" not in json.dumps(first).lower()
    times = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    second = init(keyswitch, forge=forge)

    assert set(written) == OF_PROJECT | OF_FORGE[forge]
    assert set(actions(first).values()) == {"created"}
    assert first["is_written"] is True
    assert set(actions(second).values()) == {"unchanged"}
    assert second["is_written"] is False
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == times
    assert keyswitch("check", "Pulumi.prod.yaml").exit_code == 0


def test_what_the_package_has_is_what_the_repository_shows() -> None:
    """After a change, run tools/starter.py."""
    texts = {path: text.encode() for path, text in starter.starter().items()}
    assert files_in(starter.STARTER) == texts


def test_the_pipelines_of_the_usual_values_are_the_examples() -> None:
    for name, text in Pipeline("github", "prod").files().items():
        example = GITOPS / "github" / name.removeprefix(".github/workflows/keys-")
        assert text == example.read_text().replace("Copy to .github/workflows/. ", "")
    (text,) = Pipeline("gitlab", "prod").files().values()
    assert text == (GITOPS / "gitlab" / ".gitlab-ci.yml").read_text()


def test_the_project_is_run_like_the_repositorys_own(keyswitch: Keyswitch, project: Path) -> None:
    init(keyswitch)
    own, theirs = (YAML(typ="safe").load(folder / "Pulumi.yaml") for folder in (ROOT, project))

    assert theirs == {**{name: own[name] for name in theirs}, "name": "keys"}


@pytest.mark.parametrize("stack", ["prod", "1e3", "null", "0x1F", "yes", "acme/keys/pr.od-1_"])
@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_pipeline_has_the_values_that_were_given(
    keyswitch: Keyswitch, project: Path, forge: str, stack: str
) -> None:
    (project / ".git").mkdir()
    inner = project / "a b" / "keys"
    inner.mkdir(parents=True)
    given = ("--preview-role", ARN, "--region", "eu-west-1")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(inner)
        bag = init(
            keyswitch, "--stack", stack, *given, "--action-repository", "acme/fork@abc", forge=forge
        )

    assert set(files_in(project)) & OF_FORGE[forge] == OF_FORGE[forge]
    assert all(f"../../{name}" in actions(bag) for name in OF_FORGE[forge])
    for name in OF_FORGE[forge]:
        text = (project / name).read_text()
        calls = inputs_in(YAML(typ="safe").load(text))
        assert calls
        for each in calls:
            assert (each["stack"], each["work-dir"]) == (stack, "a b/keys")
            assert each["region"] == "eu-west-1"
        assert "acme/fork" in text
        assert "OWNER" not in text
        assert "PREVIEW_ROLE_ARN" not in text
    steps = [step for each in bag["left_to_do"] for step in each["steps"]]
    assert not any("PREVIEW_ROLE_ARN" in step for step in steps)
    assert any("APPLY_ROLE_ARN, AUDIT_ROLE_ARN, PULUMI_BACKEND_URL" in step for step in steps)


def inputs_in(bag: Any) -> list[dict[str, Any]]:
    """Every map with a stack, of whatever depth."""
    inner = bag.values() if isinstance(bag, dict) else bag if isinstance(bag, list) else ()
    own = [bag] if isinstance(bag, dict) and "stack" in bag else []
    return [*own, *(found for each in inner for found in inputs_in(each))]


def test_the_register_is_the_one_that_discover_writes(
    keyswitch: Keyswitch, project: Path, strict_iam: StrictIam
) -> None:
    active, inactive = strict_iam.add_key("bob"), strict_iam.add_key("yes")
    strict_iam.set_status(inactive, ObservedStatus.INACTIVE)
    bag = init(keyswitch, "--discover", "--region", "eu-west-1")
    keyswitch("discover", "--write", "Pulumi.other.yaml")
    ours, theirs = (
        YAML(typ="safe").load(project / f"Pulumi.{name}.yaml")["config"]
        for name in ("prod", "other")
    )

    assert bag["keys_added"] == 2
    assert "which declares 2 keys." in json.dumps(bag["left_to_do"])
    assert set(ours["keyswitch:keys"]) == {active, inactive}
    assert ours["keyswitch:keys"] == theirs["keyswitch:keys"]
    assert ours["keyswitch:keys"][inactive] == {"userName": "yes", "status": "Inactive"}
    assert ours["aws:allowedAccountIds"] == ["123456789012"]
    assert ours["aws:region"] == "eu-west-1"
    added = strict_iam.add_key("carol")
    (project / "Pulumi.prod.yaml").write_text(
        (project / "Pulumi.prod.yaml").read_text() + "# mine\n"
    )
    again = init(keyswitch, "--discover")
    assert actions(again)["Pulumi.prod.yaml"] == "added_to"
    assert "which declares 3 keys." in json.dumps(again["left_to_do"])
    text = (project / "Pulumi.prod.yaml").read_text()
    assert added in text
    assert text.endswith("# mine\n")
    assert init(keyswitch, "--discover")["is_written"] is False


@pytest.mark.usefixtures("strict_iam")
def test_an_account_without_a_key_is_named(keyswitch: Keyswitch) -> None:
    bag = init(keyswitch, "--discover", forge="none")

    assert bag["keys_added"] == 0
    assert "Account 123456789012 has no access key to declare." in " ".join(bag["notes"])


@pytest.mark.parametrize(
    ("args", "env", "code"),
    [
        (("--account-id", "210987654321"), {}, "KS794"),
        ((), {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "KS"),
        (("--profile", "nobody"), {}, "KS"),
    ],
)
def test_nothing_is_written_if_the_keys_cannot_be_read(
    keyswitch: Keyswitch,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: tuple[str, ...],
    env: dict[str, str],
    code: str,
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    told = keyswitch("init", "--yes", "--forge", "none", "--discover", *args, code=1)

    assert f"error: {code}" in told.stderr
    assert files_in(project) == {}


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_project_without_a_forge_gets_one_later_and_with_it_what_another_machine_can_install(
    keyswitch: Keyswitch, project: Path, forge: str
) -> None:
    init(keyswitch, forge="none")
    assert "keyswitch @ file:///home/bob/keyswitch" in (project / "requirements.txt").read_text()

    assert actions(init(keyswitch, forge=forge))["requirements.txt"] == "replaced"

    assert "file://" not in (project / "requirements.txt").read_text()
    assert actions(init(keyswitch, forge=forge))["requirements.txt"] == "unchanged"


def test_a_file_that_differs_is_kept_without_a_question_and_said_so(
    keyswitch: Keyswitch, project: Path
) -> None:
    mine = b"boto3==1.0\n"
    (project / "requirements.txt").write_bytes(mine)

    told = keyswitch("init", "--yes", "--forge", "none")

    assert (project / "requirements.txt").read_bytes() == mine
    assert "requirements.txt was kept as it is, and differs" in told.stdout
    assert "-boto3==1.0" in told.stdout
    assert actions(init(keyswitch, forge="none"))["requirements.txt"] == "kept"


@pytest.mark.parametrize(("answer", "is_replaced"), [("y", True), ("", False), ("n", False)])
def test_a_file_that_differs_is_replaced_after_a_question_of_its_own(
    keyswitch: Keyswitch, project: Path, answer: str, *, is_replaced: bool
) -> None:
    mine = "name: mine\nruntime: python\n"
    (project / "Pulumi.yaml").write_text(mine)

    told = keyswitch("init", stdin=f"\nnone\nn\n{answer}\ny\n")

    text = (project / "Pulumi.yaml").read_text()
    assert ("refresh: always" in text) is is_replaced
    assert "name: mine" in text
    assert "Pulumi.yaml exists and differs. Replace it? [y/N]" in told.stderr
    assert (project / "__main__.py").exists()


def test_a_terminal_is_asked_for_what_no_option_says(
    keyswitch: Keyswitch, project: Path, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob")

    told = keyswitch("init", stdin="../x\ndev\nsvn\ngitlab\n\ny\n")

    assert "The stack [prod]:" in told.stderr
    assert "is not the name of a stack" in told.stderr
    assert "is not github, gitlab or none" in told.stderr
    assert "Write 7 files? [y/N]" in told.stderr
    assert "password" not in told.stderr.lower()
    assert key in (project / "Pulumi.dev.yaml").read_text()
    assert "--- /dev/null" in told.stdout


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_no_writes_nothing(keyswitch: Keyswitch, project: Path, form: str) -> None:
    told = keyswitch(
        "init", "--no-discover", "--stack", "prod", "--forge", "none", "--format", form, stdin="n\n"
    )

    assert files_in(project) == {}
    if form == "json":
        # The runner of the oldest click shows the answer on standard output, where a process does not.
        assert json.loads(told.stdout.removeprefix(" n\n"))["is_written"] is False
        assert "+name: keys" in told.stderr
    else:
        assert told.stdout.endswith("\nNothing was written.\n")


@pytest.mark.parametrize("stdin", ["", "prod\nnone\nn\n"])
def test_an_answer_that_nobody_gives_writes_nothing(project: Path, stdin: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "keyswitch", "init"],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1
    assert "error: KS791" in told.stderr
    assert files_in(project) == {}


def test_without_questions_a_forge_that_nothing_names_is_to_be_given(
    keyswitch: Keyswitch, project: Path
) -> None:
    assert "KS791" in keyswitch("init", "--yes", code=1).stderr


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_the_forge_is_known_from_where_the_repository_came(
    keyswitch: Keyswitch, project: Path, forge: str
) -> None:
    (project / ".git").mkdir()
    (project / ".git" / "config").write_text(f"[remote]\nurl = git@{forge}.com:acme/keys.git\n")

    told = keyswitch("init", "--yes", "--json")

    assert json.loads(told.stdout)["forge"] == forge


def test_a_worktree_of_git_names_no_forge_and_is_a_repository(
    keyswitch: Keyswitch, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".git").write_text("gitdir: /elsewhere\n")
    (project / "inner").mkdir()
    monkeypatch.chdir(project / "inner")

    assert "KS791" in keyswitch("init", "--yes", code=1).stderr
    assert "../.gitlab-ci.yml" in actions(init(keyswitch, forge="gitlab"))


def test_a_dry_run_shows_everything_and_writes_nothing(keyswitch: Keyswitch, project: Path) -> None:
    told = keyswitch("init", "--yes", "--forge", "github", "--dry-run")

    assert "+++ .github/workflows/keys-preview.yml" in told.stdout
    assert "Nothing was written. 9 files would be." in told.stdout
    assert list(project.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Pulumi.yaml", "name: x\nruntime: nodejs\n"),
        ("Pulumi.yaml", "name: x\nruntime:\n  name: go\n"),
        ("Pulumi.yaml", "name: x\nruntime: python\nmain: src\n"),
        ("Pulumi.yaml", "name: x\nruntime: python\nstackConfigDir: stacks\n"),
        ("Pulumi.yml", "name: x\nruntime: python\n"),
        ("__main__.py", "import pulumi_aws\n"),
        ("__main__.py", "\udcff"),
    ],
)
def test_the_folder_of_another_program_is_refused(
    keyswitch: Keyswitch, project: Path, name: str, text: str
) -> None:
    (project / name).write_text(text, errors="surrogateescape")
    before = files_in(project)

    told = keyswitch("init", "--yes", "--forge", "none", code=1)

    assert "error: KS790" in told.stderr
    assert files_in(project) == before


def test_a_project_file_that_is_no_yaml_is_refused(keyswitch: Keyswitch, project: Path) -> None:
    (project / "Pulumi.yaml").write_text("name: [\n")

    assert "KS702" in keyswitch("init", "--yes", "--forge", "none", code=1).stderr


def as_folder(project: Path) -> None:
    (project / "requirements.txt").mkdir()


def as_file_in_place_of_a_folder(project: Path) -> None:
    (project / ".github").write_text("")


def as_link_out(project: Path) -> None:
    (project.parent / "other").write_text("mine")
    (project / "keyswitch.schema.json").symlink_to(project.parent / "other")


def as_dangling_link_out(project: Path) -> None:
    (project / "Pulumi.prod.yaml").symlink_to(project.parent / "nowhere")


def as_folder_link_out(project: Path) -> None:
    (project.parent / "others").mkdir()
    (project / ".github").symlink_to(project.parent / "others")


def as_loop(project: Path) -> None:
    (project / ".gitignore").symlink_to(project / ".gitignore")


@pytest.mark.parametrize(
    "occupied",
    [
        as_folder,
        as_file_in_place_of_a_folder,
        as_link_out,
        as_dangling_link_out,
        as_folder_link_out,
        as_loop,
    ],
)
def test_a_place_that_is_none_for_a_file_is_refused_before_anything_is_written(
    keyswitch: Keyswitch, project: Path, occupied: Callable[[Path], None]
) -> None:
    occupied(project)
    before = files_in(project.parent)

    told = keyswitch("init", "--yes", "--forge", "github", code=1)

    assert "error: KS792" in told.stderr
    assert files_in(project.parent) == before


def test_a_link_within_the_project_stays_a_link(keyswitch: Keyswitch, project: Path) -> None:
    (project / "real").mkdir()
    (project / "Pulumi.prod.yaml").symlink_to("real/prod.yaml")

    init(keyswitch, forge="none")

    assert (project / "Pulumi.prod.yaml").is_symlink()
    assert "keyswitch:keys" in (project / "real" / "prod.yaml").read_text()


def test_line_endings_alone_are_no_difference(keyswitch: Keyswitch, project: Path) -> None:
    init(keyswitch)
    for name, content in files_in(project).items():
        (project / name).write_bytes(content.replace(b"\n", b"\r\n"))

    again = init(keyswitch)

    assert set(actions(again).values()) == {"unchanged"}


def test_ignored_names_are_added_to_those_that_are_there(
    keyswitch: Keyswitch, project: Path
) -> None:
    (project / ".gitignore").write_bytes(b"*.log\r\n.venv")

    bag = init(keyswitch, forge="none")

    assert actions(bag)[".gitignore"] == "added_to"
    assert (project / ".gitignore").read_bytes() == (
        b"*.log\r\n.venv\r\n__pycache__/\r\n.keyswitch/\r\n"
    )


@pytest.mark.parametrize("failing", [1, 4, 9])
def test_a_failure_leaves_the_folder_as_it_was(
    keyswitch: Keyswitch, project: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    (project / ".gitignore").write_text("*.log\n")
    write, calls = init_files.write_project_bytes, 0

    def full_disk(path: Path, content: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise KeyswitchError(catalogue.NotWritten(path=path, problem="No space left"))
        write(path, content)

    monkeypatch.setattr(init_files, "write_project_bytes", full_disk)

    told = keyswitch("init", "--yes", "--forge", "github", code=1)

    assert "error: KS707" in told.stderr
    assert files_in(project) == {".gitignore": b"*.log\n"}
    assert [each.name for each in project.iterdir()] == [".gitignore"]


def test_a_file_that_cannot_be_set_back_is_named(
    keyswitch: Keyswitch, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".gitignore").write_text("*.log\n")
    write, calls = init_files.write_project_bytes, 0

    def broken_disk(path: Path, content: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls > 4:
            raise KeyswitchError(catalogue.NotWritten(path=path, problem="Input/output error"))
        write(path, content)

    monkeypatch.setattr(init_files, "write_project_bytes", broken_disk)

    told = keyswitch("init", "--yes", "--forge", "none", code=1)

    assert "error: KS795" in told.stderr
    assert ".gitignore" in told.stderr


def test_what_somebody_wrote_while_the_question_stood_is_not_lost(
    keyswitch: Keyswitch, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object, **__: object) -> bool:
        (project / "requirements.txt").write_text("mine\n")
        return True

    monkeypatch.setattr("click.confirm", slow)
    told = keyswitch("init", "--stack", "prod", "--forge", "none", "--no-discover", code=1)

    assert "error: KS774" in told.stderr
    assert files_in(project) == {"requirements.txt": b"mine\n"}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--stack", "../prod"),
        ("--stack", "a/b/c/d"),
        ("--stack", "-prod"),
        ("--stack", "prod\n"),
        ("--stack", "${{ secrets.X }}"),
        ("--stack", "x" * 101),
        ("--project", "a b"),
        ("--account-id", "12345"),
        ("--region", "eu-west-1\nx: y"),
        ("--preview-role", "arn:aws:iam::123456789012:role/x\n- run: id"),
        ("--apply-role", "arn:aws:iam::123456789012:user/bob"),
        ("--action-repository", "acme/keyswitch@v0 # x"),
        ("--action-repository", "https://github.com/acme/keyswitch"),
    ],
)
def test_a_value_that_could_steer_a_file_is_refused(
    keyswitch: Keyswitch, project: Path, option: str, value: str
) -> None:
    keyswitch("init", "--yes", "--forge", "github", option, value, code=2)

    assert files_in(project) == {}


def test_a_secret_in_the_wrong_option_is_not_repeated(keyswitch: Keyswitch) -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

    told = keyswitch("init", "--project", secret, code=2)

    assert secret not in told.output


def test_a_folder_in_another_project_gets_its_own_and_a_note(
    keyswitch: Keyswitch, project: Path
) -> None:
    (project.parent / "Pulumi.yaml").write_text("name: x\nruntime: go\n")

    (note,) = init(keyswitch, forge="none")["notes"]

    assert str(project.parent / "Pulumi.yaml") in note


@pytest.mark.parametrize(("forge", "code"), [("github", 1), ("none", 0)])
def test_a_folder_name_that_a_pipeline_would_read_otherwise_is_refused(
    keyswitch: Keyswitch, project: Path, monkeypatch: pytest.MonkeyPatch, forge: str, code: int
) -> None:
    (project / ".git").mkdir()
    hostile = project / "${{ github.token }}"
    hostile.mkdir()
    monkeypatch.chdir(hostile)

    told = keyswitch("init", "--yes", "--forge", forge, code=code)

    assert ("error: KS793" in told.stderr) is bool(code)


def test_settings_that_an_existing_stack_has_otherwise_are_said(
    keyswitch: Keyswitch, project: Path
) -> None:
    mine = "config:\n  aws:region: us-east-1\n  keyswitch:keys: {}\n"
    (project / "Pulumi.prod.yaml").write_text(mine)
    given = ("--region", "eu-west-1", "--account-id", "123456789012")

    notes = init(keyswitch, *given, forge="none")["notes"]

    assert (project / "Pulumi.prod.yaml").read_text() == mine
    assert any("pulumi config set aws:region eu-west-1" in each for each in notes)
    assert any("'aws:allowedAccountIds[0]' 123456789012" in each for each in notes)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# keyswitch:keys comes later\n", "Declare the keys of your account"),
        ("config:\n  acme:note: keyswitch:keys\n", "Declare the keys of your account"),
        (
            f"config:\n  keyswitch:rotations:\n    app: {{userName: bob, {ROTATED}}}\n",
            "which declares 2 keys.",
        ),
    ],
)
def test_what_is_left_to_declare_is_what_keys_and_rotations_of_an_existing_register_leave(
    keyswitch: Keyswitch, project: Path, text: str, says: str
) -> None:
    (project / "Pulumi.prod.yaml").write_text(text)

    left = init(keyswitch, forge="none")["left_to_do"]

    assert says in left[1]["steps"][0]


@pytest.mark.parametrize(
    ("direct_url", "for_a_pipeline", "ends"),
    [
        (None, True, "\nkeyswitch==1.2.3\n"),
        ({"url": "file:///k", "dir_info": {}}, True, requirements("-r keyswitch.txt")),
        ({"url": "file:///k", "dir_info": {}}, False, "\nkeyswitch @ file:///k\n"),
        ({"url": "file:///k", "dir_info": {"editable": True}}, False, "\n-e file:///k\n"),
        (
            {
                "url": "https://bob:s3cret@git.example/k",
                "vcs_info": {"vcs": "git", "commit_id": "ab"},
            },
            True,
            "\nkeyswitch @ git+https://git.example/k@ab\n",
        ),
        (
            {"url": "ssh://git@git.example/k", "vcs_info": {"vcs": "git", "commit_id": "ab"}},
            True,
            "\nkeyswitch @ git+ssh://git@git.example/k@ab\n",
        ),
        (
            {
                "url": "https://u:p@x.example/k.whl?X-Sig=1#f",
                "archive_info": {"hashes": {"sha256": "ab"}},
            },
            True,
            requirements("keyswitch @ https://x.example/k.whl --hash=sha256:ab"),
        ),
        ({"url": "file:///gone.whl", "archive_info": {}}, True, requirements("-r keyswitch.txt")),
        ({}, True, requirements("-r keyswitch.txt")),
    ],
)
def test_what_a_pipeline_installs_is_what_is_installed(
    direct_url: dict[str, Any] | None, *, for_a_pipeline: bool, ends: str
) -> None:
    installed = Installed("1.2.3", direct_url, "")

    (text,) = installed.files(for_a_pipeline=for_a_pipeline).values()

    assert text.decode().endswith(ends)
    assert installed.needs_a_wheel is (
        b"-r keyswitch.txt" in installed.files(for_a_pipeline=True)["requirements.txt"]
    )


def test_a_wheel_is_put_next_to_the_requirements_with_its_hash(
    keyswitch: Keyswitch, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = project.parent / "keyswitch-0.1-py3-none-any.whl"
    wheel.write_bytes(b"PK\x03\x04\0\xff")
    archive = {"url": wheel.as_uri(), "archive_info": {"hashes": {"sha256": "ab" * 32}}}
    monkeypatch.setattr(Installed, "now", lambda: Installed("0.1", archive, ""))

    bag = init(keyswitch)

    assert (project / wheel.name).read_bytes() == wheel.read_bytes()
    assert (project / "keyswitch.txt").read_text() == (
        f"./{wheel.name} --hash=sha256:{'ab' * 32}\n"
    )
    (shown,) = [each["diff"] for each in bag["files"] if each["path"] == wheel.name]
    assert shown == [f"Binary file {wheel.name}: 6 bytes"]
    assert "make wheel" not in json.dumps(bag["left_to_do"])
    assert init(keyswitch)["is_written"] is False


def test_the_action_is_the_packages_own_where_its_address_says_so() -> None:
    assert address_of("github.com/acme/keyswitch", "github") == "acme/keyswitch@v0"
    assert address_of("github.com/acme/keyswitch", "gitlab") == ""
    assert address_of("gitlab.com/acme/keyswitch", "github") == ""
    assert address_of("", "github") == ""
