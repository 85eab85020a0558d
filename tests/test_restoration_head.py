"""The restoration head names what a plain sort of all its scores would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.restoration_head import EPSILON, Asked, RestorationHead

WIDTH, RANK = 6, 4

Arrays = dict[str, NDArray[Any]]


def weights(n_forms: int, seed: int = 0) -> Arrays:
    """Random weights for the forms "0", "1", ..."""
    random = np.random.default_rng(seed)
    return {
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


def log_probabilities(arrays: Arrays, vectors: NDArray[Any]) -> NDArray[np.float64]:
    """The head by its definition: of each vector, all forms; in 64 bits."""
    inner = vectors.astype(np.float64) @ arrays["inner_weight"].T + arrays["inner_bias"]
    active = inner / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (inner + 0.044715 * inner**3)))
    centred = active - active.mean(axis=1, keepdims=True)
    normed = centred / np.sqrt(centred.var(axis=1, keepdims=True) + EPSILON)
    narrowed = (normed * arrays["norm_weight"] + arrays["norm_bias"]) @ arrays["narrow"].T
    forms = (arrays["forms_int8"] * arrays["forms_scale"]).reshape(-1, RANK)
    scores = narrowed @ forms.T + arrays["forms_bias"]
    log_p: NDArray[np.float64] = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return log_p


@pytest.mark.parametrize("n_forms", [1, 3, 20, 161, 1000])
@pytest.mark.parametrize("n_words", [0, 1, 130])
def test_the_best_are_those_of_a_plain_sort(n_forms: int, n_words: int) -> None:
    tried = RestorationHead(weights(n_forms))
    vectors = np.random.default_rng(1).normal(size=(n_words, WIDTH)).astype(np.float16)
    log_p = log_probabilities(weights(n_forms), vectors)
    offers = tried.best(vectors, 20)
    assert len(tried.forms) == n_forms
    assert offers.forms.shape == (n_words, min(20, n_forms))
    plain = np.argsort(-log_p, axis=1)[:, :20]
    np.testing.assert_array_equal(offers.forms, plain)
    np.testing.assert_allclose(
        offers.log_probabilities, np.take_along_axis(log_p, plain, axis=1), atol=1e-4
    )


def test_forms_asked_for() -> None:
    tried = RestorationHead(weights(500))
    random = np.random.default_rng(1)
    vectors = random.normal(size=(600, WIDTH)).astype(np.float16)
    asked = Asked(np.sort(random.integers(0, 600, 900)), random.integers(0, 500, 900))
    log_p = log_probabilities(weights(500), vectors)
    np.testing.assert_allclose(
        tried.best(vectors, 5, asked).asked, log_p[asked.words, asked.forms], atol=1e-4
    )


def test_probabilities_sum_to_one() -> None:
    vectors = np.random.default_rng(1).normal(size=(5, WIDTH)).astype(np.float16)
    offers = RestorationHead(weights(300)).best(vectors, 300)
    np.testing.assert_allclose(np.exp(offers.log_probabilities).sum(axis=1), 1, 1e-5)


def test_a_word_is_judged_alike_in_any_company() -> None:
    vectors = np.random.default_rng(1).normal(size=(100, WIDTH)).astype(np.float16)
    tried = RestorationHead(weights(500))
    alone, together = tried.best(vectors[70:71], 5), tried.best(vectors, 5)
    np.testing.assert_array_equal(alone.forms[0], together.forms[70])
    np.testing.assert_allclose(alone.log_probabilities[0], together.log_probabilities[70], 1e-5)
