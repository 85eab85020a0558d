"""The inflection check."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from analyses import unjudged
from numpy.typing import ArrayLike, NDArray

from detector.analysis import Candidate
from detector.checks.inflection import Inflection
from detector.collocations import Collocations
from detector.lexicon import Lexicon
from detector.resources import default_folder

ROOT = Path(__file__).parent.parent
CASES = [
    json.loads(line)
    for line in (ROOT / "cases" / "inflection.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def check() -> Inflection:
    models = default_folder()
    return Inflection(Lexicon.open(models / "lexicon"), Collocations.open(models / "collocations"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["text"])[:40])
def test_case(case: dict[str, Any], check: Inflection) -> None:
    text = str(case["text"])
    found = list(check.find(unjudged(text)))
    assert [finding.actual for finding in found] == [
        finding["actual"] for finding in case["flagged"]
    ]
    for finding, expected in zip(found, case["flagged"], strict=True):
        assert text[finding.start : finding.end] == finding.actual
        assert set(expected["expected"]) <= {suggestion.text for suggestion in finding.expected}


def test_both_outcomes_have_cases() -> None:
    assert any(case["flagged"] for case in CASES)
    assert any(not case["flagged"] for case in CASES)


@dataclass
class FakeForms:
    """A lexicon of four words."""

    def tags(self, form: str) -> frozenset[str]:
        table = {"wilt": {"VB", "VBP"}, "become": {"VBN"}, "calm": {"JJ"}, "quickly": {"RB"}}
        return frozenset(table.get(form, set()))

    def lemmas(self, form: str) -> frozenset[str]:
        return frozenset({form})

    def inflect(self, lemma: str, tag: str) -> str | None:
        return {"VBN": "wilted"}.get(tag) if lemma == "wilt" else None


@dataclass
class FakePairs:
    """Collocations in which the pair of an opener and "wilt" occurs `wilt` times."""

    wilt: int = 0

    def ids(self, forms: Sequence[str]) -> NDArray[np.int32]:
        known = {"wilt": 0, "wilted": 1}
        return np.array([known.get(form, -1) for form in forms], dtype=np.int32)

    def counts(self, left: ArrayLike, right: ArrayLike) -> NDArray[np.int64]:
        return np.where(np.asarray(right) == 0, self.wilt, 50)


def test_candidates_in_the_right_form_come_first() -> None:
    candidates = {2: (Candidate("become", 0.5), Candidate("calm", 0.3))}
    check = Inflection(FakeForms(), FakePairs())
    (finding,) = check.find(unjudged("Training has wilt more regular.", candidates))
    assert [suggestion.text for suggestion in finding.expected] == ["become", "wilted"]
    assert finding.expected[0].confidence == pytest.approx(0.4)
    assert "needs a past participle" in finding.evidence[0].message


def test_attested_pairs_are_left_alone() -> None:
    text = "Training has wilt more regular."
    assert list(Inflection(FakeForms(), FakePairs(wilt=3)).find(unjudged(text)))
    assert not list(Inflection(FakeForms(), FakePairs(wilt=40)).find(unjudged(text)))


def test_adverbs_may_stand_between() -> None:
    check = Inflection(FakeForms(), FakePairs())
    assert list(check.find(unjudged("It has not quickly wilt.")))
    assert not list(check.find(unjudged("It has, quickly wilt.")))
