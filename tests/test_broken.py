"""Words that a converter cut in two, by the models that ship."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.annotate import judge
from detector.broken import broken
from detector.fit import CollocationFit
from detector.language import LONGEST_WORD
from detector.resources import Resources
from detector.segment import segment


@pytest.fixture(scope="module")
def resources() -> Resources:
    return Resources.open(Path(__file__).parent.parent / "models")


def halves(fit: CollocationFit, text: str) -> list[str]:
    document = segment(text)
    collocations = fit.features.collocations
    found = broken(document, collocations.ids(document.forms), collocations, fit.features.lexicon)
    return [form for form, half in zip(document.forms, found.tolist(), strict=True) if half]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In this paper we intro duce a lamp.", ["intro", "duce"]),
        ("The demon strated effect was small.", ["demon", "strated"]),
        ("They paid close atten\ntion to the bench marks.", ["atten", "tion", "bench", "marks"]),
        ("For some time he saw it every day, in stability and in storm.", []),
        ("She came across a round table of ten.", []),
        ("We intro, duce and all.", []),
        ("It is said that theresultsofthesecondtrial were good.", ["theresultsofthesecondtrial"]),
        ("The internationalisation of the trade.", []),
        ("Both intro-duce and demon/strate are whole tokens or none.", []),
    ],
)
def test_halves_make_a_word_that_is_known_better(
    resources: Resources, text: str, expected: list[str]
) -> None:
    assert halves(resources.fit, text) == expected


def test_halves_are_not_judged(resources: Resources) -> None:
    document = segment("In this paper we demon strate that the lamp has wilt more regular.")
    (judged,) = judge([document], resources.fit, resources.encoder)
    p = dict(zip(document.forms, judged.p_replaced.tolist(), strict=True))
    assert p["demon"] == p["strate"] == 0
    assert p["wilt"] > 0


@given(text=st.text(alphabet="aden ing.\n", max_size=60))
def test_halves_come_in_twos(resources: Resources, text: str) -> None:
    assert len([form for form in halves(resources.fit, text) if len(form) <= LONGEST_WORD]) != 1
