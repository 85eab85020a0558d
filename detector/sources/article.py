"""What a source yields: one text and where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from detector.extract import Extract

if TYPE_CHECKING:
    from detector.config import Config
    from detector.ignores import Ignore

# In an error, of the names of columns.
_MOST_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Article:
    """One article to score.

    Attributes
    ----------
    source : str
        The file as the user named it, ``-`` for standard input, ``<text>`` for a string.
    text : str
        What offsets of findings count in. For a text file its decoded text, markup and line ends
        as they are, without the byte order mark; for anything else (a row of a table, a Word file)
        the text that was found in it, in which a paragraph is a line.
    record : int, str or None
        Row of a file that holds many articles: its identifier, else its number from 1; ``body``
        of a file that is no text. Where it is None, offsets are those of the file.
    extract : Extract or None
        What of `text` is read, with a map back to it; None where that is all of it.
    ignores : tuple of Ignore
        The comments in the source that silence findings, with offsets into the source.
    left_out : tuple of (str, int)
        Of what its reader took for no part of the text, and had to guess: how many words.
    config : Config or None
        Options for this article in place of the detector's; None keeps those.
    """

    source: str
    text: str
    record: int | str | None = None
    extract: Extract | None = field(default=None, repr=False, compare=False)
    ignores: tuple[Ignore, ...] = ()
    config: Config | None = None
    left_out: tuple[tuple[str, int], ...] = field(default=(), compare=False)

    @property
    def prose(self) -> str:
        """What is judged: `text`, or what is read of it."""
        return self.text if self.extract is None else self.extract.text


@dataclass(frozen=True, slots=True)
class Options:
    """How to read.

    Attributes
    ----------
    encoding : str or None
        Of text files without a byte order mark that declare none themselves; None is UTF-8.
    text_column : str
        Where tables have the text: a column of CSV and Parquet, a key of JSON Lines.
    id_column : str or None
        Where tables have the identifier that names the `record`; None takes ``id`` where there is
        one, else the number of the row.
    """

    encoding: str | None = None
    text_column: str = "text"
    id_column: str | None = None


def is_missing(text: object) -> bool:
    """Whether a cell of a table holds nothing: None, NaN or the NA of pandas.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing("")
    (True, True, False)
    """
    if text is None or (isinstance(text, float) and text != text):  # noqa: PLR0124 - NaN alone
        return True
    return type(text).__name__ == "NAType"


DEFAULT_ID = "id"
BODY = "body"
"""The record of the only text in a file that is no text: its offsets are not those of the file."""


def no_column(columns: Sequence[str], wanted: str, option: str) -> str:
    """Why a table without the column `wanted` cannot be read."""
    shown = ", ".join(repr(column) for column in columns[:_MOST_COLUMNS])
    more = len(columns) - _MOST_COLUMNS
    if more > 0:
        shown += f" and {more} more"
    named = f"the columns are {shown}" if columns else "there are no columns"
    return f"there is no column {wanted!r}, {named}: name one with {option}"
