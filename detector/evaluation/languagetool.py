"""LanguageTool as a baseline, through a server that runs already or that is started for it.

It talks to the server itself, by HTTP: language-tool-python is GPL-3.0, and downloads where nothing
is installed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np

from detector.document import Span
from detector.errors import ConfigError, SourceError
from detector.evaluation.scorers import Flagged, Judgement, raised
from detector.grammar import INSTALLATION, GrammarError, LocalServer, installation
from detector.segment import segment

SERVER_VARIABLE = "DETECTOR_GRAMMAR_SERVER"
"""Names the URL of a running server."""

_TIMEOUT = 300.0


@dataclass(frozen=True)
class LanguageToolBaseline:
    """Every match of the server is a finding; a matched word scores 1, the rest 0.

    Parameters
    ----------
    server : str
        URL of the server: ``http://localhost:8081``.
    language : str
        The server's code of the texts' language.
    """

    server: str
    language: str = "en-US"
    name: str = "LanguageTool"

    def judge(self, texts: Sequence[str], *, lists: bool = True) -> Iterator[Judgement]:
        """One judgement per text, in order."""
        for text in texts:
            document = segment(text)
            flagged = tuple(_apart(_flagged(match, text) for match in self._matches(text)))
            scores = raised(document, np.zeros(document.n_tokens, dtype=np.float32), flagged)
            yield Judgement(document, scores, scores, flagged)

    def _matches(self, text: str) -> list[dict[str, Any]]:
        form = urlencode({"text": text, "language": self.language}).encode()
        try:
            with urlopen(f"{self.server.rstrip('/')}/v2/check", form, timeout=_TIMEOUT) as reply:
                return list(json.load(reply)["matches"])
        except (URLError, ValueError, KeyError, TimeoutError) as error:
            raise SourceError(
                self.server, f"is no LanguageTool server that answers ({error}): start one there"
            ) from None


@contextmanager
def grammar_server(url: str | None = None) -> Iterator[str]:
    """The URL of a server to use, while the block lasts.

    Parameters
    ----------
    url : str, optional
        A running server; default: ``$DETECTOR_GRAMMAR_SERVER``, else one of the installation in
        ``$LTP_PATH`` is started, and stopped afterwards.

    Raises
    ------
    SourceError
        If neither variable is set, or the installation does not start.
    """
    if found := url or os.environ.get(SERVER_VARIABLE):
        yield found
    elif os.environ.get(INSTALLATION):
        try:
            local = LocalServer(installation())
            found = local.url()
        except (ConfigError, GrammarError) as error:
            raise SourceError("LanguageTool", str(error)) from None
        try:
            yield found
        finally:
            local.stop()
    else:
        raise SourceError(
            "LanguageTool",
            f"needs a server: name a running one with --grammar-server or ${SERVER_VARIABLE}, or "
            f"the folder of an installation with ${INSTALLATION}",
        )


def _flagged(match: dict[str, Any], text: str) -> Flagged:
    start, length = match["offset"], match["length"]
    span = Span(_code_points(text, start), _code_points(text, start + length))
    offers = match.get("replacements", [])[:5]
    return Flagged(span, 1.0, tuple(str(offer["value"]) for offer in offers))


def _code_points(text: str, units: int) -> int:
    """An offset in UTF-16 units, which Java counts, as one in code points."""
    if text.isascii():
        return units
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore"))


def _apart(flagged: Iterator[Flagged]) -> Iterator[Flagged]:
    """The findings in order, without those that overlap one before them."""
    end = 0
    for finding in sorted(flagged, key=lambda finding: finding.span):
        if finding.span.start >= end:
            yield finding
            end = finding.span.end
