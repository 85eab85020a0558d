from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from evidences import drawn_evidence, made_evidence
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector import Config, ConfigError, Detector
from detector.article_features import FEATURES, article_features
from detector.curves import Curve
from detector.errors import ModelError
from detector.reliability import (
    MOST_BY_FINDING,
    SUSPECT_BELOW,
    Reliability,
    ReliabilityModel,
    as_reliability,
    provisional,
    verdict,
)
from detector.resources import default_folder

CUTS = {"spun_below": 10.0, "min_probability": 0.3}


def line(*points: tuple[float, float]) -> Curve:
    return Curve(*np.array(points, dtype=np.float64).T)


@pytest.fixture
def model() -> ReliabilityModel:
    return ReliabilityModel(
        features=("density", "spread", "length"),
        curves=(line((0, -2), (2, 0), (6, 3)), line((0, -0.5), (1, 2)), line((4, 0.5), (8, -0.5))),
        slope=line((4, 0.8), (8, 2)),
        calibration=line((-3, -5), (0, -0.2), (5, 6)),
        spread=line((4, 1.5), (7, 0.3)),
        clean=((0.1, 1.5), (0.0, 0.1), (4.5, 7.5)),
        judge="collocations",
    )


def density(p: float, n_words: int = 400) -> np.ndarray:
    return np.where(np.arange(n_words) % 10 == 0, p, 0.01)


def test_more_suspicion_is_less_reliability(model: ReliabilityModel) -> None:
    found = [model.judged(made_evidence(density(p)), **CUTS) for p in (0.01, 0.5, 0.9, 0.999)]
    numbers = [entry.reliability for entry in found]
    assert numbers == sorted(numbers, reverse=True)
    assert [entry.verdict for entry in found][:: len(found) - 1] == ["clean", "spun"]


def test_the_interval_holds_the_number_and_is_wider_for_short_texts(
    model: ReliabilityModel,
) -> None:
    def width(n_words: int) -> float:
        found = model.judged(made_evidence(density(0.6, n_words)), **CUTS)
        low, high = found.reliability_low, found.reliability_high
        assert low is not None
        assert high is not None
        assert 0 <= low < found.reliability < high <= 100
        return math.log(high / (100 - high)) - math.log(low / (100 - low))

    assert width(60) > width(300) > width(1000)


def test_the_base_rate_moves_the_number_and_not_the_verdict(model: ReliabilityModel) -> None:
    evidence = made_evidence(density(0.6))
    even, rare = (model.judged(evidence, **CUTS, base_rate=rate) for rate in (0.5, 0.01))
    odds = [found.reliability / (100 - found.reliability) for found in (even, rare)]
    assert odds[1] / odds[0] == pytest.approx(99)
    assert even.verdict == rare.verdict


def test_the_contributions_make_up_the_log_odds(model: ReliabilityModel) -> None:
    evidence = made_evidence(density(0.9))
    found = model.judged(evidence, **CUTS)
    assert product(found) == pytest.approx(found.reliability / (100 - found.reliability))
    effects = [abs(entry.effect) for entry in found.contributions]
    assert effects == sorted(effects, reverse=True)
    [density_said] = [e.message for e in found.contributions if e.feature == "density"]
    assert density_said.startswith("words that may be replaced: ")
    assert density_said.endswith(" per 1,000 (most clean articles: 0.1 to 3.5)")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.001, 0.999), st.integers(40, 900), st.integers(0, 9), st.floats(0.001, 0.999))
def test_the_contributions_multiply_to_the_odds(
    model: ReliabilityModel, p: float, n_words: int, disguised: int, base_rate: float
) -> None:
    evidence = made_evidence(density(p, n_words), disguised=disguised)
    found = model.judged(evidence, **CUTS, base_rate=base_rate)
    assert math.log(product(found)) == pytest.approx(
        math.log(found.reliability / (100 - found.reliability)), abs=1e-6
    )


def product(found: Reliability) -> float:
    """By what all contributions together multiply even odds."""
    return math.exp(math.fsum(entry.effect for entry in found.contributions))


# One rule for the number and the verdict.


