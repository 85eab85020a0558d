from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import detector as package
from detector import Article, Config, ConfigError, Detector, Report, Span
from detector.ignores import Ignore

PROSE = (
    "The harbour board met on Tuesday to discuss the repairs. Members agreed that the old crane "
    "should come down before the winter storms arrive, and that the quay wall needs new stone. "
    "Work will begin in the spring if the council finds the money."
)


@pytest.fixture(scope="session")
def spun(seeds: Path) -> str:
    return (seeds / "000_5f4908ddbc3df845.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def clean(seeds: Path) -> str:
    return (seeds / "001_a18a075bd9ed285c.txt").read_text(encoding="utf-8")


def test_what_a_table_has_no_text_for_is_skipped(detector: Detector) -> None:
    rows: list[Any] = [PROSE, None, float("nan"), np.float64("nan"), ""]
    reports = list(detector.score_many(rows))
    assert [report.status for report in reports] == ["scored"] + ["skipped"] * 4
    assert {report.reason for report in reports[1:]} == {"the text is empty"}


def test_what_is_no_text_is_told_what_it_should_be(detector: Detector) -> None:
    wrong: Any
    for wrong, hint in (
        (Path("a.txt"), "this is a path: give"),
        (5, "this is a int"),
        (b"a", "bytes"),
    ):
        with pytest.raises(TypeError, match=hint):
            detector.score(wrong)
    table = SimpleNamespace(columns=["id", "body"])
    for wrong, hint in ((PROSE, "this is one article"), (table, "it has 'id', 'body'")):
        for many in (detector.score_many, detector.attempt_many):
            with pytest.raises(TypeError, match=hint):
                list(many(wrong))


def test_a_finding_covers_what_it_names(detector: Detector, spun: str) -> None:
    report = detector.score(spun)
    assert report.findings
    for finding in report.findings:
        assert spun[finding.start : finding.end] == finding.actual
        lines = spun.split("\n")
        assert lines[finding.line - 1][finding.column - 1 :].startswith(finding.actual)
        assert finding.evidence
        assert detector.min_probability <= finding.probability <= 1


def test_findings_are_sorted_and_apart(detector: Detector, spun: str) -> None:
    findings = detector.score(spun).findings
    assert all(a.end <= b.start for a, b in itertools.pairwise(findings))


def test_the_spun_article_is_less_reliable(detector: Detector, spun: str, clean: str) -> None:
    assert detector.score(spun).reliability < detector.score(clean).reliability  # type: ignore[operator]


def test_a_report_does_not_depend_on_the_batch(detector: Detector, spun: str, clean: str) -> None:
    alone = [detector.score(text).to_dict() for text in (spun, PROSE, clean)]
    together = [report.to_dict() for report in detector.score_many([spun, PROSE, clean])]
    assert together == alone


def test_threads_share_a_detector(detector: Detector, spun: str) -> None:
    expected = detector.score(spun)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detector.score, [spun] * 8)) == [expected] * 8


def test_processes_give_the_same_reports_in_order(detector: Detector, spun: str) -> None:
    texts = [PROSE, spun, ""] * 20
    assert list(detector.score_many(texts, jobs=2)) == list(detector.score_many(texts))


def test_score_many_reads_no_further_than_it_must(detector: Detector) -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield PROSE * 40

    reports = detector.score_many(endless())
    next(reports)
    assert taken < 20


def test_short_and_foreign_texts_get_no_number(detector: Detector) -> None:
    empty, short, foreign = detector.score_many(
        [
            "",
            "The old crane came down.",
            "Le conseil du port s'est réuni mardi pour parler des travaux. Les membres ont décidé "
            "que la vieille grue devait être démontée avant les tempêtes de l'hiver, et que le "
            "mur du quai avait besoin de pierres neuves. Les travaux commenceront au printemps.",
        ]
    )
    assert (empty.status, empty.reliability, empty.findings) == ("skipped", None, ())
    assert (short.status, short.reliability, short.verdict) == ("short", None, None)
    assert (foreign.status, foreign.reliability, foreign.findings) == ("skipped", None, ())
    assert all(report.reason for report in (empty, short, foreign))


def test_articles_keep_their_names(detector: Detector) -> None:
    article = Article("wire.jsonl", PROSE, record=7)
    report = detector.score(article)
    assert (report.source, report.record) == ("wire.jsonl", 7)


