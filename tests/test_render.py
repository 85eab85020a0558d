from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rendering import PLAIN, SHORT, SKIPPED, flagged, founding, render, render_body
from strategies import reports

from detector.document import Span
from detector.render import RENDERERS, Look
from detector.render.excerpt import CONTEXT, WHOLE, excerpts, shorter
from detector.render.layout import columns, fill, spelled
from detector.report import Evidence, Finding, Report, Suggestion
from detector.segment import segment

SNAPSHOTS = Path(__file__).parent / "snapshots"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
COLOUR = Look(colour=True)
VERBOSE = Look(verbose=True)
FILLER = "Nobody had expected the committee to meet again before the winter. "


# Formats whose header describes the tool.
OF_THE_VERSION = {"html", "sarif"}


@pytest.mark.parametrize("form", sorted(RENDERERS))
def test_snapshot(form: str) -> None:
    whole = render_body if form in OF_THE_VERSION else render
    rendered = whole(form, founding(0), founding(1), SHORT, SKIPPED)
    snapshot = SNAPSHOTS / f"founding_articles.{form}"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(rendered, encoding="utf-8", newline="\n")
    assert rendered == snapshot.read_text(encoding="utf-8")


class TestRestore:
    def test_text_is_the_restored_article(self) -> None:
        report = flagged("It has wilt.", "wilt")
        restored = report.restored_text
        assert restored != report.text
        assert render("text", report, look=Look(restore=True)) == f"{restored}\n"

    @pytest.mark.parametrize("form", ["json", "jsonl"])
    def test_json_holds_it_beside_the_findings(self, form: str) -> None:
        report = flagged("It has wilt.", "wilt")
        rendered = render(form, report, look=Look(restore=True))
        (found,) = json.loads(rendered) if form == "json" else [json.loads(rendered)]
        assert found["restored"] == report.restored().to_dict()
        assert found["findings"] == report.to_dict()["findings"]

    @given(reports())
    def test_nothing_of_an_article_can_steer_a_terminal(self, report: Report) -> None:
        rendered = render("text", report, look=Look(restore=True))
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e\ud800-\udfff]", rendered)


class TestJson:
    @given(st.lists(reports(), max_size=3))
    def test_an_array_of_the_reports(self, given_reports: list[Report]) -> None:
        rendered = render("json", *given_reports)
        assert json.loads(rendered) == [report.to_dict() for report in given_reports]
        assert rendered.isascii()

    def test_no_report_is_an_empty_array(self) -> None:
        assert json.loads(render("json")) == []

    @given(st.lists(reports(), max_size=3))
    def test_lines_are_the_reports(self, given_reports: list[Report]) -> None:
        lines = render("jsonl", *given_reports).splitlines()
        assert [json.loads(line) for line in lines] == [r.to_dict() for r in given_reports]

    @pytest.mark.parametrize("form", ["json", "jsonl"])
    def test_nothing_of_an_article_can_steer_a_terminal(self, form: str) -> None:
        rendered = render(
            form, flagged("has \x1b[31m\x9b\u202ewilt\ud800 now", "\x9b\u202ewilt\ud800")
        )
        assert rendered.isascii()
        assert all(character.isprintable() or character == "\n" for character in rendered)


