"""Bytes -> text, or an error that says which byte and what to do."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from detector.errors import SourceError

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SNIFFED = 8192
LARGEST_TEXT = 1 << 24
"""Bytes of a file that is one article, and characters of an article in any file. The longest novels
have four million."""
# Codecs of Python that are text encodings by name, but that no file is written in.
_NO_FILES = frozenset(
    {"idna", "punycode", "unicode-escape", "unicode_escape", "raw-unicode-escape"}
    | {"raw_unicode_escape", "undefined"}
)
_DECLARATION = re.compile(
    rb"<(?:\?xml\b[^>]{0,100}?\sencoding|meta\b[^>]{0,200}?\bcharset)\s*=\s*[\"']?([\w.:-]{1,40})",
    re.IGNORECASE,
)
_SURROGATE = re.compile("[\udc80-\udcff]")
# No text holds these; a form feed, an escape or a Ctrl-Z at the end of an old file may occur.
_BINARY = bytes(set(range(9)) | set(range(14, 26)) | {28, 29, 30, 31, 127})


def decode(data: bytes, *, name: str, encoding: str | None = None) -> str:
    r"""Decode the bytes of a file.

    A byte order mark decides (UTF-8, UTF-16 or UTF-32) and is no part of the text; otherwise
    `encoding` does, and UTF-8 where there is none. Line ends stay as they are.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What to call it in an error.
    encoding : str, optional
        An encoding that Python knows, such as "cp1252".

    Raises
    ------
    SourceError
        If the bytes are no text in that encoding; with the offset of the first wrong byte.

    Examples
    --------
    >>> decode(b"\xef\xbb\xbfcaf\xc3\xa9", name="a.txt")
    'café'
    >>> decode(b"caf\xe9", name="a.txt", encoding="cp1252")
    'café'
    """
    marked = next(((mark, codec) for mark, codec in _MARKS if data.startswith(mark)), None)
    if marked:
        mark, codec = marked
        return _decode(data, skip=len(mark), codec=codec, name=name)
    if encoding is None or _is_utf8(encoding):
        _refuse_binary(data, name)
        return _decode(data, skip=0, codec="utf-8", name=name)
    return _decode(data, skip=0, codec=encoding, name=name)


def text_of(file: BinaryIO, name: str, encoding: str | None, *, declared: bool = False) -> str:
    """Read and `decode` a whole file; `declared`: it may name its encoding, as HTML and XML do.

    Raises
    ------
    SourceError
        As `decode` does; if the file has more than `LARGEST_TEXT` bytes.
    OSError
        If the file cannot be read.
    """
    data = file.read(LARGEST_TEXT + 1)
    if len(data) > LARGEST_TEXT:
        raise SourceError(
            name,
            f"it has more than {LARGEST_TEXT:,} bytes: that is no article; give the articles in it "
            "one by one, or as JSON Lines",
        )
    if declared and encoding is None:
        encoding = _declared(data)
    return decode(data, name=name, encoding=encoding)


def rows_of(stream: TextIOWrapper, longest: int) -> Iterator[str]:
    """The lines of a text; one that is longer comes in pieces, so that memory is bounded."""
    return iter(lambda: stream.readline(longest), "")


def lines_of(file: BinaryIO, name: str, encoding: str | None) -> TextIOWrapper:
    """The text of a file line by line, line ends as they are; a wrong byte becomes a surrogate.

    Raises
    ------
    SourceError
        If it begins like a binary file.
    """
    head = file.read(_SNIFFED)
    file.seek(0)
    mark, codec = next((pair for pair in _MARKS if head.startswith(pair[0])), (b"", None))
    if codec is None:
        codec = encoding or "utf-8"
        if _is_utf8(codec):
            _refuse_binary(head, name)
    file.seek(len(mark))
    errors = "strict" if codec.startswith(("utf-16", "utf-32")) else "surrogateescape"
    return TextIOWrapper(file, encoding=codec, errors=errors, newline="")


def wrong_byte(text: str) -> str | None:
    """What is wrong with a text from `lines_of`, if a byte of it was not in its encoding."""
    found = None if text.isascii() else _SURROGATE.search(text)
    if found is None:
        return None
    return (
        f"byte 0x{ord(found[0]) - 0xDC00:02X} at character {found.start()} is not in the encoding: "
        "name the right one, for example --encoding cp1252"
    )


def _declared(data: bytes) -> str | None:
    """The encoding that an HTML or XML file names, as browsers understand it."""
    found = _DECLARATION.search(data[:1024])
    if found is None:
        return None
    name = found[1].decode("ascii")
    # What calls itself Latin-1 is Windows-1252, its superset (WHATWG Encoding Standard, 4.2); a
    # declaration that can be read as ASCII is not in UTF-16.
    if name.lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}:
        return "cp1252"
    return name if _is_text_encoding(name) and not name.lower().startswith("utf-16") else None


def check_encoding(encoding: str | None) -> None:
    """Raise `SourceError` unless `encoding` is None or one that Python knows."""
    if encoding is not None and not _is_text_encoding(encoding):
        raise SourceError(
            f"--encoding {encoding}",
            "Python knows no text encoding of this name: try utf-8, cp1252, latin-1 or utf-16",
        )


def _is_text_encoding(encoding: str) -> bool:
    try:
        if codecs.lookup(encoding).name in _NO_FILES:
            return False
        return isinstance("a".encode(encoding), bytes)
    except (LookupError, ValueError):
        return False


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}
    except LookupError:
        return False


def _refuse_binary(data: bytes, name: str) -> None:
    head = data[:_SNIFFED]
    if b"\0" in head:
        half = head[1::2].count(0) > len(head) // 4 or head[::2].count(0) > len(head) // 4
        hint = "if it is UTF-16 text, say --encoding utf-16-le" if half else "give a text file"
        raise SourceError(name, f"this is a binary file (byte 0x00 at {data.index(0)}): {hint}")
    strange = len(head) - len(head.translate(None, _BINARY))
    if strange > len(head) // 20:
        raise SourceError(
            name,
            f"this is a binary file ({strange} control characters in its first {len(head)} bytes): "
            "give a text file",
        )


def _decode(data: bytes, *, skip: int, codec: str, name: str) -> str:
    try:
        return data[skip:].decode(codec) if skip else data.decode(codec)
    except UnicodeDecodeError as error:
        raise SourceError(name, _undecodable(data, error.start + skip, codec)) from None
    except LookupError:
        check_encoding(codec)
        raise
    except ValueError as error:  # a codec that says no place, as UTF-16 without a mark
        raise SourceError(
            name, f"this is not {codec.upper()} ({error}): name the encoding with --encoding"
        ) from None


def _undecodable(data: bytes, offset: int, codec: str) -> str:
    found = f"byte 0x{data[offset]:02X} at offset {offset} is not {codec.upper()}"
    if codec == "utf-8":
        return f"{found}: name the encoding, for example --encoding cp1252"
    if codec.startswith("utf-"):
        return f"{found}: the file is damaged or cut off; save it again as UTF-8"
    return f"{found}: is it another encoding, for example --encoding latin-1?"
