"""Adversarial text costs what its length says: eight times the text, not sixty-four times the work.

Regular expressions count no steps, so the processor time of this process stands for them: the best
of some runs, of inputs long enough that a quadratic step shows, against a bound three times as high
as linear work needs and three times as low as quadratic work does.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest

from detector.boundaries import Table
from detector.errors import SourceError
from detector.ignores import find_ignores
from detector.segment import segment
from detector.sources.formulas import in_html, in_markdown, in_text
from detector.sources.html import read_html
from detector.sources.jats import read_jats
from detector.sources.layout import Line, body
from detector.sources.markdown import read_markdown

TIMES = 8
MOST = 3 * TIMES
# Below this many seconds the noise of the machine is larger than the work.
FLOOR = 0.05
TABLE = Table(frozenset({"dr"}), frozenset({"the"}))

Make = Callable[[int], str]


def seconds(work: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(2):
        started = time.process_time()
        work(text)
        best = min(best, time.process_time() - started)
        if best > 2:
            break
    return best


def is_linear(work: Callable[[str], object], make: Make, n: int = 2_000) -> None:
    small = max(seconds(work, make(n)), FLOOR / TIMES)
    assert seconds(work, make(TIMES * n)) < MOST * small


def repeated(unit: str, end: str = "") -> Make:
    return lambda n: unit * n + end


TEXTS = [
    *(("1,", "1x"), ("Ab-", "Ab_"), ("a'", "a_"), ("a\u200b", "_"), ("a\u0301", "_")),
    *(("a\u00ad", "_"), (". ", ".,"), ("!", ""), ("a.", "_"), ("ab.", "com_"), ("a@b.", "")),
    *(("/a", "_ "), ("http://a.,", ""), ("#", ""), ("&a", ""), ("1-a", "_"), ("A&", "")),
    *(("a.com/", ""), ('"a ', ""), ("'a ", ""), ("\u201ca ", ""), ("a\n\n", ""), ("(a ", "")),
    *(("A. ", ""), ("... ", ""), ("a\n", ""), (" ", "a"), ("x", ""), ("1_", ""), ("~/", "")),
    *(("a-1st", "_"), ("\\a", ""), ("C:\\a", ""), ("-", ""), ('."', ""), (". [1]", "")),
]


@pytest.mark.parametrize(("unit", "end"), TEXTS)
def test_segmentation(unit: str, end: str) -> None:
    is_linear(lambda text: segment(text, TABLE), repeated(unit, end))


MARKUP: dict[str, Make] = {
    "notes": lambda n: "<b>" * n + "<sup>1</sup>" * n,
    "struck": lambda n: "<s>" * n + "a</s>" * n,
    "nested notes": lambda n: "<sup>" * n + "1</sup>" * n,
    "long notes": lambda n: "<sup>" * n + "wilt " * n + "</sup>" * n,
    "lists of links": lambda n: "<ul><li><a href=a>a</a>" * n + "</ul>" * n,
    "links never closed": lambda n: "<div><p><a href=a>a" * n + "</p>" * n + "</div>" * n,
    "furniture": lambda n: '<div class="menu a-b-c">a' * n,
    "a long name": lambda n: f'<div class="{"menu-" * n}">a',
    "many names": lambda n: f'<div class="{"a " * n}">a',
    "hidden styles": lambda n: f'<p style="{"display:" * n}{"; " * n}">a',
    "quotations": lambda n: "<q>" * n + "a</q>" * n,
    "spaces": lambda n: "(<sup>1</sup>" + "\xa0" * n + ")",
    **{
        unit: repeated(unit)
        for unit in (
            *("<x ", "<!--", "<!-- >", "</x", "<x a='", "<?", "<!a", "<![CDATA[", "<![CDATA[>"),
            *("&", "&amp", "<div>", "a=b ", "<script>", "<script></", "<", "<main>", "<b>a"),
            *("<b>a</b", "<x=", '<x "', "<title>", "<!-- -", "<b\n", "&#1", "<x a=b", "<x/"),
        )
    },
}


@pytest.mark.parametrize("make", MARKUP.values(), ids=MARKUP)
def test_html(make: Make) -> None:
    is_linear(read_html, make)


MARKDOWN: dict[str, Make] = {
    **MARKUP,
    "inline notes": lambda n: "a<b>" * n + "<sup>1</sup>" * n,
    **{unit: repeated(unit) for unit in ("*a ", "[", "> ", "`", "~~a", "[a](", "**", "|a", "# ")},
}


@pytest.mark.parametrize("make", MARKDOWN.values(), ids=MARKDOWN)
def test_markdown(make: Make) -> None:
    is_linear(read_markdown, make)


JATS: dict[str, Make] = {
    "notes": lambda n: "<b>" * n + "<sup>1</sup>" * n + "</b>" * n,
    "italics": lambda n: "<italic>" * n + "<sup>1</sup>" * n + "</italic>" * n,
    "brackets": lambda n: "(<xref>1</xref>)" * n,
    "spaces": lambda n: "\xa0" * n + "(<xref>1</xref>)" * 9,
    "many spaces": lambda n: ("\xa0" * 50 + "<xref>1</xref>)") * n,
    "figures": lambda n: "<fig>" * n + "</fig>" * n,
}


@pytest.mark.parametrize("make", JATS.values(), ids=JATS)
def test_jats(make: Make) -> None:
    def read(text: str) -> None:
        with suppress(SourceError):
            read_jats("a.xml", f"<article><body><p>{text}</p></body></article>")

    is_linear(read, make)


FORMULAS = [
    *("$", "$a", "$$", "$$a", "$a\n", "$ ", "\\(", "\\(a", "\\[", "\\[a\\]", "{{", "{{a", "{% "),
    *("\\begin{align}", "\\begin{align}\\end{math}", "data:a;base64,", "data:", "<Tab ", "<Ta"),
    *("import a from ", "export const a", "$$\n  ", "{{a|b", "$\n> > ", "\\(\n\t\t"),
]


@pytest.mark.parametrize("unit", FORMULAS)
@pytest.mark.parametrize("find", [in_text, in_html, in_markdown])
def test_formulas(find: Callable[[str], object], unit: str) -> None:
    is_linear(find, repeated(unit))


@pytest.mark.parametrize("unit", ["<!-- score: ignore", "<!--", "<!-- score: ignore-start -->\n"])
@pytest.mark.parametrize("suffix", ["", ".md", ".html"])
def test_comments(unit: str, suffix: str) -> None:
    is_linear(lambda text: find_ignores(text, suffix), repeated(unit))


@pytest.mark.parametrize(
    "line",
    ["it goes on and on without a stop", "wilt-", "a b", "1 2 3", "12", "References", "Fig. 3."],
)
def test_the_layout_of_pages(line: str) -> None:
    def read(text: str) -> None:
        rows = [Line(row, 72, 700 - 12 * number, 10) for number, row in enumerate(text.split("\n"))]
        body([rows])

    is_linear(read, lambda n: f"{line}\n" * n)


def test_layout_counts_each_line_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps, counted: the words that are looked for in each line, and no more."""
    from detector.sources import layout

    searched: Counter[str] = Counter()

    class Watched:
        def search(self, text: str) -> None:
            searched["characters"] += len(text)

    monkeypatch.setattr(layout, "_CUT", Watched())
    lines = [Line("it goes on and on", 72, 700 - 12 * row, 10) for row in range(500)]
    layout.body([lines])
    assert searched["characters"] <= sum(len(line.text) for line in lines)
