"""Every check on its rows of tests/cases, and the rows themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from analyses import unjudged
from hypothesis import given
from hypothesis import strategies as st

from detector.analysis import Analysis
from detector.annotate import Annotator
from detector.checks import CHECKS, Check
from detector.config import Config
from detector.report import Finding
from detector.resources import Manifest, Resources, default_folder
from detector.segment import segment

CASES = Path(__file__).parent / "cases"
KNOWN_FAILURES = "known_failures"
NAMES = [check.name for check in CHECKS]
JUDGED = {"substitution"}
"""Checks that report what the models of the whole passage think; the others read the words."""


KEYS = {"text", "check", "flagged", "others", "note", "place"}

PIECES = [
    *"aAn e{}|.,!\n\"'-", " a ", "an apple", "word", "{x|", "\u0430", "\u03bf", "\u00ad", "\u200b",
    "\U0001d5ff", "\uff50", "e\u0301", "counterfeit consciousness", "Here is the rewritten text:",
    "As an AI, I ",
]  # fmt: skip
"""What the checks look at, so that random texts hold some of it."""


def rows(stem: str) -> Iterator[dict[str, Any]]:
    path = CASES / f"{stem}.jsonl"
    if path.exists():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield {"check": stem, "place": f"{path.name}:{number}", **json.loads(line)}


def parameters() -> Iterator[Any]:
    for stem in NAMES:
        for case in rows(stem):
            yield pytest.param(case, id=case["place"])
    for case in rows(KNOWN_FAILURES):
        reason = str(case.get("note", ""))
        yield pytest.param(case, id=case["place"], marks=pytest.mark.xfail(reason=reason))


@pytest.fixture(scope="module")
def resources() -> Resources:
    """The models, not compared with their manifest: a row is tried while they are being trained."""
    folder = default_folder()
    return Resources(folder, Manifest.read(folder))


@pytest.fixture(scope="module")
def annotate(resources: Resources) -> Callable[[str], Analysis]:
    """What the models say of a text; they are opened when first asked."""

    @cache
    def annotator() -> Annotator:
        return Annotator.build(resources, floor=resources.min_probability)

    return lambda text: annotator().annotate([segment(text)])[0]


@pytest.fixture(scope="module")
def checks(resources: Resources) -> dict[str, Check]:
    return {check.name: check.build(resources, Config()) for check in CHECKS}


def found_in(analysis: Analysis, check: Check, floor: float) -> list[Finding]:
    found = [finding for finding in check.find(analysis) if finding.probability >= floor]
    return sorted(found, key=lambda finding: (finding.start, finding.end))


@pytest.mark.parametrize("case", list(parameters()))
def test_case(
    case: dict[str, Any],
    checks: dict[str, Check],
    annotate: Callable[[str], Analysis],
    resources: Resources,
) -> None:
    text, flagged = case["text"], case["flagged"]
    floor = resources.min_probability
    analysis = annotate(text) if case["check"] in JUDGED else unjudged(text)
    found = found_in(analysis, checks[case["check"]], floor)
    if case.get("others"):
        named = {row["actual"] for row in flagged}
        found = [finding for finding in found if finding.actual in named]
    assert [finding.actual for finding in found] == [row["actual"] for row in flagged]
    for finding, row in zip(found, flagged, strict=True):
        assert text[finding.start : finding.end] == finding.actual
        assert (finding.line, finding.column) == analysis.document.position(finding.start)
        assert finding.check == case["check"]
        assert finding.evidence
        assert set(row["expected"]) <= {suggestion.text for suggestion in finding.expected}


@pytest.mark.parametrize("name", NAMES)
def test_every_check_has_flagged_and_clean_rows(name: str) -> None:
    cases = list(rows(name))
    assert any(case["flagged"] for case in cases), f"no flagged row in {name}.jsonl"
    assert any(not case["flagged"] for case in cases), f"no clean row in {name}.jsonl"


def test_rows_are_about_checks() -> None:
    for stem in (*NAMES, KNOWN_FAILURES):
        for case in rows(stem):
            assert case["check"] in NAMES, case["place"]
            assert set(case) <= {"text", "check", "flagged", "others", "note", "place"}, case[
                "place"
            ]


def test_names_are_file_names() -> None:
    for check in CHECKS:
        assert check.__module__ == f"detector.checks.{check.name}"
        assert check.__doc__


def test_an_empty_document_has_no_findings(checks: dict[str, Check]) -> None:
    analysis = unjudged("")
    assert [finding for check in checks.values() for finding in check.find(analysis)] == []


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_text_can_be_checked(pieces: list[str], checks: dict[str, Check]) -> None:
    words = "".join(pieces)
    for check in checks.values():
        for finding in check.find(unjudged(words)):
            assert words[finding.start : finding.end] == finding.actual
            assert finding.start < finding.end
            assert 0 <= finding.probability <= 1
            assert finding.evidence
