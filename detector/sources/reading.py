"""Paths -> articles, one after the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from detector.errors import FaultError, SourceError, is_fault
from detector.files import open_regular
from detector.sources.article import Article, Options
from detector.sources.decoding import LARGEST_TEXT, check_encoding
from detector.sources.kinds import kind_of, sought, suffix_of

STDIN = "-"
PLAIN = "plain"
KINDS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".xht": "html",
    ".json": "json_file",
    ".ipynb": "json_file",
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".parquet": "parquet",
    ".docx": "docx",
    ".docm": "docx",
    ".dotx": "docx",
    ".pdf": "pdf",
    ".xml": "jats",
    ".nxml": "jats",
}
"""The module that reads a file, by the ending of its name; what it begins with goes before
(`detector.sources.kinds`). Each holds ``articles(source, file, options)``, an iterator of articles
and errors, and is imported when it is needed."""
_SOUGHT = frozenset({"docx", "pdf"})
LARGEST_SOUGHT = 1 << 28
"""Bytes of a Word file or PDF that comes through a pipe, and is kept in memory."""
MOST_ERRORS = 20
"""Rows of one file that cannot be read and are named; those after them are counted."""
SUFFIXES = frozenset({".txt", ".md", ".markdown", ".html", ".htm"})
"""What is read of a folder. Files of other kinds are read when they are named."""


def read(
    paths: Iterable[str | Path],
    *,
    encoding: str | None = None,
    text_column: str = "text",
    id_column: str | None = None,
    stdin: BinaryIO | None = None,
) -> Iterator[Article | SourceError]:
    """Read the articles that `paths` name, lazily and in order.

    What a file begins with tells its kind, else the ending of its name (`KINDS`); any other file is
    one article of plain text. A folder is walked in sorted order for `SUFFIXES`; links to folders
    are not followed, and names that begin with a dot are left alone. ``-`` is standard input.

    Parameters
    ----------
    paths : iterable of str or Path
        Files, folders, ``-``.
    encoding : str, optional
        Of text files without a byte order mark; default: what HTML and XML declare, else UTF-8.
        JSON Lines are always UTF-8.
    text_column, id_column : str, optional
        Where tables have the text and the identifier; see `Options`.
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
    return _read(paths, Options(encoding, text_column, id_column), stdin)


def _read(
    paths: Iterable[str | Path], options: Options, stdin: BinaryIO | None
) -> Iterator[Article | SourceError]:
    for path in paths:
        if str(path) == STDIN:
            yield from _articles(STDIN, stdin or sys.stdin.buffer, options)
        elif os.path.isdir(path):  # noqa: PTH112 - Path drops a leading "./", the user's own name
            yield from _named_folder(str(path), options)
        else:
            yield from _file(str(path), options)


def _named_folder(folder: str, options: Options) -> Iterator[Article | SourceError]:
    """What is read of a folder that was named; silence would look like a folder of clean texts."""
    empty = True
    for article in _folder(folder, options):
        empty = False
        yield article
    if empty:
        kinds = ", ".join(sorted(SUFFIXES))
        yield SourceError(folder, f"there is no {kinds} file in it: name other files one by one")


def _folder(folder: str, options: Options) -> Iterator[Article | SourceError]:
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
            yield from _folder(entry.path, options)
        elif suffix_of(entry.name) in SUFFIXES and not _is_folder(entry):
            yield from _file(entry.path, options, named=False)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether a link leads to a folder; one that leads in a circle or nowhere does not."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _file(path: str, options: Options, *, named: bool = True) -> Iterator[Article | SourceError]:
    """The articles of a file. A pipe or a device is read where somebody has `named` it alone."""
    try:
        # A plain open: see _read.
        with open(path, "rb") if named else open_regular(path) as file:  # noqa: PTH123
            yield from _articles(path, file, options)
    except OSError as error:
        yield _failure(path, error)


def _articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article | SourceError]:
    """What a file of its kind holds; an error ends it, and what was read before stands."""
    errors = 0
    try:
        kind, file = kind_of(source, file, KINDS)
        if kind in _SOUGHT:
            file = sought(file, LARGEST_SOUGHT)
        module = import_module(f"detector.sources.{kind or PLAIN}")
        for article in map(_bounded, module.articles(source, file, options)):
            errors += isinstance(article, SourceError)
            if not isinstance(article, SourceError) or errors <= MOST_ERRORS:
                yield article
    except SourceError as error:
        yield error
    except OSError as error:
        yield _failure(source, error)
    except GeneratorExit:
        raise
    except BaseException as error:
        if not is_fault(error):
            raise
        yield FaultError.of(source, error)
    if errors > MOST_ERRORS:
        yield SourceError(source, f"{errors - MOST_ERRORS:,} more of its rows could not be read")


def _bounded(article: Article | SourceError) -> Article | SourceError:
    """The article, or an error in the place of one that is none by its length."""
    if isinstance(article, SourceError) or len(article.text) <= LARGEST_TEXT:
        return article
    name = article.source if article.record is None else f"{article.source}#{article.record}"
    return SourceError(name, f"it has more than {LARGEST_TEXT:,} characters: that is no article")


def _failure(path: str, error: OSError) -> SourceError:
    hints = {
        FileNotFoundError: "there is no such file or folder: check the path",
        PermissionError: "no permission to read it: change its mode, or run as its owner",
    }
    hint = next((text for kind, text in hints.items() if isinstance(error, kind)), None)
    return SourceError(path, hint or f"could not be read ({error.strerror or error})")
