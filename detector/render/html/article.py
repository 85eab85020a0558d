"""One article as HTML: what was found, where, and a record of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from detector.document import Span
from detector.render.base import name
from detector.render.html.markup import pieces, strength, text
from detector.render.html.note import note
from detector.render.html.parts import (
    Band,
    Marks,
    badge,
    digest,
    figure,
    record,
    reliability,
    strip,
)
from detector.render.wording import count
from detector.report import Finding, Paragraph, Report

# Expected replaced words per 1,000 from which on a paragraph is one shade darker: honest prose
# stays under the first.
SHADES = (5.0, 15.0, 40.0, 80.0)
_WORDS_OF_A_PARAGRAPH = 8

HEADINGS = {
    "spun": "Many words look substituted",
    "suspect": "Some words look substituted",
    "clean": "Nothing much looks substituted",
    "short": "Too short to judge",
    "skipped": "Not judged",
}

MEANING = """\
<p>The reliability is an estimate from the wording alone: 100 times the probability that no software
replaced words of this article, where an article counts as spun if at least 2&nbsp;% of its running
words were replaced, and half of all articles are, unless the settings name another base rate. A
marked word is one that is unlikely where it stands.</p>
<p>This is a reading aid, and no proof. It does not tell who changed a text, with what, or why.
Unusual style, translation, a writer&rsquo;s second language and plain slips can look alike, and
replaced words can go unmarked. Before any conclusion, compare the article with its sources and ask
those who wrote it.</p>
"""
_PROVISIONAL = """\
<p>This reliability is provisional: it falls as findings grow denser, but it has not been calibrated
on articles whose history is known.</p>
"""


def fragment(
    report: Report,
    *,
    key: str = "r",
    date: str | None = None,
    settings: Sequence[tuple[str, str]] = (),
) -> str:
    """What there is to see of one article, without the frame of a page.

    Parameters
    ----------
    report : Report
        With its text, else the findings are listed alone.
    key : str
        Begins the identifiers of its elements; no two fragments of a page may share it.
    date : str, optional
        When it was scored, for the record at its foot: ISO 8601.
    settings : sequence of (str, str)
        Names and values of the options it was scored with, for the same.

    Returns
    -------
    str
        A ``section`` element. Needs the page's style (`detector.render.html.standalone` brings it);
        its script only adds comfort.
    """
    section = _Section(report.in_prose(), digest(report.text), key, date, tuple(settings))
    return "".join(section.parts())


@dataclass(frozen=True, slots=True)
class _Section:
    report: Report
    """With places in the prose, which is what people read."""
    digest: str
    key: str
    date: str | None
    settings: tuple[tuple[str, str], ...]

    def parts(self) -> Iterator[str]:
        report = self.report
        yield f'<section class="report" aria-labelledby="{self.key}-h">\n'
        yield from self._head()
        if self._is_whole:
            if report.findings or report.paragraphs:
                yield from self._strip()
            yield from self._text()
        yield from self._notes()
        if report.paragraphs:
            yield from self._paragraphs()
        yield from self._record()
        yield "</section>\n"

    @property
    def _is_whole(self) -> bool:
        """Whether the report has the text that its findings are on."""
        last = self.report.findings[-1].end if self.report.findings else 1
        return last <= len(self.report.text)

    def _head(self) -> Iterator[str]:
        report = self.report
        verdict = report.verdict or report.status
        yield '<header class="head">\n'
        yield f'<p class="source">{text(name(report))}</p>\n'
        yield f'<h2 id="{self.key}-h">{HEADINGS[verdict]}'
        yield f" {badge(verdict)}</h2>\n"
        if report.reason:
            yield f'<p class="reason">{text(report.reason)}</p>\n'
        yield '<div class="figures">\n'
        yield from reliability(report)
        yield figure(f"{len(report.findings):,}", _things(len(report.findings), "finding"))
        yield figure(f"{report.n_words:,}", _things(report.n_words, "word"))
        if report.findings and report.n_words:
            yield figure(f"{report.findings_per_1000_words:.1f}", "findings per 1,000 words")
        yield "</div>\n</header>\n"

    def _strip(self) -> Iterator[str]:
        report = self.report
        yield from strip(
            len(report.text),
            (
                Band(each.span, f"d{_shade(each)}", f"Paragraph {index}: {_density(each)}")
                for index, each in enumerate(report.paragraphs, start=1)
            ),
            ((each.start, strength(each.probability)) for each in report.findings),
            f"Where in the article the {count(len(report.findings), 'finding')} stand, from "
            "beginning to end",
        )
        if report.findings:
            yield _LEGEND

    def _text(self) -> Iterator[str]:
        yield f'<div class="text" lang="{text(self.report.language or "en")}">\n'
        marks = Marks(self.key)
        findings = self.report.findings
        for span, paragraph in _blocks(self.report):
            shade, density = "", ""
            if paragraph is not None:
                shade = f" d{_shade(paragraph)}"
                density = f' data-density="{paragraph.density:.0f}"'
            yield f'<p class="block{shade}"{density}>'
            for piece, index in pieces(span, findings):
                words = text(piece.of(self.report.text))
                if index is None:
                    yield words
                else:
                    yield marks.mark(words, index + 1, strength(findings[index].probability))
            yield "</p>\n"
        yield "</div>\n"

    def _notes(self) -> Iterator[str]:
        findings = self.report.findings
        if not findings:
            return
        yield '<h3>Findings</h3>\n<ol class="notes">\n'
        for number, finding in enumerate(findings, start=1):
            yield from note(finding, f"{self.key}-", number, linked=self._is_whole)
        yield "</ol>\n"

    def _paragraphs(self) -> Iterator[str]:
        yield '<details class="table"><summary>Paragraph by paragraph</summary>\n'
        yield '<table>\n<thead><tr><th scope="col">#</th><th scope="col">Begins</th>'
        yield '<th scope="col">Words</th><th scope="col">Findings</th>'
        yield '<th scope="col">Expected substitutions per 1,000 words</th></tr></thead>\n<tbody>\n'
        for index, paragraph in enumerate(self.report.paragraphs, start=1):
            words = paragraph.span.of(self.report.text).split()[:_WORDS_OF_A_PARAGRAPH]
            yield f"<tr><td>{index}</td><td>{text(' '.join(words))}</td>"
            yield f"<td>{paragraph.n_words:,}</td><td>{paragraph.n_findings:,}</td>"
            yield f'<td class="d{_shade(paragraph)}">{paragraph.density:.1f}</td></tr>\n'
        yield "</tbody>\n</table>\n</details>\n"

    def _record(self) -> Iterator[str]:
        scored = self.report.reliability is not None
        provisional = _PROVISIONAL if scored and not self.report.calibrated else ""
        yield from record(self._entries(), MEANING + provisional)

    def _entries(self) -> Iterator[tuple[str, str]]:
        report = self.report
        yield "Article", name(report)
        if self.date:
            yield "Scored", self.date
        if report.text:
            yield "SHA-256 of the text", self.digest
        yield "Models", report.model_version
        settings = [f"{option} {value}" for option, value in self.settings]
        yield "Settings", "; ".join(settings) or "the defaults"
        if report.n_ignored or report.n_known:
            yield "Left out", f"{report.n_ignored} ignored, {report.n_known} in the baseline"


_LEGEND = """\
<p class="legend"><span class="s3">very likely</span>, <span class="s2">likely</span>,
<span class="s1">possibly</span> a substitution &middot; shade of the strip and number beside a
paragraph: substitutions expected per 1,000 words</p>
"""


def _blocks(report: Report) -> Iterator[tuple[Span, Paragraph | None]]:
    """What the article is shown as: its paragraphs, and whatever else stands between them."""
    start = 0
    for paragraph in report.paragraphs:
        yield from _between(report, Span(start, paragraph.start))
        yield paragraph.span, paragraph
        start = paragraph.end
    yield from _between(report, Span(start, len(report.text)))


def _between(report: Report, gap: Span) -> Iterator[tuple[Span, None]]:
    """The lines outside paragraphs, but for blank ones without a finding."""
    start = gap.start
    for line in gap.of(report.text).splitlines(keepends=True):
        span = Span(start, start + len(line))
        if line.strip() or _touched(report.findings, span):
            yield span, None
        start = span.end


def _touched(findings: Sequence[Finding], span: Span) -> bool:
    first = bisect_right(findings, span.start, key=attrgetter("end"))
    return first < len(findings) and findings[first].start < span.end


def _shade(paragraph: Paragraph) -> int:
    return bisect_right(SHADES, paragraph.density)


def _density(paragraph: Paragraph) -> str:
    found = count(paragraph.n_findings, "finding")
    return (
        f"{found} in {count(paragraph.n_words, 'word')}, {paragraph.density:.0f} per 1,000 expected"
    )


def _things(number: int, thing: str) -> str:
    return thing if number == 1 else f"{thing}s"
