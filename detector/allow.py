"""The allow list: words and phrases that an editor never wants flagged."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

from detector.document import Document, Span
from detector.errors import ConfigError
from detector.report import Finding
from detector.rows import read_rows
from detector.segment import segment

_ARTICLES = frozenset({"a", "an"})


class AllowList:
    """Words and phrases never to flag.

    An entry matches whole tokens in any case and typography, with or without a possessive "'s",
    and whatever punctuation lies between them. A finding is dropped if it lies inside one
    occurrence; an article before the occurrence counts as part of it, since "a MRSA" is flagged
    only because of what "MRSA" is.

    Parameters
    ----------
    allow : frozenset of str
        The entries.

    Raises
    ------
    ConfigError
        If an entry holds no word.

    Examples
    --------
    >>> document = segment("The writ structures wilt.")
    >>> finding = Finding.at(document, Span(4, 8), check="substitution", probability=0.9)
    >>> AllowList(frozenset({"Writ Structures"})).keep([finding], document)
    []
    >>> len(AllowList(frozenset({"wilt"})).keep([finding], document))
    1
    """

    def __init__(self, allow: frozenset[str] = frozenset()) -> None:
        # Entries by their first form, so that a document is walked once however long the list is.
        self._entries: dict[str, set[tuple[str, ...]]] = {}
        for entry in allow:
            forms = _forms(segment(entry))
            if not forms:
                raise ConfigError(
                    f"the entry {entry!r} of the allow list contains no word: give a word or a "
                    "phrase"
                )
            self._entries.setdefault(forms[0], set()).add(forms)

    def keep(self, findings: Iterable[Finding], document: Document) -> list[Finding]:
        """The findings on `document` that no entry covers, in the order given."""
        candidates = list(findings)
        if not (self._entries and candidates):
            return candidates
        allowed = sorted(self._occurrences(document))
        starts = [span.start for span in allowed]
        # The furthest that an occurrence reaches which starts at or before each start.
        reach = [0, *accumulate((span.end for span in allowed), max)]
        return [
            finding
            for finding in candidates
            if finding.end > reach[bisect_right(starts, finding.start)]
        ]

    def _occurrences(self, document: Document) -> Iterator[Span]:
        forms = _forms(document)
        for first, form in enumerate(forms):
            for entry in self._entries.get(form, ()):
                last = first + len(entry)
                if forms[first:last] == entry:
                    begin = first - (first > 0 and forms[first - 1] in _ARTICLES)
                    yield Span(int(document.starts[begin]), int(document.ends[last - 1]))


def load_allow(path: Path | str) -> frozenset[str]:
    """Read an allow list: one word or phrase a line, ``#`` before a comment.

    Raises
    ------
    ConfigError
        If the file cannot be read or is not UTF-8.
    """
    return frozenset(row.text for row in read_rows(path))


def _forms(document: Document) -> tuple[str, ...]:
    return tuple(form.removesuffix("'s") for form in document.forms)
