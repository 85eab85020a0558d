"""The frame of a page: style, script, and a policy that forbids everything else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import count
from typing import ClassVar, Self

from detector.render.base import Look, name
from detector.render.html.article import fragment
from detector.render.html.markup import text
from detector.render.html.note import note
from detector.render.html.parts import badge, digest
from detector.render.wording import count as counted
from detector.report import Finding, Report

TITLE = "Words that look out of place"


@dataclass(frozen=True, slots=True)
class Html:
    """One page for all articles, which opens anywhere: no network, no other file.

    An article is an entry that opens and closes, so the page is its own index, and is written as
    articles are scored. A browser has to hold all of it: meant for some hundred articles.
    """

    separator: ClassVar[str] = ""

    look: Look
    _numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False, compare=False)

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer; of the look it keeps the date and the settings."""
        return cls(look)

    @property
    def header(self) -> str:
        """The page up to its first article."""
        return head(TITLE) + "<main>\n"

    @property
    def footer(self) -> str:
        """The end of the page."""
        return "</main>\n" + foot()

    def report(self, report: Report) -> str:
        """The entry of one article; the first is open."""
        number = next(self._numbers)
        opened = " open" if number == 1 else ""
        section = fragment(
            report, key=f"r{number}", date=self.look.date, settings=self.look.settings
        )
        return f'<details class="entry"{opened}>\n{_summary(report)}\n{section}</details>\n'


def _summary(report: Report) -> str:
    verdict = report.verdict or report.status
    reliability = "" if report.reliability is None else f"{report.reliability:.1f}"
    return (
        f'<summary data-reliability="{reliability}"><span class="name">{text(name(report))}</span>'
        f'<span class="found">{counted(len(report.findings), "finding")}</span>'
        f'<span class="rank"><span class="hidden">reliability </span>{reliability or "&ndash;"}'
        f"</span>"
        f"{badge(verdict)}</summary>"
    )


def standalone(report: Report) -> str:
    """The fragment of one article with the style and the script that it needs, for a notebook."""
    section = fragment(report, key=f"r{digest(name(report) + report.text)[:12]}")
    return f"<style>{asset('page.css')}</style>\n{section}<script>{asset('page.js')}</script>\n"


def standalone_note(finding: Finding) -> str:
    """One finding with the style that it needs, for a notebook."""
    key = digest(f"{finding.start} {finding.actual} {finding.check}")[:12]
    entry = "".join(note(finding, f"f{key}-", 1, linked=False))
    style = asset("page.css")
    return f'<style>{style}</style>\n<div class="report"><ol class="notes">{entry}</ol></div>\n'


def head(title: str) -> str:
    """A page up to its content.

    The policy names the very style and script by their hashes (Content Security Policy, level 2):
    were an article's markup ever to slip through, it could neither run nor load anything.
    """
    style, script = asset("page.css"), asset("page.js")
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{text(title)}</title>
<style>{style}</style>
</head>
<body class="page">
<header class="masthead"><h1>{text(title)}</h1></header>
"""


def foot() -> str:
    """A page from the end of its content: the script, which finds all of it there."""
    return f"<script>{asset('page.js')}</script>\n</body>\n</html>\n"


@cache
def asset(file: str) -> str:
    """A file that is part of this package."""
    return files("detector.render.html").joinpath(file).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    hashed = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(hashed).decode()}'"
