from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from detector.errors import ConfigError
from detector.evaluation import (
    Evaluation,
    Figure,
    evaluate,
    measures,
    render_curves,
    render_diagram,
    render_musts,
)
from detector.evaluation.diagram import diagram_bins
from detector.evaluation.labelled import Dataset, Kind, LabelledText, pooled
from detector.evaluation.musts import MUST_SETS, MUSTS
from detector.evaluation.run import SETS
from detector.evaluation.scorers import Judgement
from detector.segment import segment

NOTHING = float("nan")


def figure(dataset: str, measure: str, value: float) -> Figure:
    return Figure(dataset, measure, "detector", value, NOTHING, NOTHING, 10)


def evaluation(*figures: Figure) -> Evaluation:
    return Evaluation("2026.11.0", 10, 0, False, (), ("detector",), figures, ())


def test_musts_are_about_sets_that_exist() -> None:
    assert set(MUST_SETS) <= set(SETS)
    parts = {"synthetic-heavy": "synthetic", "synthetic-light": "synthetic"}
    assert {parts.get(must.dataset, must.dataset) for must in MUSTS} <= {*SETS, "articles"}


def test_a_must_that_does_not_hold_is_marked() -> None:
    table = render_musts(
        evaluation(
            figure("founding", "article 1: reliability", 7.0),
            figure("founding", "article 2: reliability", 96.0),
        )
    )
    first, second = table.splitlines()[1:]
    assert first.endswith("NOT MET")
    assert "<=5" in first
    assert not second.endswith("NOT MET")


def test_families_left_out_count_alone() -> None:
    measure = "documents by reliability: AUC"
    seen = figure("synthetic-heavy", f"all families | {measure}", 0.99)
    unseen = figure("synthetic-heavy", f"left-out families | {measure}", 0.97)
    [row] = render_musts(evaluation(seen, unseen)).splitlines()[1:]
    assert "left-out families" in row
    assert "0.970" in row
    assert row.endswith("NOT MET")
    [row] = render_musts(evaluation(seen)).splitlines()[1:]
    assert "families seen in training" in row
    assert "0.990" in row


def test_the_worst_register_counts() -> None:
    measure = "documents by reliability: calibration error"
    table = render_musts(
        evaluation(
            figure("articles", measure, 0.01),
            figure("articles", f"news | {measure}", 0.02),
            figure("articles", f"fiction | {measure}", 0.09),
        )
    )
    every, worst = table.splitlines()[1:]
    assert "0.010" in every
    assert worst.startswith("worst register, fiction")
    assert worst.endswith("NOT MET")


@pytest.mark.parametrize(
    ("dataset", "measure", "allowed", "words"),
    [
        ("founding", "article 1, spun: findings elsewhere", 5, "findings elsewhere"),
        ("registers", "  non-native", 35, "learners' essays"),
        ("registers", f"fiction | {measures.WORST_REGISTER}", 3, "worst register, fiction"),
        ("specialist", "false findings per 10,000 words", 12, "special kinds"),
        ("specialist", f"minutes | {measures.WORST_KIND}", 40, "worst running prose, minutes"),
        ("specialist", "verdicts: clean articles called spun or suspect", 0.04, "special kinds"),
        ("specialist", "verdicts: clean articles called spun", 0.005, "special kinds"),
        ("specialist", "verdicts: clean articles with a reliability under 50", 0.06, "under 50"),
        ("honest", "documents called spun or suspect", 1, "hard honest texts"),
        ("handspun", "verdicts: clean articles called spun or suspect", 0, "honest versions"),
    ],
)
def test_what_must_hold_of_honest_texts(
    dataset: str, measure: str, allowed: float, words: str
) -> None:
    [row] = render_musts(evaluation(figure(dataset, measure, allowed))).splitlines()[1:]
    assert words in row
    assert not row.endswith("NOT MET")
    [row] = render_musts(evaluation(figure(dataset, measure, allowed + 0.001))).splitlines()[1:]
    assert row.endswith("NOT MET")


@pytest.mark.parametrize(
    ("dataset", "measure", "needed"),
    [
        ("founding", "article 1, spun: hard artifacts found", 22),
        ("handspun", "findings: precision", 0.88),
        ("handspun", "findings: recall", 0.7),
    ],
)
def test_what_must_be_found(dataset: str, measure: str, needed: float) -> None:
    [row] = render_musts(evaluation(figure(dataset, measure, needed))).splitlines()[1:]
    assert not row.endswith("NOT MET")
    [row] = render_musts(evaluation(figure(dataset, measure, needed - 0.001))).splitlines()[1:]
    assert row.endswith("NOT MET")


class Oracle:
    """Says what an article's name says: the reliability in per cent."""

    name = "detector"

    def judge(self, texts: Sequence[str], *, lists: bool = True) -> Iterator[Judgement]:
        for text in texts:
            document = segment(text)
            nothing = np.zeros(document.n_tokens, dtype=np.float32)
            yield Judgement(document, nothing, nothing, (), float(text.split()[0]))


