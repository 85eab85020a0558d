"""Association measures against NLTK's, and at the ends of their ranges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.metrics.association import BigramAssocMeasures

from detector.association import ContingencyTable, log_likelihood, npmi, pmi


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """(n11, left, right, total) of a table without an empty cell."""
    n11, n12, n21 = (draw(st.integers(1, 10_000)) for _ in range(3))
    n22 = draw(st.integers(1, 1_000_000))
    return n11, n11 + n12, n11 + n21, n11 + n12 + n21 + n22


@given(tables())
def test_pmi_equals_nltk(counts: tuple[int, int, int, int]) -> None:
    n11, left, right, total = counts
    expected = BigramAssocMeasures.pmi(n11, (left, right), total)
    assert pmi(ContingencyTable(*counts)) == pytest.approx(expected, abs=1e-9)


@given(tables())
def test_log_likelihood_equals_nltk(counts: tuple[int, int, int, int]) -> None:
    n11, left, right, total = counts
    # NLTK adds 1e-20 to every expected cell, and sums in another order.
    expected = BigramAssocMeasures.likelihood_ratio(n11, (left, right), total)
    assert log_likelihood(ContingencyTable(*counts)) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(tables())
def test_npmi_is_pmi_over_self_information(counts: tuple[int, int, int, int]) -> None:
    table = ContingencyTable(*counts)
    value = float(npmi(table))
    assert -1 <= value <= 1 + 1e-12
    assert value * -np.log2(counts[0] / counts[3]) == pytest.approx(float(pmi(table)), abs=1e-9)


@given(st.lists(tables(), min_size=1, max_size=20))
def test_arrays_give_what_scalars_give(many: list[tuple[int, int, int, int]]) -> None:
    columns = np.array(many).T
    for measure in (pmi, npmi, log_likelihood):
        at_once = measure(ContingencyTable(*columns))
        one_by_one = [float(measure(ContingencyTable(*counts))) for counts in many]
        assert at_once == pytest.approx(one_by_one)


def test_pair_never_seen() -> None:
    table = ContingencyTable(n11=0, left=50, right=20, total=1000)
    assert float(pmi(table)) == -np.inf
    assert float(npmi(table)) == -1.0
    assert float(table.expected) == 1.0
    assert float(log_likelihood(table)) > 0


def test_pair_always_together() -> None:
    assert float(npmi(ContingencyTable(n11=7, left=7, right=7, total=7))) == 1.0
    assert float(npmi(ContingencyTable(n11=7, left=7, right=7, total=70))) == pytest.approx(1.0)
    assert float(log_likelihood(ContingencyTable(n11=7, left=7, right=7, total=7))) == 0.0


def test_table_of_no_words_gives_no_warning() -> None:
    table = ContingencyTable(n11=0, left=0, right=0, total=10)
    assert float(npmi(table)) == -1.0
    assert float(log_likelihood(table)) == 0.0
