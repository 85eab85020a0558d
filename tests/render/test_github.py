from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from rendering import flagged, founding, render
from strategies import reports

from detector.report import Report, Severity

COMMAND = re.compile(r"::(?P<level>error|warning|notice) (?P<properties>[^:\r\n]*)::(?P<data>.*)")


def commands(rendered: str) -> list[tuple[str, dict[str, str], str]]:
    """Level, properties and message of each line, as the runner of a workflow reads it."""
    found = []
    for line in rendered.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        pairs = (pair.split("=", 1) for pair in match["properties"].split(","))
        properties = {key: unquote(value) for key, value in pairs}
        found.append((match["level"], properties, unquote(match["data"])))
    return found


def test_a_finding_is_an_annotation_on_its_words() -> None:
    report = flagged("All is well.\nPrices have wilt again.", "wilt", source="a, b: c%.txt")
    ((level, properties, said),) = commands(render("github", report))
    assert level == "warning"
    assert properties == {
        "file": "a, b: c%.txt",
        "line": "2",
        "endLine": "2",
        "col": "13",
        "endColumn": "17",
        "title": "detector: substitution",
    }
    assert said == (
        "'wilt' looks out of place (substitution, 90%); expected: become (80%); seen often"
    )


@pytest.mark.parametrize("severity", ["error", "warning", "notice"])
def test_the_level_is_the_severity(severity: Severity) -> None:
    report = flagged("wilt", "wilt")
    report = replace(report, findings=(replace(report.findings[0], severity=severity),))
    assert commands(render("github", report))[0][0] == severity


def test_a_finding_on_two_lines_has_no_columns() -> None:
    ((_, properties, _),) = commands(render("github", flagged("writ\nstructures", "writ\nstruct")))
    assert (properties["line"], properties["endLine"]) == ("1", "2")
    assert "col" not in properties


def test_only_a_doubtful_article_is_announced() -> None:
    assert render("github", founding(1)) == ""
    level, properties, said = commands(render("github", founding(0)))[0]
    assert (level, properties["title"]) == ("notice", "detector: spun")
    assert "reliability 3.1 of 100 (provisional), 36 findings in 600 words" in said


def test_a_record_is_named() -> None:
    report = replace(flagged("wilt", "wilt"), record="row 7")
    assert commands(render("github", report))[0][2].startswith("#row 7: 'wilt'")


def test_an_article_cannot_give_commands() -> None:
    evil = "wilt\n::error file=x::gone %0A\x1b[31m\u202e::set-output name=a::b"
    report = flagged(f"It has {evil}.", evil)
    rendered = render("github", report)
    assert rendered.count("\n") == 1
    assert rendered.startswith("::warning file=a.txt,line=1,")
    assert "%250A<U+001B>[31m<U+202E>" in rendered


@settings(deadline=None)
@given(reports())
def test_one_command_a_line_whatever_an_article_holds(report: Report) -> None:
    levels = [level for level, _, _ in commands(render("github", report))]
    announced = report.reliability is not None and report.verdict != "clean"
    assert len(levels) == len(report.findings) + announced