def articles() -> list[Dataset]:
    rng = np.random.default_rng(0)
    sets = []
    for name in ("one", "other"):
        texts = []
        for number in range(200):
            reliability = float(rng.uniform(1, 99))
            spun = bool(rng.random() > reliability / 100)
            text = f"{reliability:.6f} {number} of {name}"
            texts.append(LabelledText(str(number), text, spun, None, (), str(number)))
        sets.append(Dataset(name, Kind.ARTICLES, name, tuple(texts)))
    return sets


def test_the_diagram_shows_what_was_stated_and_what_came_true() -> None:
    sets = articles()
    together = pooled(sets)
    assert together is not None
    measured = evaluate([together], [Oracle()], model_version="1", replicates=20)
    bins = diagram_bins(measured)
    assert len(bins) == 10
    assert [entry.stated for entry in bins] == sorted(entry.stated for entry in bins)
    assert np.mean([abs(entry.stated - entry.observed) for entry in bins]) < 0.12
    assert all(entry.low <= entry.observed <= entry.high for entry in bins)
    root = ET.fromstring(render_diagram(measured))
    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == 10


def test_a_diagram_needs_articles() -> None:
    with pytest.raises(ConfigError, match="--sets spinbot wild"):
        render_diagram(evaluation())


def test_families_that_the_models_know_do_not_count_as_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The articles that "known" spun look it; those that "new" spun look clean."""
    texts = []
    for group, mean in (("", 95), ("known", 5), ("new", 80)):
        for number in range(6):
            text = f"{mean + number / 2} {group} {number}"
            spun = bool(group)
            texts.append(
                LabelledText(f"{group}/{number}", text, spun, None, (), text, group, "news")
            )
    families = Dataset(
        "synthetic-heavy", Kind.FAMILIES, "families", tuple(texts), unseen=frozenset({"new"})
    )
    other = Dataset("other", Kind.ARTICLES, "other", tuple(texts))
    together = pooled([families, other])
    assert together is not None
    monkeypatch.setattr(measures, "N_SPUN", 2)
    measured = evaluate([families, together], [Oracle()], model_version="1", replicates=5)
    measure = "documents by reliability: accuracy"
    left_out = measured.figure("synthetic-heavy", f"left-out families | {measure}")
    assert left_out.n == 12
    error = measured.figure("articles", "news | documents by reliability: calibration error")
    assert error.n == 24  # of 36, the 12 that "known" spun do not count
    # In all together, "new" has two of each set, as many as any other family is given.
    assert measured.figure("articles", measure).n == 28
    assert error.value == pytest.approx(0.4, abs=0.05)


def test_curves_tell_auc_and_whether_the_mean_ever_rose() -> None:
    texts = []
    for share, mean in (("0 %", 90), ("2 %", 60), ("4 %", 65), ("8 %", 20)):
        for number in range(4):
            text = f"{mean + number} {share} {number}"
            group = f"share {share}"
            name = f"{number}/{share}"
            texts.append(LabelledText(name, text, share != "0 %", None, (), str(number), group))
    curves = Dataset("curves", Kind.CURVES, "curves", tuple(texts))
    measured = evaluate([curves], [Oracle()], model_version="1", replicates=5)
    assert measured.figure("curves", "share 2 %: AUC").value == 1
    assert measured.figure("curves", "share 2 %: mean reliability").value == 61.5
    assert measured.figure("curves", "largest rise of the mean reliability").value == 5
    with pytest.raises(KeyError):
        measured.figure("curves", "share 0 %: AUC")
    with pytest.raises(ConfigError, match="--sets curves"):  # no lengths
        render_curves(measured)
    assert math.isfinite(measured.figure("curves", "share 8 %: AUC").value)


def test_curves_are_drawn_with_their_labels() -> None:
    def curve(measure: str, value: float) -> Figure:
        return Figure("curves", measure, "detector", value, value - 0.05, value, 10)

    drawn = render_curves(
        evaluation(
            curve("60 words: AUC", 0.7),
            curve("2000 words: AUC", 0.95),
            curve("share 2 %: AUC", 0.8),
            curve("share 0 %: mean reliability", 90),
            curve("share 2 %: mean reliability", 40),
            curve("largest rise of the mean reliability", 0),
        )
    )
    root = ET.fromstring(drawn)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"60", "2000", "0 %", "2 %"} <= set(texts)
    heights = [
        [float(circle.get("cy") or 0) for circle in panel]
        for panel in (
            group.findall("{http://www.w3.org/2000/svg}circle")
            for group in root.findall("{http://www.w3.org/2000/svg}g")
        )
    ]
    assert list(map(len, heights)) == [2, 1, 2]
    assert heights[0][0] > heights[0][1]  # higher is better is higher up
    assert heights[2][0] < heights[2][1]
