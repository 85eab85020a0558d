"""Comments in a source that silence findings: ``<!-- score: ignore -->`` and its kin.

| instruction | silences the findings that touch |
|---|---|
| ``ignore`` | its line; on a line of its own, the paragraph that follows |
| ``ignore-next-line`` | the line after it |
| ``ignore-start`` ... ``ignore-end`` | all between them; without an end, the rest |

Names of checks may follow ("ignore substitution, inflection"); without one all are silenced. A
reason may follow those, behind two hyphens ("ignore -- quoted from a spun text"). In
Markdown and HTML a comment counts where the reader of that format sees one, so not in code.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from detector.document import Span
from detector.errors import nearest
from detector.paragraphs import without
from detector.report import Finding, Report

IGNORE, NEXT_LINE, START, END = "ignore", "ignore-next-line", "ignore-start", "ignore-end"
INSTRUCTIONS = (IGNORE, NEXT_LINE, START, END)

# The bounds keep the search linear, whatever the text.
_COMMENT = re.compile(r"<!--\s{0,9}score:(?P<words>[^<>]{0,200}?)-->")
_HTML_OPENER = re.compile(r"<!--|<(script|style|textarea)\b", re.IGNORECASE)
_HTML_CLOSERS = {"": re.compile("-->")} | {
    name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "textarea")
}
# What stands before a reason.
_REASON = re.compile(r"(?:^|\s)--(?:\s|$)")
# Nothing but the marks of quotations and lists, in Markdown.
_MARKS_ALONE = re.compile(r"[ \t]*+(?:(?:[>*+-]|\d{1,9}[.)])[ \t]*+)*+[\r\n]*+")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment that silences findings.

    Attributes
    ----------
    line, column : int
        1-based place of the comment in the source.
    words : str
        What it says after ``score:``.
    span : Span
        What it covers, in offsets into the source; empty where it covers nothing.
    checks : frozenset of str
        Names of the checks that it silences; empty for all.
    problem : str
        What is wrong with it, if anything is: "'ignroe' is no instruction...".
    """

    line: int
    column: int
    words: str
    span: Span
    checks: frozenset[str] = frozenset()
    problem: str = ""

    @property
    def advice(self) -> str:
        """What to do with it where it silences nothing, or is wrong."""
        return self.problem or f"'{self.words}' silences nothing: remove it"

    def silences(self, finding: Finding) -> bool:
        """Whether it is about a finding, whose offsets are into the source too."""
        named = not self.checks or finding.check in self.checks
        return named and max(finding.start, self.span.start) < min(finding.end, self.span.end)


class Silenced(NamedTuple):
    """What is left of an article's findings."""

    findings: tuple[Finding, ...]
    n_ignored: int
    unused: tuple[Ignore, ...]
    """The comments that silenced nothing, or have a problem."""


def silence(findings: Iterable[Finding], ignores: Sequence[Ignore]) -> Silenced:
    """Leave out the findings that a comment silences."""
    kept: list[Finding] = []
    used: set[Ignore] = set()
    n_ignored = 0
    for finding in findings:
        silencing = [ignore for ignore in ignores if ignore.silences(finding)]
        used.update(silencing)
        if silencing:
            n_ignored += 1
        else:
            kept.append(finding)
    unused = tuple(ignore for ignore in ignores if ignore.problem or ignore not in used)
    return Silenced(tuple(kept), n_ignored, unused)


def silenced(report: Report, ignores: Sequence[Ignore]) -> Report:
    """The report without the findings that a comment silences, which it counts.

    Parameters
    ----------
    report : Report
        With offsets into the source.
    ignores : sequence of Ignore
        The comments of the source.
    """
    if not ignores:
        return report
    left = silence(report.findings, ignores)
    gone = set(report.findings) - set(left.findings)
    return replace(
        report,
        findings=left.findings,
        paragraphs=without(report.paragraphs, gone),
        n_ignored=left.n_ignored,
        unused_ignores=left.unused,
    )


def find_ignores(source: str, suffix: str = "") -> tuple[Ignore, ...]:
    r"""The comments in a source, in order.

    Parameters
    ----------
    source : str
        The decoded file.
    suffix : str
        Ending of its name, which says what is a comment: ``.md`` and ``.markdown``, ``.htm`` and
        ``.html``; anything else is plain text.

    Examples
    --------
    >>> [ignore] = find_ignores("It has wilt. <!-- score: ignore substitution -->\nIt wilt.")
    >>> ignore.span, sorted(ignore.checks)
    (Span(start=0, end=49), ['substitution'])
    """
    if "score:" not in source:
        return ()
    comments = _COMMENTS.get(suffix.lower(), _in_text)
    return _Reader(source, marks=comments is _in_markdown).read(comments(source))


def without_ignores(source: str) -> str:
    """Plain text with such comments blanked out, since they are not prose; of the same length."""
    return _COMMENT.sub(lambda comment: " " * len(comment[0]), source)


def _in_text(source: str) -> Iterator[re.Match[str]]:
    return _COMMENT.finditer(source)


