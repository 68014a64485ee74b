"""``keyswitch comment``: one comment on a forge, kept up to date."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from werkzeug.wrappers import Response

from keyswitch.cli import forge_api, main
from keyswitch.cli.forge import Thread
from keyswitch.cli.forge_api import Kept, keep
from keyswitch.messages.format import KeyswitchError
from keyswitch.report.digest_formats import hidden_marker
from support.engine import ROOT
from support.forge import GITHUB_TOKEN, GITLAB_TOKEN, OF_GITHUB, OF_GITLAB, Comments, forge

SCHEMA = ROOT / "docs/reference/schemas/comment.schema.json"
MARKER = hidden_marker("prod")
TEXT = f"**Keyswitch: 1 key to deactivate.**\n\n{MARKER}\n"
Comment = Callable[..., Result]


@pytest.fixture(scope="module")
def serving_forge() -> Iterator[Comments]:
    with forge() as comments:
        yield comments


@pytest.fixture
def comments(serving_forge: Comments) -> Comments:
    for each in (serving_forge.bodies, serving_forge.authors):
        each.clear()
    serving_forge.answers.clear()
    serving_forge.requests.clear()
    serving_forge.lost = 0
    return serving_forge


@pytest.fixture(params=["github", "gitlab"])
def runner(
    request: pytest.FixtureRequest, comments: Comments, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """What a runner of either forge has in its environment."""
    of_both = {
        "github": {**OF_GITHUB, "GITHUB_API_URL": comments.url},
        "gitlab": {**OF_GITLAB, "CI_API_V4_URL": comments.url},
    }
    for name in {*os.environ}:
        if name.startswith(("GITHUB_", "GITLAB_", "CI_")):
            monkeypatch.delenv(name)
    env: dict[str, str] = of_both[request.param]
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return env


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it waited each time, without waiting."""
    waits: list[float] = []
    monkeypatch.setattr(forge_api, "time", SimpleNamespace(sleep=waits.append))
    return waits


@pytest.fixture
def comment(runner: dict[str, str], waits: list[float]) -> Comment:
    def comment(*args: str, text: str = TEXT, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["comment", *args], input=text)
        assert result.exit_code == code, result.output
        assert runner.get("GITHUB_TOKEN", GITLAB_TOKEN) not in result.output
        assert runner.get("COMMENT_TOKEN", GITHUB_TOKEN) not in result.output
        return result

    return comment


def test_the_own_comment_is_edited_and_that_of_nobody_else(
    comment: Comment, comments: Comments
) -> None:
    comments.of_others("Looks fine to me.", f"> {MARKER}\nWhat is this?", TEXT, *["+1"] * 120)

    assert comment().stdout.startswith("Added a comment to ")
    assert comment(text=TEXT.replace("1 key", "2 keys")).stdout.startswith("Edited the comment on ")

    assert comments.own == [TEXT.replace("1 key", "2 keys")]
    assert len(comments.bodies) == 124


def test_a_comment_that_says_the_same_already_is_left_alone(
    comment: Comment, comments: Comments
) -> None:
    comment()
    comments.bodies[1] = comments.bodies[1].replace("\n", "\r\n").rstrip()
    before = dict(comments.bodies)

    assert comment().stdout.startswith("Nothing is new in the comment on ")

    assert comments.bodies == before


def test_each_marker_has_a_comment_of_its_own_whatever_another_one_quotes(
    comment: Comment, comments: Comments
) -> None:
    quoting = f"Reason: `{MARKER}`\n{MARKER} said it\n{hidden_marker('dev')}"
    comment(text=quoting)
    comment()
    comment("--issue", "7", text=quoting + "\n")

    assert comments.own == [quoting, TEXT]


def test_the_json_says_what_became_of_the_comment_as_its_schema_says(comment: Comment) -> None:
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    told = [json.loads(comment("--json", *args).stdout) for args in ((), (), ("--issue", "7"))]

    for each in told:
        Draft202012Validator(schema).validate(each)
    assert [each["action"] for each in told] == ["created", "unchanged", "unchanged"]
    assert told[2]["where"] == "issue 7"


@pytest.mark.parametrize("text", ["", "\n\n", "hello", f"{MARKER}\nhello", "<!-- another -->\n"])
def test_a_text_without_a_marker_is_not_written(
    comment: Comment, comments: Comments, text: str
) -> None:
    assert "KS783" in comment(text=text, code=1).stderr
    assert comments.requests == []


def test_a_busy_forge_is_asked_again_after_the_time_that_it_names(
    comment: Comment, comments: Comments, waits: list[float]
) -> None:
    comments.answers = [
        Response("{}", 503),
        Response("{}", 429, {"Retry-After": "7"}),
        Response("{}", 403, {"Retry-After": "100000"}),
    ]

    comment()

    assert waits == [2, 7, 60]
    assert comments.own == [TEXT]


def test_a_comment_whose_answer_was_lost_is_not_written_twice(
    comment: Comment, comments: Comments
) -> None:
    comments.lost = 1

    comment()

    assert comments.own == [TEXT]


