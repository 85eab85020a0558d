"""The map from prose to source: what a finding's slice of the source reads as."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detector.document import Span
from detector.extract import Break, Extract, Writer
from detector.sources.html import read_html
from detector.sources.jats import read_jats
from detector.sources.markdown import read_markdown

Reader = Callable[[str], Extract]
# A loaded machine is no reason to fail.
FEW = settings(max_examples=60, deadline=None)
WORD = re.compile(r"[^\W_]+")

LETTERS = st.sampled_from(["w", "i", "lt", "caf", "\u00e9", "A", "\u65e5", "\U00010400", "x1"])
HTML_LETTERS = LETTERS | st.sampled_from(["&eacute;", "&#233;", "&Auml;", "&#x62;", "&nbsp;"])
MARKDOWN_MARKS = ["*{}*", "**{}**", "[{}](u 't')", "<b>{}</b>", "![{}](u)", "{}~~wilt~~"]
HTML_MARKS = [
    "<b>{}</b>",
    "<i class='a>b'>{}</i>",
    "{}<!-- wilt -->",
    "<a href=x>{}</a>",
    "{}<wbr>",
    "{}<del>wilt</del>",
]
JATS_MARKS = ["<bold>{}</bold>", "<italic toggle='yes'>{}</italic>", "{}<!-- wilt -->", "{}<?a b?>"]


def words(letters: st.SearchStrategy[str], marks: list[str]) -> st.SearchStrategy[str]:
    """Words with whole elements in them, letters between any two.

    CommonMark shares the marks of "**a***b*" in a way that depends on what follows.
    """
    marked = st.builds(str.format, st.sampled_from(marks), letters)
    apart = st.lists(st.tuples(marked, letters).map("".join), max_size=2).map("".join)
    return st.tuples(letters, apart, marked | st.just("")).map("".join) | apart.filter(bool)


def texts(
    letters: st.SearchStrategy[str], marks: list[str], gaps: list[str]
) -> st.SearchStrategy[str]:
    run = st.lists(words(letters, marks), min_size=1, max_size=3).map(" ".join)
    marked = run | st.builds(str.format, st.sampled_from(marks), run.map("w{}w".format))
    return st.lists(st.tuples(marked, st.sampled_from(gaps)).map("".join), max_size=6).map("".join)


def jats(body: str) -> Extract:
    head = "<?xml version='1.0'?><article><body><p>"
    extract = read_jats("a.xml", f"{head}{body}</p></body></article>")[0]
    extract.runs[:, 1:] -= len(head)
    extract.elements[:, 2:] -= len(head)
    return extract


def is_torn(extract: Extract, span: Span) -> bool:
    """Whether an element begins inside a span and ends outside of it, or the other way round."""
    start, end = span
    return any(
        first < start < last < end or start < first < end < last
        for first, last, _, _ in extract.elements.tolist()
    )


def each_word_reads_as_itself(source: str, read: Reader) -> None:
    """The contract: reading the slice of a word alone gives the word."""
    extract = read(source)
    for match in WORD.finditer(extract.text):
        span = Span(*match.span())
        if read is read_markdown and is_torn(extract, span):
            continue  # "*has wi*lt": no slice with "wilt" alone reads as Markdown
        span = extract.source_span(span)
        assert read(span.of(source)).text == match[0]
        assert extract.prose_span(span) == match.span()


@FEW
@given(texts(HTML_LETTERS, HTML_MARKS, [" ", "\n ", "<p>", "</p>\n<p>", "<br>", ", ", ". "]))
@example("It wi<b>lt</b>ed.")
@example("<b>wi</b>lt <b>wilt</b> caf&eacute;")
@example("<b>has wi</b>lt")
def test_a_word_of_html(source: str) -> None:
    each_word_reads_as_itself(source, read_html)


@FEW
@given(texts(LETTERS | st.just("&eacute;"), MARKDOWN_MARKS, [" ", "\n", "\n\n", "\n\n- ", ", "]))
@example("It wi<b>lt</b>ed, wi**lt** and un[do](x)ing.")
@example("caf&eacute; *wi*lt")
def test_a_word_of_markdown(source: str) -> None:
    each_word_reads_as_itself(source, read_markdown)


@FEW
@given(texts(LETTERS | st.just("&#233;"), JATS_MARKS, [" ", "\n", "</p><p>", ", "]))
@example("It wi<bold>lt</bold>ed.")
def test_a_word_of_jats(source: str) -> None:
    extract = jats(source)
    for match in WORD.finditer(extract.text):
        span = extract.source_span(Span(*match.span()))
        assert jats(span.of(source)).text == match[0]
        assert extract.prose_span(span) == match.span()


MARKS = [
    *"*_`[]()<>#-|!&;~^+\n\r\t \"'\\=:./",
    "```",
    "---",
    "<b>",
    "</b>",
    "<p>",
    "<script>",
    "<q>",
    "~~",
    "<del>",
    "</del>",
]
TAGS = [
    "<pre>",
    "</pre>",
    "<sup>",
    "</sup>",
    "<main>",
    "<!--",
    "-->",
    "<li hidden>",
    "<br/>",
    "[^1]",
]
WORDS = [
    "wilt",
    "caf\u00e9",
    "&amp;",
    "&eacute;",
    "&#0;",
    "http://x.y",
    "\u65e5\u672c",
    "\U0001f600",
]
SOURCES = st.lists(st.sampled_from([*MARKS, *TAGS, *WORDS]), max_size=60).map("".join)


@pytest.mark.parametrize("read", [read_markdown, read_html])
@FEW
@given(source=SOURCES | st.text())
def test_any_source_has_a_map(read: Reader, source: str) -> None:
    extract = read(source)
    starts, sources, ends = (column.tolist() for column in extract.runs.T)
    assert starts == sorted(set(starts))
    assert sources == sorted(sources)
    assert all(0 <= a <= b <= len(source) for a, b in zip(sources, ends, strict=True))
    assert all(a <= b for a, b in zip(ends, sources[1:], strict=False))
    for match in re.finditer(r"\w+", extract.text):
        span = extract.source_span(Span(*match.span()))
        assert span.start < span.end
        assert extract.prose_span(span) == match.span()


@pytest.mark.parametrize(
    ("source", "word", "slice_"),
    [
        ("It wi<b>lt</b>ed.", "wilted", "wi<b>lt</b>ed"),
        ("It <b>wi</b>lt.", "wilt", "<b>wi</b>lt"),
        ("It <b>wilt</b>.", "wilt", "wilt"),
        ("The caf&eacute;s.", "caf\u00e9s", "caf&eacute;s"),
        ("It has <b>wilt</b> now.", "has wilt", "has <b>wilt</b>"),
        ("It has\n   wilt.", "has wilt", "has\n   wilt"),
    ],
)
def test_the_slice_holds_whole_elements(source: str, word: str, slice_: str) -> None:
    extract = read_html(source)
    start = extract.text.index(word)
    assert extract.source_span(Span(start, start + len(word))).of(source) == slice_


def test_breaks_stand_between_and_nowhere_else() -> None:
    writer = Writer()
    for by in Break:
        writer.separate(by)
    writer.copy(5, "It")
    writer.separate(Break.LINE)
    writer.separate(Break.SPACE)
    writer.copy(9, "wilt")
    writer.separate(Break.PARAGRAPH)
    extract = writer.extract()
    assert extract.text == "It\nwilt"
    assert extract.source_span(Span(0, 7)) == (5, 13)


def test_what_is_taken_back_leaves_no_trace() -> None:
    writer = Writer()
    writer.copy(0, "wilt")
    mark = writer.mark()
    writer.copy(4, "12")
    writer.back_to(mark)
    writer.copy(6, "ed [,")
    assert writer.trim(re.compile(r"\s\[,$"))
    writer.copy(12, ".")
    extract = writer.extract()
    assert extract.text == "wilted."
    assert extract.source_span(Span(0, 6)) == (0, 8)
    assert extract.source_span(Span(6, 7)) == (12, 13)


def test_an_element_that_outlives_what_is_taken_back_begins_after_it() -> None:
    source = "It has<sup>*1</sup>wilt* now."
    extract = read_markdown(source)
    assert extract.text == "It haswilt now."
    assert extract.source_span(Span(3, 14)).of(source) == "has<sup>*1</sup>wilt* now"
    assert extract.source_span(Span(6, 10)).of(source) == "wilt"


def test_a_stand_in_is_not_the_low_line_before_it() -> None:
    extract = read_markdown("A _`ls` `x``y`")
    assert extract.text == "A __ _"
    assert extract.source_span(Span(2, 3)) == (2, 3)
    assert extract.source_span(Span(3, 4)) == (3, 7)


def test_an_empty_span_stays_empty() -> None:
    extract = read_html("<p>wilt</p>")
    assert extract.source_span(Span(0, 0)) == (3, 3)
    assert extract.source_span(Span(4, 4)) == (7, 7)
    assert read_html("").source_span(Span(0, 0)) == (0, 0)
    assert extract.prose_span(Span(8, 11)) == (4, 4)
