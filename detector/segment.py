"""Text to `Document`: tokens here, paragraphs and sentences by `detector.boundaries`.

Training and scoring share this file: a changed `TOKEN` makes every trained count stale.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from detector import boundaries, quotation
from detector.document import Document, TokenFlag
from detector.folding import UNSEEN
from detector.mention import mentioned

# No text, however odd, costs more than linear time: 10 MB without a space is one pass. Every
# repetition is possessive or bounded, and one that something must follow is both: where it does not
# follow, the next token begins inside what was read, and reads it again.
_PARTS = 64
_DIGITISH = r"\d_\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2089"
_LETTER = rf"[^\W{_DIGITISH}]"
_APOSTROPHE = "['\u2019\u2018\u02bc\u00b4\u2032\uff07]"
_HYPHEN = "[-\u2010\u2011]"
# Inside a word: combining marks, and what a reader does not see (soft hyphen, joiners, zero width).
_MARK = r"[\u0300-\u036f]"
_UNSEEN = f"[{UNSEEN}]"
_RUN = rf"(?:{_LETTER}++(?:{_MARK}|{_UNSEEN}++(?={_LETTER}))*+){{1,{_PARTS}}}+"
_WORD = rf"{_RUN}(?:{_APOSTROPHE}{_RUN}){{0,{_PARTS}}}+"
_ORDINAL = "(?:st|nd|rd|th)"
_COMPOUND = (
    rf"(?:\d++(?:[.,]\d++){{0,{_PARTS}}}+{_ORDINAL}?+{_HYPHEN})?{_WORD}"
    rf"(?:{_HYPHEN}(?:{_WORD}|\d++(?:s|{_ORDINAL})?+(?:{_APOSTROPHE}s\b)?+)){{0,{_PARTS}}}+(?!\w)"
)
_INITIALS = (
    rf"(?:{_LETTER}(?:\.{_LETTER}(?!\w))++\.?+|Ph\.D\b\.?+|[A-Z]{{1,4}}&[A-Z]{{1,4}}\b)"
    rf"(?:{_HYPHEN}{_WORD})*+(?:{_APOSTROPHE}s\b)?+"
)
# The common case first: an ASCII word, and after it what cannot go on with it.
_PLAIN = r"[A-Za-z]++(?:['\u2019][A-Za-z]++){0,64}+(?=[\s,;)!?\"\u201d\]]|\.(?:\s|\Z)|\Z)"

_URL = (
    r"(?:https?://|www\.)[^\s<>\"\u201c\u201d]*[^\s<>\"\u201c\u201d.,;:!?)\]'\u2019]"
    r"|(?:[^\W_][\w-]{0,62}+\.){1,5}(?:com|org|net|gov|edu|mil|int|info|biz|io|co|uk|eu|de|fr|au|ca"
    r"|nz|ie|za|us|ru|cn|jp|tv)\b(?:/[^\s<>\"\u201c\u201d]*[\w/])?"
)
_EMAIL = r"[\w.+-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,8}"
_TAG = r"(?<!\w)[#@](?!\d++\b)\w++"

_NUMBER = (
    r"[$\u20ac\u00a3\u00a5]?+(?:\d++(?:[.,:/\u2013-]\d++){0,64}+[\u00bc-\u00be]?+|[\u00bc-\u00be])"
    rf"(?:%|(?:{_ORDINAL}|s|bn|mn|m|k|km|kg|cm|mm|am|pm|million|billion)\b|{_APOSTROPHE}s\b)?+"
    rf"(?![^\W\d])(?!_)"
)
_CODE = (
    r"\w{1,64}+(?:\.\w{1,64}+){0,8}+\(\)"
    rf"|{_LETTER}[\w-]{{0,63}}+(?:\.[a-z_]\w*+)++"
    r"|(?<![\w/.])(?:~|\.{1,2})?+(?:/[\w.-]*\w){2,}+/?+"
    r"|[A-Za-z]:\\[^\s<>\"|]++|\\[A-Za-z]++|&\#?\w{1,32}+;"
)
_MIXED = r"\w++(?:[./\\-](?![A-Z][a-z])\w++)*+"

TOKEN = re.compile(
    rf"(?P<plain>{_PLAIN})|(?P<address>{_URL}|{_EMAIL}|{_TAG})|(?P<initials>{_INITIALS})"
    rf"|(?P<code>{_CODE})|(?P<word>{_COMPOUND})|(?P<number>{_NUMBER})|(?P<mixed>{_MIXED})"
)
_KIND = {
    "plain": TokenFlag.WORD,
    "address": TokenFlag.ADDRESS,
    "initials": TokenFlag.WORD,
    "code": TokenFlag.CODE,
    "word": TokenFlag.WORD,
    "number": TokenFlag.NUMBER,
    "mixed": TokenFlag.CODE,
}

# A longer run of letters is no word but data (base64, a DNA sequence, a key held down).
_LONGEST_WORD = 64
_UPPER, _LOWER, _SPACE = 1, 2, 4


def segment(text: str, table: boundaries.Table | None = None) -> Document:
    """Cut `text` into paragraphs, sentences and tokens.

    Parameters
    ----------
    text : str
        Any text; line breaks of every kind may occur.
    table : Table, optional
        What tells where sentences end; default: that of the default models.

    Returns
    -------
    Document
        Tokens are what `TOKEN` finds from left to right, wherever the sentences end.

    Examples
    --------
    >>> [token.text for token in segment("Dr. Lee's e-mail cost $3.50.").tokens()]
    ['Dr', "Lee's", 'e-mail', 'cost', '$3.50']
    """
    starts, ends, flags = _tokens(text)
    spans, paragraphs = boundaries.sentences(text, starts, ends, table)
    bounds = np.append(np.searchsorted(starts, spans[:, 0]), len(starts)).astype(np.int32)
    classes = _classify(text)
    flags |= _case_flags(classes, starts, ends)
    flags |= _adjacency(classes, starts, ends, bounds)
    quoted = quotation.quoted(text, starts)
    flags |= quoted * np.uint8(TokenFlag.QUOTED)
    document = Document(
        text=text,
        starts=starts,
        ends=ends,
        flags=flags,
        sentence_spans=spans,
        sentence_bounds=bounds,
        paragraph_bounds=paragraphs,
    )
    return document.quoting(mentioned(text))


def _tokens(text: str) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """Starts, ends and kinds (the first four of `TokenFlag`), each of shape (n_tokens,)."""
    found = [(match.start(), match.end(), match.lastindex) for match in TOKEN.finditer(text)]
    table = np.array(found, dtype=np.int32).reshape(-1, 3)
    starts, ends = table[:, 0].copy(), table[:, 1].copy()
    kinds = _KINDS[table[:, 2]]
    kinds[(kinds == TokenFlag.WORD) & (ends - starts > _LONGEST_WORD)] = TokenFlag.CODE
    return starts, ends, kinds


def _classify(text: str) -> NDArray[np.uint8]:
    """Upper case, lower case or white space, as bits, for each code point of `text`."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    classes = _ASCII_CLASS[np.minimum(codes, 127)]
    if not text.isascii():
        others = np.flatnonzero(codes > 127)
        known, inverse = np.unique(codes[others], return_inverse=True)
        table = np.array([_class_of(chr(code)) for code in known], dtype=np.uint8)
        classes[others] = table[inverse]
    return classes


