"""The offset contract on every evaluation text.

The models take minutes to read them, and flag next to nothing in the clean ones. So all texts go
through everything but the models, with every twentieth word suspected, about as many in all as the
models would flag; and a sample of the texts goes through the models too.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detector import Detector, Report
from detector.analysis import Analysis, Candidate, Phrase
from detector.annotate import Annotator
from detector.document import Document, TokenFlag

SUSPECTED = 20
"""One word in so many is suspected, where no model says which."""

READ = 20
"""The models read one text of a set in so many."""


def sets(shared: Path) -> Iterator[list[str]]:
    paths = [*sorted(shared.glob("*/*/*.txt")), *sorted(shared.glob("seeds/*.txt"))]
    yield [path.read_bytes().decode("utf-8") for path in paths]
    for name, field in (
        ("benchmarks/clean_registers_dev.jsonl.gz", "text"),
        ("spun/spinbot_dev.jsonl.gz", "spun"),
        ("spun/tortured_sentences_dev.jsonl", "text"),
    ):
        content = (shared / name).read_bytes()
        rows = gzip.decompress(content) if name.endswith(".gz") else content
        yield [json.loads(row)[field] for row in rows.splitlines()]


def suspect(annotator: Annotator, documents: Sequence[Document]) -> list[Analysis]:
    """Suspect some words, and some of those as the first of a phrase."""
    analyses = []
    for document in documents:
        words = np.flatnonzero(document.flags & TokenFlag.WORD)[::SUSPECTED]
        posterior = np.zeros(document.n_tokens, dtype=np.float32)
        posterior[words] = 0.9
        candidates = {
            word: (Candidate("become", 0.8), Candidate("an", 0.1)) for word in words.tolist()
        }
        phrases = tuple(
            Phrase(first, first + 3, (Candidate("it", 0.9),), times=7)
            for first in words[::4].tolist()
            if first + 3 <= document.n_tokens
        )
        analysis = Analysis.unjudged(document, candidates)
        analyses.append(replace(analysis, judge="encoder", p_posterior=posterior, phrases=phrases))
    return analyses


def check_places(texts: Iterable[str], reports: Iterable[Report]) -> int:
    """How many findings there are; each covers what it names."""
    n_findings = 0
    for text, report in zip(texts, reports, strict=True):
        for finding in report.findings:
            assert text[finding.start : finding.end] == finding.actual
        n_findings += len(report.findings)
    return n_findings


def test_every_finding_covers_what_it_names(
    shared: Path, detector: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Annotator, "annotate", suspect)
    for texts in sets(shared):
        n_words = sum(len(text.split()) for text in texts)
        assert check_places(texts, detector.score_many(texts)) > 0.9 * n_words / SUSPECTED


def test_what_the_models_find_covers_what_it_names(shared: Path, detector: Detector) -> None:
    sample = [text for texts in sets(shared) for text in texts[::READ]]
    assert check_places(sample, detector.score_many(sample)) > 0
