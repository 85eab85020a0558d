"""Output formats, one file each. To add one: its file, one line in `RENDERERS`, its tests."""

from __future__ import annotations

from detector.render.base import Look, Renderer
from detector.render.json import Json
from detector.render.jsonl import Jsonl
from detector.render.text import Text

RENDERERS: dict[str, type[Renderer]] = {
    "text": Text,
    "json": Json,
    "jsonl": Jsonl,
}

__all__ = ["RENDERERS", "Look", "Renderer"]
