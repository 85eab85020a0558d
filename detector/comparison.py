"""An article beside its source: what was replaced, where, and how much of it.

The result types; `detector.swaps` makes them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, Self

from detector.document import Document, Span
from detector.report import Report

SCHEMA_VERSION = "1"


class Change(Enum):
    """What became of a stretch of the source."""

    REPLACED = "replaced"
    """A word or phrase gave way to another."""
    INFLECTED = "inflected"
    """Another form of the same word, or the same letters written otherwise: counts for nothing."""
    INSERTED = "inserted"
    """Stands in the suspect text alone."""
    DELETED = "deleted"
    """Stands in the source alone."""
    REWRITTEN = "rewritten"
    """A longer stretch that no swap of words explains."""


REPLACEMENTS = frozenset({Change.REPLACED, Change.INSERTED, Change.REWRITTEN})
"""Changes that put new words into the suspect text."""


@dataclass(frozen=True, slots=True)
class Side:
    """Where a change stands in one of the two texts.

    Attributes
    ----------
    start, end : int
        Half-open offsets in code points. Equal, at the place where something would stand, in the
        text that has nothing.
    line, column : int
        1-based position of `start`; columns count code points.
    text : str
        What stands there, as written.
    """

    start: int
    end: int
    line: int
    column: int
    text: str

    @classmethod
    def at(cls, document: Document, span: Span) -> Self:
        """The side of `document`."""
        return cls(*span, *document.position(span.start), span.of(document.text))

    @property
    def span(self) -> Span:
        """``Span(start, end)``."""
        return Span(self.start, self.end)

    def to_dict(self) -> dict[str, Any]:
        """The side as JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Swap:
    """One change between an article and its source.

    Attributes
    ----------
    change : Change
        Of which kind.
    original, suspect : Side
        What stood there, and what stands there now.
    probability : float or None
        Probability, 0 to 1, that software put the suspect's words there, as the detector judges it
        without having seen the source: the highest of the words. None for a deletion, and where
        the suspect text could not be judged.
    """

    change: Change
    original: Side
    suspect: Side
    probability: float | None

    def to_dict(self) -> dict[str, Any]:
        """The swap as JSON types."""
        return {
            "change": self.change.value,
            "original": self.original.to_dict(),
            "suspect": self.suspect.to_dict(),
            "probability": None if self.probability is None else round(self.probability, 4),
        }


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the suspect text and the stretch of the source that it comes from.

    Attributes
    ----------
    original, suspect : Span
        Whole sentences of either text.
    moved : bool
        Whether it stands elsewhere in the order of the passages than in the source.
    swaps : tuple of Swap
        What changed, in the order of the suspect text.
    """

    original: Span
    suspect: Span
    moved: bool
    swaps: tuple[Swap, ...]

    def to_dict(self) -> dict[str, Any]:
        """The passage as JSON types."""
        return {
            "original": {"start": self.original.start, "end": self.original.end},
            "suspect": {"start": self.suspect.start, "end": self.suspect.end},
            "moved": self.moved,
            "swaps": [swap.to_dict() for swap in self.swaps],
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """An article beside its source. To show the two side by side: walk `passages`.

    Attributes
    ----------
    original_source, suspect_source : str
        Names of the two texts: paths, or ``"<text>"``.
    report : Report
        What the detector says of the suspect text alone.
    n_words : int
        Running words of the suspect text.
    n_matched : int
        Those of them in passages that have a counterpart in the source.
    n_replaced : int
        Those of the matched that the source does not have: words of swaps that are `REPLACED`,
        `INSERTED` or `REWRITTEN`.
    passages : tuple of Passage
        In the order of the suspect text, without overlaps on either side. What no passage covers
        has no counterpart.
    original_text, suspect_text : str
        The texts themselves, which all offsets count in: of Markdown, HTML and the like the prose
        that was read. For renderers; not part of the JSON.
    """

    original_source: str
    suspect_source: str
    report: Report
    n_words: int
    n_matched: int
    n_replaced: int
    passages: tuple[Passage, ...]
    original_text: str = field(default="", repr=False, compare=False)
    suspect_text: str = field(default="", repr=False, compare=False)

    @property
    def swaps(self) -> tuple[Swap, ...]:
        """All changes, in the order of the suspect text."""
        return tuple(swap for passage in self.passages for swap in passage.swaps)

    @property
    def matched_share(self) -> float:
        """Share of the suspect's words, 0 to 1, that come from the source."""
        return self.n_matched / self.n_words if self.n_words else 0.0

    @property
    def replaced_share(self) -> float:
        """Share of the matched words, 0 to 1, that were replaced."""
        return self.n_replaced / self.n_matched if self.n_matched else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON types (docs/compare.md)."""
        return {
            "schema_version": SCHEMA_VERSION,
            "model_version": self.report.model_version,
            "original": self.original_source,
            "suspect": self.suspect_source,
            "reliability": self.report.to_dict()["reliability"],
            "verdict": self.report.verdict,
            "n_words": self.n_words,
            "n_matched": self.n_matched,
            "n_replaced": self.n_replaced,
            "matched_share": round(self.matched_share, 4),
            "replaced_share": round(self.replaced_share, 4),
            "passages": [passage.to_dict() for passage in self.passages],
        }
