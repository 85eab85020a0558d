"""Reports as JSON Lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar, Self

from detector.render.base import Look
from detector.report import Report


@dataclass(frozen=True, slots=True)
class Jsonl:
    """One report (``docs/report.schema.json``) a line, in ASCII like `Json`."""

    header: ClassVar[str] = ""
    separator: ClassVar[str] = ""
    footer: ClassVar[str] = ""

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer; JSON has no look."""
        return cls()

    def report(self, report: Report) -> str:
        """One line."""
        return json.dumps(report.to_dict(), allow_nan=False) + "\n"
