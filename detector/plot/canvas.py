"""What all pictures share: axes, colours, marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from detector.extras import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, QUIET, RULE = "#1d1c1a", "#5f5b54", "#ddd8cd"
"""Of words and lines that matter, of the others, and of grids."""
STRONG, WEAK, CALM = "#b9480f", "#e0ab3f", "#2f6690"
"""For what looks spun, what may, and what does not; every colour-blind eye tells them apart."""

SMALL = 8
"""Points, of the type beside the labels of axes."""

LEGEND: dict[str, Any] = {"frameon": False, "fontsize": SMALL}


def new_axes(width: float, height: float) -> Axes:
    """Axes of a new figure, in inches."""
    require("matplotlib", extra="notebook")
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(figsize=(width, height), layout="constrained")
    return axes


def tidy(ax: Axes, *, grid: Literal["x", "y", "both"]) -> Axes:
    """Take away what says nothing, and let the rest step back."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(QUIET)
    ax.tick_params(colors=QUIET, labelcolor=INK, labelsize=SMALL)
    ax.xaxis.label.set(color=INK, size=SMALL + 1)
    ax.yaxis.label.set(color=INK, size=SMALL + 1)
    ax.grid(axis=grid, color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    return ax


def say(
    ax: Axes, words: str, at: tuple[float, float], *, shift: tuple[float, float], ha: str
) -> None:
    """A few quiet words beside a point, `shift` in points."""
    ax.annotate(
        words, at, xytext=shift, textcoords="offset points", ha=ha, fontsize=SMALL, color=QUIET
    )
