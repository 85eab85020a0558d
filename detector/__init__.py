"""Flags the odd word substitutions of spun text, and says how reliable an article is.

>>> import detector
>>> report = detector.score("Too short to tell.")
>>> report.status
'short'

For more than one text make a `Detector` once and use it again: it holds the loaded models.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detector.analysis import Analysis, Candidate
    from detector.comparison import Change, Comparison, Passage, Side, Swap
    from detector.config import Config
    from detector.document import Document, Sentence, Span, Token, TokenFlag
    from detector.errors import (
        ConfigError,
        DetectorError,
        MissingExtraError,
        ModelError,
        SourceError,
    )
    from detector.frame import to_frame
    from detector.pipeline import Detector
    from detector.report import Contribution, Evidence, Finding, Paragraph, Report, Suggestion
    from detector.segment import segment
    from detector.sources import Article

try:
    __version__ = version("detector")
except PackageNotFoundError:  # run from a copy of the source, as training on another machine does
    __version__ = "0+source"

# Where each public name lives. They are imported when first asked for: a training script that wants
# one module must not load the models' libraries, which its machine may lack.
_HOMES = {
    "Analysis": "analysis",
    "Article": "sources",
    "Candidate": "analysis",
    "Change": "comparison",
    "Comparison": "comparison",
    "Config": "config",
    "ConfigError": "errors",
    "Contribution": "report",
    "Detector": "pipeline",
    "DetectorError": "errors",
    "Document": "document",
    "Evidence": "report",
    "Finding": "report",
    "MissingExtraError": "errors",
    "ModelError": "errors",
    "Paragraph": "report",
    "Passage": "comparison",
    "Report": "report",
    "Sentence": "document",
    "Side": "comparison",
    "SourceError": "errors",
    "Span": "document",
    "Suggestion": "report",
    "Swap": "comparison",
    "Token": "document",
    "TokenFlag": "document",
    "segment": "segment",
    "to_frame": "frame",
}

__all__ = [
    "Analysis",
    "Article",
    "Candidate",
    "Change",
    "Comparison",
    "Config",
    "ConfigError",
    "Contribution",
    "Detector",
    "DetectorError",
    "Document",
    "Evidence",
    "Finding",
    "MissingExtraError",
    "ModelError",
    "Paragraph",
    "Passage",
    "Report",
    "Sentence",
    "Side",
    "SourceError",
    "Span",
    "Suggestion",
    "Swap",
    "Token",
    "TokenFlag",
    "compare",
    "score",
    "segment",
    "to_frame",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


@cache
def _default() -> Detector:
    from detector.pipeline import Detector

    return Detector()


def score(text: str) -> Report:
    """The report on one text, with the default configuration and models."""
    return _default().score(text)


def compare(original: str, suspect: str) -> Comparison:
    """An article beside its source: each swap, and what share of the text was replaced."""
    return _default().compare(original, suspect)
