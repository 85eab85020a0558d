"""The pages of the checks: their examples are run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from detector import Detector
from detector.checks import CHECKS, Check

FOLDER = Path(__file__).parent.parent / "docs" / "checks"
JUDGED_BY_MODELS = {"substitution"}
"""Retrained models may find a little more in its hit."""


def page(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def section(name: str, title: str) -> str:
    return page(name).split(f"\n## {title}\n")[1].split("\n## ")[0]


def unescaped(text: str) -> str:
    escape = re.compile(r"\\u([0-9a-f]{4})")
    plain = escape.sub(lambda match: chr(int(match[1], 16)), text)
    return plain.replace(r"\|", "|").replace(r"\n", "\n")


def example(name: str, title: str) -> str:
    [block] = re.findall(r"```text\n(.*?)\n```", section(name, title), flags=re.DOTALL)
    return unescaped(block)


def flagged(name: str) -> dict[str, str]:
    """What the page says is flagged, and one of the expected words, or ""."""
    rows = re.findall(r"^\| `(.+?)` \| (?:`(.+?)`)? ?\|$", section(name, "A hit"), re.MULTILINE)
    return {unescaped(actual): unescaped(expected) for actual, expected in rows}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_hit_is_found(check: type[Check], detector: Detector) -> None:
    found = {
        finding.actual: {suggestion.text for suggestion in finding.expected}
        for finding in detector.score(example(check.name, "A hit")).findings
        if finding.check == check.name
    }
    named = flagged(check.name)
    assert named
    if check.name in JUDGED_BY_MODELS:
        assert set(named) <= set(found)
    else:
        assert set(named) == set(found)
    for actual, expected in named.items():
        assert expected in {"", *found[actual]}, actual


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_miss_is_not(check: type[Check], detector: Detector) -> None:
    report = detector.score(example(check.name, "A miss"))
    assert report.status != "skipped"
    assert report.findings == ()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_page_begins_as_the_list_of_checks_says(check: type[Check]) -> None:
    summary = (check.__doc__ or "").strip().splitlines()[0]
    assert page(check.name).startswith(f"# `{check.name}`\n\n{summary}\n")
    row = f"| [`{check.name}`]({check.name}.md) | {summary.replace('|', chr(92) + '|')} |"
    assert row in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_there_is_no_page_of_another_check() -> None:
    names = {check.name for check in CHECKS}
    assert {path.stem for path in FOLDER.iterdir()} == names | {"README"}
