"""One finding in words: what stands there, what is expected, and why."""

from __future__ import annotations

from collections.abc import Iterator

from detector.render.html.markup import strength, text
from detector.render.wording import percent, shown, title
from detector.report import Finding


def note(finding: Finding, prefix: str, number: int, *, linked: bool) -> Iterator[str]:
    """The list entry of a finding.

    Parameters
    ----------
    finding : Finding
        What to show.
    prefix : str
        Begins its identifiers.
    number : int
        Its place among the findings of the article, from 1.
    linked : bool
        Whether the mark in the text is there to link to.
    """
    actual = text(finding.actual) or "(nothing)"
    if linked:
        actual = f'<a class="actual" href="#{prefix}m{number}">{actual}</a>'
    yield f'<li class="note {strength(finding.probability)}" id="{prefix}n{number}">\n'
    yield f'<p class="swap">{actual}'
    yield f'<span class="said" id="{prefix}s{number}">{_expected(finding)}'
    yield f'<span class="meta">probability {percent(finding.probability)} &middot; '
    yield f"{text(title(finding.check))}</span></span></p>\n"
    yield '<ul class="evidence">\n'
    for evidence in finding.evidence:
        yield f"<li>{text(evidence.message)}</li>\n"
    yield f'</ul>\n<p class="place">Line {finding.line}, column {finding.column}</p>\n</li>\n'


def _expected(finding: Finding) -> str:
    words = [
        f'<span class="word">{text(suggestion.text) or "(nothing)"}</span>'
        f' <span class="share">{percent(suggestion.confidence)}</span>'
        for suggestion in shown(finding.expected)
    ]
    if not words:
        return ""
    return f'<span class="expected"><span class="hidden">expected: </span>{", ".join(words)}</span>'
