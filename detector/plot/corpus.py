"""Pictures of many articles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from detector.folding import fold
from detector.plot.canvas import CALM, LEGEND, QUIET, RULE, SMALL, STRONG, WEAK, new_axes, tidy
from detector.render.base import name
from detector.render.wording import title
from detector.report import Report, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BESIDE = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": 3, **LEGEND}


class _Mark(NamedTuple):
    shape: str
    colour: str
    filled: bool


_MARKS: dict[Verdict, _Mark] = {
    "spun": _Mark("o", STRONG, True),
    "suspect": _Mark("D", WEAK, True),
    "clean": _Mark("o", CALM, False),
}


def reliabilities(reports: Iterable[Report], *, ax: Axes | None = None) -> Axes:
    """The reliability of several articles, the least reliable on top, with their intervals.

    An article without a reliability (too short, not English) is counted below the axis.

    Parameters
    ----------
    reports : iterable of Report
        At least one of them scored.
    ax : Axes, optional
        Where to draw.
    """
    given = list(reports)
    judged = sorted(_judged(given), key=lambda one: (one.reliability, one.name))
    ax = ax or new_axes(8, 0.7 + 0.26 * len(judged))
    for row, one in enumerate(judged):
        ax.hlines(row, one.low, one.high, color=QUIET, linewidth=1.2, zorder=1)
    for verdict in _MARKS:
        rows = [(one.reliability, row) for row, one in enumerate(judged) if one.verdict == verdict]
        _dots(ax, verdict, rows)
    ax.set_yticks(range(len(judged)), [one.name for one in judged])
    ax.set_ylim(len(judged) - 0.4, -0.6)
    ax.set_xlim(-2, 102)
    ax.set_xlabel(_reliability_label(len(given) - len(judged)))
    ax.legend(**_BESIDE)
    return tidy(ax, grid="x")


def lengths(reports: Iterable[Report], *, ax: Axes | None = None) -> Axes:
    """Reliability against the length of the article.

    A shorter article tells less, so its reliability should lie nearer to the middle; a corpus in
    which only short (or long) articles look spun deserves a second look.

    Parameters
    ----------
    reports : iterable of Report
        At least one of them scored.
    ax : Axes, optional
        Where to draw.
    """
    given = list(reports)
    judged = _judged(given)
    ax = ax or new_axes(7, 3.6)
    from matplotlib.ticker import MaxNLocator

    for one in judged:
        ax.vlines(one.n_words, one.low, one.high, color=RULE, linewidth=1.2, zorder=1)
    for verdict in _MARKS:
        _dots(
            ax,
            verdict,
            [(one.n_words, one.reliability) for one in judged if one.verdict == verdict],
        )
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.xaxis.minorticks_off()
    ax.set_ylim(-3, 103)
    ax.set_xlabel("Length of the article (words, logarithmic)")
    ax.set_ylabel(_reliability_label(len(given) - len(judged)))
    ax.legend(**_BESIDE)
    return tidy(ax, grid="y")


def checks(reports: Iterable[Report], *, ax: Axes | None = None) -> Axes:
    """How many findings each check made.

    Parameters
    ----------
    reports : iterable of Report
        The findings of all of them.
    ax : Axes, optional
        Where to draw.
    """
    fired = Counter(finding.check for report in reports for finding in report.findings)
    rows = sorted(fired.items(), key=lambda row: (-row[1], row[0]))
    return _bars([title(check) for check, _ in rows], [number for _, number in rows], ax)


def flagged(reports: Iterable[Report], *, limit: int = 15, ax: Axes | None = None) -> Axes:
    """The words that were flagged most often, with what is expected in their place.

    Parameters
    ----------
    reports : iterable of Report
        The findings of all of them.
    limit : int
        How many words.
    ax : Axes, optional
        Where to draw.
    """
    words: dict[str, Counter[str]] = defaultdict(Counter)
    times: Counter[str] = Counter()
    for finding in (finding for report in reports for finding in report.findings):
        word = fold(finding.actual)
        times[word] += 1
        words[word].update({fold(best.text): best.confidence for best in finding.expected[:3]})
    rows = sorted(times.items(), key=lambda row: (-row[1], row[0]))[:limit]
    return _bars([_restored(word, words[word]) for word, _ in rows], [n for _, n in rows], ax)


def _restored(word: str, expected: Counter[str]) -> str:
    best = ", ".join(text for text, _ in expected.most_common(2))
    return f"{word} → {best}" if best else word


def _bars(names: Sequence[str], numbers: Sequence[int], ax: Axes | None) -> Axes:
    ax = ax or new_axes(7, 0.7 + 0.27 * max(len(names), 1))
    bars = ax.barh(range(len(names)), numbers, height=0.65, color=CALM)
    ax.bar_label(bars, padding=3, color=QUIET, fontsize=SMALL)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.locator_params(axis="x", integer=True)
    ax.set_xlabel("Findings")
    return tidy(ax, grid="x")


class _Judged(NamedTuple):
    """What the pictures need of an article that has a reliability."""

    name: str
    n_words: int
    reliability: float
    low: float
    high: float
    verdict: Verdict


def _judged(reports: Iterable[Report]) -> list[_Judged]:
    found = []
    for report in reports:
        if report.reliability is not None and report.verdict is not None:
            low, high = report.reliability_low, report.reliability_high
            value = report.reliability
            bounds = (value if low is None else low, value if high is None else high)
            found.append(_Judged(name(report), report.n_words, value, *bounds, report.verdict))
    return found


def _dots(ax: Axes, verdict: Verdict, points: Sequence[tuple[float, float]]) -> None:
    if not points:
        return
    mark = _MARKS[verdict]
    ax.plot(
        [x for x, _ in points],
        [y for _, y in points],
        linestyle="",
        marker=mark.shape,
        markersize=6,
        color=mark.colour,
        markerfacecolor=mark.colour if mark.filled else "white",
        label=f"{verdict} ({len(points)})",
    )


def _reliability_label(n_left_out: int) -> str:
    label = "Reliability (100 × P(not spun))"
    return f"{label}; {n_left_out} not judged" if n_left_out else label
