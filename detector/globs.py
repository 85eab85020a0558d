"""Patterns for paths, as ``.gitignore`` and editors write them."""

from __future__ import annotations

import re
from functools import cache


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern fits a path relative to the pattern's folder, with ``/`` between names.

    ``*`` and ``?`` stand for characters other than ``/``, ``[...]`` for one of them, ``**`` for
    any number of folders. A pattern without ``/`` fits the file's name in any folder; one that
    ends in ``/`` fits all that lies below.

    Examples
    --------
    >>> matches("*.md", "letters/a.md"), matches("letters/*.md", "letters/old/a.md")
    (True, False)
    >>> matches("letters/**", "letters/old/a.md"), matches("**/old/", "letters/old/a.md")
    (True, True)
    """
    return _compiled(pattern).fullmatch(path) is not None


_PARTS = re.compile(
    r"(?P<any_depth>(?:(?<=/)|^)\*\*/)|(?P<below>\*\*)|(?P<run>\*)|(?P<one>\?)|\[(?P<set>!?[^]/]+)\]"
)
_MEANING = {"any_depth": "(?:[^/]+/)*", "below": ".*", "run": "[^/]*", "one": "[^/]"}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    anchored = pattern.removeprefix("/")
    if "/" not in pattern:
        anchored = f"**/{anchored}"
    if anchored.endswith("/"):
        anchored += "**"
    expression, at = "", 0
    for part in _PARTS.finditer(anchored):
        expression += re.escape(anchored[at : part.start()])
        kind = part.lastgroup or ""
        expression += _MEANING.get(kind) or _set(part["set"])
        at = part.end()
    return re.compile(expression + re.escape(anchored[at:]), re.DOTALL)


def _set(chars: str) -> str:
    negated = "^/" if chars.startswith("!") else ""
    chars = chars.removeprefix("!")
    members = "".join(c if c == "-" else re.escape(c) for c in chars)
    try:
        re.compile(f"[{members}]")
    except re.error:  # a range that runs backwards, such as [z-a]: a hyphen like any other
        members = re.escape(chars)
    return f"[{negated}{members}]"
