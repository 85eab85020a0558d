"""The order of the steps. Nothing else knows it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.allow import AllowList
from detector.analysis import Analysis
from detector.annotate import Annotator
from detector.checks import CHECKS, refuse_unknown_checks
from detector.checks.substitution import Substitution
from detector.comparison import Comparison
from detector.config import DEFAULT_SEVERITY, Config
from detector.document import Document, TokenFlag
from detector.errors import DetectorError, FaultError, is_fault
from detector.evidence import LIKELY, ArticleEvidence
from detector.ignores import silenced
from detector.language import Prose, enough_prose, prose
from detector.merge import merge
from detector.paragraphs import paragraphs
from detector.reliability import Reliability, provisional
from detector.report import Finding, Report
from detector.resources import Resources
from detector.segment import segment
from detector.sources import Article
from detector.sources.article import is_missing
from detector.swaps import compared
from detector.unquoted import unquoted

if TYPE_CHECKING:
    from detector.grammar import Grammar

# Articles go through the models together until they hold this many characters: enough to fill the
# encoder's batches, and little enough for the first report to come soon.
BATCH_CHARACTERS = 50_000


class Detector:
    """Scores articles. Loads the models once; safe to share between threads.

    The report on a text depends on nothing but the text, the configuration and the models.

    Parameters
    ----------
    config : Config
        Options, for all articles that have none of their own (`Article.config`).
    models : Path, optional
        A folder of models; default: ``$DETECTOR_MODELS``, else the ones that ship with the package.

    Raises
    ------
    ModelError
        If the models are missing, damaged or of another format.
    ConfigError
        If `config` names a check that does not exist.

    Examples
    --------
    >>> report = Detector().score("Too short to tell.")
    >>> report.status, report.reliability
    ('short', None)
    """

    def __init__(self, config: Config | None = None, *, models: Path | str | None = None) -> None:
        self.config = config or Config()
        refuse_unknown_checks(self.config)
        self.resources = Resources.open(None if models is None else Path(models))
        self._rules: dict[Config, _Rules] = {}
        self.min_probability = self._rules_of(self.config).min_probability
        self._annotator = Annotator.build(self.resources, floor=self._floor(self.min_probability))
        self._grammar = _grammar(self.config)

    def score(self, text: str | Article) -> Report:
        """The report on one article; None and NaN, as tables have them, are one without words.

        Raises
        ------
        TypeError
            If `text` is anything else.
        """
        return self._score_batch([_article(text)])[0]

    def score_many(self, texts: Iterable[str | Article], *, jobs: int = 1) -> Iterator[Report]:
        """One report per article, in order, as they are ready; memory does not grow.

        Parameters
        ----------
        texts : iterable of str or Article
            May be endless; read only as far as needed. None and NaN, as tables have them, are
            articles without words: their reports have the status ``skipped``.
        jobs : int
            Number of processes, each of which uses one thread and holds models of its own. With 1
            no process is started.
        """
        batches = _batches(map(_article, _several(texts)))
        if jobs > 1:
            from detector.parallel import score_batches

            scored = score_batches(batches, self._shared_config(), self.resources.folder, jobs)
        else:
            scored = map(self._score_batch, batches)
        for reports in scored:
            yield from reports

    def attempt_many(
        self, texts: Iterable[str | Article], *, jobs: int = 1
    ) -> Iterator[Report | FaultError]:
        """As `score_many`, but an article on which something unforeseen fails costs itself alone.

        In its place stands the error; so also where it kills the process that scores it.
        """
        batches = _batches(map(_article, _several(texts)))
        if jobs > 1:
            from detector.parallel import attempt_batches

            attempted = attempt_batches(batches, self._shared_config(), self.resources.folder, jobs)
        else:
            attempted = map(self.attempt_batch, batches)
        for reports in attempted:
            yield from reports

    def attempt_batch(self, articles: Sequence[Article]) -> list[Report | FaultError]:
        """A report or an error for each of a few articles."""
        try:
            return list(self._score_batch(articles))
        except DetectorError:
            raise
        except BaseException as error:
            if not is_fault(error):
                raise
            if len(articles) == 1:
                return [FaultError.of(articles[0].source, error)]
        return [result for article in articles for result in self.attempt_batch([article])]

    def _shared_config(self) -> Config:
        """For other processes, which use the one grammar server that this one starts."""
        if self._grammar is None:
            return self.config
        return replace(self.config, grammar_server=self._grammar.url())

    def analyse(self, text: str) -> Analysis:
        """What the models say of each token, before checks; for any text in any language."""
        return self._annotator.annotate([segment(text, self.resources.boundaries)])[0]

    def compare(self, original: str | Article, suspect: str | Article) -> Comparison:
        """An article beside its source: what was replaced, where, and how much of it.

        Parameters
        ----------
        original : str or Article
            The source.
        suspect : str or Article
            What is thought to be a version of it; order and length may differ.
        """
        source, article = _article(original), _article(suspect)
        ((report, analysis),) = self.examine([article])
        return compared(
            source,
            article,
            report,
            analysis,
            boundaries=self.resources.boundaries,
            lexicon=self.resources.lexicon,
        )

    def examine(self, texts: Iterable[str | Article]) -> Iterator[tuple[Report, Analysis | None]]:
        """Report and analysis of each article, in order, for the price of the report alone.

        The analysis is None where the article was skipped. Its places count in `Article.prose`,
        those of the report in `Article.text`.
        """
        for batch in _batches(map(_article, texts)):
            for examined in self._examine_batch(batch):
                yield examined.report, examined.analysis

    def weigh(
        self, texts: Iterable[str | Article]
    ) -> Iterator[tuple[Report, ArticleEvidence | None]]:
        """Report of each article and the evidence that its reliability rests on, in order.

        The evidence is None where the article was skipped.
        """
        for batch in _batches(map(_article, texts)):
            for examined in self._examine_batch(batch):
                yield examined.report, examined.evidence

    def _score_batch(self, articles: Sequence[Article]) -> list[Report]:
        return [examined.report for examined in self._examine_batch(articles)]

    def _examine_batch(self, articles: Sequence[Article]) -> list[_Examined]:
        drafts = [self._draft(article) for article in articles]
        analyses = self._analyses(draft for draft in drafts if draft.prose.status != "skipped")
        return [self._examined(draft, analyses.get(id(draft))) for draft in drafts]

    def _analyses(self, drafts: Iterable[_Draft]) -> dict[int, Analysis]:
        """The analyses by the identity of the draft; in one batch but for the thresholds."""
        by_floor: dict[float, list[_Draft]] = {}
        for draft in drafts:
            by_floor.setdefault(draft.rules.min_probability, []).append(draft)
        analyses: dict[int, Analysis] = {}
        for floor, group in by_floor.items():
            annotator = replace(self._annotator, floor=self._floor(floor))
            annotated = annotator.annotate([draft.document for draft in group])
            analyses.update(zip(map(id, group), annotated, strict=True))
        return analyses

    def _floor(self, min_probability: float) -> float:
        """From which probability on candidates are looked up."""
        return min(min_probability, self.resources.min_probability, LIKELY)

    def _draft(self, article: Article) -> _Draft:
        rules = self._rules_of(article.config or self.config)
        document = segment(article.prose, self.resources.boundaries)
        if article.extract is not None:
            document = document.quoting(article.extract.quotations.tolist())
        return _Draft(article, document, prose(document), rules)

    def _rules_of(self, config: Config) -> _Rules:
        if config not in self._rules:
            self._rules[config] = _Rules(config, self.resources)
        return self._rules[config]

    def _examined(self, draft: _Draft, analysis: Analysis | None) -> _Examined:
        article, evidence = draft.article, None
        findings: tuple[Finding, ...] = ()
        warnings: tuple[str, ...] = ()
        if analysis is not None:
            draft = replace(draft, prose=enough_prose(draft.prose, _running_words(analysis)))
            found = draft.rules.found(analysis)
            evidence = ArticleEvidence.of(analysis, found)
            findings = draft.rules.shown(found, analysis)
            findings, warnings = self._supported(findings, analysis.document.text)
        report = self._report(draft, analysis, findings, evidence, warnings)
        if article.extract is not None:
            report = report.in_source(article.text, article.extract)
        # After the reliability: a comment hides a finding, but makes no text more reliable.
        return _Examined(silenced(report, article.ignores), analysis, evidence)

    def _supported(
        self, findings: tuple[Finding, ...], text: str
    ) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
        """The findings with what grammar says of them, or why it says nothing."""
        if self._grammar is None:
            return findings, ()
        from detector.grammar import GrammarError

        try:
            return self._grammar.supported(findings, text), ()
        except GrammarError as error:
            return findings, (f"no grammar evidence: {error}",)

    def _report(
        self,
        draft: _Draft,
        analysis: Analysis | None,
        findings: tuple[Finding, ...],
        evidence: ArticleEvidence | None,
        warnings: tuple[str, ...],
    ) -> Report:
        document, judged = draft.document, draft.prose
        overall: dict[str, Any] = {"reliability": None, "verdict": None}
        if evidence is not None and judged.status == "scored":
            overall = self._reliability(draft, evidence)._asdict()
        return Report(
            source=draft.article.source,
            record=draft.article.record,
            model_version=self.resources.manifest.model_version,
            status=judged.status,
            reason=judged.reason,
            language=judged.language,
            n_words=document.n_words,
            findings=findings,
            paragraphs=() if analysis is None else paragraphs(analysis, findings),
            warnings=warnings,
            left_out=draft.article.left_out,
            text=document.text,
            **overall,
        )

    def _reliability(self, draft: _Draft, evidence: ArticleEvidence) -> Reliability:
        model = self.resources.reliability
        if model is None:
            return provisional(evidence, self.resources.min_probability)
        return model.judged(
            evidence,
            spun_below=self.resources.manifest.thresholds["spun_below"],
            min_probability=self.resources.min_probability,
            base_rate=draft.rules.base_rate,
        )


class _Rules:
    """What one configuration makes of an analysis. Cheap: the models belong to the detector."""

    def __init__(self, config: Config, resources: Resources) -> None:
        refuse_unknown_checks(config)
        self.min_probability = config.threshold(resources.min_probability)
        # The reliability asks for what can be shown by default, whatever the user wants to see.
        least = min(self.min_probability, resources.min_probability)
        asked = replace(config, min_probability=least)
        self._checks = [
            check.build(resources, asked) for check in CHECKS if check.name not in config.disable
        ]
        self._allow = AllowList(config.allow)
        self._severity = dict(config.severity)
        self._skip_quotes = config.skip_quotes
        self.base_rate = config.base_rate

    def found(self, analysis: Analysis) -> list[Finding]:
        """What all checks find, at least from the default threshold on, but for what is allowed."""
        found = [finding for check in self._checks for finding in check.find(analysis)]
        return self._allow.keep(found, analysis.document)

    def shown(self, found: Iterable[Finding], analysis: Analysis) -> tuple[Finding, ...]:
        """The findings of a report: merged, and those above the threshold."""
        merged = merge(
            finding
            for finding in found
            if finding.check != Substitution.name or finding.probability >= self.min_probability
        )
        if self._skip_quotes:
            merged = unquoted(merged, analysis.document)
        return tuple(
            replace(finding, severity=self._severity.get(finding.check, DEFAULT_SEVERITY))
            for finding in merged
            if finding.probability >= self.min_probability
        )


@dataclass(frozen=True)
class _Draft:
    article: Article
    document: Document
    prose: Prose
    rules: _Rules


@dataclass(frozen=True)
class _Examined:
    report: Report
    analysis: Analysis | None
    evidence: ArticleEvidence | None


def _running_words(analysis: Analysis) -> int:
    is_word = (analysis.document.flags & TokenFlag.WORD) > 0
    return int(np.count_nonzero(is_word & analysis.is_running))


def _grammar(config: Config) -> Grammar | None:
    if not config.grammar:
        return None
    from detector.grammar import Grammar

    return Grammar(config.grammar_server)


def _article(text: str | Article) -> Article:
    if isinstance(text, Article):
        return text
    if isinstance(text, str):
        return Article("<text>", text)
    if is_missing(text):
        return Article("<text>", "")
    if isinstance(text, os.PathLike):
        raise TypeError(
            "this is a path: give the text in it, path.read_text(encoding='utf-8'), or an article "
            "of detector.sources.read([path])"
        )
    raise TypeError(f"an article is a string or an Article, but this is a {type(text).__name__}")


def _several(texts: Iterable[str | Article]) -> Iterable[str | Article]:
    if isinstance(texts, str | Article):
        raise TypeError("this is one article: give a list, as in [text], or use score(text)")
    if hasattr(texts, "columns"):
        raise TypeError(f"this is a table: choose a column of it, {_names(texts.columns)}")
    return texts


def _names(columns: Iterable[object]) -> str:
    return "as in table['text']; it has " + ", ".join(repr(str(name)) for name in columns)


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    batch: list[Article] = []
    characters = 0
    for article in articles:
        batch.append(article)
        characters += len(article.prose)
        if characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
