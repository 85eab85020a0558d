"""HTML cut into tags, references and text, in one pass whatever the text.

It follows the tokenizer of the HTML standard (WHATWG, 13.2.5) where that matters for the place of
text. A tag, a comment or a script that the file does not end takes the rest of it, as in browsers:
nothing is read twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5
from typing import NamedTuple

_NEXT = re.compile(r"[<&]")
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<attributes>(?:[\s/]++|[^\s/>=]++|=(?:\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^\s>]*+)))*+)>"
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s/>=]++)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'"
    r"|(?P<bare>[^\s>]*+)))?"
)
_REFERENCE = re.compile(
    r"&(?:#\d{1,9}+;?|#[xX][0-9a-fA-F]{1,8}+;?|(?P<name>[a-zA-Z][a-zA-Z0-9]{0,39}+);?)"
)
_COMMENT_END = re.compile(r"--!?>")
_RAW = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style")}
_LONGEST_OLD = max(len(name) for name in html5 if not name.endswith(";"))

Attributes = list[tuple[str, str | None]]


class Piece(NamedTuple):
    """Part of the source: ``text``, ``reference``, ``start``, ``end`` or ``empty`` (``<br/>``)."""

    kind: str
    start: int
    end: int
    name: str = ""
    attributes: Attributes = []  # noqa: RUF012 - nothing changes it


def pieces(source: str) -> Iterator[Piece]:
    """The pieces of some HTML, in order; comments and declarations are left out.

    Examples
    --------
    >>> for piece in pieces("a<br/>&lt;<!-- b --></p>"):
    ...     print(*piece[:3], piece.name or "-")
    text 0 1 -
    empty 1 6 br
    reference 6 10 -
    end 20 24 p
    """
    at, written = 0, 0
    while found := _NEXT.search(source, at):
        start = found.start()
        piece = _tag(source, start) if source[start] == "<" else _reference(source, start)
        if piece is None:
            at = start + 1
            continue
        if start > written:
            yield Piece("text", written, start)
        if piece.kind:
            yield piece
        at = written = piece.end
        if piece.kind == "start" and piece.name in _RAW:
            closing = _RAW[piece.name].search(source, at)
            at = written = len(source) if closing is None else closing.start()
    if written < len(source):
        yield Piece("text", written, len(source))


def _tag(source: str, start: int) -> Piece | None:
    """What begins with ``<``; of no kind where nothing is to be read; None if it is a character."""
    following = source[start + 1 : start + 3]
    if source.startswith("<!--", start):
        if source.startswith((">", "->"), start + 4):
            return Piece("", start, source.index(">", start) + 1)
        end = _COMMENT_END.search(source, start + 4)
        return Piece("", start, len(source) if end is None else end.end())
    if following[:1] in ("!", "?") or (following[:1] == "/" and not _is_letter(following[1:])):
        if following[:1] == "/" and not following[1:]:
            return None
        return Piece("", start, source.find(">", start) + 1 or len(source))
    if not _is_letter(following[:1]) and following[:1] != "/":
        return None
    tag = _TAG.match(source, start)
    if tag is None:  # the file ends inside it
        return Piece("", start, len(source))
    name, written = tag["name"].lower(), tag["attributes"]
    if tag["close"]:
        return Piece("end", start, tag.end(), name)
    attributes = [_attribute(found) for found in _ATTRIBUTE.finditer(written)]
    return Piece("empty" if written.endswith("/") else "start", start, tag.end(), name, attributes)


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _attribute(found: re.Match[str]) -> tuple[str, str | None]:
    values = (found[key] for key in ("double", "single", "bare"))
    value = next((value for value in values if value is not None), None)
    return found["name"].lower(), None if value is None else unescape(value)


def _reference(source: str, start: int) -> Piece | None:
    """A character reference; ``&ltx`` is one of ``&lt``, as in browsers; None if it is text."""
    found = _REFERENCE.match(source, start)
    if found is None:
        return None
    name = found["name"]
    if name is None or source[start + 1 : found.end()] in html5:
        return Piece("reference", start, found.end())
    for length in range(min(len(name), _LONGEST_OLD), 1, -1):
        if name[:length] in html5:
            return Piece("reference", start, start + 1 + length)
    return None
