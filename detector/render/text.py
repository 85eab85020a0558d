"""Reports for people, on a terminal or in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

from detector.document import Span
from detector.render.base import Look, name, place
from detector.render.excerpt import Excerpt, excerpts, shorter
from detector.render.layout import (
    END,
    EXPECTED,
    FLAGGED,
    clauses,
    fill,
    harmless,
    inert,
    marked_columns,
    spelled,
)
from detector.render.wording import count, percent, plainest, shown, title
from detector.report import Finding, Report, Suggestion

# JSON has all.
MOST_EVIDENCE = 3
LONGEST_ACTUAL = 60

WIDE = 20.0
"""An interval of the reliability this wide is shown: the number alone would say too much."""

SUBSTITUTION = "substitution"
"""The check that always looks for an original."""

_LEFT_OUT = "[...]"
_QUOTED = "    "
_RESET = "\x1b[0m"
_BOLD = "\x1b[1m"
_VERDICTS = {"spun": "\x1b[1;31m", "suspect": "\x1b[1;33m", "clean": "\x1b[1;32m"}


@dataclass(frozen=True, slots=True)
class Text:
    """A summary line for the article, then a line for each finding and the sentence that it is in.

    With `Look.verbose` all suggestions and reasons stand below each flagged sentence. Without
    colour a flagged word stands between ``>>`` and ``<<``. What the renderer adds is ASCII; what it
    quotes has its control, format and other invisible characters spelled out.
    """

    header: ClassVar[str] = ""
    separator: ClassVar[str] = ""
    footer: ClassVar[str] = ""

    look: Look

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer for a terminal or file of this look."""
        return cls(look)

    def report(self, report: Report) -> str:
        """The summary, and the findings, if any, with a blank line after them.

        Or, where that is asked for, the restored text alone.
        """
        if self.look.restore:
            return inert(f"{harmless(report.restored_text)}\n")
        return inert("".join(f"{line}\n" for line in self._lines(report.in_prose())))

    def quoted(self, report: Report) -> str:
        """The flagged sentences alone, with all suggestions and reasons."""
        return inert("".join(f"{line}\n" for line in self._quoted(report)))

    def _lines(self, report: Report) -> Iterator[str]:
        yield f"{self._paint(spelled(name(report)), _BOLD)}: {self._summary(report)}"
        if self.look.explain:
            for line in report.explain().splitlines():
                indented = len(line) - len(line.lstrip())
                column = line.find("  ", indented)  # a factor, and then what it stands for
                words = len(line) - len(line[column:].lstrip()) if column > 0 else indented
                yield from self._fill(line[words:], "  " + line[:words])
        if report.findings and not self.look.summary:
            yield ""
            yield from self._quoted(report) if self.look.verbose else self._brief(report)

    def _brief(self, report: Report) -> Iterator[str]:
        """Each finding on a line, and the sentence below those that it holds."""
        widest = max(len(_position(finding)) for finding in report.findings)
        quoted = list(excerpts(report))
        for excerpt in quoted:
            for finding in excerpt.findings:
                yield from self._finding(finding, widest)
            shortened = shorter(report.text, excerpt, partial(self._fits, report.text))
            yield from self._fill(_quote(report.text, shortened), _QUOTED)
        if not quoted:
            for finding in report.findings:
                yield from self._finding(finding, widest)
        yield ""

    def _fits(self, text: str, excerpt: Excerpt) -> bool:
        """Whether an excerpt is one line."""
        quote = _quote(text, excerpt)
        needed = marked_columns(quote, colour=self.look.colour)
        return needed + len(_QUOTED) <= self.look.width

    def _finding(self, finding: Finding, widest: int) -> list[str]:
        """Place, word, best suggestion, probability, and the plainest reason as far as it fits."""
        margin = f"  {_position(finding):{widest}}  "
        said = f"{self._swap(finding, best=True)}, {percent(finding.probability)}"
        reason = plainest(finding)
        if reason is not None:
            taken = marked_columns(said, colour=self.look.colour) + len(margin) + len(": ")
            brief = clauses(spelled(reason.brief), self.look.width - taken)
            said += f": {brief or spelled(reason.message)}"
        return self._fill(said, margin)

    def _quoted(self, report: Report) -> Iterator[str]:
        quoted = list(excerpts(report))
        for excerpt in quoted:
            yield self._paint(spelled(place(report, excerpt.findings[0])), _BOLD)
            yield from self._fill(_quote(report.text, excerpt), "  ")
            yield from self._findings(excerpt.findings)
            yield ""
        if not quoted:
            yield from self._findings(report.findings)

    def _findings(self, findings: Sequence[Finding]) -> Iterator[str]:
        widest = max((len(_position(finding)) for finding in findings), default=0)
        for finding in findings:
            yield from self._fill(self._swap(finding), f"    {_position(finding):{widest}}  ")
            for reason in _reasons(finding):
                yield from self._fill(reason, " " * (widest + 6))

    def _swap(self, finding: Finding, *, best: bool = False) -> str:
        """What stands there and what is expected: each likely suggestion, or the best alone."""
        longest = LONGEST_ACTUAL // 2 if best else LONGEST_ACTUAL
        actual = self._mark(_shortened(spelled(finding.actual), longest), FLAGGED)
        if best:
            expected = "".join(map(self._text, finding.expected[:1]))
        else:
            expected = ", ".join(map(self._suggestion, shown(finding.expected)))
        if not expected and finding.check == SUBSTITUTION:
            expected = "no likely original"
        return f"{actual} -> {expected}" if expected else actual

    def _suggestion(self, suggestion: Suggestion) -> str:
        return f"{self._text(suggestion)} ({percent(suggestion.confidence)})"

    def _text(self, suggestion: Suggestion) -> str:
        return self._mark(spelled(suggestion.text) or "(nothing)", EXPECTED)

    def _summary(self, report: Report) -> str:
        reason = spelled(report.reason or "")
        if report.status == "skipped":
            return f"skipped: {reason}"
        found = count(len(report.findings), "finding")
        if report.reliability is None or report.verdict is None:
            return f"{report.status} ({reason}), {found}{_left_out(report)}"
        found += f" in {count(report.n_words, 'word')}"
        if report.findings:
            found += f" ({report.findings_per_1000_words:.1f} per 1,000)"
        found += _left_out(report)
        verdict = self._paint(report.verdict, _VERDICTS[report.verdict])
        provisional = "" if report.calibrated else " (provisional)"
        known = f"{report.reliability:.1f} of 100{_uncertainty(report)}{provisional}"
        return f"{verdict}, reliability {known}, {found}"

    def _fill(self, text: str, margin: str) -> list[str]:
        return fill(text, self.look.width, margin=margin, colour=self.look.colour)

    def _mark(self, text: str, mark: str) -> str:
        return f"{mark}{text}{END}" if self.look.colour else text

    def _paint(self, text: str, style: str) -> str:
        return f"{style}{text}{_RESET}" if self.look.colour else text


