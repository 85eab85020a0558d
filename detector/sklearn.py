"""Articles as columns of numbers, for scikit-learn. Needs scikit-learn (the extra ``notebook``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from detector.analysis import Analysis
from detector.checks import CHECKS
from detector.config import Config
from detector.document import TokenFlag
from detector.extras import require
from detector.report import Report

if TYPE_CHECKING:
    from detector.pipeline import Detector

require("sklearn", extra="notebook")

from sklearn.base import BaseEstimator, TransformerMixin  # noqa: E402 - tested for above
from sklearn.utils import Tags  # noqa: E402

_PER = 1000.0

_Feature = Callable[[Report, Analysis | None], float]


class ArtifactFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turns articles into what the detector finds in them: a row per article.

    Nothing is learnt: the models are those that ship with the package. Every value is finite for
    every text; an article that is skipped (not English, no prose) has zeros in all columns but
    ``n_words``.

    Parameters
    ----------
    config : Config, optional
        Options of the detector, such as checks that do not run.
    models : str or Path, optional
        Another folder of models.

    Notes
    -----
    The columns, in order:

    ``n_words``
        Running words.
    ``mean_word_score``
        Replaced words expected for every 1,000 running words, by the words around each alone.
    ``density``
        The same given how much of the article looks replaced.
    ``densest_paragraph``
        The largest `density` of a paragraph; 0 without paragraphs.
    ``share``
        Estimated share of replaced words, 0 to 1.
    ``CHECK_per_1000_words``
        Findings of each check for every 1,000 running words; 0 for a check that is switched off.

    The input is text, so ``check_estimator`` has next to nothing to try by itself: almost all of
    its checks feed matrices of numbers. The tests run all of them through a subclass that makes a
    text of each row.

    Examples
    --------
    >>> features = ArtifactFeatures()
    >>> features.fit_transform(["The committee met on Monday.", ""]).shape
    (2, 12)
    >>> features.get_feature_names_out()[:3].tolist()
    ['n_words', 'mean_word_score', 'density']
    """

    def __init__(self, config: Config | None = None, models: str | Path | None = None) -> None:
        self.config = config
        self.models = models

    def fit(self, X: Iterable[str], y: object = None) -> Self:  # noqa: N803 - scikit-learn's name
        """Load the models; `X` is looked at but not learnt from.

        Parameters
        ----------
        X : iterable of str
            Articles.
        y : object
            Not used.

        Raises
        ------
        ValueError
            If `X` is one string, or holds anything but strings.
        """
        _texts(X)
        _detector(self.config, self.models)
        return self

    def transform(self, X: Iterable[str]) -> NDArray[np.float64]:  # noqa: N803
        """The features of each article.

        Parameters
        ----------
        X : iterable of str, length n_articles
            Articles.

        Returns
        -------
        ndarray of float64, shape (n_articles, n_features)

        Raises
        ------
        ValueError
            If `X` is one string, or holds anything but strings.
        """
        examined = _detector(self.config, self.models).examine(_texts(X))
        rows = [[feature(*pair) for feature in _FEATURES.values()] for pair in examined]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(_FEATURES))

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Names of the columns, shape (n_features,); `input_features` is not used."""
        return np.array(list(_FEATURES), dtype=object)

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.requires_fit = False
        return tags


@cache
def _detector(config: Config | None, models: str | Path | None) -> Detector:
    """Shared: an estimator stays small, so it is cloned and pickled in no time."""
    from detector.pipeline import Detector

    return Detector(config, models=models)


def _texts(given: Iterable[str]) -> list[str]:
    if isinstance(given, str):
        raise ValueError("X is one string: give a list of articles, such as [text]")
    if hasattr(given, "columns"):
        names = ", ".join(repr(str(name)) for name in given.columns)
        raise ValueError(f"X is a table: choose its column of articles, X['text']; it has {names}")
    texts = list(given)
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(
                f"X[{index}] is of type {type(text).__name__}, but each article is a string"
            )
    return texts


def _mean_word_score(_: Report, analysis: Analysis | None) -> float:
    return 0.0 if analysis is None else _per_word(analysis, analysis.p_replaced)


def _density(_: Report, analysis: Analysis | None) -> float:
    return 0.0 if analysis is None else _per_word(analysis, analysis.p_posterior)


def _per_word(analysis: Analysis, probability: NDArray[np.float32]) -> float:
    running = (analysis.document.flags & (TokenFlag.WORD | TokenFlag.NUMBER)) != 0
    expected = float(probability[running].sum(dtype=np.float64))
    return _PER * expected / max(int(np.count_nonzero(running)), 1)


def _densest(report: Report, _: Analysis | None) -> float:
    return max((paragraph.density for paragraph in report.paragraphs), default=0.0)


def _findings_of(check: str) -> _Feature:
    def per_word(report: Report, _: Analysis | None) -> float:
        found = sum(1 for finding in report.findings if finding.check == check)
        n_words: int = max(report.n_words, 1)
        return _PER * found / n_words

    return per_word


_FEATURES: dict[str, _Feature] = {
    "n_words": lambda report, _: float(report.n_words),
    "mean_word_score": _mean_word_score,
    "density": _density,
    "densest_paragraph": _densest,
    "share": lambda _, analysis: 0.0 if analysis is None else float(analysis.share),
    **{f"{check.name}_per_1000_words": _findings_of(check.name) for check in CHECKS},
}
