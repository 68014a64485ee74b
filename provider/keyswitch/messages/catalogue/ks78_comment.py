"""KS78.: about the comment of a pull request, which ``keyswitch comment`` keeps."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class NoForge(Message):
    code = "KS780"
    title = "No place for the comment"
    text = "the environment does not say where to write the comment: {problem}"
    remedy = (
        "Run the command in GitHub Actions, with GITHUB_TOKEN in the step's environment, or in "
        "GitLab CI, with a token in COMMENT_TOKEN. Outside a pull request, name one with "
        "--pull-request or an issue with --issue."
    )
    problem: object


class CommentRefused(Message):
    code = "KS781"
    title = "Comment refused"
    text = "{forge} answered {method} {path} with {answer}"
    remedy = (
        "On 401, 403 and 404, give the token the right to write comments: on GitHub "
        "pull-requests: write (issues: write for an issue), on GitLab the scope api and the role "
        "Reporter. On 422, shorten the text: GitHub takes 65,536 characters."
    )
    forge: object
    answer: object
    method: object
    path: object


class ForgeUnreachable(Message):
    code = "KS782"
    title = "Comment not delivered"
    text = "{forge} at {host} was asked {attempts} and did not take the comment: {problem}"
    remedy = (
        "Run the job again; after a rate limit, in an hour. If that fails too, check the status page of "
        "the forge, and the proxy and certificates of the runner."
    )
    forge: object
    host: object
    attempts: object
    problem: object


class NoComment(Message):
    code = "KS783"
    title = "Text without a marker"
    text = "the last line of the text is not the hidden marker of a keyswitch comment"
    remedy = "Pass the whole output of keyswitch digest, or of keyswitch due --format markdown."
    why = "By the marker the next run finds its comment, and edits that one instead of adding another."
