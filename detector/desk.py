"""The editor's desk: each article gets its options, and its report loses what is known.

Around the detector: `Desk.prepare` before it, `Desk.settle` after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from detector.baseline import Baseline
from detector.errors import ConfigError, SourceError
from detector.report import Report
from detector.settings import Configuration, Settings
from detector.sources import Article


class Settled(NamedTuple):
    """A report as the editor wants to see it."""

    report: Report
    failed: float | None
    """The ``fail-under`` that its reliability is under; None where it does not fail, as where all
    of its findings were known before."""


class Places(NamedTuple):
    """Where a finding that is no finding to the editor can be put."""

    allow: Path | None
    """The allow list: the last one that the settings name."""
    baseline: Baseline | None


class Desk:
    """What the configuration makes of a run.

    Parameters
    ----------
    configuration : Configuration
        The settings of each article.
    write_baseline : Path, optional
        Where to write the findings, which nobody fails for then.
    review : bool
        Whether a person decides what is written there.
    """

    def __init__(
        self,
        configuration: Configuration,
        write_baseline: Path | None = None,
        *,
        review: bool = False,
    ) -> None:
        self._configuration = configuration
        self._baselines: dict[Path, Baseline] = {}
        self._written = (
            None if write_baseline is None else Baseline.read(write_baseline, missing_ok=True)
        )
        self._review = review
        self._refused: set[str] = set()
        self._baseline(configuration.command_line)

    def prepare(self, articles: Iterable[Article | SourceError]) -> Iterator[Article | SourceError]:
        """The articles with their options; an error for the first of each wrong configuration."""
        for article in articles:
            if isinstance(article, SourceError):
                yield article
                continue
            try:
                yield self._prepared(article)
            except ConfigError as error:
                if str(error) not in self._refused:
                    self._refused.add(str(error))
                    yield SourceError(
                        article.source,
                        f"not scored, nor are other articles with the same configuration: {error}",
                    )

    def settle(self, report: Report) -> Settled:
        """The report without what is known, and whether the article fails."""
        settings = self._configuration.of(report.source)
        if self._written is not None and not self._review:
            self._written.put(report)
        settled, holds = report, False
        for baseline in self._known(settings):
            settled = baseline.without_known(settled)
            holds = holds or baseline.holds(report)
        seen = holds and not settled.findings
        fails = not seen and self._written is None and _is_under(report, settings.fail_under)
        return Settled(settled, settings.fail_under if fails else None)

    def places(self, report: Report) -> Places:
        """Where a person who reviews an article may put what is wrongly flagged."""
        settings = self._configuration.of(report.source)
        allow = settings.allow[-1] if settings.allow else None
        return Places(allow, self._written or self._baseline(settings))

    def close(self) -> None:
        """Write the baseline, if one was asked for and nobody has written it in a review."""
        if self._written is not None and not self._review:
            self._written.write()

    def _prepared(self, article: Article) -> Article:
        settings = self._configuration.of(article.source)
        self._baseline(settings)  # that it can be read shall be known before the article is scored
        ignores = () if settings.no_ignores else article.ignores
        return replace(article, config=settings.config, ignores=ignores)

    def _known(self, settings: Settings) -> Iterator[Baseline]:
        """The baselines whose findings are left out."""
        baseline = self._baseline(settings)
        if baseline is not None:
            yield baseline
        if (
            self._written is not None
            and self._review
            and not _is_at(self._written, settings.baseline)
        ):
            yield self._written

    def _baseline(self, settings: Settings) -> Baseline | None:
        path = settings.baseline
        if path is None:
            return None
        if path not in self._baselines:
            written = self._written is not None and _is_at(self._written, path)
            self._baselines[path] = Baseline.read(path, missing_ok=written)
        return self._baselines[path]


def _is_at(baseline: Baseline, path: Path | None) -> bool:
    return path is not None and baseline.path.absolute() == path.absolute()


def _is_under(report: Report, threshold: float | None) -> bool:
    """Whether the reliability, rounded as it is printed, is under `threshold`; null never is."""
    if threshold is None or report.reliability is None:
        return False
    return round(report.reliability, 1) < threshold
