"""The result: frozen, picklable, and the one thing that every output format renders.

``Report.to_dict()`` is the published JSON (``docs/report.schema.json``). Keys may be added under
the same `SCHEMA_VERSION`; none is changed or removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from detector.document import Document, Lines, Span
from detector.extract import Extract
from detector.restored import CONFIDENT, Restored, restore

if TYPE_CHECKING:
    from detector.ignores import Ignore

SCHEMA_VERSION = "1"

Status = Literal["scored", "short", "skipped"]
Verdict = Literal["clean", "suspect", "spun"]
Severity = Literal["error", "warning", "notice"]
_Placed = TypeVar("_Placed", "Finding", "Paragraph")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word or phrase that probably stood in a finding's place.

    `confidence` (0 to 1) is the probability that it is the original, given that there was one; it
    says nothing about whether the finding is right.
    """

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a finding, in words that an editor can check.

    `kind` names the source of the evidence ("collocation", "encoder", "grammar"...). `brief` says
    the same in a few words, for a line of text: clauses with ", " between them, the most important
    first. It is not part of the JSON.
    """

    kind: str
    message: str
    brief: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """A span that does not belong where it stands.

    Attributes
    ----------
    start, end : int
        Half-open offsets in code points into the source text.
    line, column : int
        1-based position of `start`; columns count code points.
    actual : str
        What stands there, as written.
    check : str
        Name of the check that found it (`detector.checks.CHECKS`).
    probability : float
        Probability, 0 to 1, that software put it there.
    expected : tuple of Suggestion
        What probably stood there, best first; may be empty.
    evidence : tuple of Evidence
        Why, strongest first; at least one.
    severity : {"error", "warning", "notice"}
        How much a finding of its check matters to whoever configured it; it says nothing about how
        sure the finding is.
    """

    start: int
    end: int
    line: int
    column: int
    actual: str
    check: str
    probability: float
    expected: tuple[Suggestion, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    severity: Severity = "warning"

    @classmethod
    def at(
        cls,
        document: Document,
        span: Span,
        *,
        check: str,
        probability: float,
        expected: tuple[Suggestion, ...] = (),
        evidence: tuple[Evidence, ...] = (),
        severity: Severity = "warning",
    ) -> Self:
        """A finding on `span` of `document`: looks up what stands there, its line and column."""
        line, column = document.position(span.start)
        actual = span.of(document.text)
        return cls(*span, line, column, actual, check, probability, expected, evidence, severity)

    @property
    def span(self) -> Span:
        """``Span(start, end)``."""
        return Span(self.start, self.end)

    def _repr_html_(self) -> str:
        """What Jupyter shows: what stands there, what is expected, and why."""
        from detector.render.html import standalone_note

        return standalone_note(self)

    def to_dict(self) -> dict[str, Any]:
        """The finding as the JSON Schema describes it."""
        return {
            "start": self.start,
            "end": self.end,
            "line": self.line,
            "column": self.column,
            "actual": self.actual,
            "check": self.check,
            "probability": round(self.probability, 4),
            "severity": self.severity,
            "expected": [
                {"text": suggestion.text, "confidence": round(suggestion.confidence, 4)}
                for suggestion in self.expected
            ],
            "evidence": [
                {"kind": evidence.kind, "message": evidence.message} for evidence in self.evidence
            ],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; keys it does not know are ignored."""
        return cls(
            start=values["start"],
            end=values["end"],
            line=values["line"],
            column=values["column"],
            actual=values["actual"],
            check=values["check"],
            probability=values["probability"],
            expected=tuple(Suggestion(e["text"], e["confidence"]) for e in values["expected"]),
            evidence=tuple(Evidence(e["kind"], e["message"]) for e in values["evidence"]),
            severity=values.get("severity", "warning"),
        )


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, and how dense replaced words are in it.

    Attributes
    ----------
    start, end : int
        Half-open offsets in code points into the source text.
    n_words : int
        Running words in it.
    n_findings : int
        Findings that start in it.
    density : float
        Expected number of replaced words for every 1,000 running words of the paragraph, 0 to
        1,000: the sum of their probabilities, those too small for a finding included.
    """

    start: int
    end: int
    n_words: int
    n_findings: int
    density: float

    @property
    def span(self) -> Span:
        """``Span(start, end)``."""
        return Span(self.start, self.end)

    def to_dict(self) -> dict[str, Any]:
        """The paragraph as the JSON Schema describes it."""
        return {
            "start": self.start,
            "end": self.end,
            "n_words": self.n_words,
            "n_findings": self.n_findings,
            "density": round(self.density, 1),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; keys it does not know are ignored."""
        return cls(*(values[key] for key in ("start", "end", "n_words", "n_findings", "density")))


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature of the article did to its reliability.

    Attributes
    ----------
    feature : str
        Name of the feature (`detector.article_features.FEATURES`); or ``start``, the average
        training article, ``base_rate``, and what bounds the number (`reliability.bounded`):
        ``findings``, ``disguise``.
    value : float
        Its value in this article.
    effect : float
        What it adds to the natural logarithm of the odds that the article was not spun: below 0 it
        lowers the reliability. All effects add up to that logarithm.
    message : str
        The same in words, with what is usual in clean articles.
    """

    feature: str
    value: float
    effect: float
    message: str

    def to_dict(self) -> dict[str, Any]:
        """The contribution as the JSON Schema describes it."""
        return {
            "feature": self.feature,
            "value": round(self.value, 4),
            "effect": round(self.effect, 3),
            "message": self.message,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; keys it does not know are ignored."""
        return cls(*(values[key] for key in ("feature", "value", "effect", "message")))


