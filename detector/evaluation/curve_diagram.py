"""The curves of the set ``curves`` as a small SVG: AUC by length, AUC and reliability by share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from detector.errors import ConfigError
from detector.evaluation.evaluation import Evaluation
from detector.evaluation.sample import Figure

_WIDTH, _HEIGHT, _MARGIN = 260, 200, 56
_STYLE = (
    "text{font:12px sans-serif;fill:#333}.axis{stroke:#999;fill:none}.grid{stroke:#e4e4e4}"
    ".bar{stroke:#2a6f97}circle{fill:#2a6f97}path{stroke:#2a6f97;fill:none}"
)


class Point(NamedTuple):
    """A figure over a length or a share, with its 95 % interval (NaN if there is none)."""

    label: str
    value: float
    low: float
    high: float


class Panel(NamedTuple):
    """One curve; its points stand at even distances."""

    x_label: str
    y_label: str
    ticks: tuple[float, ...]
    points: tuple[Point, ...]


def curve_panels(evaluation: Evaluation) -> tuple[Panel, ...]:
    """What the set ``curves`` measured of the product.

    Raises
    ------
    ConfigError
        If it was not measured.
    """
    figures = [
        figure
        for figure in evaluation.figures
        if figure.dataset == "curves" and figure.scorer == evaluation.scorers[0]
    ]
    panels = (
        Panel("words, 5 % of them replaced", "AUC", _AREA, _points(figures, r"(\d+) words: AUC")),
        Panel("share of words replaced", "AUC", _AREA, _points(figures, r"share (\d+ %): AUC")),
        Panel(
            "share of words replaced",
            "mean reliability",
            (0, 25, 50, 75, 100),
            _points(figures, r"share (\d+ %): mean reliability"),
        ),
    )
    if not all(panel.points for panel in panels):
        raise ConfigError("no curves were measured: evaluate them with --sets curves")
    return panels


_AREA = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def _points(figures: Sequence[Figure], pattern: str) -> tuple[Point, ...]:
    """The figures whose measure is as the pattern says, labelled by its group."""
    found = ((re.fullmatch(pattern, figure.measure), figure) for figure in figures)
    return tuple(
        Point(match[1], figure.value, figure.low, figure.high) for match, figure in found if match
    )


def render_curves(evaluation: Evaluation) -> str:
    """The panels side by side, as SVG."""
    panels = curve_panels(evaluation)
    step = _WIDTH + _MARGIN + 16
    width, height = len(panels) * step + 24, _HEIGHT + 2 * _MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<title>AUC of the reliability by length and by share of replaced words; mean "
        f"reliability by share (models {evaluation.model_version})</title>",
        f"<style>{_STYLE}</style>",
    ]
    for number, panel in enumerate(panels):
        lines.append(f'<g transform="translate({_MARGIN + number * step} 24)">')
        lines += _drawn(panel)
        lines.append("</g>")
    return "\n".join([*lines, "</svg>"]) + "\n"


def _drawn(panel: Panel) -> Iterator[str]:
    low, high = panel.ticks[0], panel.ticks[-1]

    def y(value: float) -> str:
        return f"{_HEIGHT * (1 - (np.clip(value, low, high) - low) / (high - low)):.1f}"

    for tick in panel.ticks:
        yield f'<line class="grid" x1="0" y1="{y(tick)}" x2="{_WIDTH}" y2="{y(tick)}"/>'
        yield f'<text x="-8" y="{float(y(tick)) + 4:.0f}" text-anchor="end">{tick:g}</text>'
    yield f'<rect class="axis" width="{_WIDTH}" height="{_HEIGHT}"/>'
    xs = [_WIDTH * (at + 0.5) / len(panel.points) for at in range(len(panel.points))]
    line = " ".join(f"{x:.1f},{y(point.value)}" for x, point in zip(xs, panel.points, strict=True))
    yield f'<path d="M{line}"/>'
    for x, point in zip(xs, panel.points, strict=True):
        if np.isfinite(point.low):
            ends = f'y1="{y(point.low)}" x2="{x:.1f}" y2="{y(point.high)}"'
            yield f'<line class="bar" x1="{x:.1f}" {ends}/>'
        yield f'<circle cx="{x:.1f}" cy="{y(point.value)}" r="3.5"/>'
        yield f'<text x="{x:.1f}" y="{_HEIGHT + 18}" text-anchor="middle">{point.label}</text>'
    middle = _WIDTH // 2
    yield f'<text x="{middle}" y="{_HEIGHT + 38}" text-anchor="middle">{panel.x_label}</text>'
    yield f'<text x="0" y="-8">{panel.y_label}</text>'
