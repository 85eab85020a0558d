"""LanguageTool as a baseline, through a server that is already running.

It talks to the server itself: language-tool-python would start one, or download it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np

from detector.document import Span
from detector.errors import SourceError
from detector.evaluation.scorers import Flagged, Judgement, raised
from detector.segment import segment

SERVER_VARIABLE = "DETECTOR_GRAMMAR_SERVER"
_TIMEOUT = 60.0


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


def named_server(server: str | None) -> str:
    """The server to use: `server`, else ``$DETECTOR_GRAMMAR_SERVER``.

    Raises
    ------
    SourceError
        If neither names one.
    """
    found = server or os.environ.get(SERVER_VARIABLE)
    if not found:
        raise SourceError(
            "LanguageTool",
            f"needs a running server: name its URL with --grammar-server or ${SERVER_VARIABLE}",
        )
    return found


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
