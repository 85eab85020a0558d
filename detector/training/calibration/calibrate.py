"""``detector calibrate``: the reliability, the default threshold and the cuts of the verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

from detector.article_features import FEATURES, article_features
from detector.curves import Curve
from detector.errors import ConfigError, SourceError
from detector.evaluation.datasets import default_data_folder
from detector.evaluation.metrics import Ranking, balanced, calibration_error
from detector.evaluation.synthetic import named_pack
from detector.readability import MEASURES
from detector.reliability import LENGTH, SUSPECT_BELOW, ReliabilityModel, as_reliability
from detector.resources import RELIABILITY, Resources
from detector.training.calibration.articles import Sources
from detector.training.calibration.examples import (
    UNKNOWN_SHARE,
    Examples,
    make_examples,
    stretch_pairs,
)
from detector.training.calibration.models import (
    CALIBRATIONS,
    CANDIDATES,
    REFERENCE,
    Additive,
    Fit,
    FitCalibration,
    fit_interacting,
    fit_sigmoid_by_length,
    log_loss,
)
from detector.training.calibration.scored import (
    FLOOR,
    ScoredArticle,
    cached_articles,
    score_articles,
)
from detector.training.calibration.unknown import MOST_LESS_ODD, as_unknown, replaced_log_odds
from detector.training.manifest import write_manifest

Floats = NDArray[np.float64]

FOLDS = 5
FEWEST_ARTICLES = 20
LEAST_GAIN = 0.01
"""What costs more (features, a heavier model) must lower the log loss by this share of it."""

SPUN_FALSE_RATE = 0.001
"""Share of clean articles, a register counting by its articles, below the cut of the verdict
*spun*: an accusation must be rarer than the articles are that it could be counted on (`_cut`)."""

TAIL = 0.05
"""The share of clean articles, the least reliable ones, whose tail says where rarer ones lie."""

FALSE_FINDINGS = 3.0
"""Findings per 10,000 clean words, each register alike, that the default threshold lets through."""
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.3, 0.9

LENGTHS = (60, 120, 250, 500, 1000)
"""At which the spread between stretches of an article is measured, in words."""

# Quoted words do not count any more: the feature is for reliabilities that were made earlier.
_FEATURES = tuple(name for name in FEATURES if name != "quoted")
_EVIDENCE = tuple(name for name, feature in FEATURES.items() if feature.is_artifact)
FEATURE_SETS: dict[str, tuple[str, ...]] = {
    "evidence, length": (*_EVIDENCE, LENGTH),
    "evidence, hints": tuple(name for name in _FEATURES if name not in MEASURES),
    "evidence, hints, readability": _FEATURES,
}
"""From cheap to dear: textstat takes longer to import than an article to score."""


class Trial(NamedTuple):
    """One model on one set of features: its name, those features, log loss and AUC out of fold."""

    model: str
    features: str
    log_loss: float
    auc: float
    scores: Floats


@dataclass(frozen=True, eq=False)
class Calibrated:
    """What calibration found.

    Attributes
    ----------
    model : ReliabilityModel
        As it will be saved.
    thresholds : dict of str to float
        For the manifest.
    facts : dict
        How it was made, and what it measured out of fold; for the header.
    """

    model: ReliabilityModel
    thresholds: dict[str, float]
    facts: dict[str, Any]


def find_sources(
    models: Path,
    *,
    shared: Path | None = None,
    pack: Path | None = None,
    leave_out: frozenset[str] | None = None,
) -> Sources:
    """The training data of a data folder; without `leave_out`, what the encoder was trained on.

    Raises
    ------
    SourceError
        If the corpora or the pack are missing.
    """
    folder = shared or default_data_folder()
    corpora = folder / "corpora"
    if not corpora.is_dir():
        raise SourceError(
            str(corpora), "not found: give the data folder with --shared, or set $DETECTOR_DATA"
        )
    pairs = folder / "spun" / "spinbot_train.jsonl.gz"
    if leave_out is None:
        encoder = Resources.open(models).encoder
        trained = {} if encoder is None else encoder.facts.get("trained", {})
        leave_out = frozenset(trained.get("left_out", ()))
    return Sources(
        corpora=(corpora,),
        pack=pack or named_pack(),
        pairs=pairs if pairs.exists() else None,
        leave_out=leave_out,
    )


def calibrate(
    sources: Sources,
    models: Path,
    *,
    cache: Path,
    n_articles: int = 500,
    seed: int = 0,
    jobs: int = 1,
    min_probability: float | None = None,
    say: Callable[[str], None] = print,
) -> Calibrated:
    """Calibrate the reliability on the models of a folder, and write it and the manifest there.

    Parameters
    ----------
    sources : Sources
        Where the articles come from.
    models : Path
        The folder of models.
    cache : Path
        Folder, outside the repository, for articles and what the models said of them.
    n_articles : int
        Clean articles; each has a spun version, and SpinBot adds a fifth.
    seed : int
        The same seed gives the same calibration.
    jobs : int
        Processes.
    min_probability : float, optional
        The default threshold of findings; default: found on the clean articles.
    say : callable
        Takes each part of the account as text.
    """
    articles = cached_articles(sources, n_articles=n_articles, seed=seed, cache=cache)
    scored = score_articles(articles, models=models, cache=cache, jobs=jobs)
    calibrated = fit(scored, judge=Resources.open(models).judge, seed=seed, say=say)
    if min_probability is None:
        min_probability, rate = default_threshold(scored)
        say(f"default threshold {min_probability:.2f}: {rate:.1f} findings per 10,000 clean words")
    thresholds = calibrated.thresholds | {"min_probability": min_probability}
    facts = calibrated.facts | {
        "articles": len(articles),
        "words": sum(entry.evidence.n_words for entry in scored),
        "left_out": sorted(sources.leave_out),
        "seed": seed,
    }
    save(calibrated.model, facts, thresholds, models)
    return replace(calibrated, thresholds=thresholds, facts=facts)


def save(
    model: ReliabilityModel, facts: dict[str, Any], thresholds: dict[str, float], models: Path
) -> None:
    """Write the reliability into a folder of models, and the folder's manifest anew."""
    folder = models / RELIABILITY
    header = model.save(folder) | {"trained": facts}
    (folder / "header.json").write_text(json.dumps(header, indent=1) + "\n", encoding="utf-8")
    write_manifest(models, thresholds=thresholds)


