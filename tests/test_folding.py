"""Folding."""

from __future__ import annotations

import pytest
from hypothesis import given
from strategies import texts

from detector.folding import UNSEEN, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Plain", "plain"),
        ("Don\u2019t", "don't"),
        ("rock\u2011solid", "rock-solid"),
        ("na\u00efve", "naive"),
        ("nai\u0308ve", "naive"),
        ("\ufb01sh", "fish"),
        ("\u00d8resund", "oresund"),
        ("\u0141\u00f3d\u017a", "lodz"),
        ("\u00c6gean", "aegean"),
        ("Stra\u00dfe", "strasse"),
        ("\u0130zmir", "izmir"),
        ("wi\u00adlt", "wilt"),
        ("a\u200bb\u200ec", "abc"),
        ("\u201cso\u201d", '"so"'),
        ("", ""),
    ],
)
def test_cases(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(texts)
def test_any_text(text: str) -> None:
    folded = fold(text)
    assert not set(folded) & set(UNSEEN)
    assert fold(text.replace("'", "\u2019")) == fold(text.replace("\u2019", "'"))
