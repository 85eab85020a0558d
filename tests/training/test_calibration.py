from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from evidences import drawn_evidence

from detector.article_features import FEATURES
from detector.config import Config
from detector.curves import Curve
from detector.document import Span
from detector.errors import ConfigError
from detector.reliability import SUSPECT_BELOW, ReliabilityModel, as_reliability
from detector.resources import default_folder
from detector.training.calibration import keys
from detector.training.calibration import scored as scoring
from detector.training.calibration.articles import (
    CalibrationArticle,
    Sources,
    make_articles,
)
from detector.training.calibration.calibrate import (
    FALSE_FINDINGS,
    Calibrated,
    _cut,
    default_threshold,
    fit,
)
from detector.training.calibration.examples import make_examples, stretch_pairs
from detector.training.calibration.models import (
    fit_boosted,
    fit_logistic,
    fit_sigmoid,
    fit_sigmoid_by_length,
)
from detector.training.calibration.scored import ScoredArticle
from detector.training.collocations import HELD_OUT
from detector.training.pack import Family, Types, save_family, save_types

NAMES = ("density", "spread", "length")


def scored_article(rng: np.random.Generator, number: int, share: float) -> ScoredArticle:
    evidence, replaced = drawn_evidence(rng, int(rng.integers(150, 500)), share)
    register = ("news", "fiction")[number % 2]
    article = CalibrationArticle(
        f"{number}/{share}", str(number), register, "moby" if share else "", evidence.text
    )
    findings = np.sort(rng.random(3)).astype(np.float32)
    return ScoredArticle(article, evidence, findings, replaced)


@pytest.fixture(scope="module")
def scored() -> list[ScoredArticle]:
    rng = np.random.default_rng(5)
    return [
        scored_article(rng, number, share)
        for number in range(40)
        for share in (0.0, float(rng.uniform(0.03, 0.3)))
    ]


@pytest.fixture(scope="module")
def calibrated(scored: list[ScoredArticle]) -> Calibrated:
    return fit(scored, judge="made up", seed=0, say=lambda _: None)


def test_what_is_fitted_tells_spun_from_clean(
    calibrated: Calibrated, scored: list[ScoredArticle]
) -> None:
    assert calibrated.facts["auc"] > 0.9
    examples = make_examples(scored, calibrated.model.features, seed=1)
    log_odds = calibrated.model.log_odds(examples.values)
    assert log_odds[examples.spun].mean() > 1 > -1 > log_odds[~examples.spun].mean()


def test_too_few_articles_are_refused(scored: list[ScoredArticle]) -> None:
    with pytest.raises(ConfigError, match="there are 3 articles"):
        fit(scored[:6], judge="made up", seed=0)


def test_it_never_falls_with_the_evidence(calibrated: Calibrated) -> None:
    model = calibrated.model
    assert any(FEATURES[name].is_artifact for name in model.features)
    for name, curve in zip(model.features, model.curves, strict=True):
        assert curve.ascends or not FEATURES[name].is_artifact
    assert model.calibration.ascends
    assert model.slope.ascends
    assert model.slope.values.min() > 0


def test_the_cuts_leave_the_stated_share_of_clean_articles(
    calibrated: Calibrated, scored: list[ScoredArticle]
) -> None:
    cuts = calibrated.thresholds
    assert 0 < cuts["spun_below"] <= SUSPECT_BELOW
    clean = [entry for entry in scored if not entry.article.family]
    examples = make_examples(clean, calibrated.model.features, seed=0)
    numbers = [as_reliability(value) for value in calibrated.model.log_odds(examples.values)]
    assert np.mean(np.array(numbers) < cuts["spun_below"]) < 0.02


def test_short_stretches_differ_more(calibrated: Calibrated) -> None:
    deviations = calibrated.model.spread(np.log([60.0, 120.0, 250.0]))
    assert np.all(np.diff(deviations) <= 0)


def test_no_example_lies_between_clean_and_spun(scored: list[ScoredArticle]) -> None:
    examples = make_examples(scored, NAMES, seed=0)
    assert len(examples.spun) > 1.5 * len(scored)  # stretches as well as whole articles
    assert np.all((examples.share == 0) | (examples.share >= 0.02))
    assert np.array_equal(examples.spun, examples.share > 0)
    assert examples.n_words.min() >= 40
    weights = examples.weights()
    for register in ("news", "fiction"):
        rows = examples.register == register
        assert weights[rows & examples.spun].sum() == pytest.approx(
            weights[rows & ~examples.spun].sum()
        )