LIMIT = '{"message": "API rate limit exceeded"}'


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (("<h1>Bad gateway</h1>", 502), "502"),
        ((LIMIT, 403, {"X-RateLimit-Remaining": "0"}), "403: API rate limit exceeded"),
        ((LIMIT, 403, {"Retry-After": "1"}), "403: API rate limit exceeded"),
    ],
)
def test_a_forge_that_stays_down_or_has_had_enough_is_said_to_be(
    comment: Comment, comments: Comments, waits: list[float], answer: Any, problem: str
) -> None:
    comments.answers = [Response(*answer) for _ in range(4)]

    said = comment(code=1).stderr

    assert said.startswith("error: KS782 Git")
    assert f"at 127.0.0.1 was asked 4 times and did not take the comment: {problem}. " in said
    assert len(waits) == 3


def test_a_refusal_is_not_asked_again_and_repeats_the_forges_word_as_one_line(
    comment: Comment, comments: Comments, waits: list[float]
) -> None:
    refusal = json.dumps({"message": "no\n::error::access \x1b[31m" + "x" * 500})
    comments.answers = [Response(refusal, 403)]

    said = comment(code=1).stderr

    assert "with 403: no \\x3a:error::access \\x1b[31mxx" in said
    assert said.count("\n") == 1
    assert len(said) < 700
    assert waits == []


def test_no_redirect_takes_the_token_elsewhere(comment: Comment, comments: Comments) -> None:
    comments.answers = [Response("{}", 302, {"Location": f"{comments.url}/elsewhere"})]

    assert " with 302. " in comment(code=1).stderr
    assert len(comments.requests) == 1


def test_an_empty_author_is_wrong_usage(comment: Comment, comments: Comments) -> None:
    assert "the login is empty" in comment("--author", "", code=2).output
    assert comments.requests == []


@pytest.mark.parametrize("answer", ["<html>", "[1, null]", "{}", '"text"', "[" * 20_000])
def test_an_answer_that_is_no_list_of_comments_ends_in_a_message_or_a_comment(
    comment: Comment, comments: Comments, answer: str
) -> None:
    comments.answers = [Response(answer)]

    result = CliRunner().invoke(main, ["comment"], input=TEXT)

    assert result.exit_code in (0, 1)
    assert isinstance(result.exception, SystemExit | None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN", ""),
        ("TOKEN", "two\nlines"),
        ("TOKEN", "tok\x00en"),
        ("URL", ""),
        ("URL", "file:///etc/passwd"),
        ("URL", "http://["),
        ("URL", "https://user:word@forge.example.com"),
        ("ACTIONS", "false"),
    ],
)
def test_an_environment_that_is_no_runners_is_said_to_be_without_its_values(
    runner: dict[str, str],
    name: str,
    value: str,
) -> None:
    (variable,) = (
        each
        for each in runner
        if each.endswith(name)
        or (name, each) in {("URL", "CI_API_V4_URL"), ("ACTIONS", "GITLAB_CI")}
    )

    with pytest.raises(KeyswitchError, match="KS780") as refused:
        Thread.found({**runner, variable: value})

    assert not value or name == "ACTIONS" or value not in str(refused.value)
    assert "word" not in str(refused.value)


def test_a_forge_of_ones_own_is_found_by_its_address() -> None:
    enterprise = {**OF_GITHUB, "GITHUB_API_URL": "https://github.acme.example/api/v3"}
    own = {**OF_GITLAB, "CI_API_V4_URL": "https://acme.example/gitlab/api/v4/"}

    assert Thread.found(enterprise).comments == (
        "https://github.acme.example/api/v3/repos/acme/keys/issues/7/comments"
    )
    assert Thread.found(own).comments == (
        "https://acme.example/gitlab/api/v4/projects/1/merge_requests/7/notes"
    )
    assert GITHUB_TOKEN not in repr(Thread.found(enterprise))


def test_outside_a_pull_request_its_number_has_to_be_given() -> None:
    pushed = {**OF_GITHUB, "GITHUB_API_URL": "https://forge", "GITHUB_REF": "refs/heads/main"}

    with pytest.raises(KeyswitchError, match="KS780"):
        Thread.found(pushed)
    assert Thread.found(pushed, pull_request=9).where == "pull request 9"


def test_a_forge_that_cannot_be_reached_is_named_by_its_host(waits: list[float]) -> None:
    thread = Thread.found({**OF_GITHUB, "GITHUB_API_URL": "http://127.0.0.1:9"})

    with pytest.raises(KeyswitchError, match=r"KS782 GitHub at 127\.0\.0\.1 was asked 4 times"):
        keep(thread, TEXT, waits.append)


def test_only_comments_of_the_author_that_is_named_are_edited(
    comments: Comments, waits: list[float]
) -> None:
    env = {**OF_GITHUB, "GITHUB_API_URL": comments.url}
    comments.of_others(TEXT)

    assert keep(Thread.found(env), TEXT) == Kept("created", 2)
    assert keep(Thread.found(env, author="bob"), TEXT) == Kept("unchanged", 1)


def test_a_forge_with_a_certificate_of_its_own_is_trusted_by_the_runners_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    with forge(context) as comments:
        thread = Thread.found({**OF_GITLAB, "CI_API_V4_URL": comments.url})
        with pytest.raises(KeyswitchError, match=r"KS782 .*CERTIFICATE_VERIFY_FAILED"):
            keep(thread, TEXT, waits.append)
        monkeypatch.setenv("CI_SERVER_TLS_CA_FILE", str(tmp_path / "ca.pem"))
        assert keep(thread, TEXT) == Kept("created", 1)
