"""The page in a real browser, as an editor uses it. Skipped where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from comparing import ARTICLE, SOURCE, compare
from rendering import ROOT, SHORT, calibrated, flagged, founding, render

from detector.render import Look
from detector.render.comparison import COMPARISONS
from detector.report import Report

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install '.[dev]'")

AXE = ROOT / "tests/tools/node_modules/axe-core/axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
LOOK = Look(date="2026-11-21T12:00:00+00:00")
DESK = {"viewport": {"width": 1280, "height": 900}}
TELEPHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

Tab = Any  # playwright.sync_api.Page, where it is installed


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser: install one of {', '.join(BROWSERS)}, or name it in CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield running
        running.close()


class Desk:
    """Opens pages, and remembers whatever they complain of or ask the network for."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self.browser = browser
        self.file = folder / "page.html"
        self.complaints: list[str] = []

    def open(self, *given_reports: Report, **options: Any) -> Tab:
        return self._tab(render("html", *given_reports, look=LOOK), **options)

    def _tab(self, page: str, **options: Any) -> Tab:
        self.file.write_text(page, encoding="utf-8")
        tab = self.browser.new_context(**{**DESK, **options}).new_page()
        tab.set_default_timeout(20_000)
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("request", lambda request: self._check(request.url))
        tab.goto(self.file.as_uri())
        return tab

    def compare(self, source: str, article: str, **options: Any) -> Tab:
        page = COMPARISONS["html"](compare(source, article), LOOK)
        return self._tab(page, **options)

    def _check(self, url: str) -> None:
        if url.split("#", maxsplit=1)[0] != self.file.as_uri():
            self.complaints.append(url)