def test_a_lower_threshold_shows_more(detector: Detector, spun: str) -> None:
    few = {f.span for f in Detector(Config(min_probability=0.9)).score(spun).findings}
    many = Detector(Config(min_probability=0.2)).score(spun).findings
    assert len(many) > len(few)
    assert all(any(f.span.overlaps(span) for f in many) for span in few)


def test_disabled_checks_are_silent(spun: str) -> None:
    quiet = Detector(Config(disable=frozenset({"substitution"})))
    assert all(finding.check != "substitution" for finding in quiet.score(spun).findings)


def test_unknown_checks_are_named() -> None:
    with pytest.raises(ConfigError, match=r"substitutoin.*did you mean \"substitution\""):
        Detector(Config(disable=frozenset({"substitutoin"})))


def test_allowed_words_are_silent(detector: Detector, spun: str) -> None:
    actual = detector.score(spun).findings[0].actual
    allowing = Detector(Config(allow=frozenset({actual.upper()})))
    assert all(finding.actual != actual for finding in allowing.score(spun).findings)


def test_users_phrases_are_found() -> None:
    phrases = (("old crane", "lifting gear"),)
    (finding,) = [
        f for f in Detector(Config(phrases=phrases)).score(PROSE).findings if "crane" in f.actual
    ]
    assert finding.check == "listed_phrase"
    assert finding.expected[0].text == "lifting gear"


def test_the_module_scores_with_the_defaults(detector: Detector) -> None:
    assert package.score(PROSE) == detector.score(PROSE)


def test_analyse_gives_an_array_per_measure(detector: Detector, spun: str) -> None:
    analysis = detector.analyse(spun)
    n_tokens = analysis.document.n_tokens
    for name in ("ids", "log_frequency", "npmi_before", "npmi_after", "p_replaced", "p_posterior"):
        assert getattr(analysis, name).shape == (n_tokens,)
    for p in (analysis.p_replaced, analysis.p_posterior):
        assert np.isfinite(p).all()
        assert ((p >= 0) & (p <= 1)).all()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(PROSE.split()), max_size=80).map(" ".join))
def test_any_text_gets_a_consistent_report(detector: Detector, text: str) -> None:
    report = detector.score(text)
    assert Report.from_dict(report.to_dict()).to_dict() == report.to_dict()
    for finding in report.findings:
        assert text[finding.start : finding.end] == finding.actual
    if report.status != "scored":
        assert report.reliability is None
        assert report.verdict is None
        assert report.reason
    else:
        assert report.reliability is not None
        assert 0 <= report.reliability <= 100


def test_an_article_may_bring_its_own_options(detector: Detector, spun: str) -> None:
    default = detector.score(spun)
    odd = default.findings[0].actual
    variants = [
        Config(min_probability=0.9),
        Config(allow=frozenset({odd})),
        Config(severity={"substitution": "error"}),  # type: ignore[arg-type]
        Config(disable=frozenset({"substitution"})),
    ]
    articles = [Article("<text>", spun, config=config) for config in variants]
    *reports, plain = detector.score_many([*articles, spun])
    assert plain == default
    assert reports == [Detector(config).score(spun) for config in variants]
    assert len({report.findings for report in (*reports, plain)}) == 5
    assert {f.severity for f in reports[2].findings if f.check == "substitution"} == {"error"}
    assert {f.severity for f in default.findings} == {"warning"}


def test_processes_keep_each_article_to_its_options(detector: Detector, spun: str) -> None:
    articles = [
        Article("a.txt", spun, config=Config(severity={"substitution": level}))  # type: ignore[arg-type]
        for level in ("error", "notice")
    ]
    alone = [report.to_dict() for report in detector.score_many(articles)]
    assert [report.to_dict() for report in detector.score_many(articles, jobs=2)] == alone
    assert alone[0] != alone[1]


def test_an_article_with_wrong_options_is_refused(detector: Detector) -> None:
    article = Article("a.txt", PROSE, config=Config(severity={"spintx": "error"}))  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match='did you mean "spintax"'):
        detector.score(article)


def test_a_comment_hides_a_finding_and_leaves_the_reliability(
    detector: Detector, spun: str
) -> None:
    default = detector.score(spun)
    ignores = (Ignore(1, 1, "ignore", Span(0, len(spun))), Ignore(2, 1, "ignore", Span(0, 0)))
    report = detector.score(Article("a.txt", spun, ignores=ignores))
    assert (report.findings, report.n_ignored) == ((), len(default.findings))
    assert report.reliability == default.reliability
    assert report.unused_ignores == ignores[1:]
