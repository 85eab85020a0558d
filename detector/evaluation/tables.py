"""An evaluation as plain text. Computes nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from detector.evaluation.evaluation import Difference, Evaluation, FindingKey
from detector.evaluation.sample import Figure

_MAX_LISTED = 40
"""How many gained or lost findings are shown for each set; the JSON files hold all."""
_MIN_CORPUS_WORDS = 2_000
"""A corpus with fewer words gets no row: one finding would move its rate by 5."""


def render_table(evaluation: Evaluation) -> str:
    """One block per set: a row per measure, a column per scorer, the product's interval."""
    shown = [figure for figure in evaluation.figures if _is_shown(figure)]
    width = max((len(figure.measure) for figure in shown), default=0)
    blocks = [_heading(evaluation)]
    for summary in evaluation.datasets:
        figures = [figure for figure in shown if figure.dataset == summary.name]
        if figures:
            counts = [f"{summary.words:,} words"]
            counts += [f"{n} {label}" for n, label in _sides(summary.spun, summary.clean)]
            lines = [f"{summary.name}: {summary.title} ({', '.join(counts)})"]
            blocks.append("\n".join([*lines, *_rows(figures, evaluation.scorers, width)]))
    if evaluation.skipped:
        lines = [f"  {name}: {reason}" for name, reason in evaluation.skipped]
        blocks.append("\n".join(["Left out:", *lines]))
    return "\n\n".join(blocks) + "\n"


def _heading(evaluation: Evaluation) -> str:
    sampled = "; every set sampled (--quick)" if evaluation.quick else ""
    trained_on = f"\n{evaluation.trained_on}" if evaluation.trained_on else ""
    return (
        f"Models {evaluation.model_version}. Intervals: 95 %, {evaluation.replicates} bootstrap "
        f"replicates over articles, seed {evaluation.seed}{sampled}.\n"
        f"Meaning of each row: docs/evaluation.md.{trained_on}"
    )


def _sides(spun: int, clean: int) -> Iterator[tuple[int, str]]:
    if spun:
        yield spun, "spun"
    if clean:
        yield clean, "clean"


def _is_shown(figure: Figure) -> bool:
    return not figure.measure.startswith("  corpus: ") or figure.n >= _MIN_CORPUS_WORDS


def _rows(figures: Sequence[Figure], scorers: Sequence[str], width: int) -> Iterator[str]:
    present = [name for name in scorers if any(figure.scorer == name for figure in figures)]
    columns = [max(len(name), 8) for name in present]
    heads = [f"{name:>{column}}" for name, column in zip(present, columns, strict=True)]
    yield "  ".join([" " * (width + 2), heads[0], f"{'interval':^15}", f"{'n':>8}", *heads[1:]])
    by_measure: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        by_measure.setdefault(figure.measure, {})[figure.scorer] = figure
    for measure, row in by_measure.items():
        cells = [
            f"{_value(row.get(name)):>{column}}"
            for name, column in zip(present, columns, strict=True)
        ]
        first = row.get(present[0]) or next(iter(row.values()))
        interval = _interval(row.get(present[0]))
        count = f"{first.n:,}" if first.unit != "score" else ""
        yield "  ".join(
            [f"  {measure:<{width}}", cells[0], f"{interval:^15}", f"{count:>8}", *cells[1:]]
        ).rstrip()


def _value(figure: Figure | None) -> str:
    if figure is None:
        return ""
    return _number(figure.value, figure.unit)


def _number(value: float, unit: str) -> str:
    if math.isnan(value):
        return "-"
    return {"share": f"{value:.3f}", "count": f"{value:.0f}"}.get(unit, f"{value:.1f}")


def _interval(figure: Figure | None) -> str:
    if figure is None or math.isnan(figure.low):
        return ""
    return f"{_number(figure.low, figure.unit)} - {_number(figure.high, figure.unit)}"


def render_difference(difference: Difference) -> str:
    """Findings gained and lost by set and register, then the figures that moved."""
    lines = ["Findings gained and lost:"]
    for dataset, group, gained, lost in difference.by_group():
        lines.append(f"  {dataset:<24} {group:<16} +{gained} -{lost}")
    for sign, findings in (("+", difference.gained), ("-", difference.lost)):
        lines += _listed(sign, findings)
    if len(lines) == 1:
        lines.append("  none")
    lines += ["", "Figures that left their old interval:"]
    for old, new in difference.moved:
        was = f"{_number(old.value, old.unit)} [{_interval(old) or 'no interval'}]"
        now = _number(new.value, new.unit)
        lines.append(f"  {new.dataset} | {new.measure} | {new.scorer}: {was} -> {now}")
    if not difference.moved:
        lines.append("  none")
    return "\n".join(lines) + "\n"


def _listed(sign: str, findings: Sequence[FindingKey]) -> Iterator[str]:
    for dataset, group in groupby(findings, key=lambda finding: finding.dataset):
        entries = list(group)
        for entry in entries[:_MAX_LISTED]:
            yield f"  {sign} {dataset}/{entry.text} {entry.start}-{entry.end} {entry.actual!r}"
        if len(entries) > _MAX_LISTED:
            yield f"  {sign} {dataset}: {len(entries) - _MAX_LISTED} more"
