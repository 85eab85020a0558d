from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import Detector
from detector.sources import Article, read
from detector.sources.markup import html_prose, markdown_prose

MARKS = [*"*_`[]()<>#-|!&;\n\r\t \"'\\=:./", "```", "---", "<b>", "</b>", "<p>", "<script>"]
WORDS = ["wilt", "café", "&amp;", "&eacute;", "http://x.y", "日本", "\U0001f600"]
SOURCES = st.lists(st.sampled_from([*MARKS, *WORDS]), max_size=60).map("".join)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("# The *old* crane", "The old crane"),
        ("---\ntitle: x\n---\nThe crane.", "The crane."),
        ("See [the board](http://x.y 'title') now.", "See the board now."),
        ("Rock &amp; roll, 5 \\* 5.", "Rock & roll, 5 * 5."),
        ("```py\nx = 1\n```\nThe crane.", "The crane."),
        ("| crane | quay |\n|---|---|\n| old | new |", "crane quay old new"),
        ("The <b>old</b> crane.", "The old crane."),
        ("<div>\nmarkup\n</div>\n\nThe crane.", "The crane."),
        ("![the quay](a.png) The crane.", "the quay The crane."),
    ],
)
def test_markdown(source: str, words: str) -> None:
    assert markdown_prose(source).split() == words.split()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>The <b>old</b> crane.</p>", "The old crane."),
        ("<head><title>T</title></head><nav>Home</nav>The crane.", "The crane."),
        ("<script>if (a < b) {}</script><style>p {}</style>The crane.", "The crane."),
        ("<!-- a note -->The&nbsp;crane &#38; the quay.", "The crane & the quay."),
        ("<p>The<p>crane<br>came", "The crane came"),
    ],
)
def test_html(source: str, words: str) -> None:
    assert html_prose(source).split() == words.split()


def test_code_in_a_sentence_keeps_its_neighbours_apart() -> None:
    assert markdown_prose("Run `ls` now.") == "Run ____ now."
    assert html_prose("Run <code>ls</code> now.").split() == ["Run", "__", "now."]


def test_a_word_with_a_tag_or_reference_inside_is_no_word() -> None:
    assert markdown_prose("It wi<b>lt</b>ed.").split() == ["It", "wi___lt____ed."]
    assert html_prose("A caf&eacute;.").split() == ["A", "caf________."]


@given(SOURCES | st.text())
def test_prose_stays_where_it_was(source: str) -> None:
    for prose in (markdown_prose(source), html_prose(source)):
        assert len(prose) == len(source)
        kept = zip(source, prose, strict=True)
        assert all(
            before == after or after in " \n_" or not after.isalnum() for before, after in kept
        )


def test_findings_in_markup_are_offsets_into_the_file(
    tmp_path: Path, detector: Detector, seeds: Path
) -> None:
    text = (seeds / "000_5f4908ddbc3df845.txt").read_text(encoding="utf-8")
    paragraphs = "\n".join(f"<p class='a'>{line}</p>" for line in text.split("\n"))
    page = f"<html><head><title>Drill</title></head><body>\n{paragraphs}\n</body></html>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "b.md").write_text(text.replace("\n", "\n\n"), encoding="utf-8")
    articles = list(read([tmp_path]))
    for article in articles:
        assert isinstance(article, Article)
        source = Path(article.source).read_text(encoding="utf-8")
        findings = detector.score(article).findings
        assert len(findings) > 10
        assert all(source[f.start : f.end] == f.actual for f in findings)
