"""A text cut into tokens, sentences and paragraphs, with offsets into the text as given.

Everything lives in arrays, so that a long article costs a few of them and not an object a word;
`Token` and `Sentence` are light views made when somebody looks.

Offsets are half-open ``[start, end)`` and count Unicode code points, as Python's ``str`` does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntFlag
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from detector.folding import fold

LONGEST_FRAGMENT = 3
"""Tokens. A longer heading says enough for a word in it to be out of place."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_STOPS = (".", "!", "?", "\u2026")
_CLOSERS = "\"'\u2019\u201d\u00bb)]"


class Span(NamedTuple):
    """A half-open range ``[start, end)`` of code points.

    Examples
    --------
    >>> Span(4, 8).of("has wilt again")
    'wilt'
    """

    start: int
    end: int

    def of(self, text: str) -> str:
        """The slice of `text` that this span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share at least one code point."""
        return self.start < other.end and other.start < self.end


class TokenFlag(IntFlag):
    """What the surface of a token tells; a token has exactly one of the first four.

    Punctuation marks are no tokens. What lies between two tokens is in the text; `ADJACENT` says
    the one thing about it that collocations ask.
    """

    WORD = 1
    """Letters: a word, a contraction, a possessive or a hyphenated compound ("18-year-old")."""
    NUMBER = 2
    """Digits, with their separators and units: "1,000", "3.5%", "2025"."""
    ADDRESS = 4
    """URL, e-mail address, hashtag or @mention."""
    CODE = 8
    """Identifiers, paths, formulas: letters mixed with digits, underscores, dots or slashes."""
    CAPITALISED = 16
    """The first letter is upper case."""
    UPPER = 32
    """All letters are upper case, and there are at least two."""
    ADJACENT = 64
    """Only white space stands between the token and the one before it in its sentence."""
    QUOTED = 128
    """The token is quoted or mentioned: inside quotation marks, or spoken of as a word."""


