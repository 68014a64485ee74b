"""A browser without a window, which asks nothing of its maker: it draws the pictures of pages, and tests look at pages with it."""

from __future__ import annotations

import shutil

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chrome(*more: str) -> Chrome:
    """Chromium with these options besides; it logs what it asks for.

    :raises FileNotFoundError: chromium or its chromedriver is not on PATH.
    """
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        raise FileNotFoundError("no chromium with its chromedriver on PATH")
    options = ChromeOptions()
    options.binary_location = chromium
    for option in (*_OPTIONS, *more):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    return Chrome(options=options, service=ChromeService(driver))
