"""The baseline: findings that somebody has seen and that are not reported again.

A JSON file, made to be kept under version control. An article is known by its path relative to the
file, a finding by its check and the words around it (`detector.fingerprint`), so that it is
recognised after edits elsewhere in the article. What an article is like does not depend on the
other articles of a run.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from detector.errors import ConfigError
from detector.files import open_part, read_regular
from detector.fingerprint import VERSION, fingerprint
from detector.paragraphs import without
from detector.report import Finding, Report

_ABOUT = "Findings that 'score --baseline' does not report. Made by 'score --write-baseline'."
# Bytes: some hundred thousand findings.
_LARGEST = 1 << 28
_AGAIN = "make it again with --write-baseline"

Known = dict[str, dict[str, Any]]
"""The known findings of an article: by fingerprint, with ``check``, ``actual`` and ``count``."""


class Baseline:
    """The known findings of some articles.

    Parameters
    ----------
    path : Path
        The file, which need not exist.
    articles : dict of str to Known, optional
        What it holds.
    """

    def __init__(self, path: Path, articles: dict[str, Known] | None = None) -> None:
        self.path = path
        self._articles = {} if articles is None else articles
        self._folder = os.path.abspath(path.parent)  # noqa: PTH100

    @classmethod
    def read(cls, path: Path, *, missing_ok: bool = False) -> Self:
        """Read a baseline; with `missing_ok` an empty one where there is no file.

        Raises
        ------
        ConfigError
            If the file cannot be read, or is no baseline of this version.
        """
        try:
            content = json.loads(read_regular(path, _LARGEST))
        except FileNotFoundError:
            if missing_ok:
                return cls(path)
            raise ConfigError(
                f"the baseline {path} does not exist: make it with --write-baseline {path}"
            ) from None
        except OSError as error:
            raise ConfigError(
                f"the baseline {path} cannot be read ({error.strerror}): name a file that you "
                "may read"
            ) from None
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"the baseline {path} is not JSON ({error}): {_AGAIN}") from None
        if not isinstance(content, dict) or content.get("version") != VERSION:
            raise ConfigError(f"{path} is not a baseline of version {VERSION}: {_AGAIN}")
        try:
            return cls(path, _checked(content["articles"]))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ConfigError(f"the baseline {path} is damaged: {_AGAIN}") from None

    def holds(self, report: Report) -> bool:
        """Whether the article was there when the baseline was written."""
        return self._name(report) in self._articles

    def without_known(self, report: Report) -> Report:
        """The report without the known findings, which it counts.

        Of findings with one fingerprint as many are left out, the first ones, as are known.
        """
        known = self._articles.get(self._name(report), {})
        left = Counter({one: entry["count"] for one, entry in known.items()})
        kept: list[Finding] = []
        gone: list[Finding] = []
        for finding in report.findings:
            one = fingerprint(report, finding)
            left[one] -= 1
            (kept if left[one] < 0 else gone).append(finding)
        return replace(
            report,
            findings=tuple(kept),
            paragraphs=without(report.paragraphs, gone),
            n_known=report.n_known + len(gone),
        )

    def put(self, report: Report) -> None:
        """Take all findings of a report for known, and no other ones of its article."""
        self._articles[self._name(report)] = {}
        self.add(report, report.findings)

    def add(self, report: Report, findings: Iterable[Finding]) -> None:
        """Take some findings of a report for known as well."""
        known = self._articles.setdefault(self._name(report), {})
        for finding in findings:
            new = {"check": finding.check, "actual": finding.actual, "count": 0}
            known.setdefault(fingerprint(report, finding), new)["count"] += 1

    def write(self) -> None:
        """Write the file: sorted, so that two versions are easily compared.

        Raises
        ------
        ConfigError
            If it cannot be written.
        """
        content = {"about": _ABOUT, "version": VERSION, "articles": self._articles}
        text = json.dumps(content, indent=2, sort_keys=True) + "\n"
        try:
            part, stream = open_part(self.path)
            with stream:
                stream.write(text)
            part.replace(self.path)
        except OSError as error:
            raise ConfigError(
                f"the baseline {self.path} cannot be written ({error.strerror}): name a file in "
                "a folder that exists and that you may write to"
            ) from None

    def _name(self, report: Report) -> str:
        """The article's path relative to the file, which both may move with, and its record."""
        path = os.path.abspath(report.source)  # noqa: PTH100
        try:
            name = Path(os.path.relpath(path, self._folder)).as_posix()
        except ValueError:  # on another drive
            name = Path(path).as_posix()
        return name if report.record is None else f"{name}#{report.record}"


def _checked(articles: dict[str, Known]) -> dict[str, Known]:
    for known in articles.values():
        for entry in known.values():
            if not isinstance(entry["count"], int):
                raise TypeError
    return articles
