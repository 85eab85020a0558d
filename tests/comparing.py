"""Comparisons to render, made by the words alone."""

from __future__ import annotations

from rendering import SHORT

from detector.comparison import Comparison
from detector.segment import segment
from detector.swaps import align

SOURCE = (
    "The committee has become more regular since the election last autumn.\n\n"
    "Earlier this year both navies agreed on common command structures.\n\n"
    "Fishermen along the coast complained about the noise of the exercises.\n"
)
ARTICLE = (
    "The committee has wilt more regular since the election last autumn.\n\n"
    "Older this year both navies agreed on common <b>writ</b> structures.\n\n"
    "Fishermen along the quiet coast complained about the noise of the exercises.\n"
)


def compare(source: str, article: str, name: str = "article.txt") -> Comparison:
    """A comparison by the words alone, without models."""
    original, suspect = segment(source), segment(article)
    return Comparison(
        original_source="source.txt",
        suspect_source=name,
        report=SHORT,
        n_words=suspect.n_words,
        n_matched=suspect.n_words,
        n_replaced=1,
        passages=align(original, suspect, None, lambda form: frozenset({form})),
        original_text=source,
        suspect_text=article,
    )
