"""No list of words decides: a misfit that is swapped for another misfit stays a finding.

The words of a clean article are replaced by others of the same inflection, drawn at random, and
each of these by another. A tool that knows spinners' words by heart would lose its findings.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector import Detector, Report, Span
from detector.folding import fold
from detector.lexicon import Lexicon
from detector.resources import MANIFEST, default_folder
from detector.segment import segment

pytestmark = pytest.mark.skipif(
    not (default_folder() / MANIFEST).is_file(), reason="no models: train them first"
)

EVERY = 9
"""One content word in so many is replaced: about one running word in fifteen."""


class Misfits:
    """Draws words of the inflection and about the frequency of a given one."""

    def __init__(self, lexicon: Lexicon, seed: int) -> None:
        self._lexicon = lexicon
        self._rng = np.random.default_rng(seed)
        words = [lexicon.word(number) for number in range(lexicon.n_forms)]
        self._by_tags: dict[frozenset[str], list[str]] = {}
        for word in words:
            if word.isalpha() and lexicon.log_frequency(word) > 0.3:
                self._by_tags.setdefault(lexicon.tags(word), []).append(word)

    def instead_of(self, word: str) -> str | None:
        """Another word for `word`; None where its inflection is unknown."""
        tags = self._lexicon.tags(fold(word))
        words = self._by_tags.get(tags, []) if tags else []
        return str(self._rng.choice(words)) if len(words) > 1 else None


def spun(text: str, misfits: Misfits) -> tuple[str, list[Span]]:
    """`text` with misfits in it, and where they stand."""
    document = segment(text)
    content = [
        index
        for index, form in enumerate(document.forms)
        if len(form) > 3 and form == document.token(index).text
    ]
    parts: list[str] = []
    spans: list[Span] = []
    end = length = 0
    for index in content[::EVERY]:
        span = document.span(index)
        new = misfits.instead_of(document.forms[index])
        if new is not None:
            parts += [text[end : span.start], new]
            start = length + span.start - end
            length = start + len(new)
            spans.append(Span(start, length))
            end = span.end
    return "".join([*parts, text[end:]]), spans


def found(report: Report, spans: list[Span]) -> list[bool]:
    """Whether a finding touches each span."""
    return [
        any(finding.start < span.end and span.start < finding.end for finding in report.findings)
        for span in spans
    ]


def test_findings_survive_another_misfit(detector: Detector, seeds: Path) -> None:
    (clean,) = seeds.glob("001_*.txt")
    text = clean.read_text(encoding="utf-8")
    survived, flagged = 0, 0
    for seed in range(4):
        lexicon = detector.resources.lexicon
        first = spun(text, Misfits(lexicon, seed))
        second = spun(text, Misfits(lexicon, seed + 100))
        before, after = (found(detector.score(one), spans) for one, spans in (first, second))
        flagged += sum(before)
        survived += sum(one and other for one, other in zip(before, after, strict=True))
    assert flagged > 40
    assert survived >= 0.8 * flagged