def _class_of(char: str) -> int:
    return _UPPER * char.isupper() | _LOWER * char.islower() | _SPACE * char.isspace()


_KINDS = np.zeros(TOKEN.groups + 1, dtype=np.uint8)
for _group, _index in TOKEN.groupindex.items():
    _KINDS[_index] = _KIND[_group]
_ASCII_CLASS = np.array([_class_of(chr(code)) for code in range(128)], dtype=np.uint8)


def _running(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """How many are true before each place; one longer than `mask`."""
    counts = np.zeros(len(mask) + 1, dtype=np.int32)
    np.cumsum(mask, out=counts[1:])
    return counts


def _case_flags(
    classes: NDArray[np.uint8], starts: NDArray[np.int32], ends: NDArray[np.int32]
) -> NDArray[np.uint8]:
    """`CAPITALISED` and `UPPER`, shape (n_tokens,)."""
    upper = _running((classes & _UPPER) > 0)
    lower = _running((classes & _LOWER) > 0)
    capitalised = upper[starts + 1] > upper[starts]
    shouted = (upper[ends] - upper[starts] >= 2) & (lower[ends] == lower[starts])
    flags = np.zeros(len(starts), dtype=np.uint8)
    flags[capitalised] |= np.uint8(TokenFlag.CAPITALISED)
    flags[shouted] |= np.uint8(TokenFlag.UPPER)
    return flags


def _adjacency(
    classes: NDArray[np.uint8],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    bounds: NDArray[np.int32],
) -> NDArray[np.uint8]:
    """`ADJACENT`, shape (n_tokens,): white space, and only that, since the token before."""
    flags = np.zeros(len(starts), dtype=np.uint8)
    ink = _running((classes & _SPACE) == 0)
    spaced = (starts[1:] > ends[:-1]) & (ink[starts[1:]] == ink[ends[:-1]])
    flags[1:][spaced] = TokenFlag.ADJACENT
    flags[bounds[:-1]] = 0
    return flags
