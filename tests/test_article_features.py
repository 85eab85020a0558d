from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evidences import drawn_evidence, made_evidence
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.article_features import FEATURES, article_features
from detector.readability import MEASURES

NAMES = tuple(name for name in FEATURES if name not in MEASURES)
ARTIFACTS = tuple(name for name in NAMES if FEATURES[name].is_artifact)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 400), st.floats(0, 1))
def test_no_artifact_feature_falls_when_a_word_grows_more_suspicious(
    seed: int, n_words: int, to: float
) -> None:
    rng = np.random.default_rng(seed)
    evidence, _ = drawn_evidence(rng, n_words, 0.1)
    raised = evidence.p.copy()
    word = int(rng.integers(n_words))
    raised[word] = max(raised[word], to)
    before = article_features(evidence, ARTIFACTS)
    after = article_features(replace(evidence, p=raised), ARTIFACTS)
    assert np.all(after >= before - 1e-9)


@pytest.mark.parametrize("n_words", [0, 1, 60, 5000])
@pytest.mark.parametrize("p", [0.0, 1e-7, 1.0])
def test_all_features_are_finite(n_words: int, p: float) -> None:
    features = article_features(made_evidence(np.full(n_words, p)), tuple(FEATURES))
    assert np.all(np.isfinite(features))


def test_one_word_does_not_condemn_an_article() -> None:
    p = np.full(400, 0.005)
    clean = article_features(made_evidence(p), ("evidence", "spread", "broad_density"))
    p[7] = 1.0
    one = article_features(made_evidence(p), ("evidence", "spread", "broad_density"))
    assert np.expm1(one[0]) - np.expm1(clean[0]) < 4  # nats, however sure the word is
    assert one[1] - clean[1] <= 1 / 8  # one of its eight passages
    assert one[2] - clean[2] < 0.1  # its passage is among the densest fifth, and left out


def test_the_same_words_all_over_are_worse_than_in_one_spot() -> None:
    everywhere, spot = np.full(500, 0.01), np.full(500, 0.01)
    everywhere[::10] = 0.9
    spot[:50] = 0.9
    names = ("spread", "broad_density", "density")
    over, here = (article_features(made_evidence(p), names) for p in (everywhere, spot))
    assert over[0] > here[0]
    assert over[1] > here[1]
    assert over[2] == pytest.approx(here[2])


def test_the_lower_limit_of_the_density_nears_it_with_length() -> None:
    def gap(n_words: int) -> float:
        p = np.full(n_words, 0.01)
        p[::10] = 0.95
        found = article_features(made_evidence(p), ("density", "density_at_least"))
        return float(found[0] - found[1])

    assert gap(60) > gap(600) > gap(5000) > 0
