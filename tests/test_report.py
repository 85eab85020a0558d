from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest
from fake_detector import fake_report
from hypothesis import given
from jsonschema import Draft202012Validator
from strategies import reports

from detector.document import Span
from detector.report import Finding, Report
from detector.segment import segment
from detector.sources import Article

SCHEMA = json.loads(
    (Path(__file__).parent.parent / "docs" / "report.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)


@pytest.fixture
def report() -> Report:
    return fake_report(Article("a.txt", "Prices\r\nhave wilt more common. " * 15))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@given(reports())
def test_any_report_follows_the_schema(report: Report) -> None:
    VALIDATOR.validate(json.loads(json.dumps(report.to_dict(), allow_nan=False)))


@given(reports())
def test_the_schema_names_every_key(report: Report) -> None:
    values = report.to_dict()
    assert set(values) == set(SCHEMA["required"])
    for list_of in ("finding", "paragraph", "contribution"):
        for entry in values[f"{list_of}s"]:
            assert set(entry) == set(SCHEMA["$defs"][list_of]["required"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda values: values.pop("reliability"),
        lambda values: values.update(reliability=None),
        lambda values: values.update(reliability=100.1),
        lambda values: values.update(reliability_high=100.1),
        lambda values: values.update(paragraphs=[{}]),
        lambda values: values.update(verdict="guilty"),
        lambda values: values.update(status="skipped"),
        lambda values: values.update(schema_version="2"),
        lambda values: values["findings"][0].update(probability=1.01),
        lambda values: values["findings"][0].update(line=0),
        lambda values: values["findings"][0].update(evidence=[]),
        lambda values: values["findings"][0].pop("actual"),
    ],
)
def test_the_schema_refuses(report: Report, spoil: Callable[[dict[str, Any]], object]) -> None:
    values = report.to_dict()
    VALIDATOR.validate(values)
    spoil(values)
    assert not VALIDATOR.is_valid(values)


def test_keys_may_be_added(report: Report) -> None:
    values = report.to_dict() | {"new": 1}
    values["findings"][0]["new"] = 2
    VALIDATOR.validate(values)
    assert Report.from_dict(values) == Report.from_dict(report.to_dict())


@given(reports())
def test_a_report_survives_its_own_dict(report: Report) -> None:
    once = Report.from_dict(report.to_dict(), text=report.text)
    assert once.to_dict() == report.to_dict()
    assert Report.from_dict(once.to_dict()) == once


@given(reports())
def test_a_report_survives_pickle_with_its_text(report: Report) -> None:
    thawed = pickle.loads(pickle.dumps(report))
    assert thawed == report
    assert thawed.text == report.text


def test_a_report_from_before_some_keys_is_read(report: Report) -> None:
    later = {"reliability_low", "reliability_high", "paragraphs", "contributions", "warnings"}
    later |= {"left_out"}
    values = {key: value for key, value in report.to_dict().items() if key not in later}
    assert Report.from_dict(values) == replace(report, paragraphs=())


def test_another_version_of_the_schema_is_refused(report: Report) -> None:
    with pytest.raises(ValueError, match=r"'2'.*reads '1'"):
        Report.from_dict(report.to_dict() | {"schema_version": "2"})


def test_reports_and_findings_are_frozen(report: Report) -> None:
    with pytest.raises(FrozenInstanceError):
        report.reliability = 100.0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        report.findings[0].start = 0  # type: ignore[misc]
    assert copy.copy(report) == report


def test_a_finding_knows_its_place() -> None:
    document = segment("Prices\r\nhave wilt.")
    finding = Finding.at(document, Span(13, 17), check="substitution", probability=0.9)
    assert (finding.actual, finding.line, finding.column) == ("wilt", 2, 6)
    assert finding.span == Span(13, 17)


def test_density_counts_running_words(report: Report) -> None:
    assert report.findings_per_1000_words == 1000 * 15 / 75
    assert replace(report, n_words=0).findings_per_1000_words == 0


def test_the_json_rounds_and_the_report_does_not(report: Report) -> None:
    exact = replace(report, reliability=3.14159)
    assert exact.to_dict()["reliability"] == 3.1
    assert exact.reliability == 3.14159
