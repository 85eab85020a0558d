"""Findings that lie on top of each other become one, which keeps what all of them know.

The strongest finding of a heap decides its span and the name of its check; the others become its
evidence, and their suggestions are rewritten to fit its span. A passage (a sentence-long finding)
gives way to any word or phrase inside it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter

from detector.report import Evidence, Finding, Suggestion

# Listed phrases have five words at most; what is longer is a sentence or a piece of one, and tells
# an editor less about where to look than a word inside it does.
LONGEST_PHRASE = 6


def merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Make findings disjoint without losing a reason or a suggestion.

    Parameters
    ----------
    findings : iterable of Finding
        On one document, in any order, from any number of checks.

    Returns
    -------
    tuple of Finding
        Sorted by start, no two overlapping. The order of the input does not matter, and merging
        twice changes nothing.

    Notes
    -----
    The probabilities of different checks on one span combine by noisy-or, ``1 - (1 - p)(1 - q)``
    (Pearl, *Probabilistic Reasoning in Intelligent Systems*, 1988, section 4.3.2). Their reasons
    are of different kinds (an article's agreement says nothing about collocations), so the maximum
    would waste the second; Bayes' rule under independence would give more still, but reasons drawn
    from one context are never quite independent. A check counts once, with its highest
    probability.

    The confidences of suggestions are averaged over the findings that suggest anything, weighted
    by the findings' probabilities, so that those of one span still sum to 1 at most.

    Examples
    --------
    >>> odd = Finding(8, 12, 1, 9, "wilt", "substitution", 0.8, (Suggestion("become", 0.9),))
    >>> base = Finding(4, 12, 1, 5, "has wilt", "inflection", 0.5, (Suggestion("has wilted", 0.6),))
    >>> [merged] = merge([base, odd])
    >>> merged.actual, merged.check, round(merged.probability, 2)
    ('wilt', 'substitution', 0.9)
    >>> [suggestion.text for suggestion in merged.expected]
    ['become', 'wilted']
    """
    anchors: list[Finding] = []
    absorbed: list[Finding] = []
    # Ranked first come, first served: a finding that overlaps none of the stronger ones stands.
    for finding in sorted(set(findings), key=_rank):
        first, last = _overlapping(anchors, finding)
        if first < last:
            absorbed.append(finding)
        else:
            anchors.insert(first, finding)
    heaps = [[anchor] for anchor in anchors]
    for finding in absorbed:
        first, last = _overlapping(anchors, finding)
        for heap in heaps[first:last]:
            heap.append(finding)
    return tuple(_joined(heap[0], heap) for heap in heaps)


def _overlapping(anchors: Sequence[Finding], finding: Finding) -> tuple[int, int]:
    """The range of `anchors` (disjoint, sorted) that overlap `finding`."""
    first = bisect_right(anchors, finding.start, key=attrgetter("end"))
    last = bisect_left(anchors, finding.end, lo=first, key=attrgetter("start"))
    return first, last


def _rank(finding: Finding) -> tuple[object, ...]:
    """Strongest first, passages last; the rest makes the order total."""
    return (
        len(finding.actual.split()) > LONGEST_PHRASE,
        -finding.probability,
        finding.end - finding.start,
        finding.start,
        finding.check,
        [(suggestion.text, suggestion.confidence) for suggestion in finding.expected],
        [(evidence.kind, evidence.message) for evidence in finding.evidence],
        (finding.line, finding.column, finding.actual),
    )


def _joined(anchor: Finding, heap: Sequence[Finding]) -> Finding:
    """`anchor` with the probability, suggestions and evidence of the whole heap."""
    evidence = [reason for finding in heap for reason in _evidence(finding, anchor)]
    return replace(
        anchor,
        probability=_noisy_or(heap),
        expected=_mixture(heap, anchor),
        evidence=tuple(dict.fromkeys(evidence)),
    )


def _noisy_or(heap: Sequence[Finding]) -> float:
    """P(at least one check is right); exact for a single check."""
    strongest: dict[str, float] = {}
    for finding in heap:
        strongest[finding.check] = max(finding.probability, strongest.get(finding.check, 0.0))
    combined, *others = sorted(strongest.values(), reverse=True)
    for probability in others:
        combined += (1 - combined) * probability
    return min(combined, 1.0)


def _mixture(heap: Sequence[Finding], anchor: Finding) -> tuple[Suggestion, ...]:
    """The suggestions of all findings of a heap, as replacements for the anchor's span."""
    offers = [(finding.probability, _fitted(finding, anchor)) for finding in heap]
    offers = [(weight, texts) for weight, texts in offers if texts]
    total = sum(weight for weight, _ in offers)
    mixed: dict[str, float] = {}
    for weight, texts in offers:
        part = weight / total if total else 1 / len(offers)
        for text, confidence in texts.items():
            mixed[text] = mixed.get(text, 0.0) + part * confidence
    ordered = sorted(mixed.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Suggestion(text, min(confidence, 1.0)) for text, confidence in ordered)


def _fitted(finding: Finding, anchor: Finding) -> dict[str, float]:
    """Texts to put in the anchor's place, with confidences: those of `finding` that can be."""
    fitted: dict[str, float] = {}
    for suggestion in finding.expected:
        text = _refit(suggestion.text, finding, anchor)
        if text is not None:
            fitted[text] = max(suggestion.confidence, fitted.get(text, 0.0))
    return fitted


def _refit(text: str, finding: Finding, anchor: Finding) -> str | None:
    """What replaces the anchor where `text` replaces `finding`; None where that cannot be said.

    "alignment" for "structuring" is "an alignment" for "an structuring"; "has wilted" for
    "has wilt" is "wilted" for "wilt"; but "a structuring" for "an structuring" is no replacement
    of "structuring".
    """
    before, after = finding.start - anchor.start, anchor.end - finding.end
    if before >= 0 and after >= 0:
        return anchor.actual[:before] + text + anchor.actual[len(anchor.actual) - after :]
    if before > 0 or after > 0:
        return None
    prefix = finding.actual[:-before] if before else ""
    suffix = finding.actual[after:] if after else ""
    inner = text[len(prefix) : len(text) - len(suffix)]
    return inner if inner and text == prefix + inner + suffix else None


def _evidence(finding: Finding, anchor: Finding) -> list[Evidence]:
    """The reasons of a finding, and those of its suggestions that do not fit the anchor's span."""
    lost = [
        f"'{suggestion.text}'"
        for suggestion in finding.expected
        if _refit(suggestion.text, finding, anchor) is None
    ]
    if not lost:
        return list(finding.evidence)
    offer = Evidence(finding.check, f"'{finding.actual}': expected {' or '.join(lost)}")
    return [*finding.evidence, offer]
