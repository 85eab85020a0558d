"""Lines for a terminal: what may be shown, how wide it is, where it breaks, how it is marked.

While lines are filled, what is marked stands between `FLAGGED` or `EXPECTED` and `END`: control
characters, of which `spelled` lets none of an article through. `paint` turns them into colour or
into plain marks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

FLAGGED = "\x01"
EXPECTED = "\x02"
END = "\x03"

_PLAIN = str.maketrans({FLAGGED: ">>", END: "<<"})
_COLOUR = str.maketrans({FLAGGED: "\x1b[1;4;31m", EXPECTED: "\x1b[32m", END: "\x1b[0m"})
_NO_MARKS = str.maketrans("", "", FLAGGED + EXPECTED + END)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def spelled(text: str) -> str:
    """`text` on one line, with its control, format and other invisible characters spelled out.

    Examples
    --------
    >>> spelled("wi\\u200blt\\n\\x1b[31mred")
    'wi<U+200B>lt <U+001B>[31mred'
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_spelled, text))


def _spelled(character: str) -> str:
    if character.isspace():
        return " "
    invisible = unicodedata.category(character) in _INVISIBLE
    return f"<U+{ord(character):04X}>" if invisible else character


_STEERING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def harmless(text: str) -> str:
    """`text` with its lines, but with what could steer a terminal spelled out.

    Examples
    --------
    >>> harmless("wilt\\n\\x1b[31mred")
    'wilt\\n<U+001B>[31mred'
    """
    return _STEERING.sub(lambda match: _spelled(match.group()), text)


_COMMAND = re.compile(r"(^|[\r\n])([^\S\r\n]*):(?=:)|##\[")


def inert(text: str) -> str:
    """`text` without what a GitHub Actions runner would take for a command in its log.

    It obeys lines that begin with ``::``, indented or not, and ``##[`` anywhere.

    Examples
    --------
    >>> inert("  ::error::wilt\\na::b ##[error]")
    '  <U+003A>:error::wilt\\na::b ##<U+005B>error]'
    """
    return _COMMAND.sub(_disarmed, text)


def _disarmed(found: re.Match[str]) -> str:
    return "##<U+005B>" if found[1] is None else f"{found[1]}{found[2]}<U+003A>"


def columns(text: str) -> int:
    """Columns that spelled text takes on a terminal: wide characters 2, combining marks 0.

    Examples
    --------
    >>> columns("wilt"), columns("cafe\\u0301"), columns("\\u65e5\\u672c")
    (4, 4, 4)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def clauses(text: str, room: int) -> str:
    """The leading clauses of spelled text that fit in `room` columns, but always the first.

    Examples
    --------
    >>> clauses("'has become' 4,402 times, 'has wilt' at most once", 30)
    "'has become' 4,402 times"
    """
    parts = text.split(", ")
    while len(parts) > 1 and columns(", ".join(parts)) > room:
        del parts[-1]
    return ", ".join(parts)


def fill(text: str, width: int, *, margin: str, colour: bool) -> list[str]:
    """`text` cut at its spaces into painted lines of `width` columns.

    Runs of spaces become one; a word that is wider than the line stays whole.

    Parameters
    ----------
    text : str
        What to fill with, its marks in place.
    width : int
        Columns of a line.
    margin : str
        Stands before the first line; the others are indented as far.
    colour : bool
        Marks as terminal escapes instead of ``>>`` and ``<<``.
    """
    lines: list[list[str]] = []
    free = 0
    for word in text.split():
        needed = marked_columns(word, colour=colour)
        if lines and needed < free:
            lines[-1].append(word)
            free -= needed + 1
        else:
            lines.append([word])
            free = width - columns(margin) - needed
    painted = paint((" ".join(line) for line in lines), colour=colour)
    indent = " " * columns(margin)
    return [f"{indent if index else margin}{line}" for index, line in enumerate(painted)]


def marked_columns(text: str, *, colour: bool) -> int:
    """Columns that spelled text takes once its marks are painted."""
    return columns(text.translate(_NO_MARKS if colour else _PLAIN))


def paint(lines: Iterable[str], *, colour: bool) -> Iterator[str]:
    """Lines with their marks painted; colour ends with a line and goes on in the next."""
    if not colour:
        yield from (line.translate(_PLAIN) for line in lines)
        return
    going_on = ""
    for line in lines:
        whole = going_on + line
        mark = max(FLAGGED, EXPECTED, END, key=whole.rfind)
        going_on = mark if mark != END and mark in whole else ""
        yield (whole + (END if going_on else "")).translate(_COLOUR)