def test_without_a_finding_nobody_is_suspect(model: ReliabilityModel) -> None:
    hidden = made_evidence(density(0.9), shown=1.0)  # odd words, none of them a finding
    found = model.judged(hidden, **CUTS)
    assert (found.reliability, found.verdict) == (50, "clean")
    assert any(entry.message.startswith("no finding to show") for entry in found.contributions)
    assert model.judged(made_evidence(density(0.9)), **CUTS).verdict == "spun"


@pytest.mark.parametrize("n_found", [0, 1, 2, 5])
@pytest.mark.parametrize("p", [0.3, 0.31, 0.6, 0.95])
def test_findings_bound_what_the_article_is_called(
    model: ReliabilityModel, n_found: int, p: float
) -> None:
    odd = density(0.9)
    bound = replace(made_evidence(odd), found=np.zeros(len(odd), dtype=np.float32))
    bound.found[:n_found] = p
    found = model.judged(bound, **CUTS)
    least = as_reliability(MOST_BY_FINDING * n_found * (p - 0.3) / 0.7)
    assert found.reliability >= least - 1e-3
    assert (found.verdict == "clean") == (round(found.reliability, 1) >= SUSPECT_BELOW)


def test_a_finding_at_the_threshold_changes_next_to_nothing(model: ReliabilityModel) -> None:
    odd = density(0.9)
    numbers = []
    for p in (0.0, 0.299, 0.301):
        evidence = made_evidence(odd)
        found = np.zeros(len(odd), dtype=np.float32)
        found[5] = p
        numbers.append(model.judged(replace(evidence, found=found), **CUTS).reliability)
    assert max(numbers) - min(numbers) < 1


@pytest.mark.parametrize(
    ("disguised", "called"), [(0, "clean"), (2, "clean"), (3, "suspect"), (15, "suspect")]
)
def test_disguised_words_are_no_slip(model: ReliabilityModel, disguised: int, called: str) -> None:
    evidence = made_evidence(np.full(400, 0.001), disguised=disguised)
    assert model.judged(evidence, spun_below=1.0, min_probability=0.3).verdict == called
    assert disguised < 3 or provisional(evidence, 0.3).verdict != "clean"


@pytest.mark.parametrize("n_words", [60, 400, 3000])
def test_the_length_is_no_reason_by_itself(model: ReliabilityModel, n_words: int) -> None:
    found = model.judged(made_evidence(density(0.9, n_words)), **CUTS)
    effects = {entry.feature: entry.effect for entry in found.contributions}
    assert effects["length"] == pytest.approx(0, abs=1e-12)
    assert effects["density"] < 0


def test_the_length_says_what_is_left_where_the_evidence_is_silent(
    model: ReliabilityModel,
) -> None:
    silent = replace(model, curves=(line((0, 0)), line((0, 0)), model.curves[2]))
    found = silent.judged(made_evidence(density(0.9, 60)), **CUTS)
    assert next(entry.effect for entry in found.contributions if entry.feature == "length") < 0
    others = [e.effect for e in found.contributions if e.feature in {"density", "spread"}]
    assert [math.copysign(1, effect) for effect in others] == [1, 1]  # 0.0: -0.0 would be printed


def test_a_saved_model_says_the_same(model: ReliabilityModel, tmp_path: Path) -> None:
    header = model.save(tmp_path)
    (tmp_path / "header.json").write_text(json.dumps(header), encoding="utf-8")
    again = ReliabilityModel.open(tmp_path)
    evidence = made_evidence(density(0.7))
    assert again.judged(evidence, **CUTS) == model.judged(evidence, **CUTS)
    assert again.judge == model.judge


def test_another_format_is_refused(model: ReliabilityModel, tmp_path: Path) -> None:
    header = model.save(tmp_path) | {"format": 99}
    (tmp_path / "header.json").write_text(json.dumps(header), encoding="utf-8")
    with pytest.raises(ModelError, match="reads format 1"):
        ReliabilityModel.open(tmp_path)


@settings(deadline=None)
@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_reliability_never_rises_with_the_log_odds(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= as_reliability(high) <= as_reliability(low) <= 100


def test_a_provisional_number_says_so() -> None:
    found = provisional(made_evidence(np.full(300, 0.01)), 0.3)
    assert found.reliability == 100
    assert (found.calibrated, found.reliability_low, found.contributions) == (False, None, ())


@pytest.mark.parametrize(
    ("number", "called"),
    [(9.9, "spun"), (10, "suspect"), (49.94, "suspect"), (49.96, "clean"), (50, "clean")],
)
def test_the_verdict_is_cut(number: float, called: str) -> None:
    assert verdict(number, 10.0) == called


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, float("nan")])
def test_a_base_rate_lies_between_0_and_1(rate: float) -> None:
    with pytest.raises(ConfigError, match="base_rate"):
        Config(base_rate=rate)


