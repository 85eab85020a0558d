"""A detector without models, for tests of what surrounds one.

It flags each "wilt" with a probability of 0.9, heeds an article's own options, and does to its
process what an article that is an order tells it to.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from detector import parallel
from detector.config import Config
from detector.document import Span
from detector.errors import DetectorError, FaultError, SourceError
from detector.ignores import silence
from detector.report import Evidence, Finding, Report, Suggestion
from detector.segment import segment
from detector.sources import Article

ENOUGH_WORDS = 40
FAKE = "fake_detector:FakeDetector"


class FakeDetector:
    """Set `parallel.DETECTOR` to `FAKE` where it is to start processes."""

    def __init__(self, config: Config | None = None, *, models: Path | None = None) -> None:
        self.config = config or Config()
        self.models = models

    def score_many(self, texts: Iterable[Article], *, jobs: int = 1) -> Iterator[Report]:
        batches = ([article] for article in texts)
        if jobs == 1:
            scored: Iterator[list[Report]] = map(score, batches)
        else:
            scored = parallel.score_batches(batches, self.config, self.models, jobs)
        for reports in scored:
            yield from reports

    def attempt_many(
        self, texts: Iterable[Article], *, jobs: int = 1
    ) -> Iterator[Report | FaultError]:
        batches = ([article] for article in texts)
        if jobs == 1:
            attempted: Iterator[list[Report | FaultError]] = map(attempt, batches)
        else:
            attempted = parallel.attempt_batches(batches, self.config, self.models, jobs)
        for results in attempted:
            yield from results


def attempt(batch: list[Article]) -> list[Report | FaultError]:
    try:
        return list(score(batch))
    except DetectorError:
        raise
    except Exception as error:
        return [FaultError.of(article.source, error) for article in batch]


def score(batch: list[Article]) -> list[Report]:
    for article in batch:
        obey(article.text)
    return [fake_report(article) for article in batch]


def fake_report(article: Article) -> Report:
    document = segment(article.text)
    found = tuple(
        Finding.at(
            document,
            Span(*match.span()),
            check="substitution",
            probability=0.9,
            expected=(Suggestion("become", 0.8),),
            evidence=(Evidence("collocation", "'has become' 400 times, 'has wilt' never"),),
        )
        for match in re.finditer(r"\bwilt\b", article.text)
    )
    findings = tuple(_configured(found, article.config or Config()))
    silenced = silence(findings, article.ignores)
    scored = document.n_words >= ENOUGH_WORDS
    return Report(
        source=article.source,
        record=article.record,
        model_version="2026.11.0",
        status="scored" if scored else "short",
        reason=None if scored else f"under {ENOUGH_WORDS} words",
        language="en",
        n_words=document.n_words,
        reliability=(10.0 if findings else 90.0) if scored else None,
        verdict=("spun" if findings else "clean") if scored else None,
        findings=silenced.findings,
        n_ignored=silenced.n_ignored,
        text=article.text,
        unused_ignores=silenced.unused,
    )


def _configured(findings: Iterable[Finding], config: Config) -> Iterator[Finding]:
    for finding in findings:
        wanted = finding.check not in config.disable and finding.actual not in config.allow
        if wanted and finding.probability >= config.threshold(0.5):
            yield replace(finding, severity=dict(config.severity).get(finding.check, "warning"))


def obey(text: str) -> None:
    match text.split(maxsplit=1):
        case ["sleep", seconds]:
            time.sleep(float(seconds))
        case ["spin", seconds]:  # inside a library, as it were: no signal of Python's is heard
            re.fullmatch("(a*)*b", "a" * 40) if float(seconds) else None
        case ["print", words]:
            print(words)  # noqa: T201
        case ["raise"]:
            raise ValueError("as ordered")
        case ["refuse"]:
            raise SourceError("a.txt", "as ordered")
        case ["raise-unpicklable"]:
            raise type("LocalError", (Exception,), {})
        case ["exit", code]:
            os._exit(int(code))
        case ["die"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["interrupt"]:
            raise KeyboardInterrupt
