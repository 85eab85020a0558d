"""The reliability diagram as a small SVG: what was stated against what came true."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from detector.errors import ConfigError
from detector.evaluation.articles import DIAGRAM
from detector.evaluation.evaluation import Evaluation
from detector.evaluation.sample import Figure

_SIDE, _MARGIN = 320, 56
_STYLE = (
    "text{font:12px sans-serif;fill:#333}.axis{stroke:#999;fill:none}"
    ".ideal{stroke:#bbb;stroke-dasharray:4 4}.bar{stroke:#2a6f97}"
    "circle{fill:#2a6f97}path{stroke:#2a6f97;fill:none}"
)


class Bin(NamedTuple):
    """Articles of like reliability: the probability of *spun* stated, and the share that was.

    Both from 0 to 1, with the 95 % interval of the share.
    """

    stated: float
    observed: float
    low: float
    high: float


def diagram_bins(evaluation: Evaluation) -> list[Bin]:
    """The bins that an evaluation of several sets of articles measured.

    Raises
    ------
    ConfigError
        If it measured none.
    """
    figures = {
        figure.measure: figure
        for figure in evaluation.figures
        if figure.scorer == evaluation.scorers[0] and figure.measure.startswith(DIAGRAM)
    }
    bins = list(_bins(figures))
    if not bins:
        raise ConfigError(
            "no reliability diagram was measured: evaluate two sets with spun and clean articles, "
            "such as --sets spinbot wild synthetic"
        )
    return bins


def _bins(figures: dict[str, Figure]) -> Iterator[Bin]:
    for number in count(1):
        stated = figures.get(f"{DIAGRAM} bin {number}: stated")
        spun = figures.get(f"{DIAGRAM} bin {number}: were spun")
        if stated is None or spun is None:
            return
        if stated.value == stated.value:  # a bin may be empty
            yield Bin(stated.value, spun.value, spun.low, spun.high)


def render_diagram(evaluation: Evaluation) -> str:
    """The diagram as SVG; the diagonal is where stated and observed agree."""
    bins = diagram_bins(evaluation)
    size = _SIDE + 2 * _MARGIN
    points = " ".join(f"{_x(entry.stated):.1f},{_y(entry.observed):.1f}" for entry in bins)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img">',
        "<title>Reliability diagram: stated probability of being spun, and share that was</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="axis" x="{_MARGIN}" y="{_MARGIN}" width="{_SIDE}" height="{_SIDE}"/>',
        f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>',
        f'<path d="M{points}"/>',
    ]
    for entry in bins:
        x = f"{_x(entry.stated):.1f}"
        if entry.low == entry.low:
            low, high = f"{_y(entry.low):.1f}", f"{_y(entry.high):.1f}"
            lines.append(f'<line class="bar" x1="{x}" y1="{low}" x2="{x}" y2="{high}"/>')
        lines.append(f'<circle cx="{x}" cy="{_y(entry.observed):.1f}" r="3.5"/>')
    lines += _labels(f"models {evaluation.model_version}")
    return "\n".join([*lines, "</svg>"]) + "\n"


def _labels(version: str) -> Iterator[str]:
    for tick in (0, 0.25, 0.5, 0.75, 1):
        yield f'<text x="{_x(tick):.0f}" y="{_y(0) + 18:.0f}" text-anchor="middle">{tick:g}</text>'
        yield f'<text x="{_x(0) - 8:.0f}" y="{_y(tick) + 4:.0f}" text-anchor="end">{tick:g}</text>'
    middle = _x(0.5)
    yield (
        f'<text x="{middle:.0f}" y="{_y(0) + 38:.0f}" text-anchor="middle">'
        f"stated probability of being spun ({version})</text>"
    )
    yield (
        f'<text transform="translate(16 {middle:.0f}) rotate(-90)" text-anchor="middle">'
        "share that was spun</text>"
    )


def _x(share: float) -> float:
    return _MARGIN + share * _SIDE


def _y(share: float) -> float:
    return _MARGIN + (1 - share) * _SIDE
