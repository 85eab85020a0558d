"""A whole run on a tiny labelled set, with a scorer that knows the answers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from detector.document import Span
from detector.errors import ConfigError, SourceError
from detector.evaluation import (
    Evaluation,
    compare,
    evaluate,
    from_json,
    read_evaluation,
    render_difference,
    render_table,
    to_json,
)
from detector.evaluation.evaluation import Skipped
from detector.evaluation.labelled import Dataset, Kind, LabelledText, Replaced, pooled
from detector.evaluation.run import load_datasets
from detector.evaluation.scorers import Flagged, Judgement, raised
from detector.report import Verdict
from detector.segment import segment

SENTENCE = "The old crane stands beside the harbour wall and waits for the spring tide again. "
SPUN = SENTENCE.replace("crane", "derrick") * 3
CLEAN = SENTENCE * 3


@dataclass(frozen=True)
class WordList:
    """Flags the words of a list, and expects one word in place of each."""

    words: frozenset[str]
    expected: str = "crane"
    name: str = "word list"

    def judge(self, texts: Sequence[str], *, lists: bool = True) -> Iterator[Judgement]:
        for text in texts:
            document = segment(text)
            flagged = tuple(
                Flagged(token.span, 0.9, (self.expected,))
                for token in document.tokens()
                if token.text.lower() in self.words
            )
            scores = raised(document, np.zeros(document.n_tokens, dtype=np.float32), flagged)
            reliability = 10.0 if flagged else 99.0
            alone = scores.copy()
            verdict: Verdict = "spun" if flagged else "clean"
            yield Judgement(document, scores, alone, flagged, reliability, verdict)


def articles(n: int = 6) -> Dataset:
    spans = tuple(
        Replaced(Span(at, at + 7), ("crane",))
        for at in range(len(SPUN))
        if SPUN.startswith("derrick", at)
    )
    texts = []
    for number in range(n):
        cluster, end = str(number), f"Page {number}."
        texts.append(LabelledText(f"{cluster}c", CLEAN + end, False, (), cluster=cluster))
        texts.append(LabelledText(f"{cluster}s", SPUN + end, True, spans, cluster=cluster))
    return Dataset("tiny", Kind.ARTICLES, "a tiny set", tuple(texts), paragraphs=True)


def measured(scorer: WordList, *datasets: Dataset) -> Evaluation:
    return evaluate(datasets or [articles()], [scorer], model_version="1", replicates=20)


@pytest.fixture(scope="module")
def perfect() -> Evaluation:
    return measured(WordList(frozenset({"derrick"})))


@pytest.mark.parametrize(
    "measure",
    [
        "words: average precision",
        "words: AUC",
        "words: recall at 1 false per 10,000 clean",
        "words: recall at 4 false per 10,000 clean, article's prior off",
        "changed content words: precision at recall 0.80",
        "findings: precision",
        "findings: recall",
        "restored words: first suggestion right",
        "paragraphs of 40 words by density of findings: accuracy",
        "documents by density of findings: AUC",
        "documents by mean word score: caught at 1 % false",
        "documents by reliability: AUC",
        "verdicts: spun articles called spun or suspect",
    ],
)
def test_a_scorer_that_knows_the_answers_is_perfect(perfect: Evaluation, measure: str) -> None:
    figure = perfect.figure("tiny", measure)
    assert (figure.value, figure.low, figure.high) == (1.0, 1.0, 1.0)


def test_a_scorer_that_flags_clean_words_is_charged() -> None:
    evaluation = measured(WordList(frozenset({"derrick", "tide"})))
    words = 3 * 15 + 2
    rate = evaluation.figure("tiny", "findings: false per 10,000 clean words")
    assert rate.value == pytest.approx(10_000 * 3 / words)
    assert evaluation.figure("tiny", "findings: precision").value == pytest.approx(0.5)
    assert evaluation.figure("tiny", "documents by density of findings: AUC").value == 1.0
    recall = evaluation.figure("tiny", "words: recall at 10 false per 10,000 clean")
    assert recall.value == 0.0


def test_an_uncertain_span_is_neither_right_nor_wrong() -> None:
    texts = tuple(
        replace(
            text,
            replaced=tuple(replace(entry, certain=False) for entry in (text.replaced or ())[1:])
            + (text.replaced or ())[:1],
        )
        for text in articles().texts
    )
    evaluation = measured(WordList(frozenset({"derrick"})), replace(articles(), texts=texts))
    assert evaluation.figure("tiny", "findings: precision").n == 6
    assert evaluation.figure("tiny", "findings: recall").n == 6


def test_restorations_are_compared_by_lemma_too() -> None:
    pytest.importorskip("lemminflect")
    evaluation = measured(WordList(frozenset({"derrick"}), expected="Cranes"))
    assert evaluation.figure("tiny", "restored words: first suggestion right").value == 0.0
    by_lemma = evaluation.figure("tiny", "restored words: first suggestion right, by lemma")
    assert by_lemma.value == 1.0


def test_labels_without_spans_give_documents_only() -> None:
    texts = tuple(replace(text, replaced=None) for text in articles().texts)
    evaluation = measured(WordList(frozenset({"derrick"})), replace(articles(), texts=texts))
    measures = {figure.measure for figure in evaluation.figures}
    assert "documents by density of findings: AUC" in measures
    assert not any(measure.startswith("words") for measure in measures)


def test_clean_sets_are_split_by_register_and_variety() -> None:
    texts = tuple(
        LabelledText(str(at), f"{CLEAN} The Tide.", False, (), (), str(at), group, "c", variety)
        for at, (group, variety) in enumerate([("news", "British"), ("non-native", "")] * 3)
    )
    evaluation = measured(WordList(frozenset({"tide"})), Dataset("honest", Kind.CLEAN, "", texts))
    rate = evaluation.figure("honest", "false findings per 10,000 words").value
    assert rate == pytest.approx(10_000 * 4 / 47)
    assert evaluation.figure("honest", "  news").value == pytest.approx(rate)
    names = evaluation.figure("honest", "false findings per 10,000 words of names")
    assert (names.value, names.n) == (10_000.0, 3)


@dataclass(frozen=True)
class Reader(WordList):
    """A word list that gives lists of words neither reliability nor verdict."""

    def judge(self, texts: Sequence[str], *, lists: bool = True) -> Iterator[Judgement]:
        for text, judgement in zip(texts, super().judge(texts, lists=lists), strict=True):
            listed = text.startswith("*")
            yield replace(judgement, reliability=None, verdict=None) if listed else judgement


def honest(group: str, *texts: str) -> list[LabelledText]:
    names = [f"{group}/{number}" for number in range(len(texts))]
    return [
        LabelledText(name, f"{text} {name}", False, cluster=name, group=group)
        for name, text in zip(names, texts, strict=True)
    ]


def test_the_worst_kind_is_one_of_running_prose_with_enough_documents() -> None:
    texts = [
        *honest("minutes", *["The tide."] * 2, *["The crane."] * 6),
        *honest("sermons", *["The crane."] * 8),
        *honest("titles", *["* tide tide"] * 5, *["tide tide"] * 3),
        *honest("rare", *["tide tide tide"] * 7),
    ]
    dataset = Dataset("special", Kind.CLEAN, "", tuple(texts))
    evaluation = measured(Reader(frozenset({"tide"})), dataset)
    worst = [figure for figure in evaluation.figures if "worst" in figure.measure]
    assert [figure.measure for figure in worst] == [
        "minutes | worst kind of running prose: false findings per 10,000 words"
    ]
    assert worst[0].value == evaluation.figure("special", "  minutes").value > 0


def test_a_kind_counts_as_running_prose_if_half_of_it_has_a_reliability() -> None:
    texts = [
        *honest("mixed", *["* tide"] * 4, *["tide"] * 4),
        *honest("sermons", *["The crane."] * 8),
    ]
    evaluation = measured(
        Reader(frozenset({"tide"})), Dataset("special", Kind.CLEAN, "", tuple(texts))
    )
    assert any(figure.measure.startswith("mixed | worst kind") for figure in evaluation.figures)


def test_documents_without_reliability_are_not_under_50() -> None:
    texts = [*honest("a", "tide", "* tide", "crane", "crane"), *honest("b", "crane")]
    evaluation = measured(
        Reader(frozenset({"tide"})), Dataset("special", Kind.CLEAN, "", tuple(texts))
    )
    under = evaluation.figure("special", "verdicts: clean articles with a reliability under 50")
    assert (under.value, under.n) == (0.2, 5)
    none = evaluation.figure("special", "verdicts: clean articles without a reliability")
    assert (none.value, none.n) == (0.2, 5)
    called = evaluation.figure("special", "documents called spun or suspect")
    assert (called.value, called.n) == (1, 5)
    share = evaluation.figure("special", "verdicts: clean articles called spun or suspect")
    assert (share.value, share.n) == (0.25, 4)


def test_the_worst_register_is_none_of_learners() -> None:
    texts = [*honest("non-native", "tide tide"), *honest("news", "tide"), *honest("speech", "sea")]
    evaluation = measured(
        Reader(frozenset({"tide"})), Dataset("honest", Kind.CLEAN, "", tuple(texts))
    )
    worst = [figure.measure for figure in evaluation.figures if "worst" in figure.measure]
    assert worst == ["news | worst register, without non-native: false findings per 10,000 words"]


def test_the_worst_is_asked_of_scorers_with_a_reliability_alone() -> None:
    texts = [*honest("non-native", "* tide"), *honest("news", "* tide"), *honest("speech", "* sea")]
    evaluation = measured(
        Reader(frozenset({"tide"})), Dataset("honest", Kind.CLEAN, "", tuple(texts))
    )
    assert evaluation.figure("honest", "  news").value > 0
    assert not any("worst" in figure.measure for figure in evaluation.figures)


def test_groups_of_spun_articles_are_counted() -> None:
    texts = [
        replace(text, group="K1" if text.cluster in "012" else "K2") for text in articles().texts
    ]
    uncertain = tuple(replace(entry, certain=False) for entry in texts[1].replaced or ())
    texts[1] = replace(texts[1], replaced=uncertain)
    dataset = replace(articles(), texts=tuple(texts))
    evaluation = measured(WordList(frozenset({"derrick", "tide"})), dataset)
    for measure, counts in (
        ("  K1: replaced found", (6, 6)),
        ("  K2: replaced found", (9, 9)),
        ("  K1: extra findings", (9, 18)),
        ("  K2: extra findings", (9, 18)),
    ):
        figure = evaluation.figure("tiny", measure)
        assert (figure.value, figure.n) == counts


def test_phrases_are_caught_or_wrongly_flagged() -> None:
    texts = tuple(
        LabelledText(
            f"{at}", f"Case {at}: {phrase} works.", spun, None, (Span(8, 8 + len(phrase)),)
        )
        for at, (phrase, spun) in enumerate(
            [("profound learning", True), ("deep learning", False), ("deep pools", False)]
        )
    )
    dataset = Dataset("phrases", Kind.PHRASES, "", texts, lists=False)
    evaluation = measured(WordList(frozenset({"profound", "learning"})), dataset)
    assert evaluation.figure("phrases", "phrases: precision").value == 0.5
    assert evaluation.figure("phrases", "phrases: recall").value == 1.0
    assert evaluation.figure("phrases", "phrases: AUC").value == 0.75


def test_reliability_is_judged_over_all_sets_together() -> None:
    other = replace(articles(), name="other")
    together = pooled([articles(), other])
    assert together is not None
    assert len(together.texts) == 24
    evaluation = measured(WordList(frozenset({"derrick"})), articles(), other, together)
    error = evaluation.figure("articles", "documents by reliability: calibration error")
    # The scorer says 10 for spun articles and 99 for clean ones.
    assert error.value == pytest.approx((0.1 + 0.01) / 2)
    assert {finding.dataset for finding in evaluation.findings} == {"tiny", "other"}
    assert pooled([articles()]) is None


def test_families_are_told_apart() -> None:
    texts = tuple(
        replace(text, group="crane to derrick" if text.spun else "news")
        for text in articles().texts
    )
    dataset = Dataset("families", Kind.FAMILIES, "", texts)
    evaluation = measured(WordList(frozenset({"derrick"})), dataset)
    recall = evaluation.figure("families", "crane to derrick | findings: recall")
    assert (recall.value, recall.n) == (1.0, 18)
    assert evaluation.figure("families", "findings: false per 10,000 clean words").value == 0


@pytest.mark.parametrize(
    ("words", "ranks_first", "outside"), [(["derrick"], 1, 0), (["tide"], 0, 4)]
)
def test_a_pasted_paragraph_shows(words: list[str], ranks_first: int, outside: int) -> None:
    spun = SENTENCE.replace("crane", "derrick")
    text = "\n".join([SENTENCE, SENTENCE, spun, SENTENCE, SENTENCE])
    pasted = Span(text.index(spun), text.index(spun) + len(spun))
    dataset = Dataset("pasted", Kind.PASTED, "", (LabelledText("1", text, None, None, (pasted,)),))
    evaluation = measured(WordList(frozenset(words)), dataset)
    assert evaluation.figure("pasted", "spun paragraph ranks first").value == ranks_first
    rate = evaluation.figure("pasted", "findings outside it, per 10,000 words")
    assert rate.value == pytest.approx(10_000 * outside / 60)


def test_annotated_articles_are_counted() -> None:
    spun = articles().texts[1]
    dataset = Dataset("annotated", Kind.ANNOTATED, "", (spun, articles().texts[0]))
    evaluation = measured(WordList(frozenset({"derrick", "tide"})), dataset)
    found = evaluation.figure("annotated", "article 1, spun: hard artifacts found")
    assert (found.value, found.n) == (3, 3)
    assert math.isnan(found.low)
    assert evaluation.figure("annotated", "article 1, spun: findings elsewhere").value == 3
    assert evaluation.figure("annotated", "article 2, honest: findings").value == 3


def test_the_same_run_twice_is_the_same(perfect: Evaluation) -> None:
    assert to_json(measured(WordList(frozenset({"derrick"})))) == to_json(perfect)


def test_json_and_back(perfect: Evaluation, tmp_path: Path) -> None:
    text = to_json(perfect)
    assert to_json(from_json(text)) == text
    (tmp_path / "old.json").write_text(text, encoding="utf-8")
    assert to_json(read_evaluation(tmp_path / "old.json")) == text


@pytest.mark.parametrize("content", ["[]", "{}", '{"format": 99}', "no JSON"])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "old.json").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match="is not the JSON of an evaluation"):
        read_evaluation(tmp_path / "old.json")
    with pytest.raises(SourceError, match="cannot be read"):
        read_evaluation(tmp_path / "missing.json")


def test_the_difference_lists_findings_and_figures(perfect: Evaluation) -> None:
    worse = measured(WordList(frozenset({"tide"})))
    difference = compare(perfect, worse)
    assert {finding.actual for finding in difference.gained} == {"tide"}
    assert {finding.actual for finding in difference.lost} == {"derrick"}
    assert difference.by_group() == [("tiny", "", 36, 18)]
    moved = {new.measure for _, new in difference.moved}
    assert "findings: recall" in moved
    text = render_difference(difference)
    assert "+36 -18" in text
    assert "findings: recall | word list: 1.000" in text


def test_no_difference(perfect: Evaluation) -> None:
    difference = compare(perfect, perfect)
    assert (difference.gained, difference.lost, difference.moved) == ((), (), ())
    assert render_difference(difference).count("none") == 2


def test_the_table_shows_every_set_and_what_is_left_out(perfect: Evaluation) -> None:
    missing = (Skipped("wild", "not found"),)
    left_out = replace(perfect, skipped=missing, trained_on="Trained on nothing.")
    assert from_json(to_json(left_out)).skipped == missing
    table = render_table(left_out)
    assert "tiny: a tiny set (" in table
    assert "6 spun, 6 clean" in table
    assert "1.000 - 1.000" in table
    assert "wild: not found" in table
    assert "Trained on nothing." in table


def test_an_unknown_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the sets are founding"):
        load_datasets(tmp_path, None, ["fouding"])


def test_missing_sets_are_left_out_with_a_reason(tmp_path: Path) -> None:
    datasets, skipped = load_datasets(tmp_path, None, ["founding", "registers"])
    assert [dataset.name for dataset in datasets] == ["founding"]
    assert [entry.name for entry in skipped] == ["registers"]
    with pytest.raises(ConfigError, match="nothing to measure on"):
        load_datasets(tmp_path, None, ["registers"])
