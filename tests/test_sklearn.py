from __future__ import annotations

import pickle
import warnings
from typing import Any, Self

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the extra 'notebook' is not installed")

from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

import detector.sklearn as module
from detector import Config, Detector
from detector.sklearn import ArtifactFeatures

SPUN = "The committee has wilt increasingly regular, and their writ structures protract."
CLEAN = "The committee has met more often this year, and its members speak more openly."


class Rows(ArtifactFeatures):
    """Matrices of numbers for texts: a row of numbers is a text that spells them.

    `check_estimator` only knows how to make matrices, and tries nothing on an estimator of text.
    """

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        self.n_fitted_ = len(validate_data(self, X))
        return super().fit(_spelled(X), y)

    def transform(self, X: Any) -> Any:  # noqa: N803
        check_is_fitted(self)
        return super().transform(_spelled(validate_data(self, X, reset=False)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = False
        tags.input_tags.one_d_array = False
        tags.input_tags.two_d_array = True
        tags.requires_fit = True
        return tags


def _spelled(rows: Any) -> list[str]:
    words = ("wilt", "writ", "committee", "older", "rain", "structures")
    return [
        " ".join(words[int(abs(value) * 7) % len(words)] for value in row)
        for row in np.nan_to_num(np.asarray(rows, dtype=np.float64))[:, :20]
    ]


@pytest.fixture
def _loaded(detector: Detector, monkeypatch: pytest.MonkeyPatch) -> None:
    """The models are loaded once for all tests."""
    monkeypatch.setattr(module, "_detector", lambda config, models: detector)


@pytest.mark.usefixtures("_loaded")
@pytest.mark.filterwarnings("ignore")
def test_it_passes_all_checks_of_scikit_learn_on_rows_made_into_texts() -> None:
    results = check_estimator(Rows(), on_skip=None, on_fail=None)
    status: dict[str, set[str]] = {}
    for result in results:
        status.setdefault(result["status"], set()).add(result["check_name"])
    assert status.get("failed", set()) == set()
    assert len(status["passed"]) > 30


def test_scikit_learn_has_nothing_to_try_on_text_itself() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(ArtifactFeatures(), on_skip=None)
    assert {result["check_name"] for result in results} <= {"check_estimator_cloneable"}


@pytest.mark.usefixtures("_loaded")
def test_each_column_has_a_name_and_each_article_a_row() -> None:
    features = ArtifactFeatures()
    names = features.get_feature_names_out().tolist()
    rows = features.fit_transform([SPUN, CLEAN, "", "Das ist ein deutscher Satz über das Wetter."])
    assert rows.shape == (4, len(names))
    assert np.isfinite(rows).all()
    columns = dict(zip(names, rows.T.tolist(), strict=True))
    assert columns["n_words"][:3] == [11, 14, 0]
    assert columns["mean_word_score"][0] > columns["mean_word_score"][1]
    assert not rows[2].any()


@pytest.mark.usefixtures("_loaded")
def test_no_article_is_an_empty_matrix() -> None:
    features = ArtifactFeatures()
    assert features.transform([]).shape == (0, len(features.get_feature_names_out()))


@pytest.mark.usefixtures("_loaded")
def test_rows_do_not_depend_on_their_neighbours() -> None:
    features = ArtifactFeatures()
    together = features.transform([SPUN, CLEAN])
    assert np.array_equal(together, np.vstack([features.transform([t]) for t in (SPUN, CLEAN)]))


@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize(
    ("given", "message"),
    [("one string", "X is one string"), ([SPUN, 3], r"X\[1\] is of type int")],
)
def test_what_is_no_list_of_texts_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ArtifactFeatures().fit(given)
    with pytest.raises(ValueError, match=message):
        ArtifactFeatures().transform(given)


def test_a_table_is_told_to_choose_a_column() -> None:
    pandas = pytest.importorskip("pandas", reason="the extra 'notebook' is not installed")
    table = pandas.DataFrame({"id": [1], "body": [SPUN]})
    with pytest.raises(ValueError, match=r"choose its column of articles.*'id', 'body'"):
        ArtifactFeatures().fit(table)


def test_it_is_cloned_and_pickled_without_its_models() -> None:
    features = ArtifactFeatures(Config(disable=frozenset({"inflection"})))
    for copy in (clone(features), pickle.loads(pickle.dumps(features))):
        assert copy.get_params() == features.get_params()
    assert len(pickle.dumps(features)) < 5_000


@pytest.mark.usefixtures("_loaded")
def test_a_pipeline_can_be_cross_validated() -> None:
    texts = [SPUN, CLEAN] * 4
    pipeline = make_pipeline(ArtifactFeatures(), LogisticRegression())
    scores = cross_val_score(pipeline, texts, [1, 0] * 4, cv=2, error_score="raise")
    assert scores.tolist() == [1.0, 1.0]


def test_a_check_that_is_off_counts_nothing() -> None:
    config = Config(disable=frozenset({"substitution"}), min_probability=0.05)
    features = ArtifactFeatures(config)
    columns = dict(
        zip(features.get_feature_names_out(), features.transform([SPUN])[0], strict=True)
    )
    assert columns["substitution_per_1000_words"] == 0
    assert columns["mean_word_score"] > 0
