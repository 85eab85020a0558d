from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.document import Span
from detector.ignores import Ignore, find_ignores, silence, without_ignores
from detector.report import Finding
from detector.segment import segment

PIECES = [
    "wilt ", "\n", "\n\n", "\r\n", "```\n", "`", "<p>", "</p>", "<script>", "</script>", "é", "-->",
    "<!-- score: ignore -->", "<!-- score: ignore-next-line -->", "<!-- score: ignore-start -->",
    "<!-- score: ignore-end -->", "<!--score:", "<!-- score: ignore spintax -->",
]  # fmt: skip

KNOWN = "write one of ignore, ignore-next-line, ignore-start, ignore-end"


def findings(text: str) -> list[Finding]:
    document = segment(text)
    return [
        Finding.at(document, Span(*match.span()), check="substitution", probability=0.9)
        for match in re.finditer("wilt", text)
    ]


def left(text: str, suffix: str = "") -> list[tuple[int, int]]:
    """Places of the findings that are left."""
    kept = silence(findings(text), find_ignores(text, suffix)).findings
    return [(finding.line, finding.column) for finding in kept]


def problems(text: str, suffix: str = "") -> list[str]:
    return [one.problem for one in silence(findings(text), find_ignores(text, suffix)).unused]


class TestIgnore:
    def test_beside_text_its_line(self) -> None:
        assert left("wilt\nwilt <!-- score: ignore --> wilt\nwilt") == [(1, 1), (3, 1)]

    def test_on_a_line_of_its_own_the_paragraph_that_follows(self) -> None:
        text = "wilt\n\n <!-- score: ignore -->\n{}wilt,\nwilt\n\nwilt"
        assert left(text.format("")) == [(1, 1), (7, 1)]
        assert left(text.format("\n\n")) == [(1, 1), (9, 1)]

    def test_two_on_lines_of_their_own(self) -> None:
        text = "<!-- score: ignore spintax -->\n<!-- score: ignore substitution -->\nwilt\n\nwilt"
        assert left(text) == [(5, 1)]

    def test_at_the_end_nothing(self) -> None:
        assert left("wilt\n<!-- score: ignore -->") == [(1, 1)]


class TestNextLine:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_the_line_after_it(self, end: str) -> None:
        text = end.join(["wilt <!-- score: ignore-next-line -->", "wilt wilt", "wilt"])
        assert left(text) == [(1, 1), (3, 1)]

    def test_after_the_last_line_nothing(self) -> None:
        assert left("wilt <!-- score: ignore-next-line -->") == [(1, 1)]


class TestStartAndEnd:
    def test_all_between_them(self) -> None:
        text = "wilt <!-- score: ignore-start --> wilt\n\nwilt <!-- score: ignore-end --> wilt"
        assert left(text) == [(1, 1), (3, 33)]

    def test_an_end_closes_the_latest_start(self) -> None:
        start, end = "<!-- score: ignore-start {} -->", "<!-- score: ignore-end -->"
        text = "\n".join(
            [start.format("spintax"), start.format(""), "wilt", end, "wilt", end, "wilt"]
        )
        assert left(text) == [(5, 1), (7, 1)]

    def test_without_an_end_all_the_rest_and_somebody_hears_of_it(self) -> None:
        text = "wilt\n<!-- score: ignore-start -->\nwilt\n\nwilt"
        assert left(text) == [(1, 1)]
        assert problems(text) == ["no 'ignore-end' follows, so it silences all the rest: add one"]


class TestQuotationsAndLists:
    @pytest.mark.parametrize("mark", ["> ", ">", "- ", "* ", "1. ", "> - ", "> > "])
    def test_a_comment_on_a_line_of_its_own(self, mark: str) -> None:
        text = f"{mark}<!-- score: ignore -->\n{' ' * len(mark)}wilt\n\nwilt"
        assert left(text, ".md") == [(4, 1)]

    def test_a_quotation_of_two_paragraphs(self) -> None:
        text = "> <!-- score: ignore -->\n> wilt\n>\n> wilt\n"
        assert left(text, ".md") == [(4, 3)]

    def test_marks_are_text_in_plain_text(self) -> None:
        assert left("> <!-- score: ignore -->\n> wilt") == [(2, 3)]


