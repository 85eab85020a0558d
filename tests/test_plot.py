from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib", reason="the extra 'notebook' is not installed")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
from fake_detector import fake_report  # noqa: E402
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from detector import Detector, Report, plot  # noqa: E402
from detector.plot.article import spread  # noqa: E402
from detector.report import Paragraph  # noqa: E402
from detector.sources import Article  # noqa: E402

WORDS = "The plan has wilt and the rose will wilt too. " * 6


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def spun() -> Report:
    report = fake_report(Article("a.txt", WORDS))
    whole = Paragraph(0, len(WORDS), report.n_words, len(report.findings), 90.0)
    return replace(report, paragraphs=(whole,))


@pytest.fixture
def clean() -> Report:
    return fake_report(Article("b.txt", "A rose is a rose is a rose. " * 8))


def _texts(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_the_strip_names_what_it_found(spun: Report) -> None:
    ax: Any = plot.strip(spun, labels=5)
    assert _texts(ax) == ["wilt → become"] * 5
    stems = ax.lines[0].get_xdata()
    assert np.asarray(stems).tolist() == [finding.start for finding in spun.findings]


def test_the_strip_of_an_article_without_paragraphs_is_refused() -> None:
    with pytest.raises(ValueError, match="has no paragraphs to draw"):
        plot.strip(replace(fake_report(Article("a.txt", "")), reason="no prose"))


def test_the_least_reliable_stands_on_top(spun: Report, clean: Report) -> None:
    short = fake_report(Article("c.txt", "Too short."))
    ax: Any = plot.reliabilities([clean, short, spun])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a.txt", "b.txt"]
    assert ax.yaxis_inverted()
    assert ax.get_xlabel().endswith("1 not judged")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["spun (1)", "clean (1)"]


def test_intervals_are_drawn_where_they_are_known(spun: Report) -> None:
    ax: Any = plot.reliabilities([replace(spun, reliability_low=4.0, reliability_high=30.0)])
    (segment,) = ax.collections[0].get_segments()
    assert segment[:, 0].tolist() == [4.0, 30.0]


def test_lengths_stand_against_reliabilities(spun: Report, clean: Report) -> None:
    ax: Any = plot.lengths([spun, clean])
    points = {tuple(point.tolist()) for line in ax.lines for point in line.get_xydata()}
    assert points == {(report.n_words, report.reliability) for report in (spun, clean)}


def test_bars_count_findings(spun: Report, clean: Report) -> None:
    by_check: Any = plot.checks([spun, clean])
    by_word: Any = plot.flagged([spun, clean])
    assert [bar.get_width() for bar in by_check.patches] == [len(spun.findings)]
    assert [bar.get_width() for bar in by_word.patches] == [len(spun.findings)]
    assert [label.get_text() for label in by_word.get_yticklabels()] == ["wilt → become"]


def test_no_finding_is_an_empty_picture(clean: Report) -> None:
    assert not plot.checks([clean]).patches
    assert not plot.flagged([]).patches


def test_every_word_of_the_paragraph_is_drawn(detector: Detector) -> None:
    analysis = detector.analyse("A heading\n\nThe plan has wilt more regular.")
    last = analysis.document.n_paragraphs - 1
    ax: Any = plot.probabilities(analysis, last, threshold=0.5)
    words = [label.get_text() for label in ax.get_xticklabels()]
    assert words == ["The", "plan", "has", "wilt", "more", "regular"]
    drawn = ax.lines[1].get_ydata()
    assert np.allclose(drawn, analysis.p_posterior[-len(words) :])


def test_precision_falls_from_one_to_the_share_of_positives() -> None:
    ax: Any = plot.precision_recall([True, True, False, False], [0.9, 0.6, 0.7, 0.1], threshold=0.6)
    curve = ax.lines[0]
    assert curve.get_xdata().tolist() == [0.0, 0.5, 0.5, 1.0, 1.0]
    assert curve.get_ydata() == pytest.approx([1.0, 1.0, 0.5, 2 / 3, 0.5])
    marked = ax.lines[1]
    assert marked.get_xydata().tolist() == [[1.0, pytest.approx(2 / 3)]]


def test_precision_needs_both_kinds() -> None:
    with pytest.raises(ValueError, match="both spun and clean"):
        plot.precision_recall([True, True], [0.1, 0.2])


def test_calibration_bins_hold_equally_many() -> None:
    probability = np.linspace(0, 1, 20)
    ax: Any = plot.calibration(probability > 0.5, probability, bins=4)
    points = ax.lines[1]
    assert points.get_xdata() == pytest.approx(probability.reshape(4, 5).mean(axis=1))
    assert points.get_ydata() == pytest.approx([0, 0, 1, 1])


def test_axes_of_ones_own_are_used(spun: Report) -> None:
    _, ax = plt.subplots()
    assert plot.checks([spun], ax=ax) is ax


@given(st.lists(st.floats(0, 1000), max_size=30).map(sorted), st.floats(0.1, 50))
def test_labels_keep_their_order_and_their_distance(places: list[float], gap: float) -> None:
    moved = spread(places, gap=gap)
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(moved))
    assert sum(moved) == pytest.approx(sum(places), abs=1e-6)
