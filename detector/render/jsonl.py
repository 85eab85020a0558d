"""Reports as JSON Lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar, Self

from detector.render.base import Look, contents
from detector.report import Report


@dataclass(frozen=True, slots=True)
class Jsonl:
    """One report (``docs/report.schema.json``) a line, in ASCII like `Json`."""

    header: ClassVar[str] = ""
    separator: ClassVar[str] = ""
    footer: ClassVar[str] = ""

    restore: bool = False

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer, with restored texts or without."""
        return cls(look.restore)

    def report(self, report: Report) -> str:
        """One line."""
        return json.dumps(contents(report, restore=self.restore), allow_nan=False) + "\n"
