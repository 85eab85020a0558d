"""Reports as one JSON array."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar, Self

from detector.render.base import Look
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

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer; JSON has no look."""
        return cls()

    def report(self, report: Report) -> str:
        """One element of the array."""
        return "\n" + json.dumps(report.to_dict(), indent=2, allow_nan=False)
