"""The article with what probably stood there put back, and a map between the two texts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from detector.document import Span
from detector.folding import fold
from detector.indefinite import CORRECTED, sound

if TYPE_CHECKING:
    from detector.report import Finding

CONFIDENT = 0.6
"""A suggestion is put back from this confidence on: it is more likely the original than not."""

_ARTICLE_BEFORE = re.compile(r"(?<![\w'\u2019.-])(an?|An?)(\s+)\Z")
_LONGEST_ARTICLE = 8


@dataclass(frozen=True, slots=True)
class Edit:
    """One place that was put back: ``[start, end)`` of the article became ``text``.

    Attributes
    ----------
    start, end : int
        Half-open offsets in code points into the article.
    restored_start, restored_end : int
        The same place in the restored text.
    actual, text : str
        What stands in the article, and what was put there.
    """

    start: int
    end: int
    restored_start: int
    restored_end: int
    actual: str
    text: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored text, and where it differs from the article.

    Attributes
    ----------
    text : str
        The article with every `Edit` made.
    edits : tuple of Edit
        Sorted, without overlaps.
    """

    text: str
    edits: tuple[Edit, ...]

    def to_restored(self, offset: int) -> int:
        """The offset in the restored text of an offset in the article.

        Inside an edit there is no such place: the start of what was put there stands for it.
        """
        at = bisect_right(self.edits, offset, key=attrgetter("start")) - 1
        if at < 0:
            return offset
        edit = self.edits[at]
        return edit.restored_start if offset < edit.end else offset - edit.end + edit.restored_end

    def to_original(self, offset: int) -> int:
        """The offset in the article of an offset in the restored text; see `to_restored`."""
        at = bisect_right(self.edits, offset, key=attrgetter("restored_start")) - 1
        if at < 0:
            return offset
        edit = self.edits[at]
        return edit.start if offset < edit.restored_end else offset - edit.restored_end + edit.end

    def to_dict(self) -> dict[str, Any]:
        """The text and its edits as JSON types."""
        return {"text": self.text, "edits": [asdict(edit) for edit in self.edits]}


def restore(
    text: str, findings: Iterable[Finding], *, min_confidence: float = CONFIDENT
) -> Restored:
    """Put back what probably stood in the place of each finding.

    Parameters
    ----------
    text : str
        The article.
    findings : iterable of Finding
        Sorted by start, without overlaps, as a report holds them.
    min_confidence : float
        A finding whose best suggestion is less sure, 0 to 1, is left as it is.

    Returns
    -------
    Restored
        "a" and "an" before a restored word agree with it; where nothing is put back, the space
        before it goes too.
    """
    parts: list[str] = []
    edits: list[Edit] = []
    end = length = 0
    for span, new in _changes(text, findings, min_confidence):
        parts += [text[end : span.start], new]
        start = length + span.start - end
        length = start + len(new)
        edits.append(Edit(*span, start, length, span.of(text), new))
        end = span.end
    return Restored("".join([*parts, text[end:]]), tuple(edits))


def _changes(
    text: str, findings: Iterable[Finding], min_confidence: float
) -> Iterator[tuple[Span, str]]:
    free = 0
    for finding in findings:
        best = finding.expected[0] if finding.expected else None
        if best is None or best.confidence < min_confidence or best.text == finding.actual:
            continue
        span, new = finding.span, best.text
        if not new:
            span = _with_space(text, span, free)
        else:
            span, new = _with_article(text, span, new, free)
        yield span, new
        free = span.end


def _with_space(text: str, span: Span, free: int) -> Span:
    """`span` and the space before it, as far as that is `free`."""
    before = text[free : span.start]
    return Span(free + len(before.rstrip(" ")), span.end)


def _with_article(text: str, span: Span, new: str, free: int) -> tuple[Span, str]:
    """`span` with the article before it, where `new` asks for the other one."""
    opening = text[max(free, span.start - _LONGEST_ARTICLE) : span.start]
    article = _ARTICLE_BEFORE.search(opening)
    heard = sound(fold(new).split(" ")[0])
    if article is None or heard is None or (heard == "vowel") == (len(article[1]) == 2):
        return span, new
    start = span.start - len(article[0])
    return Span(start, span.end), CORRECTED[article[1]] + article[2] + new
