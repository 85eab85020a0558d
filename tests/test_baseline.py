from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fake_detector import fake_report
from hypothesis import HealthCheck, given, settings
from strategies import reports

from detector.baseline import Baseline
from detector.errors import ConfigError
from detector.report import Report
from detector.sources import Article

TEXT = "Both sides said that talks wilt. Later on all the flowers in the garden wilt as well."


def scored(text: str, source: str = "a.txt", record: int | str | None = None) -> Report:
    return fake_report(Article(source, text, record))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "known.json"


def written(path: Path, *known: Report) -> Baseline:
    baseline = Baseline(path)
    for report in known:
        baseline.put(report)
    baseline.write()
    return Baseline.read(path)


def left(baseline: Baseline, text: str, source: str = "a.txt") -> list[tuple[int, int]]:
    findings = baseline.without_known(scored(text, source)).findings
    return [(finding.line, finding.column) for finding in findings]


def test_known_findings_are_left_out_and_counted(path: Path) -> None:
    report = written(path, scored(TEXT)).without_known(scored(TEXT))
    assert (report.findings, report.n_known) == ((), 2)
    assert report.reliability == scored(TEXT).reliability


def test_they_are_known_after_edits_elsewhere(path: Path) -> None:
    baseline = written(path, scored(TEXT))
    assert left(baseline, f"A new beginning.\n\n{TEXT}\n\nThey wilt.") == [(5, 6)]
    assert left(baseline, TEXT.replace("that talks wilt", "that the talks wilt")) == [(1, 32)]


def test_as_many_as_there_were(path: Path) -> None:
    twice = "\n\n".join(["The roses wilt again."] * 2)
    baseline = written(path, scored(twice))
    assert left(baseline, twice) == []
    assert left(baseline, f"{twice}\n\nThe roses wilt again.") == [(5, 11)]
    [entry] = json.loads(path.read_text(encoding="utf-8"))["articles"]["a.txt"].values()
    assert entry == {"actual": "wilt", "check": "substitution", "count": 2}


def test_an_article_is_known_by_its_path_and_record(path: Path) -> None:
    baseline = written(path, scored(TEXT), scored(TEXT, "feed.jsonl", 3))
    assert len(left(baseline, TEXT, "b.txt")) == 2
    assert left(baseline, TEXT, str(path.parent / "x" / ".." / "a.txt")) == []
    assert baseline.holds(scored("", "feed.jsonl", 3))
    assert not baseline.holds(scored("", "feed.jsonl", 4))
    assert not baseline.holds(scored("", "feed.jsonl"))


def test_file_and_articles_may_move_together(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(path, scored(TEXT, "letters/a.txt"))
    (path.parent / "new").mkdir()
    moved = path.rename(path.parent / "new" / "known.json")
    assert left(Baseline.read(moved), TEXT, "new/letters/a.txt") == []
    monkeypatch.chdir(path.parent / "new")
    assert left(Baseline.read(Path("known.json")), TEXT, "letters/a.txt") == []


def test_articles_that_are_not_scored_again_stay(path: Path) -> None:
    baseline = written(path, scored(TEXT), scored(TEXT, "b.txt"))
    baseline.put(scored("They wilt."))
    baseline.write()
    again = Baseline.read(path)
    assert left(again, "They wilt.") == []
    assert len(left(again, TEXT)) == 2
    assert left(again, TEXT, "b.txt") == []


def test_some_findings_are_added(path: Path) -> None:
    report = scored(TEXT)
    baseline = written(path, replace(report, findings=report.findings[:1]))
    assert left(baseline, TEXT) == [(1, 73)]
    baseline.add(report, report.findings[1:])
    assert left(baseline, TEXT) == []


def test_two_versions_are_easily_compared(path: Path) -> None:
    written(path, scored(TEXT), scored(TEXT, "b.txt"))
    first = path.read_text(encoding="utf-8")
    written(path, scored(TEXT, "b.txt"), scored(TEXT))
    assert path.read_text(encoding="utf-8") == first
    assert first.endswith("}\n")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(report=reports())
def test_whatever_was_written_is_known(report: Report, path: Path) -> None:
    report = replace(report, source="a.txt")
    settled = written(path, report).without_known(report)
    assert (settled.findings, settled.n_known) == ((), report.n_known + len(report.findings))
    assert settled.reliability == report.reliability


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not exist: make it with --write-baseline "),
        ("{", r"is not JSON \(.*\): make it again with --write-baseline"),
        ("[]", "is not a baseline of version 1: make it again"),
        ('{"version": 2, "articles": {}}', "is not a baseline of version 1: make it again"),
        ('{"version": 1}', "is damaged: make it again"),
        ('{"version": 1, "articles": {"a": {"f": {"count": "x"}}}}', "is damaged: make it again"),
        ('{"version": 1, "articles": {"a": 5}}', "is damaged: make it again"),
    ],
)
def test_an_error_says_what_to_do(content: str | None, message: str, path: Path) -> None:
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        Baseline.read(path)


def test_a_missing_file_may_be_what_is_wanted(path: Path) -> None:
    assert not Baseline.read(path, missing_ok=True).holds(scored(TEXT))


def test_a_folder_that_is_not_there(path: Path) -> None:
    with pytest.raises(ConfigError, match="in a folder that exists"):
        Baseline(path.parent / "nowhere" / "known.json").write()


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        Baseline.read(path)