class TestText:
    def test_the_verdict_comes_first_then_a_line_a_finding_above_the_sentence(self) -> None:
        report = flagged("All is well. Prices have wilt more lofty. All is well.", "wilt", "lofty")
        summary, *lines = render("text", report).splitlines()
        assert summary == "a.txt: short (under 40 words), 2 findings"
        assert lines == [
            "",
            "  1:26  wilt -> become, 90%: seen often",
            "  1:36  lofty -> become, 90%: seen often",
            "    Prices have >>wilt<< more >>lofty<<.",
            "",
        ]

    def test_an_article_takes_few_lines(self) -> None:
        """A line a finding, a line a sentence, the verdict and two blank lines."""
        report = founding(0)
        lines = render("text", report).splitlines()
        findings = [line for line in lines if re.match(r"  \d+:\d+ ", line)]
        sentences = [line for line in lines if line.startswith("    ")]
        assert len(findings) == len(report.findings)
        assert len(sentences) == len(list(excerpts(report)))
        assert len(lines) == len(findings) + len(sentences) + 3
        assert all(">>" in line for line in sentences)

    def test_the_plainest_reason_is_told_as_far_as_it_fits(self) -> None:
        reasons = [
            Evidence("encoder", "another word is expected", "context"),
            Evidence("collocation", "'has become' 9 times in the corpus", "'has become' 9 times"),
            Evidence("rewriter residue", "a chatbot speaks here"),
            Evidence("grammar", "the grammar", f"'has' needs {'a' * 20}, {'b' * 40}"),
        ]
        report = flagged("It has wilt.", "wilt")
        told = []
        while reasons:
            finding = replace(report.findings[0], evidence=tuple(reasons))
            told.append(render("text", replace(report, findings=(finding,))).splitlines()[2])
            del reasons[-1]
        line = "  1:8  wilt -> become, 90%: "
        assert told == [
            f"{line}'has' needs {'a' * 20}",
            f"{line}a chatbot speaks here",
            f"{line}'has become' 9 times",
            f"{line}context",
        ]

    def test_verbose_shows_each_flagged_sentence_above_its_findings(self) -> None:
        report = flagged("All is well. Prices have wilt more lofty. All is well.", "wilt", "lofty")
        summary, *lines = render("text", report, look=VERBOSE).splitlines()
        assert summary == "a.txt: short (under 40 words), 2 findings"
        assert lines == [
            "",
            "a.txt:1:26",
            "  Prices have >>wilt<< more >>lofty<<.",
            "    1:26  wilt -> become (80%)",
            "          substitution (90%): seen often",
            "    1:36  lofty -> become (80%)",
            "          substitution (90%): seen often",
            "",
        ]

    def test_findings_of_two_sentences_are_quoted_apart(self) -> None:
        rendered = render("text", flagged("It has wilt. It is lofty.", "wilt", "lofty"))
        assert "  It has >>wilt<<.\n" in rendered
        assert "  It is >>lofty<<.\n" in rendered

    @pytest.mark.parametrize(
        ("report", "summary"),
        [
            (
                founding(0),
                "spun, reliability 3.1 of 100 (provisional), "
                "36 findings in 600 words (60.0 per 1,000)",
            ),
            (
                replace(founding(1), calibrated=True),
                "clean, reliability 97.0 of 100, no findings in 600 words",
            ),
            (
                replace(founding(1), calibrated=True, reliability_low=12.3, reliability_high=97.8),
                "clean, reliability 97.0 of 100 (between 12 and 98), no findings in 600 words",
            ),
            (
                replace(founding(1), calibrated=True, reliability_low=90.0, reliability_high=99.0),
                "clean, reliability 97.0 of 100, no findings in 600 words",
            ),
            (SHORT, "short (12 words; it takes 40), no findings"),
            (
                replace(SHORT, findings=flagged("wilt", "wilt").findings),
                "short (12 words; it takes 40), 1 finding",
            ),
            (SKIPPED, "skipped: this is French"),
            (
                replace(founding(1), n_words=1, findings=flagged("wilt", "wilt").findings),
                "clean, reliability 97.0 of 100 (provisional), "
                "1 finding in 1 word (1000.0 per 1,000)",
            ),
        ],
    )
    def test_the_summary(self, report: Report, summary: str) -> None:
        assert render("text", report).splitlines()[0] == f"{report.source}: {summary}"

    def test_a_record_is_part_of_the_name(self) -> None:
        report = replace(flagged("It has wilt.", "wilt"), record=7)
        assert render("text", report).startswith("a.txt#7: ")
        assert "\na.txt#7:1:8\n" in render("text", report, look=VERBOSE)

    def test_findings_are_listed_even_without_the_text(self) -> None:
        report = replace(flagged("It has wilt.", "wilt"), text="")
        assert "1:8  wilt -> become, 90%: seen often\n" in render("text", report)
        assert "1:8  wilt -> become (80%)" in render("text", report, look=VERBOSE)

    def test_colour_marks_the_same_words(self) -> None:
        report = flagged("Prices have wilt more.", "wilt")
        coloured = render("text", report, look=COLOUR)
        assert "have \x1b[1;4;31mwilt\x1b[0m more" in coloured
        plain = render("text", report).replace(">>", "").replace("<<", "")
        assert ESCAPE.sub("", coloured) == plain

    def test_colour_ends_with_the_line_and_goes_on_after_the_indent(self) -> None:
        phrase = "a phrase of words that is a good deal longer than one line of the terminal"
        look = replace(COLOUR, verbose=True)
        lines = render("text", flagged(f"It is {phrase}.", phrase), look=look).splitlines()
        first, second = lines[3:5]
        assert first.endswith("\x1b[0m")
        assert second.startswith("  \x1b[1;4;31m")
        assert all(line.count("\x1b[0m") == line.count("\x1b[1;4;31m") for line in (first, second))

    def test_no_suggestion_and_an_empty_one(self) -> None:
        finding = flagged("It has wilt.", "wilt").findings[0]
        report = replace(flagged("It has wilt.", "wilt"), findings=(replace(finding, expected=()),))
        assert "1:8  wilt -> no likely original\n" in render("text", report, look=VERBOSE)
        assert "1:8  wilt -> no likely original, 90%: seen often\n" in render("text", report)
        gone = replace(report, findings=(replace(finding, expected=(Suggestion("", 0.5),)),))
        assert "wilt -> (nothing) (50%)" in render("text", gone, look=VERBOSE)
        assert "wilt -> (nothing), 90%" in render("text", gone)

    def test_of_suggestions_and_evidence_the_best_are_shown_and_each_reason_on_its_line(
        self,
    ) -> None:
        finding = replace(
            flagged("It has wilt.", "wilt").findings[0],
            expected=tuple(Suggestion(f"word{n}", 0.6 / 4**n) for n in range(8)),
            evidence=tuple(Evidence("collocation", f"reason {n}") for n in range(5)),
        )
        report = replace(flagged("It has wilt.", "wilt"), findings=(finding,))
        lines = render("text", report, look=VERBOSE)
        assert lines.splitlines()[4:8] == [
            "    1:8  wilt -> word0 (60%), word1 (15%), word2 (4%)",
            "         substitution (90%): reason 0",
            "         reason 1",
            "         reason 2",
        ]

    def test_invisible_characters_are_spelled_out(self) -> None:
        report = flagged(
            "It h\u0430s wi\u200blt\x1b[31m \u202enow.", "wi\u200blt", source="\x1b]0;a"
        )
        rendered = render("text", report)
        assert ">>wi<U+200B>lt<<<U+001B>[31m <U+202E>now." in rendered
        assert rendered.startswith("<U+001B>]0;a: ")

    @given(reports())
    def test_nothing_of_an_article_can_steer_a_terminal(self, report: Report) -> None:
        for look in (PLAIN, COLOUR):
            rendered = ESCAPE.sub("", render("text", report, look=look))
            invisible = {"Cc", "Cf", "Cs", "Zl", "Zp"}
            assert not {c for c in rendered if unicodedata.category(c) in invisible} - {"\n"}

    @given(reports())
    def test_every_finding_is_quoted_and_listed(self, report: Report) -> None:
        rendered = render("text", report)
        for finding in report.findings:
            assert f"{finding.line}:{finding.column}" in rendered
        quoted = [f for excerpt in excerpts(report) for f in excerpt.findings]
        assert tuple(quoted) == report.findings

    def test_lines_keep_to_the_width(self) -> None:
        for width in (40, 80, 100):
            for verbose in (False, True):
                look = Look(width=width, verbose=verbose)
                lines = render("text", founding(0), look=look).splitlines()
                quoted = [line for line in lines if line.startswith("  ")]
                assert max(map(len, quoted)) <= width

    def test_wide_characters_take_two_columns_and_combining_marks_none(self) -> None:
        text = "It says 日本語日本語日本語 and cafe\u0301 " * 6 + "have wilt now."
        lines = render("text", flagged(text, "wilt"), look=VERBOSE).splitlines()
        quoted = [line for line in lines if line.startswith("  ") and "日" in line]
        assert all(70 < columns(line) <= 80 for line in quoted[:-1])
        (short,) = (
            line for line in render("text", flagged(text, "wilt")).splitlines() if ">>" in line
        )
        assert columns(short) <= 80
        assert ">>wilt<<" in render("text", flagged(text, "wilt"))

    def test_a_carriage_return_or_a_hard_line_break_is_a_space(self) -> None:
        rendered = render("text", flagged("It has\r\nwilt\tsince.", "wilt"))
        assert ">>wilt<< since." in rendered


