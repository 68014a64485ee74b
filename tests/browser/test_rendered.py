"""What reviewers and auditors see: the digest's Markdown and the audit's page, opened in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from digest.test_digest import RECORDED, key_step, preview
from keyswitch.iam.client import AccessKey, LastUsed
from keyswitch.model.durations import iso
from keyswitch.model.status import ObservedStatus
from keyswitch.report.audit import Question
from keyswitch.report.audit_findings import AccountToAudit, audit_of
from keyswitch.report.audit_markdown import to_markdown as audit_to_markdown
from keyswitch.report.audit_page import to_html
from keyswitch.report.controls.control import Evidence
from keyswitch.report.digest import digest
from keyswitch.report.digest_formats import to_markdown
from keyswitch.report.inventory import Inventory, SeenKey, SeenUser
from keyswitch.report.preview_json import read_preview
from support.browser import opened

NOW = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with opened(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def show(browser: Chrome, tmp_path: Path) -> Callable[[str], Chrome]:
    def show(html: str) -> Chrome:
        page = tmp_path / "page.html"
        page.write_text(html)
        browser.get(page.as_uri())
        return browser

    return show


def comment(text: str) -> str:
    """Markdown as a forge renders it: GitHub's tables, no raw HTML but what GitHub lets through."""
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    return f"<!doctype html><meta charset='utf-8'><body>{body}</body>"


@pytest.mark.parametrize(
    "name", [name for name in RECORDED if digest(read_preview(RECORDED[name])).rows]
)
def test_a_digest_is_a_table_with_a_row_for_each_key(
    name: str, show: Callable[[str], Chrome]
) -> None:
    digested = digest(read_preview(RECORDED[name]))

    page = show(comment(to_markdown(digested)))

    (table,) = page.find_elements(By.TAG_NAME, "table")
    heads = [cell.text for cell in table.find_elements(By.TAG_NAME, "th")]
    assert heads == ["key", "user", "from → to", "why", "last use"]
    rows = table.find_elements(By.CSS_SELECTOR, "tbody tr")
    assert len(rows) == len(digested.rows)
    for row, told in zip(rows, digested.rows, strict=True):
        cells = [cell.text for cell in row.find_elements(By.TAG_NAME, "td")]
        assert len(cells) == 5
        assert cells[1] == told.user_name
        assert told.why in cells[3]
    assert page.find_element(By.TAG_NAME, "strong").text == f"Keyswitch: {digested.verdict}."
    assert "keyswitch digest" not in page.find_element(By.TAG_NAME, "body").text


def test_what_a_reason_holds_is_shown_and_never_run(show: Callable[[str], Chrome]) -> None:
    reason = "a|b\\|c <img src=x onerror=\"document.title='run'\"> **bold** <!-- gone"

    page = show(comment(to_markdown(digest(read_preview(preview(key_step(1, reason=reason)))))))

    (row,) = page.find_elements(By.CSS_SELECTOR, "tbody tr")
    cells = row.find_elements(By.TAG_NAME, "td")
    assert len(cells) == 5
    assert "<img src=x" in cells[3].text
    assert "**bold** <!-- gone" in cells[3].text
    assert page.find_elements(By.TAG_NAME, "img") == []
    assert page.title != "run"


def seen(number: int, days: int, status: ObservedStatus) -> SeenUser:
    name = f"user-{number}"
    key = AccessKey(f"AKIAEXAMPLE{number:09d}", name, status, iso(NOW - timedelta(days=days)))
    return SeenUser(name, (SeenKey(key, LastUsed(name, iso(NOW), "s3", "eu-west-1")),), ())


def test_the_audits_page_has_its_tables_and_loads_nothing(
    show: Callable[[str], Chrome],
) -> None:
    active, inactive = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
    ages = [(1, active), (2, active), (50, inactive), (100, active), (400, active), (401, inactive)]
    users = tuple(seen(number, days, status) for number, (days, status) in enumerate(ages))
    inventory = Inventory(users, NOW, is_complete=True)
    account = AccountToAudit("123456789012", Evidence(inventory, {}, NOW))
    audit = audit_of([account], (), Question(against="the stack prod"), NOW)

    page = show(to_html(audit))

    shown = page.find_elements(By.CSS_SELECTOR, "#findings tbody tr")
    assert len(shown) == len(audit.findings) == 8
    assert len(page.find_elements(By.CSS_SELECTOR, "#keys tbody tr")) == len(users)
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert page.get_log("browser") == []


@pytest.mark.parametrize("width", [800, 1280])
def test_the_page_of_eighty_accounts_fits_its_window(
    show: Callable[[str], Chrome], width: int
) -> None:
    """Its wide tables scroll within themselves."""
    accounts = [
        AccountToAudit(
            f"{number:012}",
            Evidence(
                Inventory((seen(number, 100, ObservedStatus.ACTIVE),), NOW, is_complete=True),
                {},
                NOW,
            ),
            f"account-{'of-a-team-' * 4}{number}",
            f"Root/Workloads/Production/{'Team' * 6}{number % 7}",
        )
        for number in range(80)
    ]
    audit = audit_of(accounts, (), Question(), NOW)

    page = show(to_html(audit))
    page.set_window_size(width, 900)

    assert len(page.find_elements(By.CSS_SELECTOR, "#accounts tbody tr")) == 80
    assert len(page.find_elements(By.CSS_SELECTOR, "#keys tbody tr")) == 80
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert page.find_element(By.TAG_NAME, "h1").text == "Access keys of 80 accounts"
    units = page.find_elements(By.CSS_SELECTOR, "#units tbody tr")
    assert [int(each.find_elements(By.TAG_NAME, "td")[1].text) for each in units] == [12] * 3 + [
        11
    ] * 4
    for link in page.find_elements(By.CSS_SELECTOR, "#findings a"):
        assert page.find_elements(By.ID, str(link.get_attribute("hash")).removeprefix("#"))


def test_an_audit_in_a_comment_is_a_table_and_a_list_of_controls(
    show: Callable[[str], Chrome],
) -> None:
    users = (seen(1, 100, ObservedStatus.ACTIVE), seen(2, 200, ObservedStatus.ACTIVE))
    inventory = Inventory(users, NOW, is_complete=True)
    account = AccountToAudit("123456789012", Evidence(inventory, None, NOW))

    page = show(comment(audit_to_markdown(audit_of([account], (), Question(), NOW))))

    rows = page.find_elements(By.CSS_SELECTOR, "tbody tr")
    assert [row.find_elements(By.TAG_NAME, "td")[5].text for row in rows] == ["1, 2"] * 2
    controls = [each.text for each in page.find_elements(By.CSS_SELECTOR, "ol li")]
    assert [each.partition(" v")[0] for each in controls] == [
        "CIS AWS Foundations Benchmark",
        "AWS Security Hub CSPM IAM.3: IAM users' access keys should be rotated every 90 days or less",
    ]
