"""Pictures of how good scores are, on labelled texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.evaluation.metrics import Ranking
from detector.plot.canvas import CALM, LEGEND, QUIET, STRONG, new_axes, say, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DEVIATIONS = 1.96
"""Standard deviations to either side that hold 95 % of a normal distribution."""


def precision_recall(
    truth: ArrayLike,
    scores: ArrayLike,
    *,
    threshold: float | None = None,
    label: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Precision against recall at each threshold, beside what guessing would give.

    Parameters
    ----------
    truth : array_like of bool, shape (n,)
        Whether each was spun.
    scores : array_like of float, shape (n,)
        Higher is more suspicious; for articles ``100 - reliability``.
    threshold : float, optional
        Marked on the curve.
    label : str, optional
        Name of the curve, where `ax` gets several.
    ax : Axes, optional
        Where to draw.
    """
    spun = np.asarray(truth, dtype=np.bool_)
    if not 0 < np.count_nonzero(spun) < len(spun):
        raise ValueError("precision and recall need both spun and clean ones in `truth`")
    ranking = Ranking.of(scores, spun, np.arange(len(spun)))
    curve = ranking.curve(np.ones(len(spun), np.int32))
    recall, precision = curve.true / curve.true[-1], curve.true / (curve.true + curve.false)
    is_new = ax is None
    ax = ax or new_axes(4.6, 4)
    (line,) = ax.step(
        np.concatenate([[0], recall]), np.concatenate([precision[:1], precision]), where="pre",
        color=STRONG if is_new else None, label=label,
    )  # fmt: skip
    if threshold is not None:
        at = int(np.count_nonzero(ranking.scores >= threshold)) - 1
        if at >= 0:
            ax.plot(recall[at], precision[at], "o", color=line.get_color())
            say(ax, f"at {threshold:g}", (recall[at], precision[at]), shift=(-6, -12), ha="right")
    if is_new:
        _guessing(ax, float(spun.mean()))
    if label:
        ax.legend(loc="lower left", **LEGEND)
    return tidy(ax, grid="both")


def _guessing(ax: Axes, share: float) -> None:
    ax.axhline(share, color=QUIET, linestyle="--", linewidth=0.8)
    say(ax, "guessing", (0.01, share), shift=(0, 3), ha="left")
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.05)
    ax.set_xlabel("Recall (share of the spun ones that are found)")
    ax.set_ylabel("Precision (share of the found ones that are spun)")


def calibration(
    truth: ArrayLike, probability: ArrayLike, *, bins: int = 10, ax: Axes | None = None
) -> Axes:
    """Reliability diagram: the share of spun ones among those given a probability.

    Points on the diagonal are calibrated; above it the probability is too low. Bins hold equally
    many; the bars are 95 % intervals (Wilson 1927), the ticks at the bottom every single one.

    Parameters
    ----------
    truth : array_like of bool, shape (n,)
        Whether each was spun.
    probability : array_like of float, shape (n,)
        P(spun), 0 to 1; for articles ``1 - reliability / 100``.
    bins : int
        How many bins, fewer where there are fewer values.
    ax : Axes, optional
        Where to draw.
    """
    p = np.asarray(probability, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    groups = [group for group in np.array_split(order, bins) if len(group)]
    spun = np.asarray(truth, dtype=np.float64)
    means = np.array([p[group].mean() for group in groups])
    shares = np.array([spun[group].mean() for group in groups])
    low, high = wilson(shares, np.array([len(group) for group in groups]))
    ax = ax or new_axes(4.6, 4.4)
    ax.plot([0, 1], [0, 1], color=QUIET, linestyle="--", linewidth=0.8)
    ax.vlines(means, low, high, color=CALM, linewidth=1.2)
    ax.plot(means, shares, "o-", color=CALM, linewidth=0.8)
    ax.plot(p, np.full(len(p), -0.04), "|", color=QUIET, markersize=7, alpha=0.6)
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.08, 1.03)
    ax.set_aspect("equal")
    ax.set_xlabel("Stated probability of being spun")
    ax.set_ylabel("Share that was spun")
    return tidy(ax, grid="both")


def wilson(
    shares: ArrayLike, numbers: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % score interval of each share of `numbers` trials.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22 (1927).

    Examples
    --------
    >>> low, high = wilson([0.0, 0.5], [10, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.237], [0.278, 0.763])
    """
    share, n = np.asarray(shares, dtype=np.float64), np.asarray(numbers, dtype=np.float64)
    z2 = DEVIATIONS**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = np.sqrt(share * (1 - share) / n + z2 / (4 * n**2)) * DEVIATIONS / (1 + z2 / n)
    return np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)