def _uncertainty(report: Report) -> str:
    """The interval of a reliability that says little, as a short text's does."""
    low, high = report.reliability_low, report.reliability_high
    if low is None or high is None or high - low < WIDE:
        return ""
    return f" (between {low:.0f} and {high:.0f})"


def _left_out(report: Report) -> str:
    """How many findings an editor chose not to see."""
    counts = {"known": report.n_known, "ignored": report.n_ignored}
    return "".join(f", {number:,} {why}" for why, number in counts.items() if number)


def _quote(text: str, excerpt: Excerpt) -> str:
    """The pieces as one line, with marks around what is flagged."""
    pieces = ["".join(_marked(text, piece, excerpt.findings)) for piece in excerpt.pieces]
    if excerpt.pieces[0].start > excerpt.sentence.start:
        pieces.insert(0, "")
    if excerpt.pieces[-1].end < excerpt.sentence.end:
        pieces.append("")
    return f" {_LEFT_OUT} ".join(pieces)


def _marked(text: str, piece: Span, findings: Sequence[Finding]) -> Iterator[str]:
    start = piece.start
    for finding in findings:
        if finding.span.overlaps(piece):
            low, high = max(start, finding.start), min(piece.end, finding.end)
            yield spelled(text[start:low])
            yield f"{FLAGGED}{spelled(text[low:high])}{END}"
            start = high
    yield spelled(text[start : piece.end])


def _reasons(finding: Finding) -> Iterator[str]:
    """The check, the probability and the first reason, then each further reason."""
    check = f"{title(finding.check)} ({percent(finding.probability)})"
    messages = [spelled(evidence.message) for evidence in finding.evidence[:MOST_EVIDENCE]]
    yield ": ".join([check, *messages[:1]])
    yield from messages[1:]


def _position(finding: Finding) -> str:
    return f"{finding.line}:{finding.column}"


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half].rstrip()} {_LEFT_OUT} {text[-half:].lstrip()}"
