"""Draws docs/images/comment.png: the digest of a recorded preview, as a forge shows it in a pull request.

The preview is the real engine's (`tests/digest/record.py`, which writes one time for every moment; a hold of seven
days ends seven days later here, as when it was recorded). Needs chromium.
"""

from __future__ import annotations

import base64
import re
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

from chromium import chrome
from keyswitch.report.digest import digest
from keyswitch.report.digest_formats import to_markdown
from keyswitch.report.preview_json import read_preview

ROOT = Path(__file__).resolve().parents[1]
PREVIEW = ROOT / "tests" / "digest" / "previews" / "fleet.json"
PICTURE = ROOT / "docs" / "images" / "comment.png"
WIDTH = 900
_MOMENT = "2026-11-25T09:30:00Z"
_SEVEN_DAYS_LATER = "2026-12-02T09:30:00Z"
_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 12px; font: 14px/1.5 sans-serif; color: #1f2328; background: #fff; }}
.comment {{ border: 1px solid #d1d9e0; border-radius: 6px; }}
.head {{ padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0; }}
.head span {{ color: #59636e; }}
.body {{ padding: 4px 16px; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: 6px 13px; border: 1px solid #d1d9e0; text-align: left; }}
tr:nth-child(even) td {{ background: #f6f8fa; }}
code {{ padding: 2px 5px; border-radius: 6px; background: #eff1f3; font: 12px monospace; }}
</style><div class="comment"><div class="head"><b>github-actions</b> <span>commented</span></div>
<div class="body">{body}</div></div>"""


def comment() -> str:
    """The comment as HTML, as a forge makes it from the digest's Markdown."""
    text = to_markdown(digest(read_preview(PREVIEW.read_text())))
    text = re.sub(rf"(cannot be met before ){_MOMENT}", rf"\g<1>{_SEVEN_DAYS_LATER}", text)
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, chrome() as browser:
        page = Path(folder) / "page.html"
        page.write_text(_PAGE.format(body=comment()))
        browser.get(page.as_uri())
        view = {"width": WIDTH, "height": 100, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)
        height = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]["height"]
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 2}
        shot = browser.execute_cdp_cmd(
            "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}
        )
        PICTURE.write_bytes(base64.b64decode(shot["data"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
