"""The browser that draws the pictures of pages (``make record``)."""

from __future__ import annotations

import shutil
import sys

from selenium.webdriver import Chrome, ChromeOptions, ChromeService


def chrome() -> Chrome:
    """A browser without a window."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or sys.exit("chromium is not on PATH")
    for option in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
    ):
        options.add_argument(option)
    return Chrome(options=options, service=ChromeService(shutil.which("chromedriver")))
