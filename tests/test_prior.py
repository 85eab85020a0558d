from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.prior import REACH, article_posterior, move_prior

SHARE = 0.07

probabilities = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=200)


def posterior_of(p: NDArray[np.float32], **options: Any) -> NDArray[np.float32]:
    return article_posterior(p, training_share=SHARE, **options).p


def article(n_words: int, n_strong: int, seed: int = 0) -> NDArray[np.float32]:
    """Words as the encoder sees them: most hardly suspect, some of them strongly."""
    p = np.random.default_rng(seed).beta(0.5, 20, n_words).astype(np.float32) + np.float32(1e-4)
    p[:n_strong] = 0.97
    return p


def test_moving_the_prior_there_and_back_changes_nothing() -> None:
    p = np.linspace(0.01, 0.99, 50)
    there = move_prior(p, 0.07, 0.3)
    np.testing.assert_allclose(move_prior(there, 0.3, 0.07), p)


def test_moving_to_the_same_prior_changes_nothing() -> None:
    p = np.linspace(0.0, 1.0, 50)
    np.testing.assert_allclose(move_prior(p, 0.07, 0.07), p)


@given(probabilities)
def test_results_are_probabilities(values: list[float]) -> None:
    result = posterior_of(np.array(values, dtype=np.float32))
    assert np.all((result >= 0) & (result <= 1))


@given(probabilities)
def test_a_likelier_word_stays_likelier(values: list[float]) -> None:
    p = np.array(values, dtype=np.float32)
    result = posterior_of(p)
    assert np.all(np.diff(result[np.argsort(p)]) >= -1e-6)


@given(probabilities, st.data())
def test_more_suspicion_anywhere_lowers_nothing(values: list[float], data: st.DataObject) -> None:
    p = np.array(values, dtype=np.float32)
    raised = p.copy()
    index = data.draw(st.integers(0, len(p) - 1))
    raised[index] = data.draw(st.floats(float(p[index]), 1.0))
    assert np.all(posterior_of(raised) >= posterior_of(p) - 1e-4)


@given(st.lists(st.floats(0.001, 0.999), min_size=1, max_size=REACH))
def test_the_order_of_words_within_reach_is_irrelevant(values: list[float]) -> None:
    p = np.array(values, dtype=np.float32)
    order = np.random.default_rng(len(values)).permutation(len(p))
    np.testing.assert_allclose(posterior_of(p)[order], posterior_of(p[order]), atol=1e-4)


def test_a_clean_article_is_emptied() -> None:
    p = article(600, 0)
    p[5] = 0.6
    assert posterior_of(p)[5] < 0.2


def test_an_article_full_of_findings_keeps_its_doubtful_words() -> None:
    p = article(600, 60)
    p[100] = 0.6
    assert posterior_of(p)[100] >= 0.59


def test_one_spun_paragraph_in_a_clean_article_shows() -> None:
    clean, spun = article(900, 0), article(100, 15, seed=1)
    p = np.concatenate([clean, spun])
    p[[300, 950]] = 0.8  # as doubtful in the clean part as in the spun one
    result = article_posterior(p, training_share=SHARE)
    assert np.all(result.p[900:915] > 0.9)
    assert result.p[950] > 0.7
    assert result.p[300] < 0.5
    assert result.local_shares[950] > 5 * result.local_shares[:800].max()


def test_words_that_do_not_count_move_no_other() -> None:
    p = article(400, 0)
    quoted = np.zeros(len(p), dtype=np.bool_)
    quoted[100:140] = True
    odd = p.copy()
    odd[quoted] = 0.97
    left, moved = (
        article_posterior(values, training_share=SHARE, counted=~quoted).p for values in (p, odd)
    )
    np.testing.assert_array_equal(left[~quoted], moved[~quoted])
    assert moved[quoted].min() > left[quoted].max()


def test_the_share_is_found() -> None:
    """Words drawn as the calibration says, from text of which 15 % is replaced, not 7 %."""
    generator = np.random.default_rng(0)
    replaced = generator.random(20_000) < 0.15
    evidence = generator.normal(np.where(replaced, 1.5, -1.5), 1.0)
    odds = np.exp(3 * evidence) * SHARE / (1 - SHARE)
    p = (odds / (1 + odds)).astype(np.float32)
    result = article_posterior(p, training_share=SHARE)
    assert result.share == pytest.approx(0.15, abs=0.01)


def test_tokens_that_are_no_words_stay_zero_and_do_not_count() -> None:
    p = article(300, 20)
    with_numbers = np.concatenate([p, np.zeros(300, dtype=np.float32)])
    result = posterior_of(with_numbers)
    np.testing.assert_array_equal(result[300:], 0)
    np.testing.assert_allclose(result[:300], posterior_of(p), atol=1e-6)


def test_an_empty_article() -> None:
    result = article_posterior(np.zeros(0, dtype=np.float32), training_share=SHARE)
    assert len(result.p) == 0
    assert 0 < result.share < 1


def test_a_heavily_spun_article_raises_no_doubt_beyond_the_largest_share() -> None:
    p = article(600, 300)
    p[-1] = 0.2
    found = posterior_of(p, largest_share=0.1)
    assert found[-1] == pytest.approx(float(move_prior(p[-1:].astype(float), SHARE, 0.1)[0]))
    assert posterior_of(p, largest_share=0.9)[-1] > found[-1]