@dataclass(frozen=True, slots=True)
class Report:
    """What the detector says of one article.

    Attributes
    ----------
    source : str
        Name of the article: a path, ``"-"`` for standard input, or ``"<text>"`` for a string.
    record : int, str or None
        Row or identifier inside a source that holds many articles; None elsewhere.
    model_version : str
        Version of the models that scored it.
    status : {"scored", "short", "skipped"}
        ``short``: under 40 words of running prose, so findings but no reliability. ``skipped``: not
        English, or no prose: neither.
    reason : str or None
        Why the article is ``short`` or ``skipped``.
    language : str or None
        ISO 639-1 code; None where there was too little text to tell.
    n_words : int
        Number of running words.
    reliability : float or None
        0 to 100: 100 times the probability that the article was not spun.
    reliability_low, reliability_high : float or None
        An interval around `reliability`, wider for shorter articles: where it would probably have
        come out on other stretches of as many words of the same article. None while `reliability`
        is provisional.
    calibrated : bool
        Whether `reliability` comes from a model calibrated on held-out articles. While False it is
        provisional: a monotone function of the density of findings.
    verdict : {"clean", "suspect", "spun"} or None
        `reliability` at the even base rate: ``suspect`` is more likely spun than not, ``spun`` is
        below the threshold in the models' manifest.
    findings : tuple of Finding
        Sorted by `start`, without overlaps.
    paragraphs : tuple of Paragraph
        All paragraphs in order, headings and list entries too; empty where the article is
        ``skipped``.
    n_ignored, n_known : int
        Findings left out because a comment in the source ignores them, and because a baseline
        knows them. They count in `reliability`, which says what the text is.
    contributions : tuple of Contribution
        What moved `reliability`, the most telling first; empty while it is provisional.
    warnings : tuple of str
        What could not be done for this article, such as asking LanguageTool.
    left_out : tuple of (str, int)
        What the reader of a PDF took for no part of the text, and how many words of it.
    text : str
        The article itself, which offsets count in, for renderers; not part of the JSON.
    extract : Extract or None
        What was read of `text` where that holds markup, for renderers; not part of the JSON.
    unused_ignores : tuple of Ignore
        Comments in the source that silence nothing, or are wrong; not part of the JSON.
    """

    source: str
    model_version: str
    status: Status
    reason: str | None
    language: str | None
    n_words: int
    reliability: float | None
    verdict: Verdict | None
    findings: tuple[Finding, ...]
    record: int | str | None = None
    reliability_low: float | None = None
    reliability_high: float | None = None
    calibrated: bool = False
    paragraphs: tuple[Paragraph, ...] = ()
    n_ignored: int = 0
    n_known: int = 0
    contributions: tuple[Contribution, ...] = ()
    warnings: tuple[str, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    text: str = field(default="", repr=False, compare=False)
    extract: Extract | None = field(default=None, repr=False, compare=False)
    unused_ignores: tuple[Ignore, ...] = field(default=(), repr=False, compare=False)

    def in_source(self, text: str, extract: Extract) -> Self:
        """The report with places in the source `text`, from one with places in an extract of it."""
        lines = Lines(text)
        return replace(
            self,
            findings=tuple(_placed(each, extract, lines) for each in self.findings),
            paragraphs=tuple(
                _moved(each, extract.source_span(each.span)) for each in self.paragraphs
            ),
            text=text,
            extract=extract,
        )

    def in_prose(self) -> Self:
        """The report with `text` and offsets as they were read, for people: without markup.

        Lines and columns stay those of the source.
        """
        if self.extract is None:
            return self
        place = self.extract.prose_span
        return replace(
            self,
            findings=tuple(_moved(each, place(each.span)) for each in self.findings),
            paragraphs=tuple(_moved(each, place(each.span)) for each in self.paragraphs),
            text=self.extract.text,
            extract=None,
        )

    @property
    def findings_per_1000_words(self) -> float:
        """Number of findings for every 1,000 running words; 0 for an article without words."""
        return 1000 * len(self.findings) / self.n_words if self.n_words else 0.0

    @property
    def restored_text(self) -> str:
        """The article with the confident restorations put back (`restored`)."""
        return self.restored().text

    def restored(self, min_confidence: float = CONFIDENT) -> Restored:
        """The article with what probably stood there put back, and a map between the two texts.

        Parameters
        ----------
        min_confidence : float
            Findings whose best suggestion is less sure, 0 to 1, stay as they are.
        """
        return restore(self.text, self.findings, min_confidence=min_confidence)

    def to_dict(self) -> dict[str, Any]:
        """The report as the JSON Schema describes it: JSON types only."""
        return {
            "schema_version": SCHEMA_VERSION,
            "model_version": self.model_version,
            "source": self.source,
            "record": self.record,
            "status": self.status,
            "reason": self.reason,
            "language": self.language,
            "n_words": self.n_words,
            "reliability": _rounded(self.reliability),
            "reliability_low": _rounded(self.reliability_low),
            "reliability_high": _rounded(self.reliability_high),
            "calibrated": self.calibrated,
            "verdict": self.verdict,
            "findings_per_1000_words": round(self.findings_per_1000_words, 1),
            "n_ignored": self.n_ignored,
            "n_known": self.n_known,
            "findings": [finding.to_dict() for finding in self.findings],
            "paragraphs": [paragraph.to_dict() for paragraph in self.paragraphs],
            "contributions": [contribution.to_dict() for contribution in self.contributions],
            "warnings": list(self.warnings),
            "left_out": dict(self.left_out),
        }

    def _repr_html_(self) -> str:
        """The report as a notebook shows it."""
        from detector.render.html import standalone

        return standalone(self)

    def explain(self) -> str:
        """Why the reliability is what it is, in a few lines of plain text for people."""
        from detector.explain import explanation

        return explanation(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, text: str = "") -> Self:
        """The inverse of `to_dict`, given the article's text where it is to be rendered again.

        Raises
        ------
        ValueError
            If `values` follow another version of the schema.
        """
        version = values["schema_version"]
        if version != SCHEMA_VERSION:
            raise ValueError(
                f"this report follows schema version {version!r}, but this release reads "
                f"{SCHEMA_VERSION!r}: score the article again"
            )
        return cls(
            source=values["source"],
            record=values.get("record"),
            model_version=values["model_version"],
            status=values["status"],
            reason=values["reason"],
            language=values["language"],
            n_words=values["n_words"],
            reliability=values["reliability"],
            reliability_low=values.get("reliability_low"),
            reliability_high=values.get("reliability_high"),
            calibrated=values.get("calibrated", False),
            n_ignored=values.get("n_ignored", 0),
            n_known=values.get("n_known", 0),
            verdict=values["verdict"],
            findings=tuple(Finding.from_dict(finding) for finding in values["findings"]),
            paragraphs=tuple(map(Paragraph.from_dict, values.get("paragraphs", ()))),
            contributions=tuple(map(Contribution.from_dict, values.get("contributions", ()))),
            warnings=tuple(values.get("warnings", ())),
            left_out=tuple(values.get("left_out", {}).items()),
            text=text,
        )


def _rounded(reliability: float | None) -> float | None:
    return None if reliability is None else round(reliability, 1)


def _placed(finding: Finding, extract: Extract, lines: Lines) -> Finding:
    """A finding on an extract, with its place in the source."""
    span = extract.source_span(finding.span)
    line, column = lines.position(span.start)
    return replace(finding, start=span.start, end=span.end, line=line, column=column)


def _moved(placed: _Placed, span: Span) -> _Placed:
    return replace(placed, start=span.start, end=span.end)
