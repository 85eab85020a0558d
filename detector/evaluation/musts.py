"""What must hold of the reliability, and whether it does: a table over an evaluation's figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from detector.evaluation.articles import CALIBRATION
from detector.evaluation.evaluation import Evaluation
from detector.evaluation.sample import Figure

Join = Literal["the one", "mean", "highest"]


class Must(NamedTuple):
    """One requirement.

    Attributes
    ----------
    words : str
        What must hold.
    dataset, measure : str
        The figure it is about; with `join`, all those whose measure ends so, after "GROUP | ".
    at_least : bool
        Whether the figure must be at least, not at most, the values that follow.
    required, aimed : float
        What must hold at the end, and what is hoped for.
    join : {"the one", "mean", "highest"}
        How the figures of several groups become one.
    """

    words: str
    dataset: str
    measure: str
    at_least: bool
    required: float
    aimed: float
    join: Join = "the one"


_AUC = "documents by reliability: AUC"
_CAUGHT = "documents by reliability: caught at 1 % false"
_CLEAN_SPUN = "verdicts: clean articles called spun"
_CLEAN_SUSPECT = "verdicts: clean articles called suspect"
_EITHER = "verdicts: spun articles called spun or suspect"

MUSTS = (
    Must("first founding article: reliability", "founding", "article 1: reliability", False, 5, 5),
    Must("second: reliability", "founding", "article 2: reliability", True, 90, 90),
    Must("SpinBot documents: AUC", "spinbot", _AUC, True, 0.9995, 0.9995),
    Must("SpinBot documents: caught at 1 % false", "spinbot", _CAUGHT, True, 0.995, 1),
    Must("15 % spun by {families}: AUC", "synthetic-heavy", _AUC, True, 0.98, 0.995, "mean"),
    Must("3 % spun by {families}: AUC", "synthetic-light", _AUC, True, 0.90, 0.97, "mean"),
    Must("wild documents: AUC", "wild", _AUC, True, 0.95, 0.99),
    Must("wild, clean: called spun", "wild", _CLEAN_SPUN, False, 0, 0),
    Must("wild, clean: called suspect", "wild", _CLEAN_SUSPECT, False, 0.08, 0.02),
    Must("wild, spun: called spun or suspect", "wild", _EITHER, True, 0.75, 0.95),
    Must("registers, clean: called spun", "registers", _CLEAN_SPUN, False, 0, 0),
    Must("registers, clean: called suspect", "registers", _CLEAN_SUSPECT, False, 0.08, 0.02),
    Must("pasted paragraph ranks first", "pasted", "spun paragraph ranks first", True, 0.9, 0.98),
    Must("all documents: calibration error", "articles", CALIBRATION, False, 0.03, 0.03),
    Must(
        "worst register: calibration error", "articles", CALIBRATION, False, 0.08, 0.08, "highest"
    ),
    Must(
        "mean reliability rises as more is spun, at most by",
        *("curves", "largest rise of the mean reliability", False, 0, 0),
    ),
)
"""In the order of the table."""

MUST_SETS = ("founding", "spinbot", "pasted", "wild", "registers", "synthetic")
"""The sets that most of them are measured on; "curves" takes longest, and is left out here."""


def render_musts(evaluation: Evaluation, left_out: Collection[str] = ()) -> str:
    """A row for each requirement that the evaluation can tell of.

    Parameters
    ----------
    evaluation : Evaluation
        Its first scorer is the product.
    left_out : collection of str
        The families that the encoder was not trained on; of the figures by family, only theirs
        count. Without any, all families count, and the table says so.
    """
    rows = [
        f"{'must hold' + (' (on a sample)' if evaluation.quick else ''):54} {'must':>8} "
        f"{'aim':>8} {'is':>8}  {'interval':15}"
    ]
    families = "left-out families" if left_out else "families seen in training"
    for must in MUSTS:
        for figure in _found(evaluation, must, left_out):
            sign = ">=" if must.at_least else "<="
            holds = (
                figure.value >= must.required if must.at_least else figure.value <= must.required
            )
            interval = "" if np.isnan(figure.low) else f"{figure.low:.3f} - {figure.high:.3f}"
            words = must.words.format(families=families)
            rows.append(
                f"{words:54} {sign + f'{must.required:g}':>8} {must.aimed:8g} "
                f"{figure.value:8.3f}  {interval:15} {'' if holds else 'NOT MET'}".rstrip()
            )
    return "\n".join(rows)


def _found(evaluation: Evaluation, must: Must, left_out: Collection[str]) -> Iterator[Figure]:
    product = evaluation.scorers[0]
    figures = [
        figure
        for figure in evaluation.figures
        if figure.dataset == must.dataset and figure.scorer == product
    ]
    if must.join == "the one":
        yield from (figure for figure in figures if figure.measure == must.measure)
        return
    groups = [figure for figure in figures if figure.measure.endswith(f" | {must.measure}")]
    if must.join == "mean" and left_out:
        groups = [figure for figure in groups if figure.measure.partition(" | ")[0] in left_out]
    groups = [figure for figure in groups if not np.isnan(figure.value)]
    if groups:
        yield _joined(groups, must)


def _joined(groups: Sequence[Figure], must: Must) -> Figure:
    """The figures of several groups as one, without an interval where they are averaged."""
    if must.join == "highest":
        return max(groups, key=lambda figure: figure.value)
    # Each family spins as many articles, against the same clean ones: the mean of the AUCs is that
    # of all together.
    value = float(np.mean([figure.value for figure in groups]))
    first = groups[0]
    nan = float("nan")
    return Figure(first.dataset, must.measure, first.scorer, value, nan, nan, first.n)
