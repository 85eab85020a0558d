"""What an article's section and a comparison's are both made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from detector.document import Span
from detector.render.html.markup import text
from detector.report import Report

# Units of a strip from end to end, and of a tick, which its outline widens.
_LENGTH, _TICK = 1000.0, 1.0
# Units of a gauge (0 to 100): the width of its needle, and the least of its range.
_NEEDLE, _RANGE = 0.8, 0.5


class Band(NamedTuple):
    """A stretch of a strip: where, which shade (a class), and what it is."""

    span: Span
    shade: str
    title: str


@dataclass
class Marks:
    """Links from marked words to their notes.

    A mark may be cut in pieces; the first has its identifier, its number and its description, and
    is the one that is reached by keyboard.

    Parameters
    ----------
    key : str
        Begins the identifiers.
    """

    key: str

    def __post_init__(self) -> None:
        self._seen: set[int] = set()

    def mark(self, words: str, number: int, kind: str) -> str:
        """The words of note `number`, which are HTML, as its mark or a further piece of it."""
        if number in self._seen:
            return self.piece(words, number, kind)
        self._seen.add(number)
        own = f'id="{self.key}-m{number}" data-n="{number}" aria-describedby="{self.key}-s{number}"'
        return f'<a class="mark {kind}" href="#{self.key}-n{number}" {own}>{words}</a>'

    def piece(self, words: str, number: int, kind: str) -> str:
        """Words that belong to a mark that stands elsewhere."""
        return f'<a class="mark {kind}" href="#{self.key}-n{number}" tabindex="-1">{words}</a>'


def strip(
    length: int, bands: Iterable[Band], ticks: Iterable[tuple[int, str]], label: str
) -> Iterator[str]:
    """A text from left to right: bands, and above them the ticks of its marks.

    Parameters
    ----------
    length : int
        Of the text, in the units of the bands and ticks.
    bands : iterable of Band
        In any order.
    ticks : iterable of (int, str)
        Offset and class of the marks 1, 2, 3...
    label : str
        What it shows, for those who do not see it.
    """
    scale = _LENGTH / max(length, 1)
    yield '<div class="bar" data-bar>\n<svg class="strip" viewBox="0 0 1000 28"'
    yield f' preserveAspectRatio="none" role="img" aria-label="{text(label)}">'
    yield '<rect class="track" y="6" width="1000" height="16"/>'
    for (start, end), shade, title in bands:
        yield f'<rect class="{shade}" x="{start * scale:.1f}" y="6" height="16"'
        yield f' width="{(end - start) * scale:.1f}"><title>{text(title)}</title></rect>'
    for number, (start, kind) in enumerate(ticks, start=1):
        yield f'<rect class="tick {kind}" data-n="{number}" width="{_TICK}" height="28"'
        yield f' x="{min(start * scale, _LENGTH - _TICK):.1f}"/>'
    yield "</svg>\n</div>\n"


def figure(number: str, label: str) -> str:
    """A number with what it counts."""
    return f'<div class="figure"><p><b>{number}</b> <span class="label">{label}</span></p></div>\n'


def reliability(report: Report) -> Iterator[str]:
    """The reliability with its interval, in words and on a scale; nothing where there is none."""
    value, low, high = report.reliability, report.reliability_low, report.reliability_high
    if value is None:
        return
    said = f"reliability of 100{'' if report.calibrated else ' (provisional)'}"
    if low is not None and high is not None:
        said += f", probably {low:.1f} to {high:.1f}"
    yield '<div class="figure reliability">'
    yield f'<p><b>{value:.1f}</b> <span class="label">{said}</span></p>'
    yield '<svg class="gauge" viewBox="0 0 100 6" preserveAspectRatio="none"'
    yield ' aria-hidden="true"><rect class="track" y="2" width="100" height="2"/>'
    if low is not None and high is not None:
        width = max(high - low, _RANGE)
        yield f'<rect class="range" x="{low:.1f}" y="1" width="{width:.1f}" height="4"/>'
    x = min(max(value - _NEEDLE / 2, 0), 100 - _NEEDLE)
    yield f'<rect class="needle" x="{x:.1f}" width="{_NEEDLE}" height="6"/></svg>'
    yield '<p class="ends" aria-hidden="true"><span>0</span><span>100</span></p></div>\n'


def badge(verdict: str) -> str:
    """A verdict or status, as it is named everywhere."""
    return f'<span class="verdict v-{verdict}">{verdict}</span>'


def record(entries: Iterable[tuple[str, str]], meaning: str) -> Iterator[str]:
    """The record at the foot: names and values, and what they mean (which is HTML)."""
    yield '<footer class="record">\n<h3>Record</h3>\n<dl>\n'
    for term, value in entries:
        yield f"<div><dt>{text(term)}</dt><dd>{text(value)}</dd></div>\n"
    yield f"</dl>\n{meaning}</footer>\n"


def digest(written: str) -> str:
    """SHA-256 of a text in UTF-8, hexadecimal."""
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
