"""What kind of file this is: by what it begins with, then by the ending of its name.

A PDF is a PDF whatever its name, and on standard input too. What holds text that no reader here
takes out is named, with what to do.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import Any, BinaryIO

from detector.errors import SourceError

_LOOKED_AT = 4096
_ZIP = b"PK\x03\x04"
_BEGINNINGS = {b"%PDF-": "pdf"}
# What a text may begin with too: such a file has control characters.
_PARQUET = b"PAR1"
_CONTROLS = frozenset(range(9))
# Beginnings of text, where neither the name nor a line of commas says what it is.
_HTML = (b"<!doctype html", b"<html")
# In the first part of an archive; the first of these decides.
_PARTS = {
    b"mimetypeapplication/epub+zip": "an EPUB: convert it to HTML or plain text",
    b"mimetypeapplication/vnd.oasis.opendocument": "an OpenDocument file: save it as .docx",
    b"ppt/": "a presentation: save its text as .docx or plain text",
    b"xl/": "a workbook: save the sheet as CSV",
    b"word/": "docx",
    b"[Content_Types].xml": "docx",
}
_REFUSED = {
    b"{\\rtf": "RTF: save it as .docx or plain text",
    b"\xd0\xcf\x11\xe0": "an old or encrypted Office file: save it as .docx, without a password",
}
# Word's reader says of such files what they are.
_WORD = (".docx", ".docm", ".dotx")
# By name alone: these begin with anything.
_REFUSED_NAMES = {
    ".eml": "an e-mail: save its body as plain text",
    ".mbox": "a mailbox: save the texts as plain text",
    ".bib": "a list of references: there is no prose in it",
}


def kind_of(source: str, file: BinaryIO, kinds: Mapping[str, str]) -> tuple[str | None, BinaryIO]:
    """The module that reads a file, None for plain text, and the file from its beginning.

    Parameters
    ----------
    source : str
        Its name; ``-`` for standard input.
    file : binary file
        At its beginning. What cannot be sought in is given back as a copy, if its reader must seek.
    kinds : mapping of str to str
        The modules by the ending of the name.

    Raises
    ------
    SourceError
        If it is of a kind that is not read.
    """
    head, file = _head(file)
    named = kinds.get(suffix_of(source))
    found = _by_content(source, head)
    if found is None and suffix_of(source) in _REFUSED_NAMES:
        raise SourceError(source, f"this is {_REFUSED_NAMES[suffix_of(source)]}")
    if found is None and named is None and not suffix_of(source):
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower()
        found = "html" if start.startswith(_HTML) else None
    return (found or named), file


def suffix_of(path: str) -> str:
    """The ending of a file's name, in lower case."""
    return os.path.splitext(path)[1].lower()  # noqa: PTH122 - Path drops a leading "./"


def _head(file: BinaryIO) -> tuple[bytes, BinaryIO]:
    """How a file begins, and the file as if nothing had been read of it."""
    try:
        if file.seekable():
            place = file.tell()
            head = file.read(_LOOKED_AT)
            file.seek(place)
            return head, file
    except (AttributeError, OSError):
        pass
    head = file.read(_LOOKED_AT)
    return head, io.BufferedReader(_Continued(head, file))


class _Continued(io.RawIOBase):
    """A stream with what was already read of it put back."""

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        self._head, self._file = head, file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._head:
            read, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            read = self._file.read(len(buffer))
        buffer[: len(read)] = read
        return len(read)


def sought(file: BinaryIO, largest: int) -> BinaryIO:
    """The file, or a copy in memory of one that cannot be sought in, cut after `largest` bytes."""
    return file if file.seekable() else io.BytesIO(file.read(largest))


def _by_content(source: str, head: bytes) -> str | None:
    for beginning, kind in _BEGINNINGS.items():
        if head.startswith(beginning):
            return kind
    for beginning, what in _REFUSED.items():
        if head.startswith(beginning) and not suffix_of(source).startswith(_WORD):
            raise SourceError(source, f"this is {what}")
    if head.startswith(_PARQUET) and not _CONTROLS.isdisjoint(head[:64]):
        return "parquet"
    if head.startswith(_ZIP) and not suffix_of(source).startswith(_WORD):
        for part, what in _PARTS.items():
            if part in head and what != "docx":
                raise SourceError(source, f"this is {what}")
            if part in head:
                return "docx"
    return None