def fit(
    scored: Sequence[ScoredArticle], *, judge: str, seed: int, say: Callable[[str], None] = print
) -> Calibrated:
    """Choose the model by measurement, calibrate it, cut the verdict. Writes nothing."""
    if (found := len({entry.article.cluster for entry in scored})) < FEWEST_ARTICLES:
        raise ConfigError(
            f"there are {found} articles to calibrate on, and it takes {FEWEST_ARTICLES} at least: "
            "give larger corpora, or raise --articles"
        )
    say(_oddness_table(scored))
    unknown = list(as_unknown(scored, seed=seed))
    examples = make_examples(scored, tuple(FEATURES), seed=seed, unknown=unknown)
    weights = examples.weights()
    folds = list(GroupKFold(FOLDS).split(examples.values, groups=examples.cluster))
    trials = list(_trials(examples, weights, folds))
    chosen = _chosen(trials)
    say(_trials_table(trials, chosen))
    names = FEATURE_SETS[chosen.features]
    kind, losses = _calibration_kind(chosen.scores, examples, weights, folds)
    calibration = CALIBRATIONS[kind](chosen.scores, examples.lengths, examples.spun, weights)
    additive = CANDIDATES[chosen.model](_columns(examples, names), examples.spun, weights, names)
    assert isinstance(additive, Additive)
    additive = _without_idle(additive.plus(LENGTH, calibration.shift))
    model = ReliabilityModel(
        features=additive.names,
        curves=additive.curves,
        slope=calibration.slope,
        calibration=calibration.curve,
        spread=Curve(np.zeros(1), np.zeros(1)),
        clean=_usual(examples, additive.names),
        judge=judge,
    )
    model = replace(model, spread=_spread(model, scored, seed))
    log_odds = calibration(chosen.scores, examples.lengths)
    cuts = _cuts(log_odds, examples)
    say(_account(log_odds, examples, kind, losses, cuts))
    facts = {
        "model": chosen.model,
        "features": chosen.features,
        "calibration": kind,
        "log_loss": round(chosen.log_loss, 4),
        "auc": round(chosen.auc, 4),
        "unknown_share": UNKNOWN_SHARE,
        "unknown_most_less_odd": MOST_LESS_ODD,
        "spun_false_rate": SPUN_FALSE_RATE,
        "false_findings_per_10000": FALSE_FINDINGS,
    }
    return Calibrated(model, cuts, facts)


def _oddness_table(scored: Sequence[ScoredArticle]) -> str:
    """How odd the words of each family look to the models: least, those they were not taught."""
    lines = [f"{'family':>12} {'replaced words':>15} {'mean log odds':>14}"]
    for family, (log_odds, words) in replaced_log_odds(scored).items():
        lines.append(f"{family:>12.12} {words:15,} {log_odds:14.2f}")
    return "\n".join(lines)


def _columns(examples: Examples, names: Sequence[str]) -> Floats:
    every = list(FEATURES)
    return examples.values[:, [every.index(name) for name in names]]


