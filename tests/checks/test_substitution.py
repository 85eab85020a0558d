"""The substitution check, with counts made up for the purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from detector.analysis import Analysis, Candidate, Phrase
from detector.association import ContingencyTable
from detector.checks.substitution import Substitution
from detector.report import Finding
from detector.segment import segment

FORMS = ["each", "other's", "writ", "command", "structures", "order", "older", "earlier", "this"]
COUNTS = {
    ("command", "structures"): 212,
    ("order", "structures"): 9,
    ("other's", "order"): 3,
    ("earlier", "this"): 3387,
    ("older", "this"): 90,
    ("writ", "this"): 20,
}
CHANCE = {("older", "this")}
"""Two common words, which meet less often than chance would have it."""


@dataclass(frozen=True)
class Counts:
    """Counts of the pairs above, whose words keep to each other, but for `CHANCE`."""

    words: int = 1_000_000

    def ids(self, forms: Sequence[str]) -> NDArray[np.int32]:
        return np.array([FORMS.index(form) if form in FORMS else -1 for form in forms], np.int32)

    def table(self, left: ArrayLike, right: ArrayLike) -> ContingencyTable:
        pair = _pair(left, right)
        times = COUNTS.get(pair, 0)
        margin = self.words // 20 if pair in CHANCE else 10 * (times + 1)
        return ContingencyTable(times, margin, margin, self.words)


def _pair(left: ArrayLike, right: ArrayLike) -> tuple[str, str]:
    return FORMS[int(np.asarray(left))], FORMS[int(np.asarray(right))]


def find(
    text: str,
    candidates: Mapping[int, tuple[Candidate, ...]],
    *,
    judge: Literal["encoder", "collocations"] = "collocations",
    p: float = 0.9,
    phrases: tuple[Phrase, ...] = (),
) -> list[Finding]:
    document = segment(text)
    blank = np.zeros(document.n_tokens, np.float32)
    posterior = blank.copy()
    posterior[list(candidates)] = p
    analysis = Analysis(
        document=document,
        ids=blank.astype(np.int32),
        log_frequency=blank,
        npmi_before=blank,
        npmi_after=blank,
        p_replaced=posterior,
        p_posterior=posterior,
        share=0.1,
        judge=judge,
        is_running=np.ones(document.n_tokens, dtype=np.bool_),
        candidates=candidates,
        phrases=phrases,
    )
    return list(Substitution(Counts(), floor=0.5).find(analysis))


def test_finding_has_place_candidates_and_counts() -> None:
    text = "Learn each other's writ structures."
    candidates = (Candidate("command", 0.6), Candidate("order", 0.2))
    (finding,) = find(text, {3: candidates})
    assert text[finding.start : finding.end] == finding.actual == "writ"
    assert finding.check == "substitution"
    assert finding.probability == pytest.approx(0.9)
    assert [(e.text, e.confidence) for e in finding.expected] == [("command", 0.6), ("order", 0.2)]
    (right, left) = [evidence.message for evidence in finding.evidence]
    assert right == (
        "'command structures' 212 times in the reference corpus (log-likelihood 1,257), "
        "'writ structures' at most once"
    )
    assert left.startswith("'other's order' 3 times")


def test_suggestions_are_capitalised_like_the_word() -> None:
    candidates = {0: (Candidate("earlier", 0.7),)}
    assert find("Older this year.", candidates)[0].expected[0].text == "Earlier"
    assert find("OLDER THIS YEAR.", candidates)[0].expected[0].text == "EARLIER"


def test_unlikely_candidates_are_no_evidence() -> None:
    candidates = (Candidate("writ", 0.6), Candidate("command", 0.01))
    (finding,) = find("Learn writ structures.", {1: candidates})
    assert [evidence.message for evidence in finding.evidence] == [
        "'writ structures' at most once in the reference corpus of 1,000,000 words"
    ]


def test_attested_pair_is_no_evidence_against_a_word() -> None:
    (finding,) = find("Learn order structures.", {1: (Candidate("command", 0.6),)})
    assert all("'order structures'" not in evidence.message for evidence in finding.evidence)


def test_a_rarer_pair_is_no_evidence() -> None:
    text = "Older this structures."
    rarer = {0: (Candidate("writ", 0.6),)}
    commoner = {0: (Candidate("earlier", 0.6),)}
    assert COUNTS["writ", "this"] < COUNTS["older", "this"] < COUNTS["earlier", "this"]
    assert all("'writ this'" not in reason.message for reason in find(text, rarer)[0].evidence)
    assert "'earlier this' 3,387 times" in find(text, commoner)[0].evidence[0].message


def test_pauses_part_neighbours() -> None:
    (finding,) = find("The writ, structures.", {1: (Candidate("command", 0.6),)})
    assert all("structures" not in evidence.message for evidence in finding.evidence)


def test_word_without_neighbours_still_has_evidence() -> None:
    (finding,) = find("Writ.", {0: ()})
    assert len(finding.evidence) == 1


def test_encoder_says_so() -> None:
    (finding,) = find("Writ.", {0: ()}, judge="encoder")
    assert [evidence.kind for evidence in finding.evidence] == ["encoder"]


def test_below_the_floor_nothing_is_found() -> None:
    assert find("Learn writ structures.", {1: ()}, p=0.49) == []


def test_a_phrase_is_one_finding() -> None:
    text = "On the off chance that it rains they stay."
    candidates = {3: (Candidate("luck", 0.3),), 8: (Candidate("remain", 0.7),)}
    listed = Phrase(0, 5, (Candidate("if", 0.9),), times=816)
    phrase, word = find(text, candidates, judge="encoder", phrases=(listed,))
    assert phrase.actual == "On the off chance that"
    assert phrase.expected[0].text == "If"
    assert phrase.probability == pytest.approx(0.9)
    assert "816 times" in phrase.evidence[0].message
    assert word.actual == "stay"


def test_a_phrase_without_a_suspect_is_none() -> None:
    listed = Phrase(0, 5, (Candidate("if", 0.9),), times=816)
    found = find("On the off chance that it rains they stay.", {8: ()}, phrases=(listed,))
    assert [finding.actual for finding in found] == ["stay"]


def test_two_words_that_make_a_collocation_say_so() -> None:
    candidates = {1: (Candidate("breast", 0.5),), 2: (Candidate("cancer", 0.5),)}
    pair = Phrase(1, 3, (Candidate("breast cancer", 0.8),))
    (finding,) = find("About bosom malignancy here.", candidates, phrases=(pair,))
    assert finding.actual == "bosom malignancy"
    assert "'breast cancer'" in finding.evidence[0].message
