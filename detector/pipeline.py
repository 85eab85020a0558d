"""The order of the steps. Nothing else knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.allow import AllowList
from detector.analysis import Analysis
from detector.annotate import Annotator
from detector.checks import CHECKS
from detector.config import Config
from detector.document import Document
from detector.errors import ConfigError
from detector.language import Prose, prose
from detector.merge import merge
from detector.paragraphs import paragraphs
from detector.reliability import provisional, verdict
from detector.report import Finding, Report
from detector.resources import Resources
from detector.segment import segment
from detector.sources import Article
from detector.unquoted import unquoted

# Articles go through the models together until they hold this many characters: enough to fill the
# encoder's batches, and little enough for the first report to come soon.
BATCH_CHARACTERS = 50_000


class Detector:
    """Scores articles. Loads the models once; safe to share between threads.

    The report on a text depends on nothing but the text, the configuration and the models.

    Parameters
    ----------
    config : Config
        Options.
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
        _refuse_unknown(self.config.disable)
        self.resources = Resources.open(None if models is None else Path(models))
        thresholds = self.resources.manifest.thresholds
        self.min_probability = self.config.threshold(thresholds["min_probability"])
        self._annotator = Annotator.build(self.resources, floor=self.min_probability)
        self._checks = [
            check.build(self.resources, self.config)
            for check in CHECKS
            if check.name not in self.config.disable
        ]
        self._allow = AllowList(self.config.allow)

    def score(self, text: str | Article) -> Report:
        """The report on one article."""
        return self._score_batch([_article(text)])[0]

    def score_many(self, texts: Iterable[str | Article], *, jobs: int = 1) -> Iterator[Report]:
        """One report per article, in order, as they are ready; memory does not grow.

        Parameters
        ----------
        texts : iterable of str or Article
            May be endless; read only as far as needed.
        jobs : int
            Number of processes, each of which uses one thread and holds models of its own. With 1
            no process is started.
        """
        batches = _batches(map(_article, texts))
        if jobs > 1:
            from detector.parallel import score_batches

            scored = score_batches(batches, self.config, self.resources.folder, jobs)
        else:
            scored = map(self._score_batch, batches)
        for reports in scored:
            yield from reports

    def analyse(self, text: str) -> Analysis:
        """What the models say of each token, before checks; for any text in any language."""
        return self._annotator.annotate([segment(text, self.resources.boundaries)])[0]

    def examine(self, texts: Iterable[str | Article]) -> Iterator[tuple[Report, Analysis | None]]:
        """Report and analysis of each article, in order, for the price of the report alone.

        The analysis is None where the article was skipped. Its places count in `Article.prose`,
        those of the report in `Article.text`.
        """
        for batch in _batches(map(_article, texts)):
            yield from self._examine_batch(batch)

    def _score_batch(self, articles: Sequence[Article]) -> list[Report]:
        return [report for report, _ in self._examine_batch(articles)]

    def _examine_batch(self, articles: Sequence[Article]) -> list[tuple[Report, Analysis | None]]:
        drafts = [self._draft(article) for article in articles]
        readable = [draft for draft in drafts if draft.prose.status != "skipped"]
        annotated = self._annotator.annotate([draft.document for draft in readable])
        analyses = {id(draft): a for draft, a in zip(readable, annotated, strict=True)}
        return [self._examined(draft, analyses.get(id(draft))) for draft in drafts]

    def _draft(self, article: Article) -> _Draft:
        document = segment(article.prose, self.resources.boundaries)
        return _Draft(article, document, prose(document))

    def _examined(self, draft: _Draft, analysis: Analysis | None) -> tuple[Report, Analysis | None]:
        findings = () if analysis is None else self._findings(analysis, draft.article)
        report = self._report(draft, analysis, findings)
        extract = draft.article.extract
        return report if extract is None else report.in_source(
            draft.article.text, extract
        ), analysis

    def _findings(self, analysis: Analysis, article: Article) -> tuple[Finding, ...]:
        found = [finding for check in self._checks for finding in check.find(analysis)]
        merged = merge(self._allow.keep(found, analysis.document))
        if self.config.skip_quotes:
            merged = unquoted(merged, analysis.document, article.extract)
        return tuple(finding for finding in merged if finding.probability >= self.min_probability)

    def _report(
        self, draft: _Draft, analysis: Analysis | None, findings: tuple[Finding, ...]
    ) -> Report:
        manifest = self.resources.manifest
        document, judged = draft.document, draft.prose
        scored = judged.status == "scored"
        reliability = provisional(findings, document.n_words) if scored else None
        return Report(
            source=draft.article.source,
            record=draft.article.record,
            model_version=manifest.model_version,
            status=judged.status,
            reason=judged.reason,
            language=judged.language,
            n_words=document.n_words,
            reliability=reliability,
            verdict=None if reliability is None else verdict(reliability, manifest.thresholds),
            findings=findings,
            paragraphs=() if analysis is None else paragraphs(analysis, findings),
            text=document.text,
        )


@dataclass(frozen=True)
class _Draft:
    article: Article
    document: Document
    prose: Prose


def _article(text: str | Article) -> Article:
    return text if isinstance(text, Article) else Article("<text>", text)


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


def _refuse_unknown(names: Iterable[str]) -> None:
    known = {check.name for check in CHECKS}
    if unknown := sorted(set(names) - known):
        raise ConfigError(
            f"there is no check named {', '.join(unknown)}: "
            f"the checks are {', '.join(sorted(known))}"
        )