def _trials(
    examples: Examples, weights: Floats, folds: Sequence[tuple[Any, Any]]
) -> Iterator[Trial]:
    """Each model on each set of features, judged on the articles as the models read them.

    Those that pass for an unknown spinner's help to fit and have no say in the choice: trees follow
    how these were made, further than any spinner does.
    """
    fits: dict[str, Fit] = {**CANDIDATES, REFERENCE: fit_interacting}
    read = ~examples.unknown
    judged = examples.where(read)
    for features, names in FEATURE_SETS.items():
        for model, fit_model in fits.items():
            values = _columns(examples, names)
            scores = np.zeros(len(values))
            for train, test in folds:
                fitted = fit_model(values[train], examples.spun[train], weights[train], names)
                scores[test] = fitted.score(values[test])
            log_odds = _cross_calibrated(scores, examples, weights, folds, fit_sigmoid_by_length)
            yield Trial(
                model,
                features,
                log_loss(log_odds[read], judged.spun, judged.weights()),
                _auc(scores[read], judged.spun),
                scores,
            )


def _auc(scores: Floats, spun: NDArray[np.bool_]) -> float:
    ranking = Ranking.of(scores, spun, np.zeros(len(scores), dtype=np.int32))
    return ranking.curve(np.ones(1, dtype=np.int32)).auc()


def _cross_calibrated(
    scores: Floats,
    examples: Examples,
    weights: Floats,
    folds: Iterable[tuple[Any, Any]],
    fit_calibration: FitCalibration,
) -> Floats:
    """Log odds by a calibration that was fitted on the other folds."""
    log_odds = np.zeros(len(scores))
    for train, test in folds:
        known = (values[train] for values in (scores, examples.lengths, examples.spun, weights))
        log_odds[test] = fit_calibration(*known)(scores[test], examples.lengths[test])
    return log_odds


def _chosen(trials: Sequence[Trial]) -> Trial:
    """The first trial that none after it betters by `LEAST_GAIN`; those are cheaper first."""
    best: Trial | None = None
    for trial in trials:
        if trial.model in CANDIDATES and (
            best is None or trial.log_loss < best.log_loss * (1 - LEAST_GAIN)
        ):
            best = trial
    assert best is not None
    return best


def _trials_table(trials: Sequence[Trial], chosen: Trial) -> str:
    lines = [f"{'model':30} {'features':30} log loss     AUC   (out of fold)"]
    for trial in trials:
        mark = "  <- chosen" if trial is chosen else ""
        lines.append(
            f"{trial.model:30} {trial.features:30} {trial.log_loss:8.4f} {trial.auc:7.4f}{mark}"
        )
    return "\n".join(lines)


def _calibration_kind(
    scores: Floats, examples: Examples, weights: Floats, folds: Sequence[tuple[Any, Any]]
) -> tuple[str, dict[str, float]]:
    losses = {
        kind: log_loss(
            _cross_calibrated(scores, examples, weights, folds, fit_kind), examples.spun, weights
        )
        for kind, fit_kind in CALIBRATIONS.items()
    }
    kind = min(losses, key=lambda name: losses[name])
    return kind, losses


def _without_idle(model: Additive) -> Additive:
    """The model without features that change nothing."""
    moving = [at for at, curve in enumerate(model.curves) if np.ptp(curve.values) > 0]
    return Additive(
        tuple(model.names[at] for at in moving), tuple(model.curves[at] for at in moving)
    )


def _usual(examples: Examples, names: Sequence[str]) -> tuple[tuple[float, float], ...]:
    values = _columns(examples, names)[~examples.spun]
    low, high = np.quantile(values, [0.1, 0.9], axis=0)
    return tuple(zip(low.tolist(), high.tolist(), strict=True))


def _spread(model: ReliabilityModel, scored: Sequence[ScoredArticle], seed: int) -> Curve:
    """Standard deviation of the log odds between stretches of one article, by their length."""
    squares: dict[int, list[float]] = {length: [] for length in LENGTHS}
    for length, one, other in stretch_pairs(scored, LENGTHS, seed=seed):
        values = [article_features(evidence, model.features) for evidence in (one, other)]
        first, second = model.log_odds(np.array(values)).tolist()
        squares[length].append((first - second) ** 2 / 2)
    found = {length: found for length, found in squares.items() if len(found) >= 10}
    if not found:
        return Curve(np.zeros(1), np.ones(1))
    lengths = np.log(np.array(list(found), dtype=np.float64))
    variances = [float(np.mean(entries)) for entries in found.values()]
    counts = [len(entries) for entries in found.values()]
    falling = IsotonicRegression(increasing=False).fit(lengths, variances, sample_weight=counts)
    return Curve(lengths, np.sqrt(falling.predict(lengths)))


