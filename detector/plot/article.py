"""Pictures of one article."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from detector.analysis import Analysis
from detector.plot.canvas import INK, LEGEND, QUIET, RULE, SMALL, STRONG, new_axes, say, tidy
from detector.render.base import name
from detector.report import Finding, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def strip(report: Report, *, labels: int = 40, ax: Axes | None = None) -> Axes:
    """One article from beginning to end, and where its findings stand.

    Paragraphs are boxes, the darker the more replaced words are expected in them; a finding is a
    stem as high as its probability, with what stands there and what is expected.

    Parameters
    ----------
    report : Report
        With at least one paragraph.
    labels : int
        Name so many findings at most, the most probable ones.
    ax : Axes, optional
        Where to draw.
    """
    report = report.in_prose()
    if not report.paragraphs:
        raise ValueError(f"{name(report)} has no paragraphs to draw: {report.reason}")
    ax = ax or new_axes(10, 3.2)
    _boxes(ax, report)
    starts = [finding.start for finding in report.findings]
    heights = [finding.probability for finding in report.findings]
    ax.vlines(starts, 0, heights, color=STRONG, linewidth=1.2)
    ax.plot(starts, heights, "o", color=STRONG, markersize=4)
    width = report.paragraphs[-1].end
    _name(ax, _most_probable(report.findings, labels), width)
    ax.set_xlim(-0.01 * width, 1.01 * width)
    ax.set_ylim(-0.22, 1)
    ax.set_yticks([0, 0.5, 1])
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel(
        "Place in the article (characters from its beginning)\n"
        "Boxes are paragraphs, the darker the more replaced words are expected"
    )
    ax.set_ylabel("Probability of\na replaced word")
    return tidy(ax, grid="y")


def _boxes(ax: Axes, report: Report) -> None:
    for paragraph in report.paragraphs:
        shade = min(paragraph.density / 100, 1.0)
        ax.broken_barh(
            [(paragraph.start, paragraph.end - paragraph.start)],
            (-0.2, 0.15),
            facecolor=str(0.93 - 0.55 * shade),
            edgecolor="white",
            linewidth=1,
        )


def _name(ax: Axes, findings: Sequence[Finding], width: int) -> None:
    """Words above the stems, moved apart where they would overlap."""
    points = ax.bbox.width / ax.figure.dpi * 72
    places = spread([finding.start for finding in findings], gap=15 * width / points)
    for finding, place in zip(findings, places, strict=True):
        ax.plot(
            [finding.start, finding.start, place],
            [finding.probability, 1.0, 1.06],
            color=RULE,
            linewidth=0.8,
            clip_on=False,
            zorder=0,
        )
        ax.text(
            place, 1.08, _swap(finding), rotation=50, ha="left", va="bottom", fontsize=SMALL,
            rotation_mode="anchor", color=INK,
        )  # fmt: skip


def _most_probable(findings: Sequence[Finding], limit: int) -> list[Finding]:
    best = sorted(findings, key=lambda finding: -finding.probability)[:limit]
    return sorted(best, key=lambda finding: finding.start)


def _swap(finding: Finding) -> str:
    expected = f" → {finding.expected[0].text}" if finding.expected else ""
    return f"{finding.actual}{expected}"


def spread(places: Sequence[float], *, gap: float) -> list[float]:
    """Ascending places moved as little as may be, so that `gap` lies between neighbours.

    Source: isotonic regression of ``place - index * gap`` by pooling adjacent violators (Ayer et
    al. 1955), which is the least-squares answer.

    Examples
    --------
    >>> spread([0, 1, 10], gap=2)
    [-0.5, 1.5, 10.0]
    """
    pools: list[tuple[float, int]] = []
    for index, place in enumerate(places):
        mean, size = float(place) - index * gap, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean, size = (mean * size + other * others) / (size + others), size + others
        pools.append((mean, size))
    levels = [mean for mean, size in pools for _ in range(size)]
    return [level + index * gap for index, level in enumerate(levels)]


def probabilities(
    analysis: Analysis,
    paragraph: int = 0,
    *,
    threshold: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What the models say of each word of a paragraph.

    A ring is the probability by the words around alone, a dot the one that also knows how much of
    the article looks replaced, which is the one that counts.

    Parameters
    ----------
    analysis : Analysis
        As `detector.Detector.analyse` gives it.
    paragraph : int
        Index of the paragraph, from 0.
    threshold : float, optional
        Drawn as a line: the probability from which on words are reported
        (`detector.Detector.min_probability`).
    ax : Axes, optional
        Where to draw.
    """
    document = analysis.document
    first, last = document.sentence_bounds[document.paragraph_bounds[paragraph : paragraph + 2]]
    words = [document.token(index).text for index in range(first, last)]
    alone, final = analysis.p_replaced[first:last], analysis.p_posterior[first:last]
    ax = ax or new_axes(min(3 + 0.14 * len(words), 14), 3.2)
    rows = np.arange(len(words))
    ax.vlines(rows, alone, final, color=RULE, linewidth=1.5, zorder=1)
    ax.plot(
        rows,
        alone,
        "o",
        color=QUIET,
        markerfacecolor="white",
        markersize=4,
        label="by the words around it",
    )
    ax.plot(rows, final, "o", color=STRONG, markersize=4, label="knowing the whole article")
    if threshold is not None:
        ax.axhline(threshold, color=QUIET, linewidth=0.8, linestyle="--")
        say(ax, "reported from here", (len(words) - 0.5, threshold), shift=(0, 3), ha="right")
    ax.set_xticks(rows, words, rotation=90, fontsize=SMALL)
    ax.set_xlim(-1, len(words))
    ax.set_ylim(-0.03, 1.03)
    ax.set_ylabel("P(replaced)")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, **LEGEND)
    return tidy(ax, grid="y")
