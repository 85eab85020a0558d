"""Reports to render, and whole outputs as the command line puts them together."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fake_detector import fake_report

from detector.document import Document, Span
from detector.render import RENDERERS, Look, Renderer
from detector.report import Evidence, Finding, Paragraph, Report, Suggestion
from detector.segment import segment
from detector.sources import Article

ROOT = Path(__file__).parent.parent
PLAIN = Look()
SHORT = Report("note.txt", "2026.11.0", "short", "12 words; it takes 40", "en", 12, None, None, ())
SKIPPED = Report("fr.txt", "2026.11.0", "skipped", "this is French", "fr", 300, None, None, ())


def render(form: str, *given_reports: Report, look: Look = PLAIN) -> str:
    """The whole output, as the command line puts it together."""
    renderer = RENDERERS[form].build(look)
    return renderer.header + _body(renderer, given_reports) + renderer.footer


def render_body(form: str, *given_reports: Report, look: Look = PLAIN) -> str:
    """The output without its header and footer, which depend on the version of the package."""
    return _body(RENDERERS[form].build(look), given_reports)


def _body(renderer: Renderer, given_reports: Iterable[Report]) -> str:
    return renderer.separator.join(filter(None, map(renderer.report, given_reports)))


def flagged(text: str, *actuals: str, source: str = "a.txt") -> Report:
    """A report that flags the first occurrence of each of `actuals`."""
    document = segment(text)
    found = [
        Finding.at(
            document,
            Span(text.index(actual), text.index(actual) + len(actual)),
            check="substitution",
            probability=0.9,
            expected=(Suggestion("become", 0.8),),
            evidence=(Evidence("collocation", "seen often"),),
        )
        for actual in actuals
    ]
    ordered = tuple(sorted(found, key=lambda finding: finding.start))
    return replace(fake_report(Article(source, text)), findings=ordered)


def founding(number: int) -> Report:
    """A report made by hand on a founding article: its annotations as findings."""
    path = next((ROOT / "seeds").glob(f"00{number}_*.txt"))
    text = path.read_text(encoding="utf-8")
    gold = path.with_suffix(".gold.jsonl")
    rows = gold.read_text(encoding="utf-8").splitlines() if gold.exists() else []
    document = segment(text)
    annotated = tuple(_annotated(document, json.loads(row)) for row in rows)
    return Report(
        source=f"seeds/{path.name}",
        model_version="2026.11.0",
        status="scored",
        reason=None,
        language="en",
        n_words=600,
        reliability=3.1 if rows else 97.0,
        verdict="spun" if rows else "clean",
        findings=annotated,
        text=text,
    )


def calibrated(number: int) -> Report:
    """The same with an interval and the densities of its paragraphs."""
    report = founding(number)
    document = segment(report.text)
    return replace(
        report,
        reliability_low=1.2 if report.findings else 91.5,
        reliability_high=8.9 if report.findings else 99.1,
        calibrated=True,
        paragraphs=tuple(
            _paragraph(document, document.paragraph_span(index), report.findings)
            for index in range(document.n_paragraphs)
        ),
    )


def _paragraph(document: Document, span: Span, findings: Iterable[Finding]) -> Paragraph:
    inside = [finding for finding in findings if finding.span.overlaps(span)]
    n_words = len(span.of(document.text).split())
    return Paragraph(*span, n_words, len(inside), 1000 * len(inside) / n_words)


def _annotated(document: Document, row: dict[str, Any]) -> Finding:
    hard = row["certainty"] == "hard"
    return Finding.at(
        document,
        Span(row["start"], row["end"]),
        check="substitution",
        probability=0.97 if hard else 0.6,
        expected=tuple(
            Suggestion(text, round(0.6 / rank, 2)) for rank, text in enumerate(row["expected"], 1)
        ),
        evidence=(Evidence("collocation", f"'{row['text']}' never stands here"),),
    )
