"""What stands in the way of an expected word, by the models that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.displacement import LEAST_SHARE, displacement
from detector.fit import CollocationFit
from detector.resources import Resources
from detector.segment import segment

LARGEST = float(np.log(1 / LEAST_SHARE))


@pytest.fixture(scope="module")
def fit() -> CollocationFit:
    return Resources.open(Path(__file__).parent.parent / "models").fit


def displacements(fit: CollocationFit, text: str) -> dict[str, float]:
    """Of each form; of the last where one occurs twice."""
    document = segment(text)
    ids = fit.features.collocations.ids(document.forms)
    return dict(zip(document.forms, displacement(fit, document, ids).tolist(), strict=True))


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("The enzyme lost one amino corrosive in the cold.", "corrosive"),
        ("We measured the refractive list of the oil.", "list"),
        ("She spoke for all the ethnic gatherings of the valley.", "gatherings"),
        ("They met the prime pastor in June.", "pastor"),
    ],
)
def test_a_synonym_in_the_place_of_a_usual_companion(
    fit: CollocationFit, text: str, odd: str
) -> None:
    found = displacements(fit, text)
    assert found[odd] > 1
    assert max(value for form, value in found.items() if form != odd) < found[odd]


@pytest.mark.parametrize(
    "text",
    [
        "The enzyme lost one amino acid in the cold.",
        "We measured the refractive index of the oil.",
        "Our neighbours sold their house and moved to the coast.",
        "They met the prime minister in June.",
    ],
)
def test_expected_words_displace_nothing(fit: CollocationFit, text: str) -> None:
    assert not any(displacements(fit, text).values())


def test_words_apart_expect_nothing_of_each_other(fit: CollocationFit) -> None:
    """A comma, or the end of a sentence, stands between them."""
    assert not displacements(fit, "It is refractive, list and all.")["list"]
    assert not displacements(fit, "The oil is refractive. List the rest.")["list"]


def test_names_and_addresses_are_not_judged(fit: CollocationFit) -> None:
    found = displacements(fit, "The prime Pastor wrote to amino@corrosive.org in June.")
    assert not found["pastor"]


@given(text=st.text(max_size=60))
def test_any_text_has_displacements_in_range(fit: CollocationFit, text: str) -> None:
    document = segment(text)
    found = displacement(fit, document, fit.features.collocations.ids(document.forms))
    assert found.shape == (document.n_tokens,)
    assert np.all((found >= 0) & (found <= LARGEST))
