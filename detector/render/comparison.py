"""Comparisons of an article with its source: for people, and as JSON.

To add a format: a function here or in a file of its own, and one line in `COMPARISONS`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping

from detector.comparison import Change, Comparison, Swap
from detector.render.base import Look
from detector.render.html.comparison import comparison_page
from detector.render.layout import END, EXPECTED, FLAGGED, fill, spelled
from detector.render.wording import percent, share

_NOUNS = {
    Change.REPLACED: "replaced",
    Change.INSERTED: "inserted",
    Change.DELETED: "deleted",
    Change.REWRITTEN: "rewritten",
    Change.INFLECTED: "in another form",
}


def as_text(comparison: Comparison, look: Look) -> str:
    """One line for each change, by its place in the suspect text, and a summary."""
    lines = [line for swap in comparison.swaps for line in _swap(swap, look)]
    summary = fill(_summary(comparison), look.width, margin="", colour=False)
    return "".join(f"{line}\n" for line in [*lines, *([""] if lines else []), *summary])


def as_json(comparison: Comparison, look: Look) -> str:
    """The comparison as one ASCII object (docs/compare.md), indented; JSON has no look."""
    return json.dumps(comparison.to_dict(), indent=2, allow_nan=False) + "\n"


def _swap(swap: Swap, look: Look) -> list[str]:
    before = _marked(swap.original.text, EXPECTED, look)
    after = _marked(swap.suspect.text, FLAGGED, look)
    judged = "" if swap.probability is None else f", {percent(swap.probability)}"
    where = f"{swap.suspect.line}:{swap.suspect.column}"
    text = f"{before} -> {after} ({_NOUNS[swap.change]}{judged})"
    return fill(text, look.width, margin=f"{where:>8}  ", colour=look.colour)


def _marked(text: str, mark: str, look: Look) -> str:
    shown = spelled(text) or "(nothing)"
    return f"{mark}{shown}{END}" if look.colour else shown


def _summary(comparison: Comparison) -> str:
    name = spelled(comparison.suspect_source)
    source = spelled(comparison.original_source)
    if not comparison.passages:
        return f"{name}: nothing of its {comparison.n_words:,} words comes from {source}"
    counts = Counter(swap.change for swap in comparison.swaps)
    changes = [f"{counts[change]:,} {noun}" for change, noun in _NOUNS.items() if counts[change]]
    moved = sum(passage.moved for passage in comparison.passages)
    parts = [
        f"{share(comparison.matched_share)} of its {comparison.n_words:,} words stand in "
        f"sentences from {source}",
        f"{share(comparison.replaced_share)} of those were put in",
        f"changes: {', '.join(changes) or 'none'}",
    ]
    if moved:
        parts.append(f"{moved:,} of {len(comparison.passages):,} passages moved")
    return f"{name}: {'; '.join(parts)}"


COMPARISONS: Mapping[str, Callable[[Comparison, Look], str]] = {
    "text": as_text,
    "json": as_json,
    "html": comparison_page,
}
"""A function for each format of ``detector compare``."""
