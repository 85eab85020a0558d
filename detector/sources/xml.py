"""XML events from the standard library's expat, safe with hostile files.

No entity is expanded but the five of XML, nothing outside the file is read, and what nests deeply
costs no recursion. A document type with a part of its own inside the file is refused: it can define
entities and attributes that every element then carries. Bounded are the size of a tag, the depth
and the number of different names, which the parser keeps in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import Protocol
from xml.parsers import expat

from detector.errors import SourceError

# Bytes of one tag, comment or instruction. The longest tags of journals have some thousand.
LONGEST_TAG = 1 << 20
DEEPEST = 100_000
# Different names of elements and attributes; JATS and Word know some thousand.
MOST_NAMES = 20_000
_CHUNK = 1 << 16
_BUILT_IN = frozenset({"utf-8", "utf-16", "utf-16le", "utf-16be", "iso-8859-1", "us-ascii"})
_EACH_BYTE = bytes(range(256))


class Handler(Protocol):
    """Takes the events. Names come without their namespace's prefix."""

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None:
        """A start tag at `place`, an offset in bytes."""

    def end(self, name: str, place: int) -> None:
        """An end tag; of an empty element, the same place as its start."""

    def data(self, data: str, place: int) -> None:
        """Some text, or what one reference stands for."""


def parse(
    source: str,
    chunks: Iterable[bytes],
    handler: Handler,
    encoding: str | None,
    *,
    doctype: bool = True,
) -> None:
    """Send the events of an XML document to `handler`.

    Parameters
    ----------
    source : str
        What to call it in an error.
    chunks : iterable of bytes
        The document.
    handler : Handler
        Takes the events.
    encoding : str or None
        Overrides what the document declares.
    doctype : bool
        Whether it may name a document type; the type itself is not read.

    Raises
    ------
    SourceError
        If the document is not well-formed, is in an encoding that the parser does not know,
        defines a document type of its own, or is beyond the bounds above.
    """
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = False
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def declared(name: str, system: str | None, public: str | None, inside: bool) -> None:
        if inside or not doctype:
            raise SourceError(
                source,
                "it defines a document type of its own, which may be an attack: take the "
                "DOCTYPE out, or export it as plain text",
            )

    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        handler.start(_local(name), attributes, parser.CurrentByteIndex)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(_local(name), parser.CurrentByteIndex)

    def data(data: str) -> None:
        handler.data(data, parser.CurrentByteIndex)

    def skipped(name: str, is_parameter: bool) -> None:
        """An entity of an external DTD, which is not read: those of HTML are known."""
        if not is_parameter:
            handler.data(unescape(f"&{name};"), parser.CurrentByteIndex)

    def declares(version: str, name: str | None, standalone: int) -> None:
        if encoding is None and name is not None and not _is_readable(name):
            raise SourceError(
                source, f"it declares the encoding {name!r}, which is not read: save it as UTF-8"
            )

    parser.XmlDeclHandler = declares
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.SkippedEntityHandler = skipped
    try:
        fed = 0
        for chunk in _cut(chunks):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > LONGEST_TAG:
                raise SourceError(source, _beyond(f"a tag of more than {LONGEST_TAG:,} bytes"))
            if depth > DEEPEST:
                raise SourceError(source, _beyond(f"more than {DEEPEST:,} elements in each other"))
            if len(parser.intern) > MOST_NAMES:
                raise SourceError(source, _beyond(f"more than {MOST_NAMES:,} different names"))
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise SourceError(
            source, f"the XML is damaged ({error}): save it again, or export it as plain text"
        ) from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _is_readable(encoding: str) -> bool:
    """Whether expat reads an encoding: its own ones, and those in which a byte is a character."""
    if encoding.lower() in _BUILT_IN:
        return True
    try:
        return len(_EACH_BYTE.decode(encoding, "replace")) == len(_EACH_BYTE)
    except (LookupError, ValueError):
        return False


def _beyond(what: str) -> str:
    return f"it has {what}: that is no article; export it as plain text"


def _cut(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _CHUNK):
            yield chunk[start : start + _CHUNK]
