"""A report's reliability in words: where it comes from, and where in the article."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detector.report import Contribution, Paragraph, Report

LEAST_FACTOR = 1.2
"""What changes the odds by less is summed up in one line."""

MOST_PARAGRAPHS = 3
# Paragraphs are worth naming where one is this much denser than the article, and not too short.
_DENSER = 1.5
_SHORTEST = 20


def explanation(report: Report) -> str:
    """Why the reliability is what it is: a few lines, none longer than the messages ask.

    The factors multiply the odds that the article was not spun, starting from those of an average
    training article.
    """
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    if report.reliability is None:
        yield f"no reliability: {report.reason}"
        return
    if not report.contributions:
        yield "reliability: a curve over the density of findings, not calibrated"
    else:
        low, high = report.reliability_low, report.reliability_high
        yield f"reliability {report.reliability:.1f}, between {low:.1f} and {high:.1f}:"
        yield from _factors(report.contributions)
    yield from _places(report.paragraphs, report.n_words)


def _factors(contributions: Sequence[Contribution]) -> Iterator[str]:
    small = math.log(LEAST_FACTOR)
    for entry in contributions:
        if abs(entry.effect) >= small:
            yield f"  {_factor(entry.effect)}  {entry.message}"
    rest = math.fsum(entry.effect for entry in contributions if abs(entry.effect) < small)
    if any(abs(entry.effect) < small for entry in contributions):
        yield f"  {_factor(rest)}  the rest together"


def _factor(effect: float) -> str:
    """By what the odds of an honest article are multiplied or divided."""
    sign = "x" if effect >= 0 else "/"
    factor = math.exp(min(abs(effect), 100.0))
    return f"odds {sign} {min(factor, 9999):.1f}".ljust(14)


def _places(paragraphs: Sequence[Paragraph], n_words: int) -> Iterator[str]:
    """The densest paragraphs, if they stand out from the article."""
    mean = sum(entry.density * entry.n_words for entry in paragraphs) / max(n_words, 1)
    numbered = [(entry, number) for number, entry in enumerate(paragraphs, start=1)]
    outstanding = [
        (entry, number)
        for entry, number in numbered
        if entry.n_words >= _SHORTEST and entry.n_findings and entry.density > _DENSER * mean
    ]
    if len(numbered) > 1 and outstanding:
        yield "densest paragraphs (expected replaced words per 1,000):"
        outstanding.sort(key=lambda pair: -pair[0].density)
        for entry, number in outstanding[:MOST_PARAGRAPHS]:
            yield f"  {entry.density:.0f} in paragraph {number}, which has {entry.n_words} words"
