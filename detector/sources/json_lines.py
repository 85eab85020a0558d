"""JSON Lines: an article in each line, an object with the text and, if it likes, an identifier."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from detector.errors import SourceError
from detector.sources.article import DEFAULT_ID, Article, Options, is_missing
from detector.sources.decoding import decode

# Bytes. What goes on for longer is no article but a file without line breaks.
LONGEST_LINE = 1 << 26


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article | SourceError]:
    """The articles of a file in UTF-8; a line that is none becomes an error."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            raise SourceError(
                f"{source}, line {number}",
                f"it is longer than {LONGEST_LINE:,} bytes: give one object a line",
            )
        if line.strip():
            yield _row(source, number, line, options)


def _row(source: str, number: int, line: bytes, options: Options) -> Article | SourceError:
    name = f"{source}, line {number}"
    try:
        row = json.loads(decode(line, name=name))
    except SourceError as error:
        return error
    except (ValueError, RecursionError) as error:
        return SourceError(name, f"this is not JSON ({error}): give one object a line")
    return article_of(source, name, row, number, options)


def article_of(
    source: str, name: str, row: Any, number: int, options: Options
) -> Article | SourceError:
    """The article in a row, which errors call `name`."""
    wanted = options.text_column
    if isinstance(row, dict) and wanted in row and is_missing(row[wanted]):
        row = row | {wanted: ""}  # an article without words, as an empty cell of a CSV is
    if not isinstance(row, dict) or not isinstance(row.get(wanted), str):
        hint = "" if not isinstance(row, dict) or wanted in row else ": name one with --text-column"
        expected = f'expected an object with a string "{wanted}", found {_outline(row, wanted)}'
        return SourceError(name, expected + hint)
    id_column = options.id_column
    if id_column is not None and id_column not in row:
        return SourceError(name, f'there is no "{id_column}" in it, which --id-column names')
    identity = row.get(id_column or DEFAULT_ID)
    usable = isinstance(identity, int | str) and not isinstance(identity, bool)
    return Article(source, row[wanted], identity if usable else number)


def _outline(row: Any, wanted: str) -> str:
    """What a row is, in a few words, for an error."""
    if not isinstance(row, dict):
        return f"a JSON {type(row).__name__}"
    if wanted in row:
        return f'a "{wanted}" that is a {type(row[wanted]).__name__}'
    return f"the fields {', '.join(map(repr, list(row)[:5]))}" if row else "an empty object"
