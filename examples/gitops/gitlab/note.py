"""Writes a file as one note of the merge request, or of what is named after it, and edits that one the next time."""

import json
import os
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

API = os.environ["CI_API_V4_URL"]
FILE, *named = sys.argv[1:]
PLACE = named[0] if named else f"merge_requests/{os.environ['CI_MERGE_REQUEST_IID']}"
NOTES = f"{API}/projects/{os.environ['CI_PROJECT_ID']}/{PLACE}/notes"


def gitlab(method: str, url: str, body: str | None = None) -> tuple[object, str | None]:
    """One call; the answer, and the number of the next page if there is one."""
    request = urllib.request.Request(
        url,
        method=method,
        data=json.dumps({"body": body}).encode() if body is not None else None,
        headers={
            "PRIVATE-TOKEN": os.environ["COMMENT_TOKEN"],
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer), answer.headers.get("X-Next-Page")


def own_notes() -> Iterator[dict]:
    """What this token wrote, the oldest first: somebody else may quote it."""
    me, _ = gitlab("GET", f"{API}/user")
    page = "1"
    while page:
        notes, page = gitlab("GET", f"{NOTES}?per_page=100&sort=asc&page={page}")
        yield from (note for note in notes if note["author"]["id"] == me["id"])


def last_line(text: str) -> str:
    """Where the marker stands: above it the marker of another stack may be quoted, as by a tag or a reason."""
    return text.rstrip().rpartition("\n")[2]


text = Path(FILE).read_text(encoding="utf-8")
marker = last_line(text)
if not marker:
    sys.exit(f"there is nothing to write in {FILE}")
ours = next((note["id"] for note in own_notes() if last_line(note["body"]) == marker), None)
if ours is None:
    gitlab("POST", NOTES, text)
else:
    gitlab("PUT", f"{NOTES}/{ours}", text)
