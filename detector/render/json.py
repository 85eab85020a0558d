"""Reports as one JSON array."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar, Self

from detector.render.base import Look, contents
from detector.report import Report


@dataclass(frozen=True, slots=True)
class Json:
    """An array of reports (``docs/report.schema.json``), indented.

    All of it is ASCII, other characters are escaped: it reads the same whatever the encoding of
    the output, and no control character of an article reaches a terminal.
    """

    header: ClassVar[str] = "["
    separator: ClassVar[str] = ","
    footer: ClassVar[str] = "\n]\n"

    restore: bool = False

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer, with restored texts or without."""
        return cls(look.restore)

    def report(self, report: Report) -> str:
        """One element of the array."""
        return "\n" + json.dumps(contents(report, restore=self.restore), indent=2, allow_nan=False)
