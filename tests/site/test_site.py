"""The documentation site: built strictly, whole, and with what the code says of itself."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from ruamel.yaml import YAML

import automation_page
import command_page
import llms_txt
from support.engine import ROOT
from support.site_build import CONFIG, build

DOCS = ROOT / "docs"


def test_every_page_is_in_the_order_that_the_site_gives(site: Path) -> None:
    listed = re.findall(r"([\w/-]+\.md)$", CONFIG.read_text(), re.MULTILINE)

    assert sorted(listed) == sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))
    for page in listed:
        assert (site / page).with_suffix(".html").exists()
    assert (site / "llms.txt").read_text() == llms_txt.PAGE.read_text()
    schemas = re.findall(r"\]\((reference/schemas/\S+)\)", automation_page.PAGE.read_text())
    assert schemas
    assert all((site / each).exists() for each in schemas)


def test_the_python_reference_is_made_from_the_docstrings(site: Path) -> None:
    page = (site / "reference" / "python.html").read_text()

    for name in ("AccessKeyStatus", "AccessKeyRotation", "Safeguards", "Account", "access_key"):
        assert f'id="keyswitch.{name}"' in page or f'id="keyswitch.aws.{name}"' in page
    assert "unused_for" in page
    assert "an existing long-term key" in re.sub(r"<[^>]+>", "", page)


def test_the_languages_of_an_example_are_tabs(site: Path) -> None:
    page = (site / "how-to" / "native-provider.html").read_text()

    for number, language in enumerate(("YAML", "TypeScript", "Go", "Python"), start=1):
        assert f'<label for="__tabbed_1_{number}">{language}</label>' in page


def test_the_site_leads_to_no_file_of_the_repository(site: Path) -> None:
    for path in site.rglob("*.html"):
        assert 'href="../../examples' not in path.read_text(), path
        assert 'href="../README' not in path.read_text(), path


def test_a_dead_link_or_anchor_fails_the_build(tmp_path: Path) -> None:
    for name in ("docs", "provider", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("engine"))
    shutil.copy(CONFIG, tmp_path)
    page = tmp_path / "docs" / "stuck.md"
    whole = page.read_text()
    for link in ("nowhere.md", "errors.md#ks999-nothing"):
        page.write_text(f"{whole}\n[dead]({link})\n")
        done = build(tmp_path / CONFIG.name, tmp_path / "site")
        assert done.returncode == 1, link
        assert link.partition("#")[0] in done.stderr


def test_the_commands_page_is_what_help_prints() -> None:
    assert command_page.PAGE.read_text() == command_page.command_page()


def test_the_recorded_session_is_of_the_demo_as_readme_shows_it() -> None:
    picture = (DOCS / "images" / "demo.svg").read_text()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", picture).replace("&#160;", " "))

    assert "<script" not in picture
    assert "url(http" not in picture
    (shown,) = re.findall(
        r"<!-- demo -->\n+```text\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    for line in shown.splitlines():
        if line.startswith("$ pulumi"):
            assert line in text
    assert "1 key drifted, to be corrected" in text


def test_the_sites_files_are_yaml_that_others_read_too() -> None:
    assert YAML(typ="rt").load(CONFIG)["strict"] is True


def test_no_two_pages_have_one_name_in_the_navigation() -> None:
    names = re.findall(r"- ([^:\n]+): [\w/-]+\.md$", CONFIG.read_text(), re.MULTILINE)

    assert len(names) == len(list(DOCS.rglob("*.md")))
    assert len(set(names)) == len(names)


def test_the_list_for_agents_names_every_page() -> None:
    listed = re.findall(r"^- \[[^\]]+\]\(([^)]+)\): ", llms_txt.PAGE.read_text(), re.MULTILINE)

    assert llms_txt.PAGE.read_text() == llms_txt.llms_txt()
    assert sorted(listed) == sorted(
        str(path.relative_to(DOCS).with_suffix(".html")) for path in DOCS.rglob("*.md")
    )


def test_a_page_is_described_in_one_whole_sentence_in_the_list_for_agents() -> None:
    assert llms_txt.llms_txt().startswith("# Keyswitch\n\n> ")
    assert set(llms_txt.DESCRIPTIONS) <= {
        str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")
    }
    for line in llms_txt.llms_txt().splitlines():
        assert re.fullmatch(r"|# \S.*|## \S.*|> \S.*\.|- \[[^\]]+\]\(\S+\.html\): \S.*\.", line), (
            line
        )