def _cuts(log_odds: Floats, examples: Examples) -> dict[str, float]:
    """The reliability below which the stated share of clean articles lies.

    What can be shown may only lift a clean article (`detector.reliability.bounded`), so no more are
    accused than that.
    """
    clean = ~examples.spun
    ranked, weights = log_odds[clean], examples.weights()[clean]
    # The surest articles of all, whose probability is bounded, are spun.
    cut = as_reliability(_cut(ranked, weights, SPUN_FALSE_RATE))
    return {"spun_below": float(np.clip(round(cut, 1), 0.2, SUSPECT_BELOW))}


def _cut(log_odds: Floats, weights: Floats, rate: float) -> float:
    """The log odds that a share `rate` of clean articles exceeds, at most.

    Among some hundred articles the few worst are chance: there may be none yet of those to come.
    What lies above a high threshold falls off exponentially (Pickands 1975, with a shape of 0), at
    a rate that all of the worst tell. Where they were counted worse than that, the count holds.
    """
    order = np.argsort(-log_odds)
    mass = np.cumsum(weights[order]) / weights.sum()
    above = int(np.searchsorted(mass, TAIL, side="right")) + 1
    threshold = log_odds[order[min(above, len(order) - 1)]]
    excess = np.average(log_odds[order[:above]] - threshold, weights=weights[order[:above]])
    by_tail = threshold + excess * np.log(mass[above - 1] / rate)
    by_count = log_odds[order[int(np.searchsorted(mass, rate, side="right"))]]
    return float(max(by_tail, by_count))


def default_threshold(scored: Sequence[ScoredArticle]) -> tuple[float, float]:
    """The lowest threshold that lets `FALSE_FINDINGS` through, and the rate there.

    Rates are taken per register and averaged: no register pays for another.
    """
    clean: dict[str, list[ScoredArticle]] = {}
    for entry in scored:
        if not entry.article.family:
            clean.setdefault(entry.article.register, []).append(entry)
    found = {register: np.concatenate([s.findings for s in e]) for register, e in clean.items()}
    words = {register: sum(s.evidence.n_words for s in e) for register, e in clean.items()}
    clean = {register: entries for register, entries in clean.items() if words[register]}
    for threshold in np.arange(max(FLOOR, LOWEST_THRESHOLD), HIGHEST_THRESHOLD, 0.01):
        rates = [1e4 * float((found[r] >= threshold).sum()) / words[r] for r in clean]
        if np.mean(rates) <= FALSE_FINDINGS:
            return round(float(threshold), 2), float(np.mean(rates))
    return HIGHEST_THRESHOLD, float(np.mean(rates))


def _account(
    log_odds: Floats,
    examples: Examples,
    kind: str,
    losses: dict[str, float],
    cuts: dict[str, float],
) -> str:
    """What the calibrated model does out of fold, on whole articles and stretches."""
    p = 1 / (1 + np.exp(-log_odds))
    reliability = 100 * (1 - p)
    known, unknown = (_error(p, examples, examples.unknown == kept) for kept in (False, True))
    lines = [
        f"calibration: {kind} (log loss {', '.join(f'{k} {v:.4f}' for k, v in losses.items())})",
        f"expected calibration error {_error(p, examples, examples.spun):.3f}: "
        f"{known:.3f} with the spinners as they are, {unknown:.3f} as if they were unknown",
        f"verdicts: spun below {cuts['spun_below']}, suspect below {SUSPECT_BELOW}; "
        "before what can be shown bounds them:",
        f"{'spun share':>12} {'n':>6} {'AUC':>7} {'spun':>7} {'suspect':>8}",
    ]
    groups: list[tuple[str, NDArray[np.bool_]]] = [("none", ~examples.spun)]
    for low, high in ((0.02, 0.04), (0.04, 0.1), (0.1, 0.2), (0.2, 1.0)):
        rows = (examples.share >= low) & (examples.share < high)
        groups.append((f"{low:.0%} - {high:.0%}", rows & ~examples.unknown))
        groups.append(("as unknown", rows & examples.unknown))
    for family in sorted({f for f in examples.family.tolist() if "+" not in f} - {""}):
        groups.append((family, ~examples.unknown & (examples.family == family)))
    for name, rows in groups:
        if not rows.any():
            continue
        either = rows | ~examples.spun
        auc = _auc(log_odds[either], examples.spun[either]) if name != "none" else float("nan")
        spun = np.mean(reliability[rows] < cuts["spun_below"])
        suspect = np.mean(reliability[rows] < SUSPECT_BELOW) - spun
        lines.append(f"{name:>12.12} {int(rows.sum()):6} {auc:7.3f} {spun:7.1%} {suspect:8.1%}")
    return "\n".join(lines)


def _error(p: Floats, examples: Examples, kept: NDArray[np.bool_]) -> float:
    """Expected calibration error at even base rate over clean examples and those `kept`."""
    rows = kept | ~examples.spun
    weights = balanced(examples.spun[rows], examples.weights()[rows], 0.5)
    return calibration_error(p[rows], examples.spun[rows], weights)
