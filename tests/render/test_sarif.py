from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from rendering import ROOT, SHORT, SKIPPED, flagged, founding, render
from strategies import reports

from detector.checks import CHECKS
from detector.report import Finding, Report, Severity, Suggestion

MULTITOOL = ROOT / "tests/tools/node_modules/@microsoft/sarif-multitool-linux"
MISSING = "SARIF's schema is missing: npm ci --prefix tests/tools"


@cache
def official() -> Draft4Validator:
    """The schema of OASIS, as Microsoft's validator carries it: it is not ours to publish."""
    path = Path(os.environ.get("SARIF_SCHEMA", MULTITOOL / "sarif-2.1.0.json"))
    if not path.is_file():
        pytest.skip(MISSING)
    return Draft4Validator(json.loads(path.read_text(encoding="utf-8-sig")))


def log(*given_reports: Report) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(render("sarif", *given_reports))
    return parsed


def results(*given_reports: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = log(*given_reports)["runs"][0]["results"]
    return found


def only(finding: Finding, report: Report) -> Report:
    return replace(report, findings=(finding,))


def position(text: str, line: int, column: int) -> int:
    """The offset of a place, by lines as SARIF's newlineSequences describe them."""
    lines = text.replace("\r\n", "\n\n").replace("\r", "\n").split("\n")
    if "\r\n" in text:
        raise AssertionError("not for these texts")
    return sum(len(each) + 1 for each in lines[: line - 1]) + column - 1


class TestSchema:
    def test_the_founding_articles(self) -> None:
        official().validate(log(founding(0), founding(1), SHORT, SKIPPED))

    def test_no_report(self) -> None:
        assert results() == []
        official().validate(log())

    @settings(deadline=None)
    @given(st.lists(reports(), max_size=3))
    def test_any_report(self, given_reports: list[Report]) -> None:
        validator = official()
        rendered = render("sarif", *given_reports)
        assert rendered.isascii()
        validator.validate(json.loads(rendered))

    def test_the_schema_can_fail(self) -> None:
        broken = log(founding(0))
        broken["runs"][0]["columnKind"] = "bytes"
        assert not official().is_valid(broken)

    def test_a_second_validator(self, tmp_path: Path) -> None:
        tool = MULTITOOL / "Sarif.Multitool"
        if not os.access(tool, os.X_OK):
            pytest.skip(MISSING)
        file, found = tmp_path / "log.sarif", tmp_path / "found.sarif"
        file.write_text(render("sarif", founding(0), founding(1), SHORT), encoding="utf-8")
        command: list[str | Path] = [
            tool,
            "validate",
            file,
            "--level",
            "Error;Warning",
            "--output",
            found,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        said = json.loads(found.read_text(encoding="utf-8-sig"))
        assert said["runs"][0]["tool"]["driver"]["name"] == "Sarif.Multitool"
        # It misses the address of a home page, which the project does not have.
        assert {result["ruleId"] for result in said["runs"][0]["results"]} <= {"SARIF2005"}


class TestResults:
    def test_rules_are_the_checks(self) -> None:
        driver = log(founding(0))["runs"][0]["tool"]["driver"]
        assert [rule["id"] for rule in driver["rules"]] == [check.name for check in CHECKS]

    def test_the_region_is_where_the_words_are(self) -> None:
        text = "All is well.\nÉtés 👩 have wilt\nagain."
        (result,) = results(flagged(text, "wilt\nag"))
        assert result["locations"] == [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "a.txt"},
                    "region": {
                        "startLine": 2,
                        "startColumn": 13,
                        "endLine": 3,
                        "endColumn": 3,
                        "charOffset": 25,
                        "charLength": 7,
                        "snippet": {"text": "wilt\nag"},
                    },
                }
            }
        ]

    @settings(deadline=None)
    @given(reports())
    def test_lines_and_offsets_agree(self, report: Report) -> None:
        text = report.text.replace("\r\n", " \n")
        for result in results(replace(report, text=text, record=None)):
            region = result["locations"][0]["physicalLocation"]["region"]
            start, end = region["charOffset"], region["charOffset"] + region["charLength"]
            assert position(text, region["startLine"], region["startColumn"]) == start
            assert position(text, region["endLine"], region["endColumn"]) == end

    def test_an_article_inside_a_file_is_a_logical_location(self) -> None:
        (result,) = results(replace(flagged("It has wilt.", "wilt"), record="id-7"))
        (location,) = result["locations"]
        assert location["logicalLocations"][0]["fullyQualifiedName"] == "id-7"
        assert "region" not in location["physicalLocation"]
        assert location["properties"]["start"] == 7
        assert "fixes" not in result

    @pytest.mark.parametrize(
        ("source", "uri"),
        [
            ("a b/c%é.txt", "a%20b/c%25%C3%A9.txt"),
            ("a:b.txt", "./a:b.txt"),
            ("/tmp/a.txt", "file:///tmp/a.txt"),
            ("-", "-"),
            ("../a.txt", "../a.txt"),
        ],
    )
    def test_a_path_is_a_uri(self, source: str, uri: str) -> None:
        (result,) = results(flagged("wilt", "wilt", source=source))
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert location == {"uri": uri}

    @pytest.mark.parametrize(
        ("severity", "level"), [("error", "error"), ("warning", "warning"), ("notice", "note")]
    )
    def test_the_level_is_the_severity(self, severity: Severity, level: str) -> None:
        report = flagged("wilt", "wilt")
        (result,) = results(only(replace(report.findings[0], severity=severity), report))
        assert result["level"] == level

    def test_a_message_has_neither_links_nor_placeholders_nor_escapes(self) -> None:
        evil = "[x](http://a) {0} \\ \x1b[31m"
        (result,) = results(flagged(f"has {evil} now", evil))
        said = result["message"]["text"]
        assert said.startswith(r"'\[x\](http://a) {{0}} \\ <U+001B>\[31m' looks out of place")


