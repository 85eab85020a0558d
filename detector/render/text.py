"""Reports for people, on a terminal or in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from detector.document import Span
from detector.render.base import Look, name, place
from detector.render.excerpt import Excerpt, excerpts
from detector.render.layout import END, EXPECTED, FLAGGED, fill, harmless, inert, spelled
from detector.render.wording import count, percent, shown, title
from detector.report import Finding, Report, Suggestion

# JSON has all.
MOST_EVIDENCE = 3
LONGEST_ACTUAL = 60

WIDE = 20.0
"""An interval of the reliability this wide is shown: the number alone would say too much."""

SUBSTITUTION = "substitution"
"""The check that always looks for an original."""

_LEFT_OUT = "[...]"
_RESET = "\x1b[0m"
_BOLD = "\x1b[1m"
_VERDICTS = {"spun": "\x1b[1;31m", "suspect": "\x1b[1;33m", "clean": "\x1b[1;32m"}


@dataclass(frozen=True, slots=True)
class Text:
    """Each flagged sentence with its findings below it, then a summary line for the article.

    Without colour a flagged word stands between ``>>`` and ``<<``. What the renderer adds is
    ASCII; what it quotes has its control, format and other invisible characters spelled out.
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
        """The flagged sentences, if any, each with a blank line after it, and the summary.

        Or, where that is asked for, the restored text alone.
        """
        if self.look.restore:
            return inert(f"{harmless(report.restored_text)}\n")
        return inert("".join(f"{line}\n" for line in self._lines(report.in_prose())))

    def quoted(self, report: Report) -> str:
        """The flagged sentences alone."""
        return inert("".join(f"{line}\n" for line in self._quoted(report)))

    def _lines(self, report: Report) -> Iterator[str]:
        if not self.look.summary:
            yield from self._quoted(report)
        yield f"{self._paint(spelled(name(report)), _BOLD)}: {self._summary(report)}"
        if self.look.explain:
            for line in report.explain().splitlines():
                indented = len(line) - len(line.lstrip())
                column = line.find("  ", indented)  # a factor, and then what it stands for
                words = len(line) - len(line[column:].lstrip()) if column > 0 else indented
                yield from self._fill(line[words:], "  " + line[:words])

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
        places = [f"{finding.line}:{finding.column}" for finding in findings]
        widest = max(map(len, places), default=0)
        for where, finding in zip(places, findings, strict=True):
            yield from self._fill(self._swap(finding), f"    {where:{widest}}  ")
            for reason in _reasons(finding):
                yield from self._fill(reason, " " * (widest + 6))

    def _swap(self, finding: Finding) -> str:
        actual = self._mark(_shortened(spelled(finding.actual)), FLAGGED)
        expected = ", ".join(map(self._suggestion, shown(finding.expected)))
        if not expected and finding.check == SUBSTITUTION:
            expected = "no likely original"
        return f"{actual} -> {expected}" if expected else actual

    def _suggestion(self, suggestion: Suggestion) -> str:
        text = self._mark(spelled(suggestion.text) or "(nothing)", EXPECTED)
        return f"{text} ({percent(suggestion.confidence)})"

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


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_ACTUAL:
        return text
    half = LONGEST_ACTUAL // 2
    return f"{text[:half].rstrip()} {_LEFT_OUT} {text[-half:].lstrip()}"
