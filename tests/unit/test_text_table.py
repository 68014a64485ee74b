"""Rows on a terminal of any width: no name or id is ever broken, and no sentence into letters."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from keyswitch.report.text_table import Listing

KEY = "AKIAIOSFODNN7EXAMPLE"
USERS = ["bob", "first.last.of.the.shop@corp.example.com", "u" * 64]
PROSE = "it is Active, and was made 99 days ago, which is more than anybody asked for"
TITLES = ("key", "user", "code", "finding", "goes against")


def printed(width: int, *rows: tuple[str, ...], names: int = 3) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    Listing(TITLES, rows, names).print_on(console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("user", USERS)
def test_names_stay_whole_and_sentences_readable(width: int, user: str) -> None:
    told = printed(
        width, (KEY, user, "KS804", PROSE, f"{PROSE}\nCIS"), (KEY, "eve", "KS805", "", "")
    )

    assert told.count(KEY) == 2
    assert user in told
    assert "…" not in told
    lines = [line for line in told.splitlines() if user not in line]
    assert all(len(line.rstrip()) <= max(width, 60) for line in lines)
    assert len(told.splitlines()) < 40
    for word in PROSE.split():
        assert re.search(rf"(?<!\S){word}(?!\S)", told)


def test_where_it_fits_it_is_a_table_and_else_a_list() -> None:
    row = (KEY, "bob", "KS804", PROSE, "")

    assert printed(120, row).split()[:3] == ["key", "user", "code"]
    assert printed(60, row).splitlines()[:3] == [KEY, "  user: bob", "  code: KS804"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(*[st.text("aé→ \n.-", max_size=70)] * 5), min_size=1, max_size=4),
    st.integers(1, 200),
)
def test_whatever_the_rows_and_the_width_nothing_is_left_out(
    rows: list[tuple[str, ...]], width: int
) -> None:
    told = printed(width, *rows)

    wanted = sum(cell.count(letter) for row in rows for cell in row for letter in "aé")
    titles = sum(title.count("a") for title in TITLES)
    found = told.count("a") + told.count("é")
    assert found >= wanted
    assert found <= wanted + titles * len(rows)
