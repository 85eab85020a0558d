"""The restoration head names what a plain sort of all its scores would."""

from __future__ import annotations

import numpy as np
import pytest

from detector.restoration_head import Asked, RestorationHead

WIDTH, RANK = 6, 4


def head(n_forms: int, seed: int = 0) -> RestorationHead:
    """A head with random weights for the forms "0", "1", ..."""
    random = np.random.default_rng(seed)
    return RestorationHead(
        {
            "inner_weight": random.normal(size=(WIDTH, WIDTH)),
            "inner_bias": random.normal(size=WIDTH),
            "norm_weight": random.normal(size=WIDTH),
            "norm_bias": random.normal(size=WIDTH),
            "narrow": random.normal(size=(RANK, WIDTH)),
            "forms_int8": random.integers(-127, 128, (n_forms, 2, RANK // 2)),
            "forms_scale": np.full((n_forms, 2, 1), 0.01),
            "forms_bias": random.normal(size=n_forms),
            "surfaces": np.frombuffer("\n".join(map(str, range(n_forms))).encode(), np.uint8),
        }
    )


@pytest.mark.parametrize("n_forms", [1, 3, 20, 161, 1000])
@pytest.mark.parametrize("n_words", [0, 1, 130])
def test_the_best_are_those_of_a_plain_sort(n_forms: int, n_words: int) -> None:
    tried = head(n_forms)
    vectors = np.random.default_rng(1).normal(size=(n_words, WIDTH)).astype(np.float16)
    log_p = tried.log_probabilities(vectors)
    offers = tried.best(vectors, 20)
    assert len(tried.forms) == n_forms
    assert offers.forms.shape == (n_words, min(20, n_forms))
    plain = np.argsort(-log_p, axis=1)[:, :20]
    np.testing.assert_array_equal(offers.forms, plain)
    np.testing.assert_allclose(
        offers.log_probabilities, np.take_along_axis(log_p, plain, axis=1), atol=1e-4
    )


def test_forms_asked_for() -> None:
    tried = head(500)
    random = np.random.default_rng(1)
    vectors = random.normal(size=(600, WIDTH)).astype(np.float16)
    asked = Asked(np.sort(random.integers(0, 600, 900)), random.integers(0, 500, 900))
    log_p = tried.log_probabilities(vectors)
    np.testing.assert_allclose(
        tried.best(vectors, 5, asked).asked, log_p[asked.words, asked.forms], atol=1e-4
    )


def test_probabilities_sum_to_one() -> None:
    vectors = np.random.default_rng(1).normal(size=(5, WIDTH)).astype(np.float16)
    np.testing.assert_allclose(np.exp(head(300).log_probabilities(vectors)).sum(axis=1), 1, 1e-5)


def test_a_word_is_judged_alike_in_any_company() -> None:
    vectors = np.random.default_rng(1).normal(size=(100, WIDTH)).astype(np.float16)
    tried = head(500)
    alone, together = tried.best(vectors[70:71], 5), tried.best(vectors, 5)
    np.testing.assert_array_equal(alone.forms[0], together.forms[70])
    np.testing.assert_allclose(alone.log_probabilities[0], together.log_probabilities[70], 1e-5)
