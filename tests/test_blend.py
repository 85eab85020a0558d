from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.blend import Blend, blended

WEIGHTS = Blend(encoder=0.9, fit=0.3, shift=0.5, unjudged=-1.0)

probability = st.floats(0, 1, width=32)


def blend(p_encoder: float, p_fit: float, weights: Blend = WEIGHTS) -> float:
    encoder, fit = (np.array([p], dtype=np.float32) for p in (p_encoder, p_fit))
    return float(blended(encoder, fit, weights)[0])


@given(probability, probability)
def test_the_result_is_a_probability(p_encoder: float, p_fit: float) -> None:
    assert 0 <= blend(p_encoder, p_fit) <= 1


@given(st.floats(0.001, 0.99), st.floats(0.001, 0.99), st.floats(1.001, 2.0))
def test_either_judge_can_raise_it(p_encoder: float, p_fit: float, factor: float) -> None:
    higher = min(p_encoder * factor, 0.999), min(p_fit * factor, 0.999)
    assert blend(higher[0], p_fit) >= blend(p_encoder, p_fit)
    assert blend(p_encoder, higher[1]) >= blend(p_encoder, p_fit)


def test_what_is_no_word_stays_zero() -> None:
    assert blend(0.0, 0.9) == 0


def test_the_encoder_counts_alone_where_no_slot_judges() -> None:
    assert blend(0.4, 0.0, Blend(1.0, 0.3, 0.5, 0.0)) == pytest.approx(0.4)


def test_weights_of_nothing_but_the_encoder_change_nothing() -> None:
    p = np.linspace(0.01, 0.99, 20, dtype=np.float32)
    np.testing.assert_allclose(blended(p, p[::-1], Blend(1.0, 0.0, 0.0, 0.0)), p, rtol=1e-5)


def test_words_that_return_are_judged_more_mildly() -> None:
    p = np.full(4, 0.6, dtype=np.float32)
    weights = WEIGHTS._replace(repeated=0.5)
    once, twice, six, twenty = blended(p, p, weights, occurrences=np.array([1, 2, 6, 20]))
    assert once > twice > six
    assert six == twenty
    assert once == pytest.approx(float(blended(p, p, weights)[0]))


def test_words_in_quotation_marks_are_judged_more_mildly() -> None:
    p = np.full(2, 0.6, dtype=np.float32)
    weights = WEIGHTS._replace(quoted=1.0)
    outside, inside = blended(p, p, weights, quoted=np.array([False, True]))
    assert outside == pytest.approx(float(blended(p, p, weights)[0]))
    odds = outside / (1 - outside), inside / (1 - inside)
    assert odds[0] / odds[1] == pytest.approx(np.e, rel=1e-4)


def test_a_word_in_the_place_of_an_expected_one_is_judged_more_harshly() -> None:
    p = np.full(2, 0.1, dtype=np.float32)
    weights = WEIGHTS._replace(displaced=1.0)
    free, displacing = blended(p, p, weights, displacement=np.array([0, 3], dtype=np.float32))
    assert free == pytest.approx(float(blended(p, p, weights)[0]))
    odds = free / (1 - free), displacing / (1 - displacing)
    assert odds[1] / odds[0] == pytest.approx(np.exp(3), rel=1e-4)


def test_displacement_says_nothing_where_the_collocations_cannot_judge() -> None:
    encoder, fit = np.full(1, 0.1, dtype=np.float32), np.zeros(1, dtype=np.float32)
    weights = WEIGHTS._replace(displaced=1.0)
    assert blended(encoder, fit, weights, displacement=np.ones(1, dtype=np.float32)) == blended(
        encoder, fit, weights
    )
