"""What of Markdown, HTML and JATS is read, and what is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from detector import Detector, SourceError
from detector.document import Lines, Span
from detector.sources import Article, read
from detector.sources.html import read_html
from detector.sources.jats import read_jats
from detector.sources.markdown import read_markdown


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("# The *old* crane", "The old crane"),
        ("See [the board](http://x.y 'title') now.", "See the board now."),
        ("Rock &amp; roll, 5 \\* 5.", "Rock & roll, 5 * 5."),
        ("```py\nx = 1\n```\nThe crane.", "The crane."),
        ("| crane | quay |\n|---|---|\n| old | new |", "crane quay old new"),
        ("The <b>old</b> crane.", "The old crane."),
        ("<div>\n<p>an old</p>\n</div>\n\nThe crane.", "an old The crane."),
        ("<script>\nold\n\n</script>\n\nThe crane.", "The crane."),
        ("<!-- old\n\ncrane -->\nThe crane.", "The crane."),
        ("![the quay](a.png) The crane.", "the quay The crane."),
        ("The crane[^1].\n\n[^1]: It is old.", "The crane. It is old."),
        ("- [x] ~~old~~ crane\n- quay", "crane quay"),
        ("The ~~old *quay* `x`~~ crane~~s~~<del>s</del>.", "The crane."),
        ("It ~~has <b>wilt~~ grown</b> <s>wilt", "It grown wilt"),
        ("The crane<sup>2</sup> on the 3<sup>rd</sup>.", "The crane on the 3rd."),
        ("Run `ls -l` <code>now</code>.", "Run _ _."),
        ("An old  \ncrane\non the quay", "An old crane on the quay"),
    ],
)
def test_markdown(source: str, words: str) -> None:
    assert read_markdown(source).text.split() == words.split()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("---\ntitle: x\n---\nThe crane.", "The crane."),
        ("---\r\n# a note\r\ntitle: x\r\n...\r\nThe crane.", "The crane."),
        ("---\n---\nThe crane.", "The crane."),
        ("+++\ntitle = 'x'\n[menu]\n+++\n\nThe crane.", "The crane."),
        ("---\n\nAn old crane.\n\n---\n\nThe quay.", "An old crane.\n\nThe quay."),
        ("The crane.\n\n---\ntitle: x\n---\n", "The crane.\n\ntitle: x"),
        ("---\ntitle: never closed\n", "title: never closed"),
    ],
)
def test_front_matter(source: str, text: str) -> None:
    assert read_markdown(source).text == text


def test_a_hard_wrapped_paragraph_is_one_line_and_paragraphs_are_apart() -> None:
    source = "The old\ncrane.\n\n> on the\n> quay\n\n1. one\n2. two"
    assert read_markdown(source).text == "The old crane.\n\non the quay\n\none\n\ntwo"


def test_white_space_in_a_line_is_a_space() -> None:
    assert read_markdown("It  has ~~become~~ *wilt* \t now.").text == "It has wilt now."


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>The <b>old</b> crane.</p>", "The old crane."),
        ("<head><title>T</title></head><nav>Home<nav>x</nav>y</nav>The crane.", "The crane."),
        ("<script>if (a < b) {}</script><style>p {}</style>The crane.", "The crane."),
        ("<!-- a note -->The&nbsp;crane &#38; the quay.", "The\u00a0crane & the quay."),
        ("<p>The<p>crane<br>came", "The\n\ncrane\ncame"),
        ("The\n   crane \t came", "The crane came"),
        ("<p hidden>old<p>The crane.", "The crane."),
        ("<div aria-hidden=true><div>old</div>x</div>The crane.", "The crane."),
        ("<img hidden>The crane.", "The crane."),
        ("<div role=navigation>Home</div><footer>x</footer>The crane.", "The crane."),
        ("The crane<sup><a href=#1>[12]</a></sup> came<sup>a</sup>.", "The crane came."),
        ("The 3<sup>rd</sup> H<sub>2</sub>O.", "The 3rd H2O."),
        ("Run <code>a <b>b</b></code>: <math><mi>x</mi></math>.", "Run _: _."),
        ("<pre>old</pre>The crane.", "The crane."),
        ("<![if !vml]>The <![^1]crane.<![endif]>", "The"),
        ("<![if !vml]>The crane.<![endif]>", "The crane."),
        ("<table><tr><td>old<td>crane</table>", "old\n\ncrane"),
        ("AT&T &zzz; a & b &copy;", "AT&T &zzz; a & b \u00a9"),
        ("The <del>old</del> <s>an <q>older</q></s><strike>x</strike> crane.", "The crane."),
        ("The<del> old </del>crane<del>s</del>.", "The crane."),
        ("The crane<del><p>old</p></del>came <ins>late</ins>.", "The crane\n\ncame late."),
        ("<p>The <s>old <p>crane <del>came.", "The old\n\ncrane came."),
        ("<textarea>old</textarea><button>Go</button>The crane.", "The crane."),
    ],
)
def test_html(source: str, text: str) -> None:
    assert read_html(source).text == text


def test_the_article_of_a_page_is_read_where_the_page_names_it() -> None:
    long = "The old crane came to the quay. " * 10
    page = f"<p>Menu</p><article><p>{long}</p></article><p>Read more</p>"
    assert read_html(page).text == long.strip()
    assert read_html(f"<main><p>{long}</p>{page}</main>Foot").text.count("Foot") == 0
    teaser = f"<article>Read this too</article><p>{long}</p>"
    assert read_html(teaser).text == f"Read this too\n\n{long.strip()}"


STORY = "The old crane came to the quay before the sun was up, and nobody saw it come. " * 8


@pytest.mark.parametrize(
    "furniture",
    [
        '<div class="site-menu"><ul><li>Home<li>News</ul></div>',
        '<div id="cookieBanner"><div><p>We use cookies.</p></div></div>',
        '<section class="related-posts"><h3>More</h3><p>Another crane</p></section>',
        '<div id=comments><div class="comment depth-1"><p>I saw it come.</p></div></div>',
        '<form class="newsletter_form"><p>Get our letter.</p></form>',
        "<article class=comment><p>I saw it come.</p></article>",
        '<ul><li><a href="/a">One crane</a><li><a href="/b">Two cranes</a>'
        '<li><a href="/c">More of them</a></ul>',
        '<div><a href="/">Home</a> | <a href="/n">News</a> | <a href="/a">About</a></div>',
        '<p><a href="/">Home</a> &middot; <a href="/n">News</a> &middot; <a href="/a">About</a>',
        "<div><div><ul><li><a href=a>One</a><li><a href=b>Two</a><li><a href=c>Three</a></ul></div>"
        "</div>",
        '<div style="color: red; DISPLAY : none !important">old</div>',
        '<p style="visibility:hidden">old</p>',
        '<div hidden="until-found">old</div><div aria-hidden="TRUE">old</div>',
        "<template><p>old</p></template>",
    ],
)
def test_the_furniture_of_a_page_is_not_read(furniture: str) -> None:
    story = f"<h1>The crane</h1><p>{STORY}</p>"
    words = f"The crane {STORY}".split()
    assert read_html(f"<body>{furniture}{story}</body>").text.split() == words
    assert read_html(f"<body><div>{story}{furniture}</div></body>").text.split() == words


@pytest.mark.parametrize(
    "page",
    [
        '<body class="has-sidebar comments-open"><div class="with-menu">{}</div></body>',
        '<div class="overlay modal">{}</div>',
        '<article class="post category-newsletter tag-social">{}</article>',
        '<p>{} See <a href="/a">one</a>, <a href="/b">two</a>, <a href="/c">three</a>.</p>',
        '<div>{}<ul><li><a href="/a">one</a>, which came<li>two</ul></div>',
        '<div style="display: block; border: none">{}</div>',
        '<h2><a href="/a">The crane</a></h2><div>{}</div>',
        '<a name="top"><div>{}</div>',
    ],
)
def test_an_article_in_an_element_of_a_telling_name_is_read(page: str) -> None:
    assert STORY.strip() in read_html(page.format(STORY)).text


def test_a_list_of_links_takes_nothing_with_it() -> None:
    links = "".join(f'<li><a href="/{n}">The crane of {n}</a>' for n in range(9))
    page = f"<div><p>It has wilt.</p><ul>{links}</ul><p>So.</p></div><p>{STORY}</p>"
    extract = read_html(page)
    assert extract.text == f"It has wilt.\n\nSo.\n\n{STORY.strip()}"
    for word in ("wilt", "So", "sun"):
        at = extract.text.index(word)
        assert extract.source_span(Span(at, at + len(word))).of(page) == word
    for odd in (
        "<s>aaa<ul>bbb</s>cc<a href=x>c</a><a href=y>d</a><a href=z>e</a></ul>dd",
        "<ul><a href=x>aa<s>b<a href=y>cc<a href=z>dd</ul>ee</s>ff",
        "<p>a<a href=x>b</a><a href=x>c</a><a href=x>d</a><div>e</p>f</div>g",
    ):
        found = read_html(odd)
        assert [int(start) for start, _, _ in found.runs] == sorted(found.runs[:, 0].tolist())
        for start, (at, end) in zip(found.runs[:, 0], found.runs[:, 1:], strict=True):
            if end > at:
                assert odd[at] == found.text[start]


def test_quotations_of_the_markup_are_known() -> None:
    for extract in (
        read_markdown("It has.\n\n> Wilt *it* did.\n\nIt has."),
        read_html("It has. <blockquote>Wilt <i>it</i> did.</blockquote> It has."),
    ):
        said = [extract.text[start:end] for start, end in extract.quotations]
        assert said == ["it", "Wilt it did."]


def test_a_few_words_in_italics_are_mentioned() -> None:
    stressed = "No one who was there that night has ever said a word about it to anybody."
    for extract in (
        read_markdown(f"They wrote *bosom peril* and **meant** it. *{stressed}*"),
        read_html(f"<p>They wrote <i>bosom peril</i> and <b>meant</b> it. <em>{stressed}</em></p>"),
    ):
        said = [extract.text[start:end] for start, end in extract.quotations]
        assert said == ["bosom peril"]


JATS = (
    "<article xmlns:m='x'><front><article-meta><title-group><article-title>The crane"
    "</article-title></title-group><abstract><p>It is old.</p></abstract></article-meta></front>"
    "<body>{}</body><back><ref-list><ref>Old cranes</ref></ref-list></back></article>"
)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<sec><label>1</label><title>Quay</title><p>It came.</p></sec>", "Quay\n\nIt came."),
        ("<p>It came<sup><xref>1</xref></sup> late.</p>", "It came late."),
        ("<p>It came [<xref>1</xref>, <xref>2</xref>].</p>", "It came."),
        ("<p>As <xref>Smith (2010)</xref> saw.</p>", "As Smith (2010) saw."),
        ("<p>It <inline-formula><m:math><m:mi>x</m:mi></m:math></inline-formula>.</p>", "It _."),
        ("<p>It came.<table-wrap><table><td>old</td></table></table-wrap></p>", "It came."),
        ("<fig><caption><p>Old</p></caption></fig><p>It <![CDATA[<came>]]>.</p>", "It <came>."),
        ("<p>The caf&#xE9; &amp; &lt;quay></p>", "The caf\u00e9 & <quay>"),
        ("<p>It <strike>has wilt</strike> came.</p>", "It came."),
        ("<p>It<fn><p>old</p></fn> came.</p><disp-formula>x</disp-formula>", "It came."),
    ],
)  # fmt: skip
def test_jats(body: str, text: str) -> None:
    [extract] = read_jats("a.xml", JATS.format(body))
    assert extract.text == f"The crane\n\nIt is old.\n\n{text}"


def test_translated_titles_and_abstracts_are_not_read() -> None:
    page = JATS.format("<p>It came.</p>").replace(
        "</title-group>",
        "<trans-title-group xml:lang='fr'><trans-title>La grue</trans-title><trans-subtitle>du port"
        "</trans-subtitle></trans-title-group></title-group>",
    )
    page = page.replace(
        "</abstract>",
        "</abstract><trans-abstract><sec><p>Elle est vieille.</p></sec></trans-abstract>",
    )
    assert read_jats("a.xml", page)[0].text == "The crane\n\nIt is old.\n\nIt came."


def test_jats_in_a_wrapper_and_more_than_one(tmp_path: Path) -> None:
    both = f"<set>{JATS.format('<p>One.</p>')}{JATS.format('<p>Two.</p>')}</set>"
    (tmp_path / "a.xml").write_text(both, encoding="utf-8")
    articles = [article for article in read([tmp_path / "a.xml"]) if isinstance(article, Article)]
    assert [article.record for article in articles] == [1, 2]
    assert articles[1].prose.endswith("Two.")


def test_entities_of_the_dtd_that_is_not_read() -> None:
    doctype = '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "JATS.dtd">\n'
    [extract] = read_jats("a.xml", doctype + JATS.format("<p>The caf&eacute; &amp; more.</p>"))
    assert extract.text.endswith("The caf\u00e9 & more.")


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        (
            '<!DOCTYPE a [<!ENTITY lol "lol"><!ENTITY b "&lol;&lol;">]><article>&b;</article>',
            "a document type of its own",
        ),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><article>&x;</article>', "its own"),
        ("<article><body>", "damaged (no element found"),
        ("<article><p>old</article>", "damaged (mismatched tag"),
        ("<html><body>old</body></html>", "its root is 'html'"),
        ("", "damaged (no element found"),
        ("The old crane", "damaged (syntax error"),
    ],
)
def test_xml_that_is_refused(source: str, hint: str) -> None:
    with pytest.raises(SourceError) as error:
        read_jats("a.xml", source)
    assert hint in str(error.value)


@pytest.mark.parametrize(
    "page",
    [
        "<b>" * 20_000,
        "<b>" * 8_000 + "</i>" * 8_000,
        "<div hidden>" * 10_000,
        "wilt<sup>1</sup>" * 20_000,
        "<code>" * 8_000 + "</kbd>" * 8_000,
        "&" * 20_000,
        "<q>wilt" * 8_000 + "</q>" * 8_000,
    ],
    ids=lambda page: page[:12],
)
def test_large_pages_of_odd_tags_are_read(page: str) -> None:
    for extract in (read_html(page), read_markdown(page)):
        assert len(extract.text) <= len(page)


def test_deep_xml_is_read() -> None:
    deep = "<italic>" * 10_000 + "wilt" + "</italic>" * 10_000
    assert read_jats("a.xml", JATS.format(f"<p>{deep}</p>"))[0].text.endswith("wilt")


@pytest.mark.parametrize("kind", ["html", "md", "xml"])
def test_findings_in_markup_are_places_in_the_file(
    kind: str, tmp_path: Path, detector: Detector, seeds: Path
) -> None:
    text = (seeds / "000_5f4908ddbc3df845.txt").read_text(encoding="utf-8")
    # Italics mention a word, which moves the doubtful ones beside it.
    alone = {found.actual for found in detector.score(text).findings if found.probability > 0.5}
    text = text.replace("has wilt", "has wi<b>lt</b>").replace("writ", "<i>writ</i>")
    if kind == "xml":
        page = JATS.format("".join(f"<p>{line}</p>\r\n" for line in text.split("\n")))
        page = page.replace("<b>", "<bold>").replace("</b>", "</bold>").replace("i>", "italic>")
    elif kind == "md":
        page = "---\ntitle: x\n---\n" + text.replace("\n", "\r\n\r\n")
    else:
        page = f"<nav>Caf\u00e9</nav><body>\n<p>{text.replace(chr(10), '<p>')}</body>"
    path = tmp_path / f"a.{kind}"
    path.write_bytes(page.encode("utf-8"))
    [article] = read([path])
    assert isinstance(article, Article)
    report = detector.score(article)
    lines = Lines(page)
    assert {"wilt", "writ"} <= {finding.actual for finding in report.findings}
    assert {finding.actual for finding in report.findings} >= alone - {"an structuring"}
    for finding in report.findings:
        written = page[finding.start : finding.end]
        assert (written == finding.actual) == ("<" not in written)
        assert (finding.line, finding.column) == lines.position(finding.start)
    assert [page[f.start : f.end] for f in report.findings if f.actual == "wilt"] == [
        "wi<bold>lt</bold>" if kind == "xml" else "wi<b>lt</b>"
    ]
    read_as = report.in_prose()
    for finding in read_as.findings:
        assert read_as.text[finding.start : finding.end] == finding.actual
    for paragraph in read_as.paragraphs:
        assert "<" not in read_as.text[paragraph.start : paragraph.end]


@pytest.mark.parametrize(
    ("source", "prose"),
    [
        ("<p>&ltgeneration and &copyfoo</p>", "<generation and \xa9foo"),
        ("<p>&ampere &notit; &unknown; &; & x</p>", "&ere \xacit; &unknown; &; & x"),
        ("<p>&lt;p&gt; &#8217;s &#x2019s</p>", "<p> \u2019s \u2019s"),
    ],
)
def test_references_are_read_as_browsers_do(source: str, prose: str) -> None:
    extract = read_html(source)
    assert extract.text == prose
    for word in re.finditer(r"[a-z]{3,}", prose):
        span = extract.source_span(Span(*word.span()))
        assert source[span.start : span.end] == word[0]


def test_what_a_page_does_not_end_takes_the_rest() -> None:
    assert read_html("<p>one<!-- two > three").text == "one"
    assert read_html("<p>one</p><x a='two > three").text == "one"
    assert read_html("<p>one<script>two > three").text == "one"
    assert read_html("<p>one <!--> two < three </ > four").text == "one two < three four"
