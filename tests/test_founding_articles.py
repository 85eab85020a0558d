"""What the founding articles measure today. The figures state the truth and may only improve."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from detector import Config, Detector, Report, Span
from detector.render import RENDERERS, Look

LISTS_OFF = Config(disable=frozenset({"listed_phrase"}))


@dataclass(frozen=True)
class Tally:
    """Hard artifacts found (of 32), and findings that touch none of the 36 annotated."""

    hard: int
    extra: int


def gold(seeds: Path) -> list[dict[str, Any]]:
    (path,) = seeds.glob("*.gold.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def tally(report: Report, artifacts: list[dict[str, Any]]) -> Tally:
    found = [finding.span for finding in report.findings]
    spans = [(Span(a["start"], a["end"]), a["certainty"]) for a in artifacts]
    return Tally(
        hard=sum(
            certainty == "hard" and any(span.overlaps(f) for f in found)
            for span, certainty in spans
        ),
        extra=sum(not any(span.overlaps(f) for span, _ in spans) for f in found),
    )


@pytest.fixture(scope="module")
def articles(seeds: Path) -> tuple[str, str]:
    first, second = sorted(seeds.glob("*.txt"))
    return first.read_text(encoding="utf-8"), second.read_text(encoding="utf-8")


def test_with_the_encoder(seeds: Path, articles: tuple[str, str]) -> None:
    first, second = (Detector(LISTS_OFF).score(article) for article in articles)
    found = tally(first, gold(seeds))
    assert found.hard >= 14
    assert found.extra <= 5
    assert not second.findings


def test_the_text_output_fits_a_screen(articles: tuple[str, str]) -> None:
    report = Detector().score(articles[0])
    printed = RENDERERS["text"].build(Look(width=80)).report(report).rstrip()
    verdict, *lines = printed.splitlines()
    assert verdict.startswith(f"{report.source}: {report.verdict}, reliability ")
    assert len(lines) < 45
    assert max(map(len, lines)) <= 80
    for finding in report.findings:
        assert any(line.startswith(f"  {finding.line}:{finding.column} ") for line in lines)
    assert sum(line.count(">>") for line in lines) == len(report.findings)


def test_collocations_and_residue_alone(
    seeds: Path, articles: tuple[str, str], models_without_encoder: Path
) -> None:
    detector = Detector(LISTS_OFF, models=models_without_encoder)
    first, second = (detector.score(article) for article in articles)
    found = tally(first, gold(seeds))
    assert found.hard >= 16
    assert found.extra <= 4
    assert not second.findings
