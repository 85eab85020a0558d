"""What formats for people say of findings and reports, in the same words."""

from __future__ import annotations

from collections.abc import Sequence

from detector.report import Evidence, Finding, Suggestion

# Only the best suggestions are shown; JSON has all.
MOST_SUGGESTIONS = 4
LEAST_CONFIDENCE = 0.01

RESIDUE = 1
"""Plainness of what a spinner left behind: a listed phrase, a template, a lookalike letter."""

# The lower, the plainer. Other kinds of evidence are residue.
_PLAINNESS = {"grammar": 0, "collocation": 2, "swaps": 2, "encoder": 3}


def percent(probability: float) -> str:
    """A probability in per cent that never claims certainty.

    Examples
    --------
    >>> percent(0.97), percent(0.999), percent(0.001)
    ('97%', '>99%', '<1%')
    """
    if probability >= 0.995:
        return ">99%"
    return "<1%" if probability < 0.005 else f"{100 * probability:.0f}%"


def share(part: float) -> str:
    """A share that was counted, in per cent: all is 100%.

    Examples
    --------
    >>> share(1.0), share(0.127)
    ('100%', '13%')
    """
    return f"{part:.0%}"


def shown(suggestions: Sequence[Suggestion]) -> Sequence[Suggestion]:
    """The best, and of the others those with some confidence."""
    others = suggestions[1:MOST_SUGGESTIONS]
    return [*suggestions[:1], *(s for s in others if s.confidence >= LEAST_CONFIDENCE)]


def plainest(finding: Finding) -> Evidence | None:
    """The reason that a reader can check most easily: grammar, residue, counts, then the encoder.

    Examples
    --------
    >>> reasons = Evidence("collocation", "seen often"), Evidence("grammar", "'has' needs ...")
    >>> plainest(Finding(0, 4, 1, 1, "wilt", "substitution", 0.9, (), reasons)).message
    "'has' needs ..."
    """
    ranked = sorted(finding.evidence, key=lambda evidence: _PLAINNESS.get(evidence.kind, RESIDUE))
    return next(iter(ranked), None)


def title(check: str) -> str:
    """The name of a check, for people.

    Examples
    --------
    >>> title("listed_phrase")
    'listed phrase'
    """
    return check.replace("_", " ")


def message(finding: Finding) -> str:
    """One finding in one line, for formats that have one: what stands there, expected, and why.

    Examples
    --------
    >>> message(Finding(0, 4, 1, 1, "wilt", "substitution", 0.97, (Suggestion("become", 0.81),)))
    "'wilt' looks out of place (substitution, 97%); expected: become (81%)"
    """
    said = f"'{finding.actual}' looks out of place ({title(finding.check)}, "
    said += f"{percent(finding.probability)})"
    expected = ", ".join(
        f"{suggestion.text or '(nothing)'} ({percent(suggestion.confidence)})"
        for suggestion in shown(finding.expected)
    )
    if expected:
        said += f"; expected: {expected}"
    return "; ".join([said, *(evidence.message for evidence in finding.evidence[:1])])


def count(number: int, thing: str) -> str:
    """A number of things.

    Examples
    --------
    >>> count(0, "word"), count(1, "word"), count(1200, "word")
    ('no words', '1 word', '1,200 words')
    """
    if number == 0:
        return f"no {thing}s"
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
