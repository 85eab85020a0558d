"""The offset contract on every evaluation text."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from detector import Detector


def texts(shared: Path) -> Iterator[str]:
    for path in sorted(shared.glob("*/*/*.txt")) + sorted(shared.glob("seeds/*.txt")):
        yield path.read_bytes().decode("utf-8")
    with gzip.open(
        shared / "benchmarks" / "clean_registers_dev.jsonl.gz", "rt", encoding="utf-8"
    ) as rows:
        yield from (json.loads(row)["text"] for row in rows)
    with gzip.open(shared / "spun" / "spinbot_dev.jsonl.gz", "rt", encoding="utf-8") as rows:
        yield from (json.loads(row)["spun"] for row in rows)
    with (shared / "spun" / "tortured_sentences_dev.jsonl").open(encoding="utf-8") as rows:
        yield from (json.loads(row)["text"] for row in rows)


def test_every_finding_covers_what_it_names(shared: Path, detector: Detector) -> None:
    sample = list(texts(shared))
    for text, report in zip(sample, detector.score_many(sample, jobs=2), strict=True):
        for finding in report.findings:
            assert text[finding.start : finding.end] == finding.actual
