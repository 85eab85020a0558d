"""Paths -> articles, one after the other."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from detector.errors import SourceError
from detector.ignores import find_ignores, without_ignores
from detector.sources.article import Article
from detector.sources.decoding import check_encoding, decode
from detector.sources.markup import PROSE

STDIN = "-"
SUFFIXES = frozenset({".txt", *PROSE})
ROWS = frozenset({".jsonl", ".ndjson"})


def read(
    paths: Iterable[str | Path],
    *,
    encoding: str | None = None,
    stdin: BinaryIO | None = None,
) -> Iterator[Article | SourceError]:
    """Read the articles that `paths` name, lazily and in order.

    A file is one article, whatever its name. Markdown and HTML, by the ending of the name, are
    read for their prose, with offsets into the file; ``.jsonl`` and ``.ndjson`` hold an article in
    each line: an object with the string ``text`` and, if it likes, an ``id``. A folder is walked
    in sorted order for `SUFFIXES`; links to folders are not followed, and names that begin with a
    dot are left alone. ``-`` is standard input, one article.

    Parameters
    ----------
    paths : iterable of str or Path
        Files, folders, ``-``.
    encoding : str, optional
        Of files without a byte order mark; default UTF-8. JSON Lines are always UTF-8.
    stdin : binary file, optional
        Instead of the standard input of the process.

    Yields
    ------
    Article or SourceError
        An error takes the place of what could not be read; the rest goes on.

    Raises
    ------
    SourceError
        If Python knows no such `encoding`; before anything is read.
    """
    check_encoding(encoding)
    return _read(paths, encoding, stdin)


def _read(
    paths: Iterable[str | Path], encoding: str | None, stdin: BinaryIO | None
) -> Iterator[Article | SourceError]:
    for path in paths:
        if str(path) == STDIN:
            yield _whole(STDIN, encoding, stdin or sys.stdin.buffer)
        elif os.path.isdir(path):  # noqa: PTH112 - Path drops a leading "./", the user's own name
            yield from _folder(str(path), encoding)
        else:
            yield from _file(str(path), encoding)


def _folder(folder: str, encoding: str | None) -> Iterator[Article | SourceError]:
    """The files below `folder`: entries of each folder in sorted order, no links to folders."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield _failure(folder, error)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _folder(entry.path, encoding)
        elif _is_article(entry):
            yield from _file(entry.path, encoding)


def _is_article(entry: os.DirEntry[str]) -> bool:
    """A text file, or a link to one; a broken link too, so that somebody hears of it."""
    named = _suffix(entry.name) in SUFFIXES
    return named and (entry.is_file() or (entry.is_symlink() and not entry.is_dir()))


def _file(path: str, encoding: str | None) -> Iterator[Article | SourceError]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - see _read
            if _suffix(path) in ROWS:
                yield from _rows(path, file)
            else:
                yield _whole(path, encoding, file)
    except OSError as error:
        yield _failure(path, error)


def _whole(source: str, encoding: str | None, file: BinaryIO) -> Article | SourceError:
    try:
        text = decode(file.read(), name=source, encoding=encoding)
    except SourceError as error:
        return error
    except OSError as error:
        return _failure(source, error)
    suffix = _suffix(source)
    prose = PROSE.get(suffix, without_ignores)
    return Article(source, prose(text), ignores=find_ignores(text, suffix))


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()  # noqa: PTH122 - see _read


def _rows(path: str, file: BinaryIO) -> Iterator[Article | SourceError]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield _row(path, number, line)


def _row(path: str, number: int, line: bytes) -> Article | SourceError:
    name = f"{path}, line {number}"
    try:
        row = json.loads(decode(line, name=name))
    except SourceError as error:
        return error
    except (ValueError, RecursionError) as error:
        return SourceError(name, f"this is not JSON ({error}): give one object a line")
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        return SourceError(name, f'expected an object with a string "text", found {_outline(row)}')
    identity = row.get("id")
    usable = isinstance(identity, int | str) and not isinstance(identity, bool)
    return Article(path, row["text"], identity if usable else number)


def _outline(row: Any) -> str:
    """What a row is, in a few words, for an error."""
    if not isinstance(row, dict):
        return f"a JSON {type(row).__name__}"
    if "text" in row:
        return f'a "text" that is a {type(row["text"]).__name__}'
    return f"the fields {', '.join(map(repr, list(row)[:5]))}" if row else "an empty object"


def _failure(path: str, error: OSError) -> SourceError:
    hints = {
        FileNotFoundError: "there is no such file or folder: check the path",
        PermissionError: "no permission to read it: change its mode, or run as its owner",
    }
    hint = next((text for kind, text in hints.items() if isinstance(error, kind)), None)
    return SourceError(path, hint or f"could not be read ({error.strerror or error})")