def _in_markdown(source: str) -> Iterator[re.Match[str]]:
    """All but those in code blocks and inline code, whose places pyromark gives in bytes."""
    import pyromark

    code = [0, 0]  # starts and ends in turn, ascending
    for event, where in pyromark.events_with_range(source):
        kind, content = next(iter(event.items())) if isinstance(event, dict) else (event, None)
        block = kind == "Start" and isinstance(content, dict) and "CodeBlock" in content
        if block or kind == "Code":
            code += [where["start"], where["end"]]
    at = n_bytes = 0
    for comment in _COMMENT.finditer(source):
        n_bytes += len(source[at : comment.start()].encode("utf-8", "replace"))
        at = comment.start()
        if bisect_right(code, n_bytes) % 2 == 0:
            yield comment


def _in_html(source: str) -> Iterator[re.Match[str]]:
    """All but those in elements whose text is no markup. The search goes on where one ends."""
    at = 0
    while opener := _HTML_OPENER.search(source, at):
        closer = _HTML_CLOSERS[(opener[1] or "").lower()].search(source, opener.end())
        if closer is None:  # the rest is a comment or a script
            return
        if opener[1] is None and (comment := _COMMENT.match(source, opener.start())):
            yield comment
        at = closer.end()


_COMMENTS: dict[str, Callable[[str], Iterator[re.Match[str]]]] = {
    ".md": _in_markdown,
    ".markdown": _in_markdown,
    ".htm": _in_html,
    ".html": _in_html,
}
"""Where a comment is one, by the ending of the name."""


class _Reader:
    """Turns comments into what they cover. Linear in the length of the source."""

    def __init__(self, source: str, *, marks: bool = False) -> None:
        self._length = len(source)
        # Each line's start and, last, the end of the source.
        ends = {match.end() for match in _LINE_END.finditer(source)}
        self._borders = sorted({0, *ends, len(source)})
        blanked = without_ignores(source)
        # A comment behind the mark of a quotation or a list alone is on a line of its own.
        self._blank = [
            not blanked[a:b].strip()
            or (marks and _MARKS_ALONE.fullmatch(blanked, a, b) is not None)
            for a, b in pairwise(self._borders)
        ]
        self._nexts = {wanted: _nexts(self._blank, wanted) for wanted in (False, True)}

    def read(self, comments: Iterable[re.Match[str]]) -> tuple[Ignore, ...]:
        """The comments; an ``ignore-end`` closes the latest start that is open."""
        read: list[Ignore] = []
        open_starts: list[int] = []
        for comment in comments:
            instruction, ignore = self._ignore(comment)
            if instruction == END and open_starts:
                begun = open_starts.pop()
                covered = Span(read[begun].span.start, comment.start())
                problem = _unknown_checks(read[begun].checks)
                read[begun] = replace(read[begun], span=covered, problem=problem)
                continue
            if instruction == START:
                open_starts.append(len(read))
            read.append(ignore)
        return tuple(read)

    def _ignore(self, comment: re.Match[str]) -> tuple[str, Ignore]:
        number = bisect_right(self._borders, comment.start()) - 1
        words = comment["words"].strip()
        instruction, *checks = re.split(r"[\s,]+", _REASON.split(words, maxsplit=1)[0].strip())
        column = comment.start() - self._borders[number] + 1
        covered, problem = Span(comment.end(), comment.end()), ""
        if instruction == IGNORE:
            covered = self._paragraph_after(number) if self._blank[number] else self._line(number)
        elif instruction == NEXT_LINE:
            covered = self._line(number + 1)
        elif instruction == START:
            covered = Span(comment.end(), self._length)
            problem = f"no '{END}' follows, so it silences all the rest: add one"
        elif instruction == END:
            problem = f"no '{START}' is open before it: remove it"
        else:
            problem = _unknown(instruction)
        named = frozenset(filter(None, checks))
        problem = problem or _unknown_checks(named)
        return instruction, Ignore(number + 1, column, words, covered, named, problem)

    def _line(self, number: int) -> Span:
        """A line; empty after the last."""
        last = len(self._borders) - 1
        return Span(self._borders[min(number, last)], self._borders[min(number + 1, last)])

    def _paragraph_after(self, number: int) -> Span:
        first = self._next(number, blank=False)
        return Span(self._borders[first], self._borders[self._next(first, blank=True)])

    def _next(self, number: int, *, blank: bool) -> int:
        """The first line from `number` on that is blank, or is not; else one past the last."""
        return self._nexts[blank][number] if number < len(self._blank) else number


def _nexts(flags: Sequence[bool], wanted: bool) -> list[int]:
    """For each index the first one, from it on, whose flag is as wanted; else the length."""
    nexts = [len(flags)] * (len(flags) + 1)
    for index in range(len(flags) - 1, -1, -1):
        nexts[index] = index if flags[index] == wanted else nexts[index + 1]
    return nexts


def _unknown_checks(named: Iterable[str]) -> str:
    """Which of the names is no check, if any."""
    from detector.checks import CHECKS  # they import reports, and so this module

    known = [check.name for check in CHECKS]
    wrong = next((name for name in sorted(named) if name not in known), None)
    if wrong is None:
        return ""
    return (
        f"there is no check named '{wrong}'{nearest(wrong, known)}: the checks are "
        f"{', '.join(sorted(known))}; a reason stands behind ' -- '"
    )


def _unknown(instruction: str) -> str:
    hint = nearest(instruction, INSTRUCTIONS)
    return f"'{instruction}' is no instruction{hint}: write one of {', '.join(INSTRUCTIONS)}"
