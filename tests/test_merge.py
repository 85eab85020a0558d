"""Merging: disjoint, sorted, nothing lost, whatever the order."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.document import Span
from detector.merge import LONGEST_PHRASE, merge
from detector.report import Evidence, Finding, Suggestion
from detector.segment import segment

TEXT = "Sure, here is a rewritten draft of it: an structuring of writ groups has wilt regular."
DOCUMENT = segment(TEXT)


def on(
    actual: str,
    check: str,
    probability: float,
    *expected: tuple[str, float],
    evidence: str = "because",
) -> Finding:
    start = TEXT.index(actual)
    return Finding.at(
        DOCUMENT,
        Span(start, start + len(actual)),
        check=check,
        probability=probability,
        expected=tuple(Suggestion(*pair) for pair in expected),
        evidence=(Evidence(check, evidence),),
    )


def texts(finding: Finding) -> list[str]:
    return [suggestion.text for suggestion in finding.expected]


def test_a_single_finding_stays_as_it_is() -> None:
    finding = on("wilt", "substitution", 0.7, ("become", 0.8), ("grown", 0.1))
    assert merge([finding]) == (finding,)


def test_nothing_gives_nothing() -> None:
    assert merge([]) == ()


def test_the_stronger_check_names_the_finding() -> None:
    weak = on("wilt", "inflection", 0.5, ("wilted", 0.6))
    strong = on("wilt", "substitution", 0.8, ("become", 0.9))
    [merged] = merge([weak, strong])
    assert (merged.actual, merged.check) == ("wilt", "substitution")
    assert merged.probability == pytest.approx(1 - 0.2 * 0.5)
    assert [evidence.kind for evidence in merged.evidence] == ["substitution", "inflection"]
    assert texts(merged) == ["become", "wilted"]
    confidences = [suggestion.confidence for suggestion in merged.expected]
    assert confidences == pytest.approx([0.9 * 0.8 / 1.3, 0.6 * 0.5 / 1.3])


def test_one_check_counts_once() -> None:
    findings = [on("wilt", "substitution", 0.6), on("has wilt", "substitution", 0.5)]
    [merged] = merge(findings)
    assert merged.probability == 0.6


def test_a_suggestion_for_a_word_is_fitted_to_the_phrase_around_it() -> None:
    article = on("an structuring", "article_agreement", 0.8, ("a structuring", 0.5))
    word = on("structuring", "substitution", 0.6, ("alignment", 0.9))
    [merged] = merge([article, word])
    assert merged.actual == "an structuring"
    assert set(texts(merged)) == {"a structuring", "an alignment"}


def test_a_suggestion_that_does_not_fit_becomes_evidence() -> None:
    article = on("an structuring", "article_agreement", 0.5, ("a structuring", 0.5))
    word = on("structuring", "substitution", 0.6, ("alignment", 0.9))
    [merged] = merge([article, word])
    assert merged.actual == "structuring"
    assert texts(merged) == ["alignment"]
    assert "'an structuring': expected 'a structuring'" in [e.message for e in merged.evidence]


def test_a_phrase_is_cut_to_the_word_where_only_the_word_changes() -> None:
    phrase = on("has wilt", "inflection", 0.5, ("has wilted", 0.5))
    word = on("wilt", "substitution", 0.6, ("become", 0.9))
    [merged] = merge([phrase, word])
    assert texts(merged) == ["become", "wilted"]


def test_a_word_wins_over_the_sentence_around_it() -> None:
    passage = "Sure, here is a rewritten draft of it:"
    assert len(passage.split()) > LONGEST_PHRASE
    [merged] = merge(
        [on(passage, "rewriter_residue", 0.99), on("draft", "substitution", 0.5, ("copy", 0.5))]
    )
    assert (merged.actual, merged.check) == ("draft", "substitution")
    assert merged.probability > 0.99
    assert [evidence.kind for evidence in merged.evidence] == ["substitution", "rewriter_residue"]


def test_a_sentence_is_evidence_of_every_word_in_it() -> None:
    passage = "Sure, here is a rewritten draft of it:"
    words = [on("draft", "substitution", 0.5), on("rewritten", "substitution", 0.5)]
    merged = merge([on(passage, "rewriter_residue", 0.9), *words])
    assert [finding.actual for finding in merged] == ["rewritten", "draft"]
    assert all(len(finding.evidence) == 2 for finding in merged)


def test_a_sentence_alone_stays() -> None:
    passage = on("Sure, here is a rewritten draft of it:", "rewriter_residue", 0.99)
    assert merge([on("wilt", "substitution", 0.5), passage])[0] == passage


def test_neighbours_stay_apart() -> None:
    findings = [on("has", "substitution", 0.5), on("wilt", "substitution", 0.5)]
    assert merge(reversed(findings)) == tuple(findings)


_spans = st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 40)).map(
    lambda pair: Span(pair[0], min(pair[0] + pair[1], len(TEXT)))
)
_suggestions = st.lists(
    st.builds(Suggestion, st.sampled_from(["become", "grown", "an alignment"]), st.floats(0, 1)),
    max_size=3,
).map(tuple)
_reasons = st.lists(
    st.builds(Evidence, st.sampled_from(["collocation", "grammar"]), st.sampled_from("abc")),
    min_size=1,
    max_size=3,
).map(tuple)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    return Finding.at(
        DOCUMENT,
        draw(_spans),
        check=draw(st.sampled_from(["substitution", "inflection", "spintax", "obfuscation"])),
        probability=draw(st.floats(0, 1)),
        expected=draw(_suggestions),
        evidence=draw(_reasons),
    )


def close(first: tuple[Finding, ...], second: tuple[Finding, ...]) -> bool:
    """Equal but for the last bits of confidences, which are averages."""
    return len(first) == len(second) and all(
        (a.span, a.check, a.evidence, {s.text for s in a.expected})
        == (b.span, b.check, b.evidence, {s.text for s in b.expected})
        and math.isclose(a.probability, b.probability)
        for a, b in zip(first, second, strict=True)
    )


@given(st.lists(findings(), max_size=12))
def test_invariants(given_findings: list[Finding]) -> None:
    merged = merge(given_findings)
    # Sorted and disjoint, on the text.
    assert all(a.end <= b.start for a, b in pairwise(merged))
    assert all(TEXT[finding.start : finding.end] == finding.actual for finding in merged)
    # Every finding lives on in one that it overlaps, and no evidence or probability is lost.
    for finding in given_findings:
        heirs = [heir for heir in merged if heir.span.overlaps(finding.span)]
        assert heirs
        assert all(set(finding.evidence) <= set(heir.evidence) for heir in heirs)
        assert all(heir.probability >= finding.probability for heir in heirs)
    for finding in merged:
        assert 0 <= finding.probability <= 1
        assert len(set(finding.evidence)) == len(finding.evidence)
        confidences = [suggestion.confidence for suggestion in finding.expected]
        assert confidences == sorted(confidences, reverse=True)
        assert len(set(texts(finding))) == len(confidences)
        assert all(0 <= confidence <= 1 for confidence in confidences)
    assert close(merge(merged), merged)


@given(
    st.lists(findings(), max_size=8).flatmap(lambda f: st.tuples(st.just(f), st.permutations(f)))
)
def test_the_order_does_not_matter(orders: tuple[list[Finding], list[Finding]]) -> None:
    first, second = orders
    assert merge(first) == merge(second)