# The model as it ships.


@pytest.fixture(scope="module")
def shipped() -> ReliabilityModel:
    return ReliabilityModel.open(default_folder() / "reliability")


def test_the_shipped_model_never_raises_the_reliability_with_the_evidence(
    shipped: ReliabilityModel,
) -> None:
    rng = np.random.default_rng(7)
    rows = np.array(
        [
            article_features(drawn_evidence(rng, int(n), float(share))[0], shipped.features)
            for n in (60, 200, 800)
            for share in (0, 0.02, 0.1, 0.4)
        ]
    )
    for column, (name, curve) in enumerate(zip(shipped.features, shipped.curves, strict=True)):
        if not FEATURES[name].is_artifact:
            continue
        assert curve.ascends, name
        grid = np.sort(np.concatenate([curve.knots, rng.uniform(-1, 12, 300)]))
        for row in rows:
            moved = np.tile(row, (len(grid), 1))
            moved[:, column] = grid
            numbers = [as_reliability(value) for value in shipped.log_odds(moved).tolist()]
            assert numbers == sorted(numbers, reverse=True)


def test_the_shipped_interval_never_widens_with_length(shipped: ReliabilityModel) -> None:
    deviations = shipped.spread(np.log(np.geomspace(40, 10_000, 200)))
    assert np.all(np.diff(deviations) <= 0)
    assert deviations[0] > deviations[-1] > 0


def test_reports_are_calibrated(detector: Detector, seeds: Path) -> None:
    text = sorted(seeds.glob("*.txt"))[0].read_text(encoding="utf-8")
    report = detector.score(text)
    assert report.calibrated
    assert report.reliability is not None
    assert report.reliability_low is not None
    assert report.reliability_high is not None
    assert report.reliability_low <= report.reliability <= report.reliability_high
    assert report.contributions
    explained = report.explain()
    assert explained.startswith(f"reliability {report.reliability:.1f}, between ")
    assert report.contributions[0].message in explained


@pytest.mark.parametrize("base_rate", [0.5, 0.02])
@pytest.mark.parametrize("seed", [0, 1])
def test_an_explanation_multiplies_to_the_number_it_explains(
    seeds: Path, seed: int, base_rate: float
) -> None:
    text = sorted(seeds.glob("*.txt"))[seed].read_text(encoding="utf-8")
    report = Detector(Config(base_rate=base_rate)).score(text)
    assert report.reliability is not None
    explained = report.explain()
    odds = 1.0
    for sign, factor in re.findall(r"^  odds ([x/]) (\S+)", explained, re.MULTILINE):
        odds *= float(factor) if sign == "x" else 1 / float(factor)
    # Each of a dozen factors is printed to three figures.
    assert odds == pytest.approx(report.reliability / (100 - report.reliability), rel=0.03)
    assert f"base rate: {100 * base_rate:.3g}% of the articles are spun" in explained
    lines = explained.splitlines()
    for heading in ("before anything was read:", "against it:", "for it:"):
        assert lines[lines.index(heading) + 1].startswith("  ")
    assert "such traces" not in explained


def test_another_judge_makes_it_provisional(models_without_encoder: Path) -> None:
    report = Detector(models=models_without_encoder).score("The committee met again today. " * 12)
    assert not report.calibrated
    assert "not calibrated" in report.explain()


def test_the_number_does_not_depend_on_which_findings_are_shown(seeds: Path) -> None:
    text = sorted(seeds.glob("*.txt"))[0].read_text(encoding="utf-8")
    numbers = {
        Detector(Config(min_probability=threshold)).score(text).reliability
        for threshold in (0.2, 0.5, 0.9)
    }
    assert len(numbers) == 1


def test_a_short_article_is_not_judged(detector: Detector) -> None:
    report = detector.score("Too short to tell.")
    assert (report.reliability, report.reliability_low, report.contributions) == (None, None, ())
    assert report.explain().startswith("no reliability: ")
    assert replace(report, reason="x").explain() == "no reliability: x"
