"""What must hold, and whether it does: a table over an evaluation's figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from detector.evaluation.articles import CALIBRATION, UNDER
from detector.evaluation.evaluation import Evaluation
from detector.evaluation.measures import (
    ALL_FAMILIES,
    CALLED,
    FALSE_RATE,
    LEARNERS,
    UNSEEN_FAMILIES,
    WITHOUT_LEARNERS,
    WORST_KIND,
    WORST_REGISTER,
)
from detector.evaluation.sample import Figure


class Must(NamedTuple):
    """One requirement.

    Attributes
    ----------
    words : str
        What must hold.
    dataset, measure : str
        The figure it is about; of several groups, all those whose measure ends so, after
        "GROUP | ".
    at_least : bool
        Whether the figure must be at least, not at most, the values that follow.
    required, aimed : float
        What must hold at the end, and what is hoped for.
    groups : tuple of str or None
        The groups that it is about: of the first that was measured, if several are named; of the
        one whose figure is highest, if none is; None where the figure is of no group.
    """

    words: str
    dataset: str
    measure: str
    at_least: bool
    required: float
    aimed: float
    groups: tuple[str, ...] | None = None


_AUC = "documents by reliability: AUC"
_CAUGHT = "documents by reliability: caught at 1 % false"
_CLEAN_SPUN = "verdicts: clean articles called spun"
_CLEAN_SUSPECT = "verdicts: clean articles called suspect"
_CLEAN_EITHER = "verdicts: clean articles called spun or suspect"
_EITHER = "verdicts: spun articles called spun or suspect"
_UNSEEN = (UNSEEN_FAMILIES, ALL_FAMILIES)

MUSTS = (
    Must("first founding article: reliability", "founding", "article 1: reliability", False, 5, 5),
    Must("second: reliability", "founding", "article 2: reliability", True, 90, 90),
    Must(
        "first: hard artifacts found",
        *("founding", "article 1, spun: hard artifacts found", True, 22, 29),
    ),
    Must(
        "first: findings elsewhere",
        *("founding", "article 1, spun: findings elsewhere", False, 5, 2),
    ),
    Must("SpinBot documents: AUC", "spinbot", _AUC, True, 0.9995, 0.9995),
    Must("SpinBot documents: caught at 1 % false", "spinbot", _CAUGHT, True, 0.995, 1),
    Must("15 % spun by {group}: AUC", "synthetic-heavy", _AUC, True, 0.98, 0.995, _UNSEEN),
    Must("3 % spun by {group}: AUC", "synthetic-light", _AUC, True, 0.90, 0.97, _UNSEEN),
    Must("wild documents: AUC", "wild", _AUC, True, 0.95, 0.99),
    Must("wild, clean: called spun", "wild", _CLEAN_SPUN, False, 0, 0),
    Must("wild, clean: called suspect", "wild", _CLEAN_SUSPECT, False, 0.08, 0.02),
    Must("wild, spun: called spun or suspect", "wild", _EITHER, True, 0.75, 0.95),
    Must(
        "registers without learners' essays: called spun",
        *("registers", _CLEAN_SPUN + WITHOUT_LEARNERS, False, 0, 0),
    ),
    Must(
        "registers without learners' essays: called suspect",
        *("registers", _CLEAN_SUSPECT + WITHOUT_LEARNERS, False, 0.08, 0.02),
    ),
    Must(
        "worst register, {group}: false findings per 10,000",
        *("registers", WORST_REGISTER, False, 3, 1, ()),
    ),
    Must(
        "learners' essays: false findings per 10,000",
        *("registers", f"  {LEARNERS}", False, 35, 10),
    ),
    Must("special kinds: false findings per 10,000", "specialist", FALSE_RATE, False, 12, 4),
    Must(
        "worst running prose, {group}: false findings",
        *("specialist", WORST_KIND, False, 40, 15, ()),
    ),
    Must("special kinds: called spun or suspect", "specialist", _CLEAN_EITHER, False, 0.04, 0.01),
    Must("special kinds: called spun", "specialist", _CLEAN_SPUN, False, 0.005, 0),
    Must("special kinds: reliability under 50", "specialist", UNDER, False, 0.06, 0.02),
    Must("hard honest texts called spun or suspect (number)", "honest", CALLED, False, 1, 0),
    Must("spun by hand: findings, precision", "handspun", "findings: precision", True, 0.88, 0.95),
    Must("spun by hand: findings, recall", "handspun", "findings: recall", True, 0.7, 0.88),
    Must("honest versions: called spun or suspect", "handspun", _CLEAN_EITHER, False, 0, 0),
    Must("pasted paragraph ranks first", "pasted", "spun paragraph ranks first", True, 0.9, 0.98),
    Must("all documents: calibration error", "articles", CALIBRATION, False, 0.03, 0.03),
    Must(
        "worst register, {group}: calibration error", "articles", CALIBRATION, False, 0.08, 0.08, ()
    ),
    Must(
        "mean reliability rises as more is spun, at most by",
        *("curves", "largest rise of the mean reliability", False, 0, 0),
    ),
)
"""In the order of the table."""

MUST_SETS = (
    "founding",
    "spinbot",
    "pasted",
    "wild",
    "registers",
    "specialist",
    "honest",
    "synthetic",
)
"""The sets that most of them are measured on; "curves" takes longest, and is left out here."""


def render_musts(evaluation: Evaluation) -> str:
    """A row for each requirement that the evaluation, whose first scorer is the product, tells of.

    Of families of spinners those left out of training count; where none is, all do, and the table
    says so.
    """
    rows = [
        f"{'must hold' + (' (on a sample)' if evaluation.quick else ''):54} {'must':>8} "
        f"{'aim':>8} {'is':>8}  {'interval':15}"
    ]
    for must in MUSTS:
        for group, figure in _found(evaluation, must):
            sign = ">=" if must.at_least else "<="
            holds = (
                figure.value >= must.required if must.at_least else figure.value <= must.required
            )
            interval = "" if np.isnan(figure.low) else f"{figure.low:.3f} - {figure.high:.3f}"
            words = must.words.format(group=_IN_WORDS.get(group, group))
            rows.append(
                f"{words:54} {sign + f'{must.required:g}':>8} {must.aimed:8g} "
                f"{figure.value:8.3f}  {interval:15} {'' if holds else 'NOT MET'}".rstrip()
            )
    return "\n".join(rows)


_IN_WORDS = {ALL_FAMILIES: "families seen in training"}


def _found(evaluation: Evaluation, must: Must) -> Iterator[tuple[str, Figure]]:
    """The figure that a requirement is about, if there is one, and its group."""
    by_group: dict[str, Figure] = {}
    for figure in evaluation.figures:
        if figure.dataset == must.dataset and figure.scorer == evaluation.scorers[0]:
            group, _, measure = figure.measure.rpartition(" | ")
            if measure == must.measure and not np.isnan(figure.value):
                by_group[group] = figure
    if must.groups is None:
        groups = [""]
    else:
        groups = list(must.groups) or sorted(
            by_group.keys() - {""}, key=lambda group: -by_group[group].value
        )
    for group in groups:
        if group in by_group:
            yield group, by_group[group]
            return
