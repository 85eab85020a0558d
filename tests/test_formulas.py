"""Formulas and the tags of site generators become stand-ins, and keep no article from a score."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from detector import Detector
from detector.document import Span
from detector.language import prose
from detector.segment import segment
from detector.sources import Article, read
from detector.sources.formulas import in_markdown, in_text
from detector.sources.html import read_html
from detector.sources.markdown import read_markdown

TEX = [
    "$x$",
    "$x^2 + y_i$",
    r"$\alpha$",
    "$$E = mc^2$$",
    r"\(a_1 < b\)",
    r"\[ \sum_{i=1}^n i \]",
    r"$$ \text{speed} = 3 \cdot x $$",
    "\\begin{equation}\n a = b \\\\\n\\end{equation}",
    r"\begin{align*} a &= b \end{align*}",
    "$a\n+ b$",
]
NONE = [
    "costs $5 and $10",
    "US$5 and A$6",
    "a $5-$10 fare",
    r"\(see the note of the harbour board\)",
    r"a\\(b) and \$5 or 6\$",
    "`$HOME` and $PATH or so",
    "a $x\n\ny$ b",
    "$$ the old crane has grown much heavier $$",
    "has {wilt|grown} heavier",
]


@pytest.mark.parametrize("tex", TEX)
def test_tex_is_a_stand_in(tex: str) -> None:
    text = f"The tide *is* {tex}, as they say."
    assert [span.of(text) for span in in_text(text)] == [tex]
    assert read_markdown(text).text == "The tide is _, as they say."
    page = f"<p>The tide <i>is</i> {tex.replace('<', '&lt;')}, as <b>they</b> say.</p>"
    assert read_html(page).text == "The tide is _, as they say."


@pytest.mark.parametrize("text", NONE)
def test_money_and_sentences_are_no_formulas(text: str) -> None:
    assert not in_text(text)
    assert not in_markdown(text)
    assert "_" not in read_html(f"<p>{text}</p>").text


@pytest.mark.parametrize(
    "tag",
    [
        '{{< ref "a.md" >}}',
        "{{% note %}}",
        "{{ page.title | escape }}",
        "{% include quay.html x=1 %}",
        "<Tabs items={['a', 'b']}>",
        "<Card.Title icon={quay} />",
        "</Tabs>",
    ],
)
def test_tags_of_site_generators_are_stand_ins(tag: str) -> None:
    assert read_markdown(f"The crane {tag} came.").text == "The crane _ came."
    assert read_markdown(f"{tag}\n\nThe crane came.").text == "_\n\nThe crane came."


def test_modules_of_mdx_are_stand_ins() -> None:
    source = "import Tabs from '@theme/Tabs';\nexport const quay = 1\n\nThe crane came."
    assert re.sub(r"[\s_]+", " ", read_markdown(source).text).strip() == "The crane came."


def test_code_that_looks_like_a_formula_stays_code() -> None:
    assert read_markdown("Run `echo $a $b` and `x$` now.").text == "Run _ and _ now."
    assert read_markdown("It is $x\n```\n$y\n```\nso.").text == "It is $x\n\nso."


@pytest.mark.parametrize(
    "made",
    [
        '<span class="math inline">\\(x\\)</span>',
        '<script type="math/tex; mode=display">x = <y</script>',
        '<span class="MathJax_Preview"><i>x</i></span><span class="MathJax">x<span>y</span></span>'
        '<script type="math/tex">x</script>',
        '<span class="katex"><span class="katex-mathml"><math><mi>x</mi></math></span>'
        '<span aria-hidden="true">x</span></span>',
        "<mjx-container><svg></svg></mjx-container>",
        '<span class="mwe-math-element"><math>x</math><img alt="x"></span>',
    ],
)
def test_what_a_browser_shows_as_a_formula_is_one_stand_in(made: str) -> None:
    assert read_html(f"<p>The tide is {made}, they say.</p>").text == "The tide is _, they say."


@pytest.mark.parametrize("kind", ["md", "html", "txt"])
def test_words_around_formulas_are_where_they_stand(kind: str, tmp_path: Path) -> None:
    source = "<p>The caf\u00e9 has $x_1$ and\n$$a\\\\b$$\nand \\(c &lt; d\\) wilt.</p>\n"
    (tmp_path / f"a.{kind}").write_text(source, encoding="utf-8")
    [article] = read([tmp_path / f"a.{kind}"])
    assert isinstance(article, Article)
    assert article.extract is not None
    for word in ("The", "has", "and", "wilt"):
        for found in re.finditer(rf"\b{word}\b", article.prose):
            assert article.extract.source_span(Span(*found.span())).of(source) == word


@pytest.mark.parametrize("kind", ["md", "html", "txt"])
def test_a_spun_article_with_formulas_is_spun(
    kind: str, tmp_path: Path, seeds: Path, detector: Detector
) -> None:
    text = (seeds / "000_5f4908ddbc3df845.txt").read_text(encoding="utf-8")
    formula = r"$\sum_{i=1}^{n} \frac{x_i^2}{\sqrt{2\pi}} = \int_0^1 f(t)\,dt$"
    shown = re.sub(r"(?<=[a-z])\. ", lambda _: f" {formula}. ", text)
    (tmp_path / f"a.{kind}").write_text(shown.replace("\n", "\n\n"), encoding="utf-8")
    [article] = read([tmp_path / f"a.{kind}"])
    report = detector.score(article)  # type: ignore[arg-type]
    assert (report.status, report.verdict) == ("scored", "spun")
    assert "wilt" in {finding.actual for finding in report.findings}


def test_one_huge_address_is_no_reason_to_skip() -> None:
    sentence = "The pilots of the harbour meet in a low brick house behind the old quay. "
    for address in ("https://a.example/x?" + "a=%5B1%5D&" * 200, "data:a/b;base64," + "aB+/" * 900):
        text = sentence * 4 + address + " " + sentence
        [*spans] = in_text(text)
        for start, end in spans:
            text = text[:start] + "_" * (end - start) + text[end:]
        assert prose(segment(text)).status == "scored"
