"""Articles as the models would read them if they did not know the spinner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from evidences import drawn_evidence

from detector.training.calibration.articles import CalibrationArticle
from detector.training.calibration.examples import UNKNOWN_SHARE, make_examples
from detector.training.calibration.models import fit_logistic, fit_sigmoid_by_length
from detector.training.calibration.scored import ScoredArticle
from detector.training.calibration.unknown import (
    DRAWS,
    MOST_LESS_ODD,
    as_unknown,
    less_odd,
    replaced_log_odds,
)

NAMES = ("density", "spread", "restored", "length")


def scored_articles(number: int, *, family: str = "moby", seed: int = 0) -> list[ScoredArticle]:
    """Clean articles of two registers, each with a spun version."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(number):
        for share in (0.0, float(rng.uniform(0.03, 0.1))):
            evidence, replaced = drawn_evidence(rng, 400, share)
            name, register = f"{at}/{share}", ("news", "fiction")[at % 2]
            by = family if share else ""
            article = CalibrationArticle(name, str(at), register, by, evidence.text)
            nothing = np.zeros(0, dtype=np.float32)
            found.append(ScoredArticle(article, evidence, nothing, replaced))
    return found


def log_odds(p: np.ndarray) -> np.ndarray:
    values = p.astype(np.float64)
    return np.log(values / (1 - values))


def test_only_replaced_words_lose_and_lose_what_is_asked() -> None:
    [_, spun] = scored_articles(1)
    p = spun.evidence.p.copy()
    number = int(np.flatnonzero(spun.replaced)[0])
    p[number] = 0.0  # a number, which no model judges
    evidence = replace(spun.evidence, p=p)
    less = less_odd(evidence, spun.replaced, 2.0)
    np.testing.assert_array_equal(less.p[~spun.replaced], p[~spun.replaced])
    assert less.p[number] == 0
    judged = spun.replaced & (p > 0)
    np.testing.assert_allclose(log_odds(less.p[judged]), log_odds(p[judged]) - 2, atol=1e-3)
    np.testing.assert_allclose(less_odd(evidence, spun.replaced, 0.0).p, p, rtol=1e-5)


def test_what_is_likely_no_more_is_not_restored() -> None:
    [_, spun] = scored_articles(1)
    evidence = replace(spun.evidence, restored=np.where(spun.evidence.p > 0.5, 0.7, 0).astype("f"))
    less = less_odd(evidence, spun.replaced, 3.0)
    fallen = spun.replaced & (evidence.p > 0.5) & (less.p < 0.5)
    assert fallen.any()
    assert not less.restored[fallen].any()
    np.testing.assert_array_equal(less.restored[~fallen], evidence.restored[~fallen])


def test_spun_articles_pass_for_those_of_unknown_spinners() -> None:
    scored = scored_articles(60)
    unknown = list(as_unknown(scored, seed=1))
    spun = [entry for entry in scored if entry.article.family]
    spun = [entry for entry in spun for _ in range(DRAWS)]
    assert [entry.article for entry in unknown] == [entry.article for entry in spun]
    lost = [
        np.mean(log_odds(e.evidence.p[e.replaced]) - log_odds(u.evidence.p[u.replaced]))
        for e, u in zip(spun, unknown, strict=True)
    ]
    for one, *others in zip(*(lost[at::DRAWS] for at in range(DRAWS)), strict=True):
        assert one < min(others)  # each article's draws are spread
    assert 0 <= min(lost) < 0.2 * MOST_LESS_ODD < 0.8 * MOST_LESS_ODD < max(lost) <= MOST_LESS_ODD
    again = as_unknown(scored, seed=1)
    assert all((u.evidence.p == a.evidence.p).all() for u, a in zip(unknown, again, strict=True))


def test_known_and_unknown_spinners_share_the_weight_of_each_register() -> None:
    scored = scored_articles(8)
    # Fewer of them in fiction: they weigh no less for that.
    unknown = list(as_unknown([e for e in scored if e.article.name[0] in "0245"], seed=0))
    examples = make_examples(scored, NAMES, seed=0, unknown=unknown)
    assert examples.spun[examples.unknown].all()
    weights = examples.weights()
    sums = []
    for register in ("news", "fiction"):
        rows = examples.register == register
        of_spun = weights[rows & examples.spun].sum()
        of_unknown = weights[rows & examples.unknown].sum()
        assert of_unknown == pytest.approx(UNKNOWN_SHARE * of_spun)
        assert weights[rows & ~examples.spun].sum() == pytest.approx(of_spun)
        sums.append(of_spun)
    assert sums[0] == pytest.approx(sums[1])
    # An article never helps to judge its own version.
    assert set(examples.cluster[examples.unknown]) <= set(examples.cluster[~examples.unknown])


def test_without_unknown_spinners_the_known_ones_have_all_the_weight() -> None:
    examples = make_examples(scored_articles(8), NAMES, seed=0)
    weights = examples.weights()
    assert weights[examples.spun].sum() == pytest.approx(weights[~examples.spun].sum())


def fitted(scored: Sequence[ScoredArticle], unknown: Sequence[ScoredArticle]) -> np.ndarray:
    """P(spun) of articles by a spinner whose words look less odd, after calibration."""
    examples = make_examples(scored, NAMES, seed=0, unknown=unknown)
    weights = examples.weights()
    model = fit_logistic(examples.values, examples.spun, weights, NAMES)
    scores = model.score(examples.values)
    calibration = fit_sigmoid_by_length(scores, examples.lengths, examples.spun, weights)
    news = scored_articles(60, seed=9)
    met = [
        replace(entry, evidence=less_odd(entry.evidence, entry.replaced, 3.0))
        for entry in news
        if entry.article.family
    ]
    judged = make_examples(met, NAMES, seed=0)
    odds = calibration(model.score(judged.values), judged.lengths)
    return 1 / (1 + np.exp(-odds))


def test_it_is_less_sure_that_a_light_spin_by_an_unknown_spinner_is_clean() -> None:
    scored = scored_articles(60)
    surely_clean = np.mean(fitted(scored, ()) < 0.05)
    assert surely_clean > 0.1
    assert np.mean(fitted(scored, list(as_unknown(scored, seed=0))) < 0.05) < 0.5 * surely_clean


def test_how_odd_the_words_of_each_family_look() -> None:
    odd, less = scored_articles(20), scored_articles(20, family="tongues", seed=4)
    less = [replace(e, evidence=less_odd(e.evidence, e.replaced, 2.0)) for e in less]
    mixed = scored_articles(2, family="moby+tongues")
    found = replaced_log_odds([*odd, *less, *mixed])
    assert list(found) == ["moby", "tongues"]
    assert found["moby"][1] == sum(int(e.replaced.sum()) for e in odd)
    assert found["moby"][0] - found["tongues"][0] == pytest.approx(2, abs=0.3)
