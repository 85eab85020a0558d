from __future__ import annotations

import base64
import hashlib
import html
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import ELEMENTS, read, words
from rendering import SHORT, SKIPPED, calibrated, flagged, founding, render
from strategies import reports

from detector.render import Look
from detector.render.html import fragment
from detector.render.html.article import HEADINGS
from detector.report import Report

LOOK = Look(date="2026-11-21T12:00:00+00:00", settings=(("min_probability", "0.7"),))
EVIL = (
    '<script>alert(1)</script><img src=x onerror="alert(2)"> "\'> <!-- {{7*7}} </p></section>'
    "</style> &lt;b&gt; javascript:alert(3) \x1b[31m\u202e wilt"
)


class TestArticle:
    def test_the_article_as_written_with_its_findings_marked(self) -> None:
        report = founding(0)
        page = read(fragment(report))
        assert page.said["text"].split() == words(report.text)
        assert page.said["mark"] == "".join(finding.actual for finding in report.findings)

    @pytest.mark.parametrize(
        ("probability", "kind"), [(0.97, "s3"), (0.9, "s3"), (0.89, "s2"), (0.7, "s2"), (0.3, "s1")]
    )
    def test_a_mark_shows_its_strength(self, probability: float, kind: str) -> None:
        report = flagged("It has wilt.", "wilt")
        finding = replace(report.findings[0], probability=probability)
        assert f'<a class="mark {kind}" href="#r-n1"' in fragment(
            replace(report, findings=(finding,))
        )

    def test_a_note_tells_what_is_expected_how_probable_and_why(self) -> None:
        note = read(fragment(flagged("It has wilt.", "wilt"))).said["note"].split()
        assert " ".join(note) == (
            "wiltexpected: become 80%probability 90% · substitution seen often Line 1, column 8"
        )

    def test_reliability_with_its_interval(self) -> None:
        said = " ".join(read(fragment(calibrated(0))).said["reliability"].split())
        assert said.startswith("3.1 reliability of 100, probably 1.2 to 8.9")

    def test_a_provisional_reliability_says_so(self) -> None:
        assert "(provisional)" in fragment(founding(0))
        assert "(provisional)" not in fragment(calibrated(0))

    def test_paragraphs_and_findings_on_the_strip(self) -> None:
        report = calibrated(0)
        rendered = fragment(report)
        strip = re.search(r"<svg class=\"strip\".*?</svg>", rendered, re.DOTALL)
        assert strip
        assert strip[0].count('class="tick ') == len(report.findings)
        assert strip[0].count("<title>Paragraph ") == len(report.paragraphs)
        assert rendered.count("data-density=") == len(report.paragraphs)

    @pytest.mark.parametrize("report", [SHORT, SKIPPED])
    def test_what_was_not_scored_says_why(self, report: Report) -> None:
        page = read(fragment(report))
        assert page.said["reason"] == report.reason
        assert page.said["h2"].startswith(HEADINGS[report.status])
        assert "reliability" not in page.said

    def test_without_its_text_the_findings_are_listed(self) -> None:
        page = read(fragment(replace(founding(0), text="")))
        assert page.elements["li"] == 2 * 36
        assert "text" not in page.said

    def test_the_record(self) -> None:
        report = replace(founding(0), n_ignored=2)
        said = read(fragment(report, date=LOOK.date, settings=LOOK.settings)).said["record"]
        digest = hashlib.sha256(report.text.encode()).hexdigest()
        for entry in (report.source, digest, LOOK.date, "2026.11.0", "min_probability 0.7"):
            assert entry is not None
            assert entry in said
        assert "2 ignored, 0 in the baseline" in said
        assert "It does not tell who changed a text" in said

    @settings(deadline=None)
    @given(reports())
    def test_an_article_adds_text_and_nothing_else(self, report: Report) -> None:
        rendered = fragment(report, date=LOOK.date, settings=LOOK.settings)
        page = read(rendered)
        assert set(page.elements) <= ELEMENTS
        assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
        assert max(Counter(page.ids).values()) == 1
        assert set(page.targets) <= set(page.ids)
        assert page.said.get("text", "").split() == words(report.text)
        assert all(each.isprintable() or each == "\n" for each in rendered if each.isascii())


class TestPage:
    def test_evil_stays_text(self) -> None:
        report = replace(flagged(EVIL, EVIL, source=EVIL), record=EVIL, reason=EVIL)
        page = read(render("html", report, look=LOOK))
        assert set(page.elements) <= ELEMENTS
        assert page.elements["script"] == page.elements["style"] == 1
        assert page.said["text"].split() == words(EVIL)

    def test_its_policy_allows_its_own_style_and_script_only(self) -> None:
        rendered = render("html", founding(0))
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', rendered)
        assert policy
        assert "default-src 'none'" in policy[1]
        assert "unsafe" not in policy[1]
        for element in ("style", "script"):
            source = re.search(rf"<{element}>(.*?)</{element}>", rendered, re.DOTALL)
            assert source
            digest = base64.b64encode(hashlib.sha256(source[1].encode()).digest()).decode()
            assert f"{element}-src 'sha256-{digest}'" in policy[1]

    def test_it_needs_no_network(self) -> None:
        rendered = render("html", founding(0), founding(1))
        assert not re.search(r"https?:|//[a-z]+\.|src=|url\(|@import|<link", rendered)

    def test_several_articles_are_entries_of_an_index(self) -> None:
        page = read(render("html", founding(0), founding(1), founding(0), SHORT))
        assert page.elements["main"] == 1
        assert page.elements["section"] == 4
        assert page.said["name"].count("seeds/") == 3
        assert max(Counter(page.ids).values()) == 1

    def test_it_is_complete_without_an_article(self) -> None:
        assert read(render("html")).elements["main"] == 1

    @settings(deadline=None)
    @given(st.lists(reports(), max_size=3))
    def test_a_page_of_any_reports_is_whole(self, given_reports: list[Report]) -> None:
        page = read(render("html", *given_reports, look=LOOK))
        assert page.elements["section"] == len(given_reports)
        assert set(page.targets) <= set(page.ids)


class TestNotebook:
    def test_a_report_shows_itself(self) -> None:
        shown = read(founding(0)._repr_html_())
        assert shown.elements["style"] == shown.elements["section"] == 1
        assert shown.said["text"].split() == words(founding(0).text)

    def test_two_reports_of_a_notebook_do_not_mix(self) -> None:
        both = founding(0)._repr_html_() + founding(1)._repr_html_()
        assert max(Counter(read(both).ids).values()) == 1


def test_a_finding_shows_itself_in_a_notebook() -> None:
    (finding,) = flagged("Prices have <b>wilt</b> & more.", "<b>wilt</b>").findings
    shown = finding._repr_html_()
    assert "&lt;b&gt;wilt&lt;/b&gt;" in shown
    assert "<b>" not in shown
    assert all(html.escape(evidence.message) in shown for evidence in finding.evidence)
