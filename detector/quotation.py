"""Which words stand inside quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# A straight mark opens after a space, bracket or dash and before ink; any other one closes. Single
# marks need more care: "don't", "'tis" and "the ministers' plan" hold apostrophes.
_MARK = re.compile(
    r"(?P<open>[\u201c\u201e\u00ab]|(?<![^\s(\[{\u2013\u2014\u2018'/-])\"(?=\S))"
    r"|(?P<close>[\u201d\u00bb\"])"
)
_SINGLE = re.compile(
    r"(?P<open>(?<![^\s(\[{\u2013\u2014\u201c\"-])(?:\u2018|'(?!(?:tis|twas|em|til|n|cause|bout)\b))(?=\w))"
    r"|(?P<close>(?<=[\w.,!?\u2026;:)])['\u2019](?!\w))",
    re.IGNORECASE,
)


def quoted(
    text: str, starts: NDArray[np.int32], paragraph_starts: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Whether each token stands between paired quotation marks of one paragraph.

    Parameters
    ----------
    text : str
        The text.
    starts : ndarray of int32, shape (n_tokens,)
        Where its tokens start.
    paragraph_starts : ndarray of int32, shape (n_paragraphs,)
        Where its paragraphs start, ascending.

    Returns
    -------
    ndarray of bool, shape (n_tokens,)
    """
    inside = np.zeros(len(starts), dtype=np.bool_)
    edges = [*paragraph_starts.tolist(), len(text)]
    pairs = [*_pairs(_MARK, text, edges), *_pairs(_SINGLE, text, edges)]
    if pairs:
        for first, last in np.searchsorted(starts, np.array(pairs, dtype=np.int32)).tolist():
            inside[first:last] = True
    return inside


def _pairs(marks: re.Pattern[str], text: str, edges: list[int]) -> Iterator[tuple[int, int]]:
    """Where quotations begin and end; an opening mark belongs to the next closing one."""
    paragraph = 0
    opened: int | None = None
    for mark in marks.finditer(text):
        while mark.start() >= edges[paragraph] and paragraph < len(edges) - 1:
            paragraph += 1
            opened = None
        if mark.lastgroup == "open":
            opened = mark.start()
        elif opened is not None and not _possessive(text, mark, marks):
            yield opened, mark.start()
            opened = None


def _possessive(text: str, mark: re.Match[str], marks: re.Pattern[str]) -> bool:
    """Whether a closing single mark is the apostrophe of "the ministers' plan"."""
    place = mark.start()
    if marks is not _SINGLE or text[place - 1] not in "sS":
        return False
    following = text[place + 1 : place + 3]
    return len(following) == 2 and following[0] == " " and following[1].islower()