class TestExcerpts:
    def test_a_long_sentence_is_cut_between_findings(self) -> None:
        middle = "considerations " * 30
        text = f"It began when prices have wilt {middle} until all was lofty {middle}in the end."
        (excerpt,) = excerpts(flagged(text, "wilt", "lofty"))
        rendered = render("text", flagged(text, "wilt", "lofty"), look=VERBOSE)
        assert len(excerpt.pieces) == 2
        assert sum(piece.end - piece.start for piece in excerpt.pieces) < 5 * CONTEXT
        assert rendered.count("[...]") == 2
        assert ">>wilt<<" in rendered
        assert ">>lofty<<" in rendered

    def test_cuts_fall_between_words(self) -> None:
        text = "confidence " * 50 + "wilt " + "confidence " * 50
        (excerpt,) = excerpts(flagged(text, "wilt"))
        words = {word for piece in excerpt.pieces for word in piece.of(text).split()}
        assert words == {"confidence", "wilt"}

    def test_a_long_finding_is_cut_in_its_middle(self) -> None:
        phrase = " ".join(["{one|two}"] * 200)
        rendered = render("text", flagged(f"It is {phrase} now.", phrase), look=VERBOSE)
        assert len(rendered) < 1200
        assert rendered.count(">>") == rendered.count("<<") == 2

    def test_a_shorter_excerpt_keeps_the_words_around_its_findings(self) -> None:
        text = "confidence " * 50 + "wilt " + "confidence " * 50
        (excerpt,) = excerpts(flagged(text, "wilt"))
        cut = shorter(text, excerpt, lambda one: one.pieces[0].end - one.pieces[0].start <= 60)
        assert [piece.of(text) for piece in cut.pieces] == [
            "confidence confidence wilt confidence confidence"
        ]

    @pytest.mark.parametrize("glue", ["", " ", "\n"])
    def test_ten_megabytes_on_one_line_are_not_segmented_whole(
        self, glue: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = f"{'x' * 5_000_000}{glue}wilt{glue}{'x' * 5_000_000}"
        report = flagged_at(text, [text.index("wilt")])
        segmented: list[int] = []

        def counting(part: str):  # type: ignore[no-untyped-def]
            segmented.append(len(part))
            return segment(part)

        monkeypatch.setattr("detector.render.excerpt.segment", counting)
        assert len(render("text", report)) < 1000
        assert sum(segmented) < 50_000

    def test_far_findings_of_a_long_text_are_in_the_same_sentences_as_segmentation_says(
        self,
    ) -> None:
        text = (FILLER * 30 + "Prices have wilt since. ") * 40
        offsets = [match.start() for match in re.finditer("wilt", text)]
        found = list(excerpts(flagged_at(text, offsets)))
        assert len(found) == 40
        assert {excerpt.sentence.of(text) for excerpt in found} == {"Prices have wilt since."}

    @given(reports())
    def test_pieces_lie_in_the_sentence_in_order_and_hold_each_end_of_a_finding(
        self, report: Report
    ) -> None:
        for excerpt in excerpts(report):
            borders = [offset for piece in excerpt.pieces for offset in piece]
            assert borders == sorted(borders)
            assert excerpt.sentence.start <= borders[0]
            assert borders[-1] <= excerpt.sentence.end
            for finding in excerpt.findings:
                assert covered(finding.start, excerpt.pieces)
                assert covered(finding.end - 1, excerpt.pieces)


def covered(offset: int, pieces: Iterable[Span]) -> bool:
    return any(piece.start <= offset < piece.end for piece in pieces)


def flagged_at(text: str, offsets: list[int]) -> Report:
    """A report that flags four characters at each offset, without segmenting the text."""
    found = tuple(Finding(o, o + 4, 1, o + 1, "wilt", "substitution", 0.9) for o in offsets)
    return Report("a.txt", "1", "scored", None, "en", 100, 5.0, "spun", found, text=text)


@given(st.text(max_size=200), st.integers(10, 60))
def test_filling_loses_no_word(text: str, width: int) -> None:
    words = spelled(text).split()
    lines = fill(spelled(text), width, margin="> ", colour=False)
    assert [word for line in lines for word in line.removeprefix("> ").split()] == words
    assert all(columns(line) <= width or len(line.split()) <= 2 for line in lines)


def test_a_sentence_that_fits_is_quoted_whole() -> None:
    text = f"{'word ' * ((WHOLE - 10) // 5)}wilt."
    (excerpt,) = excerpts(flagged(text, "wilt"))
    assert excerpt.pieces == (excerpt.sentence,)
