"""CSV and TSV: a table with a header, an article in each row. Read row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from detector.errors import SourceError
from detector.sources.article import DEFAULT_ID, Article, Options, no_column
from detector.sources.decoding import lines_of, rows_of, wrong_byte

_DELIMITERS = ",;\t|"
# Characters in one field. A quotation mark that is never closed makes one of the rest of the file.
LONGEST_FIELD = 1 << 24
# Characters of the line that names the columns.
LONGEST_HEADER = 1 << 20


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article | SourceError]:
    """The articles of a table; a row that cannot be read becomes an error.

    The delimiter is the one of comma, semicolon, tab and bar with which the header has the column
    of the text, else the most frequent in the header.

    Raises
    ------
    SourceError
        If there is no such column, or the table cannot be read on.
    """
    # The limit belongs to the module, not to a reader. Raising it changes no other result.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_FIELD))
    stream = lines_of(file, source, options.encoding)
    try:
        yield from _rows(source, rows_of(stream, LONGEST_FIELD), options)
    except ValueError as error:  # of the decoder; some say no place
        reason = error.reason if isinstance(error, UnicodeDecodeError) else str(error)
        raise SourceError(
            source, f"the file is damaged or cut off ({reason}): save it again as UTF-8"
        ) from None
    finally:
        stream.detach()


def _rows(source: str, stream: Iterable[str], options: Options) -> Iterator[Article | SourceError]:
    lines = iter(stream)
    header = next((line for line in lines if line.strip()), None)
    if header is None:
        raise SourceError(source, "the table is empty: its first line must name the columns")
    if len(header) > LONGEST_HEADER:
        raise SourceError(
            source,
            f"its first line has more than {LONGEST_HEADER:,} characters, but should name the "
            "columns: is this a table?",
        )
    delimiter = _delimiter(header, options.text_column)
    rows = _filled(source, csv.reader(chain([header], lines), delimiter=delimiter))
    columns = next(rows, [])
    text_at = _column(source, columns, options.text_column, "--text-column")
    id_at = _id_column(source, columns, options.id_column)
    for number, row in enumerate(rows, start=1):
        name = f"{source}, row {number}"
        if len(row) != len(columns):
            yield SourceError(
                name,
                f"it has {len(row)} fields, the header {len(columns)}: put a text with "
                f"{delimiter!r} in it between quotation marks",
            )
        elif wrong := wrong_byte(row[text_at]):
            yield SourceError(name, wrong)
        else:
            yield Article(source, row[text_at], number if id_at is None else row[id_at])


def _delimiter(header: str, wanted: str) -> str:
    for delimiter in _DELIMITERS:
        if wanted in next(csv.reader([header], delimiter=delimiter)):
            return delimiter
    return max(_DELIMITERS, key=header.count)


def _filled(source: str, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows that are no blank lines."""
    try:
        yield from filter(None, rows)
    except csv.Error as error:
        reason = str(error)
        if "field limit" in reason:
            reason = f"a field has more than {LONGEST_FIELD:,} characters"
        raise SourceError(
            source, f"the table cannot be read on ({reason}): is a quotation mark not closed?"
        ) from None


def _column(source: str, columns: Sequence[str], wanted: str, option: str) -> int:
    if wanted not in columns:
        raise SourceError(source, no_column(columns, wanted, option))
    return columns.index(wanted)


def _id_column(source: str, columns: Sequence[str], wanted: str | None) -> int | None:
    if wanted is None:
        return columns.index(DEFAULT_ID) if DEFAULT_ID in columns else None
    return _column(source, columns, wanted, "--id-column")
