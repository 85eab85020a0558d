"""An article's evidence to one calibrated number, its interval, its verdict and its reasons.

``reliability`` is 100 times the probability that the article was not spun, where *spun* means that
software replaced at least 2 % of its running words, at a base rate that the user may set.

The model is additive: each feature (`detector.article_features`) has a curve, its contribution to
the log odds. Their sum counts the more the longer the article is (the same density of odd words is
chance in 80 words and proof in 2,000), and goes through a last curve; both were calibrated on
articles that the others were not fitted to. So the reasons for a number add up to it, and curves
that never fall make a reliability that never rises with the evidence.
`detector.training.calibration` makes it.

Folder format, version 1
------------------------
===============  ==============================================================================
``header.json``  format version; ``judge`` whose probabilities it is for; ``features`` in order;
                 ``clean``: for each, the range in which the middle 80 % of clean articles lie; how
                 it was trained
``curves.npz``   ``knots`` and ``values`` of all curves, one after the other, curve `k` at
                 ``offsets[k]:offsets[k + 1]``: those of the features, the slope (1 where there is
                 none), the calibration, the spread
===============  ==============================================================================
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.article_features import FEATURES, article_features, n_disguised
from detector.curves import Curve
from detector.evidence import ArticleEvidence
from detector.header import read_header
from detector.report import Contribution, Verdict

FORMAT = 1

START, BASE_RATE = "start", "base_rate"
"""Contributions that are no features of the article."""

LENGTH = "length"
"""The feature that is the natural logarithm of the number of words."""

ALIKE = Curve(np.zeros(1), np.ones(1))
"""The slope under which every length counts alike."""

EVEN = 0.5
"""The default base rate, at which the verdict is cut."""

SUSPECT_BELOW = 50.0
"""Who is suspect is more likely spun than not; and fails at the documented ``--fail-under``."""

MOST_BY_FINDING = 6.0
"""Log odds of *spun* that a certain finding can account for at most; one at the threshold, none.
A single one makes an article suspect, and hardly ever spun (e^-6 is a reliability of .25)."""

FEWEST_DISGUISED = 3
"""Disguised words that are no slip: the training corpora have 2 in 4.7 million words."""

BY_DISGUISE = 0.2
"""Log odds of *spun* at the least, for each disguised word from `FEWEST_DISGUISED` on..."""

MOST_BY_DISGUISE = 4.0
"""...up to these: disguise shows an intention, but no replaced word."""

INTERVAL_DEVIATIONS = 1.645
"""Standard deviations to either side that hold 90 % of a normal distribution."""

_MOST_SHARED = 0.9
"""What the length adds is shared out over the evidence up to this share of what that says."""

_MOST_LOG_ODDS = 700.0
"""`math.exp` overflows soon after."""

# A human article holds a false finding now and then; this many clean words are assumed beside it,
# so that one finding in a short text does not condemn it.
PROVISIONAL_WORDS = 300
# Expected artifacts per 1,000 words at which an article is as likely spun as not, and the steepness
# of the curve there. Set by judgement between the densities of honest registers (about 1) and of
# spun articles (15 and more).
PROVISIONAL_DENSITY = 4.0
PROVISIONAL_STEEPNESS = 2.0
PROVISIONAL_SPUN_BELOW = 10.0


class Reliability(NamedTuple):
    """What there is to say of one article as a whole; the attributes are those of `Report`."""

    reliability: float
    reliability_low: float | None
    reliability_high: float | None
    verdict: Verdict
    calibrated: bool
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, eq=False)
class ReliabilityModel:
    """Curves over the features of an article.

    Attributes
    ----------
    features : tuple of str
        Names in `FEATURES`.
    curves : tuple of Curve
        The contribution of each to the score, 0 at the mean of the training articles.
    slope : Curve
        Natural logarithm of the number of words to what the score is multiplied by; above 0, and
        never falls. Where it is not 1 throughout, `LENGTH` is among the features.
    calibration : Curve
        Score times slope to log odds of *spun* at even base rate; never falls.
    spread : Curve
        Natural logarithm of the number of words to the standard deviation of the log odds between
        stretches of one article; never rises.
    clean : tuple of (float, float)
        The middle 80 % of clean articles, for each feature.
    judge : str
        Whose probabilities of words it was calibrated on (`Resources.judge`).
    left_out : frozenset of str
        The spinner families that it was not calibrated on.
    """

    features: tuple[str, ...]
    curves: tuple[Curve, ...]
    slope: Curve
    calibration: Curve
    spread: Curve
    clean: tuple[tuple[float, float], ...]
    judge: str
    left_out: frozenset[str] = frozenset()

    def log_odds(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log odds of *spun* at even base rate.

        Parameters
        ----------
        values : ndarray of float64, shape (..., n_features)
            In the order of `features`.

        Returns
        -------
        ndarray of float64, shape (...)
        """
        return self.calibration(self.score(values))

    def score(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the curves times the slope, before calibration; shapes as in `log_odds`."""
        # Added up in one order: a sum that rounds never falls when one of its terms rises.
        total = np.zeros(values.shape[:-1])
        for column, curve in enumerate(self.curves):
            total = total + curve(values[..., column])
        if LENGTH not in self.features:
            return total
        return total * self.slope(values[..., self.features.index(LENGTH)])

    def judged(
        self,
        evidence: ArticleEvidence,
        *,
        spun_below: float,
        min_probability: float,
        base_rate: float = EVEN,
    ) -> Reliability:
        """The reliability of an article.

        Parameters
        ----------
        evidence : ArticleEvidence
            What was found.
        spun_below : float
            The reliability at the even base rate under which the verdict is *spun*.
        min_probability : float
            From which probability on a finding can be shown, below 1.
        base_rate : float
            Share of spun articles among those that come in, within (0, 1). It moves the number,
            not the verdict: that is cut where clean articles are accused at a stated rate, and
            this rate is the same whatever the base rate.
        """
        values = article_features(evidence, self.features)
        unbounded = float(self.log_odds(values))
        bounds = bounded(unbounded, evidence, min_probability)
        log_odds = bounds[-1].log_odds if bounds else unbounded
        deviation = float(self.spread(math.log(max(evidence.n_words, 1))))
        shift = math.log(base_rate / (1 - base_rate))
        reach = INTERVAL_DEVIATIONS * deviation
        return Reliability(
            reliability=as_reliability(log_odds + shift),
            reliability_low=as_reliability(log_odds + reach + shift),
            reliability_high=as_reliability(log_odds - reach + shift),
            verdict=verdict(as_reliability(log_odds), spun_below),
            calibrated=True,
            contributions=_ranked(
                [
                    *self._contributions(values, unbounded),
                    *_bounding(unbounded, bounds),
                    _prevalence(base_rate),
                ]
            ),
        )

    def _contributions(
        self, values: NDArray[np.float64], log_odds: float
    ) -> Iterator[Contribution]:
        """What each feature did to the log odds of an honest article; together they make it up.

        Slope and calibration bend the sum; each contribution is stretched by as much as the whole.
        """
        parts = self._parts(values)
        start = float(self.calibration(0.0))
        total = math.fsum(parts)
        stretch = (log_odds - start) / total if abs(total) > 1e-9 else 0.0
        rows = zip(self.features, values.tolist(), parts, self.clean, strict=True)
        for name, value, part, usual in rows:
            # Not `-part * stretch`: what did nothing would have done -0.0.
            effect = 0.0 - part * stretch
            yield Contribution(name, value, effect, FEATURES[name].in_words(value, usual))
        rest = log_odds if abs(total) <= 1e-9 else start
        yield Contribution(START, as_reliability(rest), 0.0 - rest, "the average training article")

    def _parts(self, values: NDArray[np.float64]) -> list[float]:
        """What each feature adds to the score.

        The length is no reason by itself: it says how much evidence is usual. So what it adds is
        shared out over the evidence, by how much each piece says, as far as none changes its sign.
        """
        parts = [float(curve(value)) for curve, value in zip(self.curves, values, strict=True)]
        artifacts = [at for at, name in enumerate(self.features) if FEATURES[name].is_artifact]
        said = math.fsum(abs(parts[at]) for at in artifacts)
        if LENGTH in self.features and said > 0:
            length = self.features.index(LENGTH)
            shared = max(-_MOST_SHARED * said, min(_MOST_SHARED * said, parts[length]))
            parts[length] -= shared
            for at in artifacts:
                parts[at] += shared * abs(parts[at]) / said
        return parts

    def save(self, folder: Path) -> dict[str, Any]:
        """Write the curves into a folder; returns the part of the header that belongs to them."""
        folder.mkdir(parents=True, exist_ok=True)
        curves = (*self.curves, self.slope, self.calibration, self.spread)
        np.savez_compressed(
            folder / "curves.npz",
            allow_pickle=False,
            knots=np.concatenate([curve.knots for curve in curves]),
            values=np.concatenate([curve.values for curve in curves]),
            offsets=np.cumsum([0, *(len(curve.knots) for curve in curves)]),
        )
        return {
            "format": FORMAT,
            "judge": self.judge,
            "features": list(self.features),
            "clean": [list(usual) for usual in self.clean],
        }

    @classmethod
    def open(cls, folder: Path) -> ReliabilityModel:
        """Read what `save` wrote, and ``header.json``.

        Raises
        ------
        ModelError
            If it is missing or of another format version.
        """
        header = read_header(folder, "reliability", FORMAT)
        with np.load(folder / "curves.npz", allow_pickle=False) as arrays:
            knots, values = arrays["knots"], arrays["values"]
            bounds = pairwise(arrays["offsets"].tolist())
            curves = [Curve(knots[low:high], values[low:high]) for low, high in bounds]
        features = tuple(header["features"])
        *slope, calibration, spread = curves[len(features) :]
        return cls(
            features=features,
            curves=tuple(curves[: len(features)]),
            slope=slope[0] if slope else ALIKE,
            calibration=calibration,
            spread=spread,
            clean=tuple((low, high) for low, high in header["clean"]),
            judge=header["judge"],
            left_out=frozenset(header.get("trained", {}).get("left_out", ())),
        )


def as_reliability(log_odds: float) -> float:
    """100 times the probability of *not spun*, given the log odds of *spun*; it never rises.

    Examples
    --------
    >>> as_reliability(0.0), as_reliability(1000.0) < 1e-300
    (50.0, True)
    """
    return 100 / (1 + math.exp(min(log_odds, _MOST_LOG_ODDS)))


class Bound(NamedTuple):
    """The log odds of *spun* after a bound was put on them, and which."""

    log_odds: float
    feature: str
    value: float
    message: str


def bounded(
    log_odds: float, evidence: ArticleEvidence, min_probability: float
) -> tuple[Bound, ...]:
    """The bounds that what can be shown puts on the log odds of *spun*; none where none bites.

    Parameters
    ----------
    log_odds : float
        What the model says, at the even base rate.
    evidence : ArticleEvidence
        Of the article.
    min_probability : float
        From which probability on a finding can be shown, below 1.

    Notes
    -----
    The odds may rise with each finding, by the part of its probability above `min_probability`: a
    word that hovers about the threshold moves the number by little.
    """
    bounds = []
    over = np.maximum(evidence.found.astype(np.float64) - min_probability, 0)
    most = MOST_BY_FINDING * float((over / (1 - min_probability)).sum())
    if log_odds > most:
        n_found = int(np.count_nonzero(over))
        log_odds = most
        bounds.append(Bound(most, "findings", n_found, _SHOWN[min(n_found, 1)].format(n_found)))
    disguised = n_disguised(evidence)
    beyond = disguised + 1 - FEWEST_DISGUISED
    least = min(BY_DISGUISE * beyond, MOST_BY_DISGUISE)
    if beyond > 0 and log_odds < least:
        bounds.append(Bound(least, "disguise", disguised, f"disguised words: {disguised}"))
    return tuple(bounds)


_SHOWN = (
    "no finding to show: never more likely spun than not",
    "words flagged: {}, which account for no more",
)


def _bounding(log_odds: float, bounds: Iterable[Bound]) -> Iterator[Contribution]:
    """What each bound did to the log odds of an honest article."""
    for bound in bounds:
        effect = log_odds - bound.log_odds
        yield Contribution(bound.feature, bound.value, effect, bound.message)
        log_odds = bound.log_odds


def _prevalence(base_rate: float) -> Contribution:
    """What the base rate does to the log odds of an honest article; the even one does nothing."""
    effect = math.log((1 - base_rate) / base_rate)
    message = f"base rate: {100 * base_rate:.3g}% of the articles are spun"
    return Contribution(BASE_RATE, base_rate, effect, message)


def _ranked(contributions: Iterable[Contribution]) -> tuple[Contribution, ...]:
    """The most telling first."""
    return tuple(sorted(contributions, key=lambda entry: (-abs(entry.effect), entry.feature)))


def provisional(evidence: ArticleEvidence, min_probability: float) -> Reliability:
    """A curve over the density of findings, where no model is calibrated for the judge of words.

    Falls as findings are added or grow more probable; rises with the number of clean words.

    Parameters
    ----------
    evidence : ArticleEvidence
        The probabilities of its findings are summed: the expected number of artifacts.
    min_probability : float
        From which probability on a finding can be shown.
    """
    found = evidence.found[evidence.found >= min_probability]
    density = 1000 * float(found.sum(dtype=np.float64)) / (evidence.n_words + PROVISIONAL_WORDS)
    value = 100.0 / (1.0 + math.pow(density / PROVISIONAL_DENSITY, PROVISIONAL_STEEPNESS))
    if n_disguised(evidence) >= FEWEST_DISGUISED:
        value = min(value, as_reliability(BY_DISGUISE))
    return Reliability(value, None, None, verdict(value, PROVISIONAL_SPUN_BELOW), False, ())


def verdict(reliability: float, spun_below: float) -> Verdict:
    """The reliability at the even base rate, to the decimal that is printed, cut."""
    printed = round(reliability, 1)
    if printed < spun_below:
        return "spun"
    return "suspect" if printed < SUSPECT_BELOW else "clean"
