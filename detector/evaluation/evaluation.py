"""The result of a run, to JSON and back; and what changed between two runs."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from detector.errors import SourceError
from detector.evaluation.sample import Figure

FORMAT = 1


class DatasetSummary(NamedTuple):
    """What a set held."""

    name: str
    title: str
    spun: int
    clean: int
    words: int


class FindingKey(NamedTuple):
    """A finding of the product, so that two runs can be compared one finding at a time."""

    dataset: str
    text: str
    group: str
    start: int
    end: int
    actual: str


class Skipped(NamedTuple):
    """Something the table lacks, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Evaluation:
    """Everything that one run measured.

    Attributes
    ----------
    model_version : str
        Version of the models that were measured.
    replicates, seed : int
        Of the bootstrap.
    quick : bool
        Whether the sets were sampled; such a run compares with its like only.
    datasets : tuple of DatasetSummary
        The sets, in the order of the table.
    scorers : tuple of str
        The product first, then the baselines.
    figures : tuple of Figure
        In the order of the table.
    findings : tuple of FindingKey
        The product's findings on all sets.
    skipped : tuple of Skipped
        Sets and scorers that could not be run.
    trained_on : str
        Which spinners the encoder saw in training, in one line; "" where that is unknown.
    """

    model_version: str
    replicates: int
    seed: int
    quick: bool
    datasets: tuple[DatasetSummary, ...]
    scorers: tuple[str, ...]
    figures: tuple[Figure, ...]
    findings: tuple[FindingKey, ...]
    skipped: tuple[Skipped, ...] = ()
    trained_on: str = ""

    def figure(self, dataset: str, measure: str, scorer: str | None = None) -> Figure:
        """One figure; the product's unless another scorer is named.

        Raises
        ------
        KeyError
            If it was not measured.
        """
        key = (dataset, measure, scorer or self.scorers[0])
        for figure in self.figures:
            if figure.key == key:
                return figure
        raise KeyError(key)


def to_json(evaluation: Evaluation) -> str:
    """The evaluation as JSON: one figure and one finding a line, so that a diff reads well."""
    values = {"format": FORMAT} | {
        key: value for key, value in asdict(evaluation).items() if key not in _ROWS
    }
    head = json.dumps(values, indent=1, ensure_ascii=False).removesuffix("\n}")
    figures = _one_a_line("figures", [_figure_values(figure) for figure in evaluation.figures])
    findings = _one_a_line("findings", evaluation.findings)
    return f"{head},\n{figures},\n{findings}\n}}\n"


def _one_a_line(name: str, rows: Sequence[object]) -> str:
    lines = ",".join(f"\n  {json.dumps(row, ensure_ascii=False)}" for row in rows)
    return f' "{name}": [{lines}\n ]'


_ROWS = frozenset({"figures", "findings"})
_NUMBERS = ("value", "low", "high")


def _figure_values(figure: Figure) -> dict[str, Any]:
    """JSON knows no NaN: null stands for it."""
    values = asdict(figure)
    for name in _NUMBERS:
        number = values[name]
        values[name] = round(number, 6) if math.isfinite(number) else None
    return values


def from_json(text: str) -> Evaluation:
    """The inverse of `to_json`, to six decimals.

    Raises
    ------
    ValueError
        If the text is not what `to_json` writes, or of another format.
    """
    values = json.loads(text)
    found = values.get("format") if isinstance(values, dict) else None
    if found != FORMAT:
        raise ValueError(f"an evaluation of format {found!r}; this release reads format {FORMAT}")
    figures = []
    for row in values["figures"]:
        numbers = {name: math.nan if row[name] is None else row[name] for name in _NUMBERS}
        figures.append(Figure(**row | numbers))
    return Evaluation(
        model_version=values["model_version"],
        replicates=values["replicates"],
        seed=values["seed"],
        quick=values["quick"],
        datasets=tuple(DatasetSummary(*row) for row in values["datasets"]),
        scorers=tuple(values["scorers"]),
        figures=tuple(figures),
        findings=tuple(FindingKey(*row) for row in values["findings"]),
        skipped=tuple(Skipped(*row) for row in values["skipped"]),
        trained_on=values["trained_on"],
    )


def read_evaluation(path: Path) -> Evaluation:
    """Read a file that ``detector evaluate --json`` wrote.

    Raises
    ------
    SourceError
        If it cannot be read, or is something else.
    """
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(
            str(path),
            f"is not the JSON of an evaluation ({error}): make one with "
            "'detector evaluate --json FILE'",
        ) from None


class Moved(NamedTuple):
    """A figure that left its old interval."""

    old: Figure
    new: Figure


@dataclass(frozen=True)
class Difference:
    """What changed from one run to another, on the sets that both hold.

    Attributes
    ----------
    gained, lost : tuple of FindingKey
        Findings that only the new, or only the old run has.
    moved : tuple of Moved
        Figures whose new value lies outside the interval of the old one; where there is no
        interval, those that changed.
    """

    gained: tuple[FindingKey, ...]
    lost: tuple[FindingKey, ...]
    moved: tuple[Moved, ...]

    def by_group(self) -> list[tuple[str, str, int, int]]:
        """Set, register, and the numbers of findings gained and lost there."""
        gained = Counter((finding.dataset, finding.group) for finding in self.gained)
        lost = Counter((finding.dataset, finding.group) for finding in self.lost)
        return [(*key, gained[key], lost[key]) for key in sorted(gained.keys() | lost.keys())]


def compare(old: Evaluation, new: Evaluation) -> Difference:
    """What changed from `old` to `new`."""
    shared = {entry.name for entry in old.datasets} & {entry.name for entry in new.datasets}
    before, after = _of_sets(old.findings, shared), _of_sets(new.findings, shared)
    earlier = {figure.key: figure for figure in old.figures}
    pairs = [(earlier[figure.key], figure) for figure in new.figures if figure.key in earlier]
    return Difference(
        gained=tuple(sorted(after - before)),
        lost=tuple(sorted(before - after)),
        moved=tuple(Moved(*pair) for pair in pairs if _has_moved(*pair)),
    )


def _of_sets(findings: Sequence[FindingKey], names: Iterable[str]) -> set[FindingKey]:
    kept = set(names)
    return {finding for finding in findings if finding.dataset in kept}


def _has_moved(old: Figure, new: Figure) -> bool:
    if math.isnan(old.value) or math.isnan(new.value):
        return math.isnan(old.value) != math.isnan(new.value)
    if math.isnan(old.low):
        return round(old.value, 6) != round(new.value, 6)
    return not old.low <= round(new.value, 6) <= old.high
