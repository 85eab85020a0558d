"""Reports of all shapes, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from detector.document import Document, Span
from detector.report import Contribution, Evidence, Finding, Paragraph, Report, Status, Suggestion
from detector.segment import segment

# All of Unicode, and the characters that are most likely to do harm.
AWKWARD = (
    "\x00\x01\x02\x03\x1b\x7f\x9b\r\n\t\u00a0\u00ad\u0301\u200b\u2028\u202e\ud800日本👩‍👧>< [.]"
)
characters = st.sampled_from(AWKWARD + "abc  ") | st.characters()
texts = st.text(characters, max_size=600)
some_text = st.text(characters, max_size=20)
probabilities = st.floats(0, 1)
contributions = st.builds(
    Contribution,
    feature=st.sampled_from(["density", "length"]),
    value=st.floats(-1e6, 1e6),
    effect=st.floats(-1e3, 1e3),
    message=some_text,
)
suggestions = st.builds(Suggestion, text=some_text, confidence=probabilities)
evidence = st.builds(Evidence, kind=st.sampled_from(["collocation", "list"]), message=some_text)


@st.composite
def findings(draw: st.DrawFn, document: Document) -> tuple[Finding, ...]:
    """Sorted, without overlaps, none empty, anywhere in the text."""
    offsets = st.integers(0, len(document.text))
    borders = sorted(draw(st.sets(offsets, max_size=10)))
    return tuple(
        Finding.at(
            document,
            Span(start, end),
            check=draw(st.sampled_from(["substitution", "listed_phrase"])),
            probability=draw(probabilities),
            expected=tuple(draw(st.lists(suggestions, max_size=6))),
            evidence=tuple(draw(st.lists(evidence, min_size=1, max_size=4))),
            severity=draw(st.sampled_from(["error", "warning", "notice"])),
        )
        for start, end in zip(borders[::2], borders[1::2], strict=False)
    )


@st.composite
def paragraphs(draw: st.DrawFn, document: Document) -> tuple[Paragraph, ...]:
    """The paragraphs of the document, with any numbers."""
    spans = map(document.paragraph_span, range(document.n_paragraphs))
    few = st.integers(0, 99)
    densities = st.floats(0, 1000)
    return tuple(Paragraph(*span, draw(few), draw(few), draw(densities)) for span in spans)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report that the detector may make."""
    document = segment(draw(texts))
    status: Status = draw(st.sampled_from(["scored", "short", "skipped"]))
    scored = status == "scored"
    number = st.floats(0, 100)
    return Report(
        source=draw(some_text),
        record=draw(st.none() | st.integers() | some_text),
        model_version="2026.11.0",
        status=status,
        reason=None if scored else draw(some_text),
        language=draw(st.sampled_from([None, "en", "fr"])),
        n_words=document.n_words,
        reliability=draw(number) if scored else None,
        reliability_low=draw(st.none() | number) if scored else None,
        reliability_high=draw(st.none() | number) if scored else None,
        calibrated=draw(st.booleans()),
        verdict=draw(st.sampled_from(["clean", "suspect", "spun"])) if scored else None,
        findings=() if status == "skipped" else draw(findings(document)),
        paragraphs=() if status == "skipped" else draw(paragraphs(document)),
        n_ignored=draw(st.integers(0, 9)),
        n_known=draw(st.integers(0, 9)),
        contributions=tuple(draw(st.lists(contributions, max_size=4))) if scored else (),
        warnings=tuple(draw(st.lists(some_text, max_size=2))),
        left_out=tuple(draw(st.dictionaries(some_text, st.integers(1, 99), max_size=2)).items()),
        text=document.text,
    )
