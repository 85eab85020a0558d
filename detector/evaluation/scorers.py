"""What is measured: whatever says how suspicious each token is, and which spans to flag.

The product is one scorer; the baselines (`detector.evaluation.baselines`) are others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from detector.analysis import Analysis
from detector.config import Config
from detector.document import Document, Span, TokenFlag
from detector.pipeline import Detector
from detector.report import Finding, Report, Verdict
from detector.segment import segment

LISTED = "listed_phrase"
"""The check that knows a list."""

_N_EXPECTED = 5


class Flagged(NamedTuple):
    """A span that a scorer flags, with its probability and the texts it expects, best first.

    `confidence` is that in the first of them, 0 to 1.
    """

    span: Span
    probability: float
    expected: tuple[str, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a scorer says of one text.

    Attributes
    ----------
    document : Document
        The segmented text.
    scores : ndarray of float32, shape (n_tokens,)
        How suspicious each token is, the rest of the article considered; any scale, higher is more
        suspicious. 0 where a scorer does not judge.
    alone : ndarray of float32, shape (n_tokens,)
        The same without the rest of the article.
    flagged : tuple of Flagged
        What it flags at its default threshold, ascending, disjoint.
    reliability : float or None
        0 to 100, if the scorer gives one.
    verdict : {"clean", "suspect", "spun"} or None
        If the scorer gives one.
    restored_text : str
        The text with what the scorer expects put back where it is confident; empty if it does not
        restore.
    """

    document: Document
    scores: NDArray[np.float32]
    alone: NDArray[np.float32]
    flagged: tuple[Flagged, ...]
    reliability: float | None = None
    verdict: Verdict | None = None
    restored_text: str = ""


class Scorer(Protocol):
    """Judges texts one by one: a judgement depends on its own text only."""

    @property
    def name(self) -> str:
        """Heads the scorer's column."""
        ...

    def judge(self, texts: Sequence[str], *, lists: bool = True) -> Iterator[Judgement]:
        """One judgement per text, in order; without `lists`, no listed phrase may help."""
        ...


@dataclass(frozen=True)
class DetectorScorer:
    """The product.

    Parameters
    ----------
    detector : Detector
        As the user has it.
    jobs : int
        Number of processes, each with models of its own; with 1, none is started.
    """

    detector: Detector
    jobs: int = 1
    name: str = "detector"

    def judge(self, texts: Sequence[str], *, lists: bool = True) -> Iterator[Judgement]:
        """One judgement per text, in order."""
        if self.jobs > 1 and len(texts) >= _WORTH_A_PROCESS:
            return self._judge_in_processes(texts, lists=lists)
        return _judge(self.detector if lists else self._unlisted(), texts)

    def _unlisted(self) -> Detector:
        return Detector(self._config(lists=False), models=self.detector.resources.folder)

    def _config(self, *, lists: bool) -> Config:
        config = self.detector.config
        return config if lists else replace(config, disable=config.disable | {LISTED}, phrases=())

    def _judge_in_processes(self, texts: Sequence[str], *, lists: bool) -> Iterator[Judgement]:
        batches = [texts[at : at + _BATCH_TEXTS] for at in range(0, len(texts), _BATCH_TEXTS)]
        wanted = (self._config(lists=lists), self.detector.resources.folder)
        with ProcessPoolExecutor(self.jobs, get_context("spawn"), _open, wanted) as pool:
            for judgements in pool.map(_judge_here, batches):
                yield from judgements


_BATCH_TEXTS = 20
_WORTH_A_PROCESS = 4 * _BATCH_TEXTS
# The detector of a worker process, which does nothing else.
_here: list[Detector] = []


def _open(config: Config, models: Path) -> None:
    _here.append(Detector(config, models=models))


def _judge_here(texts: Sequence[str]) -> list[Judgement]:
    return list(_judge(_here[0], texts))


def _judge(detector: Detector, texts: Sequence[str]) -> Iterator[Judgement]:
    for text, (report, analysis) in zip(texts, detector.examine(texts), strict=True):
        yield _judgement(text, report, analysis)


def open_detector(models: Path | None = None, *, jobs: int = 1) -> DetectorScorer:
    """The product with its default configuration."""
    return DetectorScorer(Detector(models=models), jobs)


def _judgement(text: str, report: Report, analysis: Analysis | None) -> Judgement:
    """A token counts with the higher of its own probability and that of a finding on it."""
    flagged = tuple(map(_flagged, report.findings))
    if analysis is None:
        document = segment(text)
        nothing = np.zeros(document.n_tokens, dtype=np.float32)
        return Judgement(document, nothing, nothing, flagged, restored_text=text)
    document = analysis.document
    return Judgement(
        document=document,
        scores=raised(document, analysis.p_posterior, flagged),
        alone=raised(document, analysis.p_replaced, flagged),
        flagged=flagged,
        reliability=report.reliability,
        verdict=report.verdict,
        restored_text=report.restored_text,
    )


def _flagged(finding: Finding) -> Flagged:
    expected = tuple(suggestion.text for suggestion in finding.expected[:_N_EXPECTED])
    confidence = finding.expected[0].confidence if finding.expected else 0.0
    return Flagged(finding.span, finding.probability, expected, confidence)


def raised(
    document: Document, scores: NDArray[np.float32], flagged: Sequence[Flagged]
) -> NDArray[np.float32]:
    """`scores` with each flagged token at least as suspicious as its span."""
    result = np.nan_to_num(scores, nan=0.0).astype(np.float32)
    for span, probability, *_ in flagged:
        tokens = document.tokens_in(span)
        result[tokens] = np.maximum(result[tokens], probability)
    return result


def running_words(document: Document) -> NDArray[np.bool_]:
    """Whether each token is a running word: a word or a number."""
    running: NDArray[np.bool_] = (document.flags & (TokenFlag.WORD | TokenFlag.NUMBER)) != 0
    return running
