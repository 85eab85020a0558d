"""What ``detector evaluate --grammar`` measures, with a LanguageTool that matches every "wilt"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pytest
from fake_detector import score

from detector.document import Span
from detector.errors import SourceError
from detector.evaluation.grammar import Score, grammar_figures
from detector.evaluation.labelled import Dataset, Kind, LabelledText, Replaced
from detector.evaluation.sample import Figure
from detector.grammar import GrammarMatch
from detector.report import Evidence, Report
from detector.sources import Article

SPUN = "The committee has wilt. They wilt again. " + "Nothing else happened there. " * 12
HONEST = "Tulips wilt in the sun. " + "Nothing else happened there. " * 12


def plain(texts: Sequence[str]) -> Iterator[Report]:
    for text in texts:
        yield from score([Article("a", text)])


def helped(texts: Sequence[str]) -> Iterator[Report]:
    """Grammar supports the first finding of a text."""
    for report in plain(texts):
        first, *others = report.findings
        evidence = (*first.evidence, Evidence("grammar", "Verb form"))
        yield replace(report, findings=(replace(first, evidence=evidence), *others))


def silent(texts: Sequence[str]) -> Iterator[Report]:
    for report in plain(texts):
        yield replace(report, warnings=("no grammar evidence: LanguageTool did not answer",))


def matches(text: str) -> list[GrammarMatch]:
    at = text.index("wilt")
    return [GrammarMatch(Span(at, at + 4), "Verb form", ())]


def figures(score_with_grammar: Score = helped) -> dict[str, Figure]:
    replaced = (Replaced(Span(18, 22)), Replaced(Span(29, 33)))
    texts = (
        LabelledText("spun", SPUN, True, replaced),
        LabelledText("honest", HONEST, False),
        LabelledText("unknown", HONEST + "More.", True),
    )
    datasets = [
        Dataset("articles", Kind.ARTICLES, "articles", texts),
        Dataset("words", Kind.SUBSTITUTES, "words", texts),
    ]
    found: Iterable[Figure] = grammar_figures(
        datasets,
        plain,
        score_with_grammar,
        matches,
        replicates=3,
        seed=0,
    )
    return {figure.measure: figure for figure in found}


def test_support_is_counted_for_right_and_for_wrong_findings() -> None:
    found = figures()
    right = found["with --grammar: right findings that a match supports"]
    assert (right.value, right.n) == (0.5, 2)
    wrong = found["with --grammar: wrong findings that a match supports"]
    assert (wrong.value, wrong.n) == (1, 1)
    rate = found["matches of --grammar per 10,000 clean words"]
    assert rate.value == pytest.approx(10_000 / rate.n)
    assert found["time with --grammar, times that without"].value > 0
    assert {figure.dataset for figure in found.values()} == {"articles"}


def test_a_server_that_does_not_answer_gives_no_figures() -> None:
    with pytest.raises(SourceError, match="did not answer"):
        figures(silent)
