"""Findings as SARIF 2.1.0, for code scanning, editors and dashboards.

OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01*, 2023:
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; sections are named where a choice
follows one.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, ClassVar, Self
from urllib.parse import quote

from detector.fingerprint import VERSION, fingerprint
from detector.render.base import Look
from detector.render.extent import end
from detector.render.layout import spelled
from detector.render.wording import message, percent, title
from detector.report import Finding, Report, Severity

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
# A restoration is offered as a fix from this confidence on: more likely right than not.
FIX_CONFIDENCE = 0.5

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "notice": "note"}
_HELP = (
    "A finding is a question to whoever knows the text. It says that a word is unlikely where it "
    "stands, not who put it there or why."
)
# 3.11.5 and 3.11.6: braces are doubled, brackets and backslashes escaped, or they are placeholders
# and links.
_MESSAGE = str.maketrans({"{": "{{", "}": "}}", "[": r"\[", "]": r"\]", "\\": r"\\"})


@dataclass(frozen=True, slots=True)
class Sarif:
    """One run with a result for each finding, written as articles are scored.

    Rules are the checks, by name. Regions have lines and columns and character offsets; columns
    count code points. An article inside a file (a row of a table, a line of JSON Lines) is a
    logical location without a region, since its offsets are not those of the file.
    """

    separator: ClassVar[str] = ",\n"
    footer: ClassVar[str] = "\n]}]}\n"

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer; SARIF has no look."""
        return cls()

    @property
    def header(self) -> str:
        """The log up to its results: the tool and its rules."""
        run = {
            "tool": {"driver": _driver()},
            "columnKind": "unicodeCodePoints",
            "newlineSequences": ["\r\n", "\n", "\r"],
            "results": [],
        }
        log = json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
        return log.removesuffix("]}]}") + "\n"

    def report(self, report: Report) -> str:
        """The results of one article, a line each."""
        return self.separator.join(json.dumps(each, allow_nan=False) for each in _results(report))


def _driver() -> dict[str, Any]:
    from detector import __version__
    from detector.checks import CHECKS

    return {
        "name": "detector",
        "version": __version__,
        "language": "en",
        "rules": [_rule(check.name, check.__doc__ or title(check.name)) for check in CHECKS],
    }


def _rule(check: str, description: str) -> dict[str, Any]:
    first = description.strip().splitlines()[0].replace("`", "")
    return {
        "id": check,
        "shortDescription": {"text": _literal(first)},
        "help": {"text": _HELP},
        "defaultConfiguration": {"level": "warning"},
    }


def _results(report: Report) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding in report.findings:
        result = _result(report, finding)
        if report.text:
            known_by = fingerprint(report, finding)
            seen[known_by] += 1
            # 3.27.17: the same words twice in one article are two results.
            value = f"{known_by}:{seen[known_by]}"
            result["partialFingerprints"] = {f"checkContext/v{VERSION}": value}
        if fix := _fix(report, finding):
            result["fixes"] = [fix]
        yield result


def _result(report: Report, finding: Finding) -> dict[str, Any]:
    values = finding.to_dict()
    return {
        "ruleId": finding.check,
        "level": _LEVELS[finding.severity],
        "message": {"text": _literal(message(finding))},
        "rank": round(100 * finding.probability, 2),
        "locations": [_location(report, finding)],
        "properties": {
            "probability": values["probability"],
            "expected": values["expected"],
            "evidence": values["evidence"],
            "articleReliability": report.to_dict()["reliability"],
            "articleVerdict": report.verdict,
            "modelVersion": report.model_version,
        },
    }


def _location(report: Report, finding: Finding) -> dict[str, Any]:
    artifact: dict[str, Any] = {"artifactLocation": {"uri": _uri(report.source)}}
    if report.record is None:
        region = _region(report, finding) | {"snippet": {"text": finding.actual}}
        return {"physicalLocation": artifact | {"region": region}}
    values = finding.to_dict()
    return {
        "physicalLocation": artifact,
        "logicalLocations": [{"fullyQualifiedName": str(report.record), "kind": "record"}],
        "properties": {key: values[key] for key in ("line", "column", "start", "end")},
    }


def _region(report: Report, finding: Finding) -> dict[str, Any]:
    last = end(report, finding)
    return {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": last.line,
        "endColumn": last.column,
        "charOffset": finding.start,
        "charLength": finding.end - finding.start,
    }


def _fix(report: Report, finding: Finding) -> dict[str, Any] | None:
    """The replacement of one word by another, where that is safe to do in the file itself."""
    as_written = report.text[finding.start : finding.end] == finding.actual
    if report.record is not None or not as_written or not finding.expected:
        return None
    best = finding.expected[0]
    words = [*finding.actual.split(), *best.text.split()]
    if words != [finding.actual, best.text] or best.confidence < FIX_CONFIDENCE:
        return None
    said = f"Replace '{finding.actual}' by '{best.text}' ({percent(best.confidence)})"
    replacement = {
        "deletedRegion": _region(report, finding),
        "insertedContent": {"text": best.text},
    }
    change = {
        "artifactLocation": {"uri": _uri(report.source)},
        "replacements": [replacement],
    }
    return {"description": {"text": _literal(said)}, "artifactChanges": [change]}


def _uri(source: str) -> str:
    """A path as a URI reference: relative as it was given, absolute with its scheme."""
    path = PurePath(source)
    if path.is_absolute():
        source = path.as_posix()
        return "file://" + ("" if source.startswith("/") else "/") + _quoted(source)
    # A colon in the first segment would begin a scheme (RFC 3986, 4.2).
    written = _quoted(source.replace(os.sep, "/"))
    return f"./{written}" if ":" in written.partition("/")[0] else written


def _quoted(path: str) -> str:
    try:
        data = os.fsencode(path)
    except UnicodeEncodeError:  # no path of this system, whatever else it names
        data = path.encode("utf-8", "replace")
    return quote(data, safe="/:")


def _literal(text: str) -> str:
    return spelled(text).translate(_MESSAGE)