@pytest.fixture
def desk(browser: Any, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(browser, tmp_path)
    yield desk
    for context in browser.contexts:
        context.close()
    assert desk.complaints == []


def mark(tab: Tab, number: int) -> Any:
    return tab.locator(f'.mark[data-n="{number}"]').first


def card(tab: Tab) -> Any:
    return tab.locator(".card")


class TestFindings:
    def test_hover(self, desk: Desk) -> None:
        tab = desk.open(founding(0))
        assert not card(tab).is_visible()
        mark(tab, 4).hover()
        card(tab).wait_for(state="visible")
        said = card(tab).inner_text()
        assert "wilt" in said
        assert "become" in said
        assert "probability 97%" in said
        assert "never stands here" in said
        # One can move onto the card, and it goes when one leaves.
        card(tab).hover()
        tab.wait_for_timeout(400)
        assert card(tab).is_visible()
        tab.mouse.move(2, 2)
        card(tab).wait_for(state="hidden")

    def test_focus(self, desk: Desk) -> None:
        tab = desk.open(founding(0))
        mark(tab, 1).focus()
        tab.keyboard.press("Tab")
        card(tab).wait_for(state="visible")
        assert tab.evaluate("document.activeElement.dataset.n") == "2"
        assert "unmistakably" in card(tab).inner_text()
        tab.keyboard.press("Escape")
        card(tab).wait_for(state="hidden")
        assert tab.evaluate("document.activeElement.dataset.n") == "2"

    def test_tap(self, desk: Desk) -> None:
        tab = desk.open(founding(0), **TELEPHONE)
        mark(tab, 4).scroll_into_view_if_needed()
        mark(tab, 4).tap()
        card(tab).wait_for(state="visible")
        assert "become" in card(tab).inner_text()
        box = card(tab).bounding_box()
        assert box["x"] == 0
        assert box["width"] == 390
        tab.get_by_role("button", name="Next finding", exact=True).tap()
        assert card(tab).locator(".at").inner_text() == "5 of 36"
        tab.get_by_role("button", name="Close").tap()
        card(tab).wait_for(state="hidden")

    def test_arrows_walk_through_the_findings_in_a_ring(self, desk: Desk) -> None:
        tab = desk.open(founding(0))
        seen = []
        for _ in range(37):
            tab.keyboard.press("ArrowRight")
            seen.append(tab.evaluate("document.activeElement.dataset.n"))
        assert seen == [*map(str, range(1, 37)), "1"]
        tab.keyboard.press("ArrowLeft")
        assert tab.evaluate("document.activeElement.dataset.n") == "36"
        assert mark(tab, 36).bounding_box()["y"] < 900
        assert "now" in tab.locator('.tick[data-n="36"]').get_attribute("class")

    def test_a_tick_of_the_strip_leads_to_its_finding(self, desk: Desk) -> None:
        tab = desk.open(calibrated(0))
        tab.locator('.tick[data-n="30"]').click(force=True)
        card(tab).wait_for(state="visible")
        assert card(tab).locator(".at").inner_text() == "30 of 36"

    def test_the_card_stays_in_the_window(self, desk: Desk) -> None:
        tab = desk.open(founding(0))
        width, height = 1280, 900
        for _ in range(36):
            tab.keyboard.press("ArrowRight")
            box = card(tab).bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= height

    def test_without_scripts_a_mark_leads_to_its_note(self, desk: Desk) -> None:
        tab = desk.open(founding(0), java_script_enabled=False)
        mark(tab, 4).click()
        assert tab.url.endswith("#r1-n4")
        assert tab.locator("#r1-n4").is_visible()


class TestIndex:
    def test_a_page_with_one_article_is_that_article(self, desk: Desk) -> None:
        tab = desk.open(founding(0))
        assert tab.locator("h2").is_visible()
        assert tab.locator(".index").count() == 0

    def test_entries_open_sort_and_close(self, desk: Desk) -> None:
        tab = desk.open(founding(1), SHORT, founding(0))
        assert tab.locator("h2:visible").count() == 0
        tab.get_by_label("Show").select_option("rank")
        names = tab.locator(".entry .name").all_inner_texts()
        assert [name.partition("_")[0] for name in names] == ["seeds/000", "seeds/001", "note.txt"]
        tab.locator("summary", has_text="seeds/000").click()
        assert tab.locator("h2:visible").count() == 1
        tab.keyboard.press("ArrowRight")
        assert "36" in card(tab).locator(".at").inner_text()
        tab.get_by_role("button", name="Open all").click()
        assert tab.locator("h2:visible").count() == 3


class TestComparison:
    def test_a_change_is_lit_on_both_sides(self, desk: Desk) -> None:
        tab = desk.compare(SOURCE, ARTICLE)
        tab.locator(".original .mark", has_text="become").hover()
        card(tab).wait_for(state="visible")
        assert tab.locator(".mark.now").all_inner_texts() == ["become", "wilt"]
        assert "wilt" in card(tab).inner_text()
        tab.keyboard.press("ArrowRight")
        assert tab.locator(".mark.now").all_inner_texts() == ["Earlier", "Older"]

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_accessibility(self, scheme: str, desk: Desk) -> None:
        tab = desk.compare(SOURCE, ARTICLE, color_scheme=scheme)
        tab.keyboard.press("ArrowRight")
        assert_accessible(tab)

    def test_the_texts_stand_below_each_other_on_a_telephone(self, desk: Desk) -> None:
        tab = desk.compare(SOURCE, ARTICLE, **TELEPHONE)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        first = tab.locator(".side.original").first.bounding_box()
        second = tab.locator(".side.suspect").first.bounding_box()
        assert second["y"] >= first["y"] + first["height"]


def assert_accessible(tab: Tab) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is missing: npm ci --prefix tests/tools")
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run()")
    problems = [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
    assert problems == []
    assert found["passes"]


class TestLooks:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("form", [DESK, TELEPHONE], ids=["desk", "telephone"])
    def test_accessibility(self, scheme: str, form: dict[str, Any], desk: Desk) -> None:
        tab = desk.open(calibrated(0), founding(1), SHORT, color_scheme=scheme, **form)
        tab.get_by_role("button", name="Open all").click()
        tab.keyboard.press("ArrowRight")
        tab.keyboard.press("ArrowRight")
        assert card(tab).is_visible()
        assert_accessible(tab)

    @pytest.mark.parametrize("width", [320, 390, 768, 1280])
    def test_nothing_is_wider_than_the_window(self, width: int, desk: Desk) -> None:
        long_word = "w" * 300
        tab = desk.open(
            calibrated(0),
            flagged(f"It has {long_word} now.", long_word, source=f"{long_word}.txt"),
            viewport={"width": width, "height": 800},
        )
        tab.get_by_role("button", name="Open all").click()
        assert tab.evaluate("document.documentElement.scrollWidth") <= width

    def test_on_paper_everything_is_there(self, desk: Desk) -> None:
        tab = desk.open(calibrated(0), founding(1))
        tab.emulate_media(media="print")
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert tab.locator("h2:visible").count() == 2
        assert tab.locator(".note:visible").count() == 36
        assert tab.locator("table:visible").count() == 1
        assert tab.locator(".steps:visible, .index:visible, .card:visible").count() == 0
        tab.evaluate("dispatchEvent(new Event('afterprint'))")
        assert tab.locator("details[open]").count() == 0

    def test_markup_in_an_article_stays_text(self, desk: Desk) -> None:
        evil = "<script>document.title = 'gone'</script><img src=x onerror=alert(1)> wilt"
        tab = desk.open(flagged(evil, evil, source="<b>name</b>"))
        assert tab.title() == "Words that look out of place"
        assert tab.locator(".text").inner_text() == evil
        assert tab.locator("img").count() == 0
