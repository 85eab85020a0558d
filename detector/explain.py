"""A report's reliability in words: where it comes from, and where in the article."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detector.report import Contribution, Paragraph, Report

LEAST_FACTOR = 1.2
"""What changes the odds by less is summed up in one line on its side."""

_GIVEN = frozenset({"start", "base_rate"})
_MOST = 700.0  # natural logarithm; `math.exp` overflows soon after

MOST_PARAGRAPHS = 3
# Paragraphs are worth naming where one is this much denser than the article, and not too short.
_DENSER = 1.5
_SHORTEST = 20


def explanation(report: Report) -> str:
    """Why the reliability is what it is: a few lines, none longer than the messages ask.

    The factors multiply to the odds that the article was not spun: the base rate and where an
    average training article stands, then what speaks against the article, and what speaks for it.
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
        odds = _odds(math.fsum(entry.effect for entry in report.contributions))
        yield (
            f"reliability {report.reliability:.1f}, between {low:.1f} and {high:.1f}: "
            f"odds of {odds} that it was not spun"
        )
        given = [entry for entry in report.contributions if entry.feature in _GIVEN]
        found = [entry for entry in report.contributions if entry.feature not in _GIVEN]
        yield "before anything was read:"
        yield from (_factor(entry.effect, entry.message) for entry in given)
        yield "against it:"
        yield from _side([entry for entry in found if entry.effect < 0])
        yield "for it:"
        yield from _side([entry for entry in found if entry.effect >= 0])
    yield from _places(report.paragraphs, report.n_words)


def _side(contributions: Sequence[Contribution]) -> Iterator[str]:
    """What speaks for an article, or against it: each large factor, and the small ones in one."""
    small = [entry.effect for entry in contributions if abs(entry.effect) < math.log(LEAST_FACTOR)]
    for entry in contributions:
        if abs(entry.effect) >= math.log(LEAST_FACTOR):
            yield _factor(entry.effect, entry.message)
    if any(small):
        rest = "other evidence" if len(small) == len(contributions) else "the rest together"
        yield _factor(math.fsum(small), rest)
    elif len(small) == len(contributions):
        yield "  nothing"


def _factor(effect: float, message: str) -> str:
    """By what the odds of an honest article are multiplied or divided, and why."""
    sign = "x" if effect >= 0 else "/"
    return f"  odds {sign} {_odds(abs(effect))}".ljust(18) + message


def _odds(logarithm: float) -> str:
    """Odds, or a factor of them, to three figures."""
    return f"{math.exp(max(-_MOST, min(logarithm, _MOST))):.3g}"


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