class Lines:
    """The lines of a text; a line ends at LF, CRLF or CR."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a code-point offset, both 1-based."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


@dataclass(frozen=True, slots=True)
class Token:
    """A view of one token."""

    index: int
    text: str
    span: Span
    flags: TokenFlag


@dataclass(frozen=True, slots=True)
class Sentence:
    """A view of one sentence: its span and its tokens ``[first, last)``."""

    index: int
    span: Span
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class Document:
    """A segmented text. `detector.segment.segment` makes it; nothing changes it.

    Attributes
    ----------
    text : str
        The text as given.
    starts, ends : ndarray of int32, shape (n_tokens,)
        ``text[starts[i]:ends[i]]`` is token `i`. Ascending, without overlap.
    flags : ndarray of uint8, shape (n_tokens,)
        A `TokenFlag` for each token.
    sentence_spans : ndarray of int32, shape (n_sentences, 2)
        Code-point offsets of each sentence, its closing punctuation included.
    sentence_bounds : ndarray of int32, shape (n_sentences + 1,)
        Sentence `s` holds the tokens ``sentence_bounds[s]:sentence_bounds[s + 1]``, at least one.
    paragraph_bounds : ndarray of int32, shape (n_paragraphs + 1,)
        Paragraph `p` holds the sentences ``paragraph_bounds[p]:paragraph_bounds[p + 1]``, at least
        one. A heading or a list entry is a paragraph of its own.
    """

    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    flags: NDArray[np.uint8]
    sentence_spans: NDArray[np.int32]
    sentence_bounds: NDArray[np.int32]
    paragraph_bounds: NDArray[np.int32]

    @property
    def n_tokens(self) -> int:
        """Number of tokens."""
        return len(self.starts)

    @property
    def n_sentences(self) -> int:
        """Number of sentences."""
        return len(self.sentence_spans)

    @property
    def n_paragraphs(self) -> int:
        """Number of paragraphs."""
        return len(self.paragraph_bounds) - 1

    @cached_property
    def n_words(self) -> int:
        """Number of running words: the tokens that are words or numbers."""
        return int(np.count_nonzero(self.flags & (TokenFlag.WORD | TokenFlag.NUMBER)))

    @cached_property
    def forms(self) -> list[str]:
        """Each token as the models know it: lower case, typography folded (`folding.fold`).

        Length n_tokens.
        """
        text = self.text
        spans = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        return [fold(text[start:end]) for start, end in spans]

    @cached_property
    def sentence_of(self) -> NDArray[np.int32]:
        """Index of the sentence of each token, shape (n_tokens,)."""
        return np.repeat(np.arange(self.n_sentences, dtype=np.int32), np.diff(self.sentence_bounds))

    @cached_property
    def paragraph_of(self) -> NDArray[np.int32]:
        """Index of the paragraph of each sentence, shape (n_sentences,)."""
        return np.repeat(
            np.arange(self.n_paragraphs, dtype=np.int32), np.diff(self.paragraph_bounds)
        )

    @cached_property
    def fragmentary(self) -> NDArray[np.bool_]:
        """Whether each token stands in a fragment, shape (n_tokens,).

        A fragment is a paragraph of `LONGEST_FRAGMENT` tokens at most that no stop ends: a short
        heading, a cell of a table, a button. Nothing in it says which word belongs there. A text
        that is all one paragraph is what somebody asks about, however short.
        """
        lengths = np.diff(self.sentence_bounds[self.paragraph_bounds])
        fragments = (lengths <= LONGEST_FRAGMENT) & (self.n_paragraphs > 1)
        fragments &= ~self.ends_in_stop[self.paragraph_bounds[1:] - 1]
        return np.repeat(fragments, lengths)

    @cached_property
    def ends_in_stop(self) -> NDArray[np.bool_]:
        """Whether each sentence ends in a stop, shape (n_sentences,).

        Quotes and brackets may follow it. Headings have none, nor has what was cut because it ran
        on for too long.
        """
        surfaces = (self.text[start:end] for start, end in self.sentence_spans.tolist())
        stopped = (surface.rstrip(_CLOSERS).endswith(_STOPS) for surface in surfaces)
        return np.fromiter(stopped, dtype=np.bool_, count=self.n_sentences)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a code-point offset, both 1-based; a line ends at LF, CRLF or CR."""
        return self._lines.position(offset)

    def span(self, index: int) -> Span:
        """The span of token `index`."""
        return Span(int(self.starts[index]), int(self.ends[index]))

    def token(self, index: int) -> Token:
        """A view of token `index`."""
        span = self.span(index)
        return Token(index, span.of(self.text), span, TokenFlag(int(self.flags[index])))

    def tokens_in(self, span: Span) -> slice:
        """The tokens that share a code point with a span, as a slice of the arrays above.

        Empty, where none does: it then lies before the next token. A span without length is in the
        token around it.
        """
        first = int(np.searchsorted(self.ends, span.start, side="right"))
        last = int(np.searchsorted(self.starts, span.end, side="left"))
        return slice(first, max(first, last))

    def sentence(self, index: int) -> Sentence:
        """A view of sentence `index`."""
        start, end = self.sentence_spans[index].tolist()
        first, last = self.sentence_bounds[index : index + 2].tolist()
        return Sentence(index, Span(start, end), first, last)

    def paragraph_span(self, index: int) -> Span:
        """The span of paragraph `index`, from its first sentence to the end of its last."""
        first, last = self.paragraph_bounds[index : index + 2].tolist()
        return Span(int(self.sentence_spans[first, 0]), int(self.sentence_spans[last - 1, 1]))

    def quoting(self, spans: Iterable[tuple[int, int]]) -> Self:
        """The document with the tokens that start in some spans quoted as well."""
        flags = self.flags.copy()
        for start, end in spans:
            first, last = np.searchsorted(self.starts, (start, end))
            flags[first:last] |= np.uint8(TokenFlag.QUOTED)
        return replace(self, flags=flags)

    def tokens(self) -> Iterator[Token]:
        """Views of all tokens, in order."""
        return (self.token(index) for index in range(self.n_tokens))

    def sentences(self) -> Iterator[Sentence]:
        """Views of all sentences, in order."""
        return (self.sentence(index) for index in range(self.n_sentences))
