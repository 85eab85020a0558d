"""Output formats, one file each. To add one: its file, one line in `RENDERERS`, its tests."""

from __future__ import annotations

from detector.render.base import Look, Renderer
from detector.render.csv import Csv
from detector.render.github import Github
from detector.render.html import Html
from detector.render.json import Json
from detector.render.jsonl import Jsonl
from detector.render.sarif import Sarif
from detector.render.text import Text

RENDERERS: dict[str, type[Renderer]] = {
    "text": Text,
    "json": Json,
    "jsonl": Jsonl,
    "csv": Csv,
    "sarif": Sarif,
    "github": Github,
    "html": Html,
}

SUMMARIES = frozenset({"text", "csv"})
"""The formats that can leave out the findings (`Look.summary`)."""

RESTORERS = frozenset({"text", "json", "jsonl"})
"""The formats that can show the restored text (`Look.restore`)."""

EXPLAINERS = frozenset({"text", "json", "jsonl"})
"""The formats that can say what moved the reliability (`Look.explain`); JSON always does."""

VERBOSE = frozenset({"text"})
"""The formats that show all evidence only when asked (`Look.verbose`)."""

__all__ = ["EXPLAINERS", "RENDERERS", "RESTORERS", "SUMMARIES", "VERBOSE", "Look", "Renderer"]