class TestFingerprints:
    def key(self, result: dict[str, Any]) -> str:
        (value,) = result["partialFingerprints"].values()
        return str(value)

    def test_they_survive_edits_elsewhere(self) -> None:
        (before,) = results(flagged("It has wilt again since.", "wilt"))
        (after,) = results(flagged("New.\n\nIt  has\nwilt again, since.", "wilt"))
        assert self.key(before) == self.key(after)

    def test_the_same_words_twice_are_two(self) -> None:
        report = flagged("It has wilt again. It has wilt again.", "wilt")
        first = report.findings[0]
        second = replace(first, start=26, end=30, column=27)
        one, two = results(replace(report, findings=(first, second)))
        assert self.key(one) != self.key(two)


class TestFixes:
    def fixes(self, change: Callable[[Finding], Finding], text: str = "It has wilt.") -> list[Any]:
        report = flagged(text, "wilt")
        (result,) = results(only(change(report.findings[0]), report))
        return list(result.get("fixes", []))

    def test_a_word_for_a_word(self) -> None:
        (fix,) = self.fixes(lambda finding: finding)
        ((change,),) = [fix["artifactChanges"]]
        ((replacement,),) = [change["replacements"]]
        assert replacement["deletedRegion"]["charOffset"] == 7
        assert replacement["insertedContent"] == {"text": "become"}
        assert fix["description"]["text"] == "Replace 'wilt' by 'become' (80%)"

    @pytest.mark.parametrize(
        "expected",
        [(), (Suggestion("become", 0.49),), (Suggestion("to be", 0.9),), (Suggestion("", 0.9),)],
    )
    def test_nothing_less_is_fixed(self, expected: tuple[Suggestion, ...]) -> None:
        assert self.fixes(lambda finding: replace(finding, expected=expected)) == []

    def test_markup_inside_a_word_is_not_overwritten(self) -> None:
        spread = flagged("It has wi<b>lt</b>.", "wi<b>lt</b>")
        finding = replace(spread.findings[0], actual="wilt")
        (result,) = results(only(finding, spread))
        assert "fixes" not in result
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startColumn"], region["endColumn"]) == (8, 19)
