"""The shipped restorer, alone and with a head that knows the answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from detector import Candidate, Detector
from detector.document import Document
from detector.encoder import Reading
from detector.errors import ModelError
from detector.restoration import FEATURES, MAX_CANDIDATES, Restorer
from detector.restoration_head import Asked, Offers
from detector.segment import segment

TEXT = "Over the years it has wilt increasingly common. They protract to meet in the bosom of town."


class Oracle:
    """A head that offers the same forms everywhere."""

    def __init__(self, *forms: str) -> None:
        self.forms = list(forms)

    def best(self, vectors: NDArray[Any], n: int, asked: Asked) -> Offers:
        ranks = np.tile(np.arange(len(self.forms)), (len(vectors), 1))[:, :n]
        log_p, asked_log_p = (-0.1 - place.astype(np.float32) for place in (ranks, asked.forms))
        return Offers(ranks, log_p, asked_log_p)


@pytest.fixture(scope="module")
def restorer(detector: Detector) -> Restorer:
    return replace(detector.resources.restorer, head=None)


def restore(
    restorer: Restorer, document: Document, *words: str
) -> dict[int, tuple[Candidate, ...]]:
    tokens = sorted(document.forms.index(word) for word in words)
    ids = restorer.reader.collocations.ids(document.forms)
    reading = Reading(
        np.zeros(document.n_tokens, np.float32),
        np.array(tokens, np.int64),
        np.zeros((len(tokens), 4), np.float16),
    )
    return restorer.candidates(document, ids, tokens, reading)


def test_candidates_without_a_head(restorer: Restorer) -> None:
    document = segment(TEXT)
    found = restore(restorer, document, "wilt", "protract")
    forms = [[one.form for one in candidates] for candidates in found.values()]
    assert "become" in forms[0]
    assert "continue" in forms[1]
    assert restore(restorer, document) == {}


@pytest.mark.parametrize("head", [None, Oracle("become", "grown", "zzyzx", "")])
def test_confidences_are_probabilities(restorer: Restorer, head: Oracle | None) -> None:
    document = segment(TEXT)
    found = restore(replace(restorer, head=head), document, *sorted(set(document.forms)))
    assert len(found) == len(set(document.forms))
    for token, candidates in found.items():
        confidences = [one.confidence for one in candidates]
        assert confidences == sorted(confidences, reverse=True)
        assert 0 <= sum(confidences) <= 1 + 1e-9
        assert len(candidates) <= MAX_CANDIDATES
        assert document.forms[token] not in [one.form for one in candidates]


def test_the_head_takes_part(restorer: Restorer) -> None:
    document = segment(TEXT)
    alone = restore(restorer, document, "town")
    told = restore(replace(restorer, head=Oracle("parliament")), document, "town")
    token = document.forms.index("town")
    assert "parliament" not in [one.form for one in alone[token]]
    assert "parliament" in [one.form for one in told[token]]


def test_a_form_that_nobody_knows_is_passed_over(restorer: Restorer) -> None:
    document = segment(TEXT)
    assert restore(replace(restorer, head=Oracle("zzyzx")), document, "town") == restore(
        restorer, document, "town"
    )


def test_what_stands_around_decides_and_nothing_else(restorer: Restorer) -> None:
    alone = restore(restorer, segment(TEXT), "wilt")
    together = restore(restorer, segment(TEXT), "wilt", "bosom", "protract")
    (token,) = alone
    assert [one.form for one in alone[token]] == [one.form for one in together[token]]


def test_phrases(restorer: Restorer) -> None:
    document = segment("They stay at home on the off chance that it rains.")
    suspected = np.zeros(document.n_tokens, np.bool_)
    suspected[document.forms.index("chance")] = True
    (phrase,) = restorer.phrases(document, suspected, {})
    assert document.forms[phrase.first : phrase.last] == ["on", "the", "off", "chance", "that"]
    assert phrase.candidates[0].form == "if"
    suspected[:] = False
    assert list(restorer.phrases(document, suspected, {})) == []


def test_no_phrase_across_punctuation(restorer: Restorer) -> None:
    document = segment("They stay on the off chance, that is all.")
    suspected = np.ones(document.n_tokens, np.bool_)
    for phrase in restorer.phrases(document, suspected, {}):
        assert phrase.last <= document.forms.index("that") or phrase.first > 5


def test_two_words_that_go_together(restorer: Restorer) -> None:
    document = segment("She died of bosom malignancy in the spring.")
    first = document.forms.index("bosom")
    suspected = np.zeros(document.n_tokens, np.bool_)
    suspected[first : first + 2] = True
    candidates = {
        first: (Candidate("chest", 0.4), Candidate("breast", 0.3)),
        first + 1: (Candidate("disease", 0.4), Candidate("cancer", 0.3)),
    }
    (phrase,) = restorer.phrases(document, suspected, candidates)
    assert (phrase.first, phrase.last) == (first, first + 2)
    assert phrase.candidates[0].form == "breast cancer"
    assert sum(one.confidence for one in phrase.candidates) <= 1
    apart = {first: (Candidate("chest", 0.4),), first + 1: (Candidate("autumn", 0.4),)}
    assert list(restorer.phrases(document, suspected, apart)) == []


def test_texts_without_suspects_cost_nothing(
    restorer: Restorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Restorer, "pool", None)
    ids = restorer.reader.collocations.ids(segment(TEXT).forms)
    assert restorer.candidates(segment(TEXT), ids, []) == {}


def test_another_version_is_refused(detector: Detector, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="detector train restoration"):
        Restorer.open(tmp_path, detector.resources.fit, None)


def test_features_have_a_name_each(restorer: Restorer) -> None:
    assert len(set(FEATURES)) == len(FEATURES) == len(restorer.network.mean)


def test_a_finding_disappears_when_its_restoration_is_applied(
    detector: Detector, seeds: Path
) -> None:
    text = next(seeds.glob("000*.txt")).read_text(encoding="utf-8")
    report = detector.score(text)
    restored = report.restored()
    assert len(restored.edits) >= 3
    again = detector.score(restored.text)
    flagged = [finding.span for finding in again.findings]
    still = [
        edit
        for edit in restored.edits
        if any(
            span.start < edit.restored_end and edit.restored_start < span.end for span in flagged
        )
    ]
    assert still == []
    assert len(again.findings) < len(report.findings)
