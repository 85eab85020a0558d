"""The baselines on a look-up small enough to count by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest

from detector.association import ContingencyTable
from detector.collocations import Collocations
from detector.document import Document
from detector.evaluation.baselines import TokenBaseline, rarity, surprise
from detector.segment import segment


@dataclass
class FakeCollocations:
    """Forms with counts, and pairs with counts, as `Collocations` would give them."""

    forms: tuple[str, ...] = (".", ",", "the", "old", "crane", "wilt")
    frequency: Any = field(default_factory=lambda: np.array([900, 900, 500, 50, 20, 1]))
    words: int = 1000
    pairs: Any = field(default_factory=lambda: {(2, 3): 30, (3, 4): 20, (4, 0): 10, (0, 2): 300})

    def ids(self, forms: Sequence[str]) -> Any:
        known = {form: number for number, form in enumerate(self.forms)}
        return np.array([known.get(form, -1) for form in forms], dtype=np.int32)

    def table(self, left: Any, right: Any) -> ContingencyTable:
        n11 = [self.pairs.get(pair, 0) for pair in zip(left.tolist(), right.tolist(), strict=True)]
        return ContingencyTable(
            np.array(n11), self.frequency[left], self.frequency[right], self.words
        )


@pytest.fixture
def collocations() -> Collocations:
    return cast(Collocations, FakeCollocations())


def test_rarity_is_the_share_in_digits(collocations: Collocations) -> None:
    scores = rarity(collocations)(segment("the crane xyzzy"))
    assert scores.tolist() == pytest.approx(
        [-np.log10(500.5 / 1000), -np.log10(20.5 / 1000), 0.0], rel=1e-5
    )


def test_a_word_that_follows_is_less_surprising(collocations: Collocations) -> None:
    score = surprise(collocations)
    fitting = score(segment("the old crane"))
    odd = score(segment("the old wilt"))
    assert odd[2] > fitting[2]
    assert odd[0] == pytest.approx(fitting[0])
    assert len(score(segment("..."))) == 0


def test_surprise_by_hand(collocations: Collocations) -> None:
    scores = surprise(collocations)(segment("the old crane."))
    # P(old | the) = 30/500, P(crane | old) = 20/50, P(crane) = 20.5/1000.
    assert scores[1] == pytest.approx(-np.log10(30 / 500 * 20 / 50 / (20.5 / 1000)), rel=1e-5)


def length(document: Document) -> Any:
    return np.array([len(form) for form in document.forms], dtype=np.float32)


def test_the_threshold_allows_four_in_ten_thousand() -> None:
    words = " ".join(["aaa"] * 4996 + ["bbbb", "ccccc", "dddddd", "eeeeeee"])
    baseline = TokenBaseline("length", length).fitted([words])
    (judgement,) = baseline.judge([words])
    assert [span.of(words) for span, *_ in judgement.flagged] == ["dddddd", "eeeeeee"]


def test_tied_words_are_not_flagged_beyond_what_is_allowed() -> None:
    words = " ".join(["aaa"] * 5000)
    (judgement,) = TokenBaseline("length", length).fitted([words]).judge([words])
    assert judgement.flagged == ()


def test_only_words_are_judged() -> None:
    baseline = TokenBaseline("length", length, threshold=1.0)
    (judgement,) = baseline.judge(["in 2025 see www.example.org"])
    assert [flagged.span for flagged in judgement.flagged] == [(0, 2), (8, 11)]
