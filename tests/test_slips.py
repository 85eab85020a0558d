from __future__ import annotations

import numpy as np
import pytest

from detector.blend import Blend, blended
from detector.resources import Resources, default_folder
from detector.segment import segment
from detector.slips import FEW_WORDS, HIGHEST_RATE, slip_rate, slips


@pytest.fixture(scope="module")
def resources() -> Resources:
    return Resources.open(default_folder())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The the number grew in in June.", ["the", "the", "in", "in"]),
        ("In conclution we agree.", ["conclution"]),
        ("She lives in Wrzeszczyn with Mbweha.", []),  # names may be unknown
        ("His self-mastery was a re-enchantment.", []),  # compounds may be new
        ("A luminous evening; no word of it is odd.", []),
        ("He had had enough, that much was clear.", ["had", "had"]),
        ("Yes, yes. No. No.", []),  # a mark stands between
        ("", []),
    ],
)
def test_slips(resources: Resources, text: str, expected: list[str]) -> None:
    document = segment(text, resources.boundaries)
    found = slips(document, resources.collocations.ids(document.forms), resources.lexicon)
    assert [document.forms[at] for at in np.flatnonzero(found)] == expected


def test_the_rate_is_of_a_hundred_words_and_bounded() -> None:
    mask = np.zeros(500, np.bool_)
    assert slip_rate(mask, 450) == 0
    mask[:10] = True
    assert slip_rate(mask, 500 - FEW_WORDS) == pytest.approx(2.0)
    assert slip_rate(mask, 500 - FEW_WORDS) < slip_rate(mask, 300)
    assert slip_rate(np.ones(40, np.bool_), 40) == HIGHEST_RATE


def test_the_more_slips_the_less_sure() -> None:
    p = np.array([0.9, 0.0, 0.2], np.float32)
    weights = Blend(1.0, 0.3, 0.0, 0.0, slips=0.5)
    few, many = (blended(p, p, weights, slip_rate=rate) for rate in (0.0, 3.0))
    assert np.all(many[p > 0] < few[p > 0])
    assert many[1] == few[1] == 0