class TestReasons:
    @pytest.mark.parametrize(
        "words", ["ignore -- a spun text, quoted", "ignore substitution -- see above", "ignore --"]
    )
    def test_what_stands_behind_two_hyphens(self, words: str) -> None:
        text = f"wilt <!-- score: {words} -->\nwilt"
        assert left(text) == [(2, 1)]
        assert problems(text) == []

    def test_of_a_part(self) -> None:
        text = "<!-- score: ignore-start -- a quotation -->\nwilt\n<!-- score: ignore-end -- it -->"
        assert not left(text)
        assert not problems(text)

    def test_a_misspelled_check_names_the_nearest_one(self) -> None:
        (problem,) = problems("wilt <!-- score: ignore substituton -->")
        assert problem.startswith(
            "there is no check named 'substituton' (did you mean \"substitution\"?): the checks "
        )
        (problem,) = problems(
            "<!-- score: ignore-start spintx -->\nwilt\n<!-- score: ignore-end -->"
        )
        assert 'did you mean "spintax"?' in problem


class TestChecks:
    @pytest.mark.parametrize(
        "names", ["substitution", "spintax, substitution", "spintax substitution"]
    )
    def test_only_the_named_ones(self, names: str) -> None:
        assert left(f"wilt <!-- score: ignore {names} -->") == []
        assert left(f"wilt <!-- score: ignore {names.replace('substitution', 'x')} -->") == [(1, 1)]

    def test_a_comment_that_silences_nothing_is_unused(self) -> None:
        text = "wilt <!-- score: ignore -->\nfine <!-- score: ignore -->"
        silenced = silence(findings(text), find_ignores(text))
        assert silenced.n_ignored == 1
        assert [(one.line, one.column, one.problem) for one in silenced.unused] == [(2, 6, "")]

    def test_two_comments_on_one_finding_are_both_used(self) -> None:
        text = "<!-- score: ignore-next-line -->\nwilt <!-- score: ignore -->"
        silenced = silence(findings(text), find_ignores(text))
        assert (silenced.findings, silenced.n_ignored, silenced.unused) == ((), 1, ())


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("ignroe", f"'ignroe' is no instruction (did you mean \"ignore\"?): {KNOWN}"),
        ("sonata", f"'sonata' is no instruction: {KNOWN}"),
        ("ignore-end", "no 'ignore-start' is open before it: remove it"),
    ],
)
def test_a_problem_says_what_to_write(words: str, problem: str) -> None:
    text = f"wilt <!-- score: {words} -->"
    assert left(text) == [(1, 1)]
    assert problems(text) == [problem]


class TestFormats:
    def test_in_markdown_code_is_no_comment(self) -> None:
        text = (
            "Écrit wilt.\n\n```\n<!-- score: ignore-start -->\n```\n\n"
            "é `<!-- score: ignore -->` wilt\n\n    <!-- score: ignore-start -->\n\n"
            "wilt <!-- score: ignore -->\n"
        )
        assert left(text, ".md") == [(1, 7), (7, 28)]
        assert left(text, ".txt") == [(1, 7)]

    def test_in_html_a_script_holds_no_comment(self) -> None:
        text = (
            '<SCRIPT>x = "<!-- score: ignore-start -->"</script>\n<p>wilt</p>\n'
            "<p>wilt</p> <!-- score: ignore -->\n<style><!-- score: ignore-start -->"
        )
        assert left(text, ".HTML") == [(2, 4)]

    def test_in_html_an_open_comment_is_the_end(self) -> None:
        assert left("<p>wilt</p> <!-- x <p>wilt <!-- score: ignore ", ".html") == [(1, 4), (1, 23)]

    def test_in_plain_text_they_are_no_prose(self) -> None:
        text = "It has wilt <!-- score: ignore --> since."
        assert without_ignores(text) == f"It has wilt {' ' * 22} since."
        assert without_ignores("<!-- a musical score: none -->") == "<!-- a musical score: none -->"


@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=30),
    suffix=st.sampled_from(["", ".md", ".html"]),
)
def test_any_source(pieces: list[str], suffix: str) -> None:
    source = "".join(pieces)
    ignores = find_ignores(source, suffix)
    for ignore in ignores:
        assert 0 <= ignore.span.start <= ignore.span.end <= len(source)
        assert segment(source).position(source.index("<!--")) <= (ignore.line, ignore.column)
    found = findings(source)
    silenced = silence(found, ignores)
    assert len(silenced.findings) + silenced.n_ignored == len(found)
    assert set(silenced.unused) <= set(ignores)
    assert len(without_ignores(source)) == len(source)


def test_an_empty_span_silences_nothing() -> None:
    [finding] = findings("wilt")
    assert not Ignore(1, 1, "x", Span(2, 2)).silences(finding)
