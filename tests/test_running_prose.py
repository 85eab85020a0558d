"""What is running prose, and what is headlines and notes?"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import texts

from detector import Detector
from detector.annotate import judge
from detector.errors import ModelError
from detector.evidence import ArticleEvidence
from detector.report import Report
from detector.resources import Resources
from detector.running_prose import ENTER, LEAVE, SHARES, RunningProse, _posterior, is_full, shares
from detector.segment import segment

CASES = {
    row["name"]: row
    for row in map(
        json.loads,
        (Path(__file__).parent / "cases" / "running_prose.jsonl")
        .read_text(encoding="utf-8")
        .splitlines(),
    )
}
HEADLINES = str(CASES["a page of headlines"]["text"])
ARTICLE = str(CASES["an article"]["text"])


@pytest.fixture(scope="module")
def rule() -> RunningProse:
    found = Resources.open().running_prose
    assert found is not None
    return found


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_case(rule: RunningProse, case: dict[str, object]) -> None:
    document = segment(str(case["text"]))
    assert np.flatnonzero(~rule.paragraphs(document)).tolist() == case["notes"], case["note"]


@given(st.lists(texts | st.sampled_from([HEADLINES, ARTICLE]), max_size=4).map("\n\n".join))
def test_every_token_belongs_to_a_paragraph_of_one_kind(rule: RunningProse, text: str) -> None:
    document = segment(text)
    paragraphs, tokens = rule.paragraphs(document), rule.tokens(document)
    assert paragraphs.shape == (document.n_paragraphs,)
    np.testing.assert_array_equal(
        tokens, paragraphs[document.paragraph_of[document.sentence_of]].reshape(-1)
    )
    assert np.isfinite(rule.log_odds(document)).all()


@settings(max_examples=20)
@given(st.lists(texts | st.sampled_from([HEADLINES, ARTICLE]), min_size=1, max_size=4))
def test_a_paragraph_does_not_depend_on_other_documents(
    detector: Detector, rule: RunningProse, batch: Sequence[str]
) -> None:
    fit = detector.resources.fit
    documents = [segment(text) for text in batch]
    together = judge(documents, fit, None, rule)
    for document, judged in zip(documents, together, strict=True):
        (alone,) = judge([document], fit, None, rule)
        np.testing.assert_array_equal(judged.is_running, alone.is_running)
        np.testing.assert_array_equal(judged.p_replaced, alone.p_replaced)


@given(st.lists(st.floats(-8, 8), min_size=1, max_size=7))
def test_the_chain_weighs_all_ways_to_read_the_paragraphs(log_odds: list[float]) -> None:
    step = {(0, 0): 1 - ENTER, (0, 1): ENTER, (1, 0): LEAVE, (1, 1): 1 - LEAVE}
    weights = np.zeros((len(log_odds), 2))
    for kinds in itertools.product((0, 1), repeat=len(log_odds)):
        weight = (LEAVE, ENTER)[kinds[0]]
        weight *= math.prod(step[pair] for pair in itertools.pairwise(kinds))
        weight *= math.exp(math.fsum(itertools.compress(log_odds, kinds)))
        weights[np.arange(len(kinds)), kinds] += weight
    expected = np.log(weights[:, 1] / weights[:, 0])
    np.testing.assert_allclose(_posterior(log_odds), expected, rtol=1e-6, atol=1e-6)


def test_shares_are_those_of_the_words() -> None:
    document = segment("Tide Tables for the North quay\n\nSee v2.1_a on it.")
    found = shares(document)
    assert dict(zip(SHARES, found[0].tolist(), strict=True)) == pytest.approx(
        {"function_words": 2 / 6, "articles": 1 / 6, "capitals": 2 / 5, "codes": 0}
    )
    assert found[1].tolist() == pytest.approx([2 / 4, 0, 0, 1 / 4])


def test_full_sentences_are_long_and_end_in_a_stop() -> None:
    sentence = "One two three four five six seven eight nine ten eleven twelve"
    document = segment(f"{sentence}.\n\n{sentence}\n\nOne two three.")
    assert is_full(document).tolist() == [True, False, False]


def test_full_sentences_go_with_their_neighbours() -> None:
    rule = RunningProse(intercept=5.0, root=0.0, weights=(0.0,) * len(SHARES))
    sentence = "One two three four five six seven eight nine ten eleven twelve."
    assert rule.log_odds(segment(f"{sentence}\n\nOne two")).tolist() == [0.0, 5.0]


@pytest.mark.parametrize("alone", [False, True], ids=["with the encoder", "collocations alone"])
def test_notes_are_read_and_not_judged(detector: Detector, rule: RunningProse, alone: bool) -> None:
    encoder = None if alone else detector.resources.encoder
    spun = str(CASES["a spun article"]["text"])
    document = segment(f"{spun}\n\n{HEADLINES}")
    (judged,) = judge([document], detector.resources.fit, encoder, rule)
    (everything,) = judge([document], detector.resources.fit, encoder)
    n_prose = segment(spun).n_tokens
    assert judged.is_running.tolist() == [True] * n_prose + [False] * (document.n_tokens - n_prose)
    assert not judged.p_replaced[n_prose:].any()
    assert not judged.posterior.p[n_prose:].any()
    assert everything.p_replaced[n_prose:].any()
    np.testing.assert_array_equal(judged.p_replaced[:n_prose], everything.p_replaced[:n_prose])


def test_notes_are_no_evidence(detector: Detector) -> None:
    ((report, evidence),) = detector.weigh([f"{ARTICLE}\n\n{HEADLINES}"])
    assert evidence is not None
    assert evidence.n_words == segment(ARTICLE).n_words < report.n_words
    assert report.status == "scored"


def test_a_trace_in_a_headline_counts(detector: Detector) -> None:
    text = f"{HEADLINES}\n\nStor\u200bm warn\u200bing lifted\n\n{ARTICLE}"
    ((report, evidence),) = detector.weigh([text])
    assert [finding.check for finding in report.findings][:1] == ["obfuscation"]
    assert evidence is not None
    assert evidence.residue.any()


def test_headlines_get_no_reliability(detector: Detector) -> None:
    report = detector.score(HEADLINES)
    assert (report.status, report.reliability, report.verdict) == ("short", None, None)
    assert report.reason == "mostly headlines or notes: no running prose to judge"
    assert report.n_words == segment(HEADLINES).n_words
    assert report.findings == ()


def test_a_sentence_among_headlines_is_too_little(detector: Detector) -> None:
    prose = ARTICLE.partition("\n")[0].partition(". ")[0] + "."
    report = detector.score(f"{HEADLINES}\n\n{prose * 2}")
    assert report.status == "short"
    assert report.reason is not None
    assert report.reason.startswith("mostly headlines or notes: ")


def test_residue_is_found_in_headlines(detector: Detector) -> None:
    text = (
        f"{HEADLINES}\n\nHarbour {{fees|charges|dues}} up again\n\nSt\u043erm w\u0430rning lifted"
    )
    report = detector.score(text)
    assert report.status == "short"
    assert {finding.check for finding in report.findings} == {"spintax", "obfuscation"}


def test_models_without_the_rule_judge_everything(detector: Detector) -> None:
    annotator = replace(detector._annotator, running_prose=None)
    (analysis,) = annotator.annotate([segment(HEADLINES)])
    assert analysis.is_running.all()
    assert ArticleEvidence.of(analysis, []).n_words == segment(HEADLINES).n_words


def test_what_is_written_can_be_read(rule: RunningProse, tmp_path: Path) -> None:
    path = tmp_path / "header.json"
    path.write_text(json.dumps(rule.header()), encoding="utf-8")
    assert RunningProse.open(tmp_path) == rule
    path.write_text(json.dumps({**rule.header(), "format": 0}), encoding="utf-8")
    with pytest.raises(ModelError, match="detector train prose"):
        RunningProse.open(tmp_path)


def test_reports_of_notes_survive_a_round_trip(detector: Detector) -> None:
    report = detector.score(HEADLINES)
    assert Report.from_dict(report.to_dict()) == report