def test_stretches_of_a_pair_do_not_overlap(scored: list[ScoredArticle]) -> None:
    pairs = list(stretch_pairs(scored, (60, 120), seed=0))
    assert {length for length, *_ in pairs} == {60, 120}
    for length, one, other in pairs:
        for evidence in (one, other):
            assert length <= evidence.n_words <= length + 40


@pytest.mark.parametrize("fit_model", [fit_logistic, fit_boosted])
def test_a_feature_that_misleads_cannot_lower_the_score(fit_model: object) -> None:
    rng = np.random.default_rng(0)
    spun = rng.random(800) < 0.5
    values = rng.normal(0, 1, (800, 3))
    values[:, 0] += 2 * spun
    values[:, 1] -= spun  # the wrong way round
    model = fit_model(values, spun, np.ones(800), NAMES)  # type: ignore[operator]
    assert model.curves[0].ascends
    assert model.curves[1].ascends
    scores = model.score(values)
    assert scores[spun].mean() > scores[~spun].mean() + 1


def test_a_sigmoid_finds_the_odds() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 2, 20_000)
    spun = rng.random(20_000) < 1 / (1 + np.exp(1 - 1.5 * scores))
    calibration = fit_sigmoid(scores, np.full(20_000, 5.0), spun, np.ones(20_000))
    found = calibration(np.array([0.0, 1.0]), np.array([5.0, 7.0]))
    np.testing.assert_allclose(found, [-1, 0.5], atol=0.1)


def test_a_sigmoid_by_length_finds_that_long_articles_say_more() -> None:
    rng = np.random.default_rng(2)
    n = 60_000
    scores, lengths = rng.normal(0, 1, n), np.log(rng.choice([60, 250, 4000], n))
    slopes = np.select([lengths < 5, lengths < 6], [0.5, 1.0], 3.0)
    spun = rng.random(n) < 1 / (1 + np.exp(1 - slopes * scores))
    calibration = fit_sigmoid_by_length(scores, lengths, spun, np.ones(n))
    assert calibration.slope.ascends
    for words, slope in ((60, 0.5), (250, 1.0), (4000, 3.0)):
        found = calibration(np.array([0.0, 1.0]), np.log([words, words]))
        np.testing.assert_allclose(found, [-1, slope - 1], atol=0.15)
    odd = fit_sigmoid_by_length(-scores, lengths, spun, np.ones(n))  # the score misleads
    assert odd.slope.values.min() > 0


def test_the_model_says_what_was_calibrated(scored: list[ScoredArticle]) -> None:
    """Slope and shift, which the model keeps in two places, give the same log odds there."""
    examples = make_examples(scored, NAMES, seed=0)
    weights = examples.weights()
    additive = fit_logistic(examples.values, examples.spun, weights, NAMES)
    scores = additive.score(examples.values)
    calibration = fit_sigmoid_by_length(scores, examples.lengths, examples.spun, weights)
    shifted = additive.plus("length", calibration.shift)
    model = ReliabilityModel(
        features=NAMES,
        curves=shifted.curves,
        slope=calibration.slope,
        calibration=calibration.curve,
        spread=Curve(np.zeros(1), np.ones(1)),
        clean=((0.0, 1.0),) * len(NAMES),
        judge="made up",
    )
    np.testing.assert_allclose(
        model.log_odds(examples.values), calibration(scores, examples.lengths), atol=1e-9
    )


def test_a_cut_lies_where_the_tail_leads() -> None:
    """At a rate that one article in 1,000 stands for, the worst one may be none too bad yet."""
    rng = np.random.default_rng(3)
    true = -np.log(0.001)
    drawn = [rng.exponential(1.0, 1_000) for _ in range(200)]
    cuts = np.array([_cut(values, np.ones(1_000), 0.001) for values in drawn])
    counted = np.array([np.quantile(values, 0.999) for values in drawn])
    assert np.mean(cuts < true - 0.5) < 0.6 * np.mean(counted < true - 0.5)
    assert true <= np.mean(cuts) <= true + 0.5


def test_a_cut_for_what_is_common_is_a_quantile() -> None:
    drawn = np.random.default_rng(4).exponential(1.0, 2_000)
    assert _cut(drawn, np.ones(2_000), 0.05) == pytest.approx(np.quantile(drawn, 0.95), abs=0.05)


