"""The site as readers see it: in two widths, light and dark, with what screen readers are told."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_core_python.selenium import Axe
from selenium.webdriver import Chrome

from support.browser import opened

WIDE, NARROW = 1280, 400
CUT = """
const wide = element => element.scrollWidth > element.clientWidth + 1;
const tables = [...document.querySelectorAll(".md-typeset__scrollwrap")].filter(wide);
return tables.map(table => table.innerText.slice(0, 60));
"""
SCROLLS_SIDEWAYS = "return document.documentElement.scrollWidth > window.innerWidth"
FEW = ("index.html", "tutorial.html", "architecture.html", "safeguards.html")


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Prints nothing."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Silent, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with opened(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


def pages(site: Path) -> list[str]:
    return sorted(str(path.relative_to(site)) for path in site.rglob("*.html"))


def look(browser: Chrome, width: int, scheme: str) -> None:
    browser.set_window_size(width, 1000)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def asked(browser: Chrome) -> set[str]:
    """What the browser asked for since this was read last."""
    events = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    return {
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    }


@pytest.mark.parametrize("which", ["few", pytest.param("every", marks=pytest.mark.nightly)])
def test_no_page_cuts_a_table_or_asks_for_anything_from_elsewhere(
    site: Path, address: str, browser: Chrome, which: str
) -> None:
    """A narrow page may scroll a table within its frame, but never the page itself."""
    for width in (WIDE, NARROW):
        look(browser, width, "light")
        for page in FEW if which == "few" and width == NARROW else pages(site):
            browser.get(f"{address}/{page}")
            assert not browser.execute_script(SCROLLS_SIDEWAYS), (page, width)
            if width == WIDE:
                assert browser.execute_script(CUT) == [], page
    urls = asked(browser)
    assert f"{address}/index.html" in urls
    elsewhere = {url for url in urls if url.startswith(("http", "ws")) and address not in url}
    assert elsewhere == set()


@pytest.mark.parametrize("which", ["few", pytest.param("every", marks=pytest.mark.nightly)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    site: Path, address: str, browser: Chrome, scheme: str, which: str
) -> None:
    axe = Axe()
    for page in FEW if which == "few" else pages(site):
        for width in (WIDE,) if which == "few" else (WIDE, NARROW):
            look(browser, width, scheme)
            browser.get(f"{address}/{page}")
            found = [
                (each["id"], node["html"])
                for each in axe.run(browser)["violations"]
                if each["impact"] in ("serious", "critical")
                for node in each["nodes"]
            ]
            assert found == [], (page, width)


def test_the_dark_scheme_is_the_systems_choice(address: str, browser: Chrome) -> None:
    shown = {}
    for scheme in ("light", "dark"):
        look(browser, WIDE, scheme)
        browser.get(f"{address}/index.html")
        shown[scheme] = browser.execute_script(
            "return document.body.getAttribute('data-md-color-scheme')"
        )
    assert shown == {"light": "default", "dark": "slate"}
