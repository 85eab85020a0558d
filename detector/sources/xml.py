"""XML events from the standard library's expat, safe with hostile files.

No entity is expanded but the five of XML, nothing outside the file is read, and what nests deeply
costs no recursion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import unescape
from typing import Protocol
from xml.parsers import expat

from detector.errors import SourceError


class Handler(Protocol):
    """Takes the events. Names come without their namespace's prefix."""

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None:
        """A start tag at `place`, an offset in bytes."""

    def end(self, name: str, place: int) -> None:
        """An end tag; of an empty element, the same place as its start."""

    def data(self, data: str, place: int) -> None:
        """Some text, or what one reference stands for."""


def parse(source: str, chunks: Iterable[bytes], handler: Handler, encoding: str | None) -> None:
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

    Raises
    ------
    SourceError
        If the document is not well-formed, or defines entities.
    """
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = False
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def forbid(name: str, *_: object) -> None:
        raise SourceError(
            source, f"it defines the entity {name!r}, which may be an attack: expand it first"
        )

    def start(name: str, attributes: dict[str, str]) -> None:
        handler.start(_local(name), attributes, parser.CurrentByteIndex)

    def end(name: str) -> None:
        handler.end(_local(name), parser.CurrentByteIndex)

    def data(data: str) -> None:
        handler.data(data, parser.CurrentByteIndex)

    def skipped(name: str, is_parameter: bool) -> None:
        """An entity of an external DTD, which is not read: those of HTML are known."""
        if not is_parameter:
            handler.data(unescape(f"&{name};"), parser.CurrentByteIndex)

    parser.EntityDeclHandler = forbid
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.SkippedEntityHandler = skipped
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise SourceError(
            source, f"the XML is damaged ({error}): save it again, or export it as plain text"
        ) from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]