def test_the_default_threshold_keeps_the_rate(scored: list[ScoredArticle]) -> None:
    threshold, rate = default_threshold(scored)
    assert threshold == 0.9 or rate <= FALSE_FINDINGS
    few = [
        ScoredArticle(s.article, s.evidence, np.zeros(0, np.float32), s.replaced) for s in scored
    ]
    assert default_threshold(few) == (0.3, 0.0)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    surfaces = ["</document>", "</paragraph>", "prices", "rose", "costs", "climbed"]
    types = Types(
        surfaces,
        pieces=np.zeros(0, np.uint16),
        offsets=np.zeros(len(surfaces) + 1, np.uint32),
        word_starts=np.zeros(0, np.bool_),
        clean_counts=np.zeros(len(surfaces), np.uint32),
    )
    save_types(tmp_path / "pack", types, ["news"])
    family = Family(
        "example",
        np.array([0, 0, 0, 1, 2, 2, 2], np.uint32),
        np.array([4, 5], np.uint32),
        np.ones(2, np.float32),
    )
    save_family(tmp_path / "pack", family)
    corpora = tmp_path / "corpora"
    corpora.mkdir()
    documents = [
        "\n".join(f"Prices rose again in the month {number}." for _ in range(200))
        for number in range(3 * HELD_OUT)
    ]
    (corpora / "news.tiny.txt").write_text("\n\n".join(documents), encoding="utf-8")
    return Sources((corpora,), tmp_path / "pack", None)


def test_articles_come_in_pairs_from_what_was_not_counted(sources: Sources) -> None:
    articles = make_articles(sources, n_articles=2, seed=3)
    assert articles == make_articles(sources, n_articles=2, seed=3)
    for clean, spun in zip(articles[::2], articles[1::2], strict=True):
        assert (clean.family, spun.family) == ("", "example")
        assert clean.cluster == spun.cluster
        numbers = set(clean.text.replace(".", " ").split()) & {str(n) for n in range(75)}
        assert numbers <= {"0", "25", "50"}
        assert {span.of(spun.text) for span in spun.replaced} <= {"Costs", "climbed"}
        assert spun.replaced


def test_articles_survive_the_cache(sources: Sources, tmp_path: Path) -> None:
    made = scoring.cached_articles(sources, n_articles=2, seed=3, cache=tmp_path / "cache")
    assert made == make_articles(sources, n_articles=2, seed=3)
    assert made == scoring.cached_articles(sources, n_articles=2, seed=3, cache=tmp_path / "cache")


def test_what_the_models_said_survives_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "_here", [])
    text = "The committee has wilt more regular in the region. " * 8
    start = text.index("wilt")
    article = CalibrationArticle("a", "a", "news", "moby", text, (Span(start, start + 4),))
    scoring._open(default_folder())
    path = tmp_path / "scored.npz"
    scoring._score_here(([text, "1 2 3 4 5 6 7 8 9 10 11"], path))
    skipped = CalibrationArticle("b", "b", "news", "", "1 2 3 4 5 6 7 8 9 10 11")
    [entry] = scoring._load([article, skipped], path)
    [(_, evidence)] = scoring._here[0].weigh([text])
    assert evidence is not None
    np.testing.assert_array_equal(entry.evidence.p, evidence.p)
    assert entry.replaced.tolist() == [number == 3 for number in range(evidence.n_words)]


def test_whatever_reads_an_article_names_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models, package = tmp_path / "models", tmp_path / "detector"
    files = {
        models / "encoder/encoder.onnx": "first",
        models / "reliability/header.json": "first",
        models / "manifest.json": "first",
        package / "blend.py": "first",
        package / "reliability.py": "first",
        package / "checks/inflection.py": "first",
    }
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.setattr(keys, "PACKAGE", package)
    first = keys.reading_key(models, Config())
    assert keys.reading_key(models, Config()) == first
    assert keys.reading_key(models, Config(min_probability=0.5)) != first
    for path in files:
        path.write_text("second", encoding="utf-8")
        changed = keys.reading_key(models, Config())
        plays_no_part = path.stem in {"header", "manifest", "reliability"}
        assert (changed == first) is plays_no_part, path
        path.write_text("first", encoding="utf-8")


def test_whatever_makes_the_articles_names_them(sources: Sources) -> None:
    def key() -> str:
        return keys.making_key(sources.corpora, sources.pack, None, (sources.leave_out, 20))

    first = key()
    assert key() == first
    corpus = sources.corpora[0] / "news.tiny.txt"
    corpus.write_text(corpus.read_text(encoding="utf-8") + "\n\nMore.", encoding="utf-8")
    second = key()
    (sources.pack / "family.example.npz").write_bytes(b"another")
    assert len({first, second, key()}) == 3


def test_the_shipped_header_says_how_it_was_made() -> None:
    model = ReliabilityModel.open(default_folder() / "reliability")
    assert set(model.features) <= set(FEATURES)
