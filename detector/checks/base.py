"""What a check is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Protocol, Self

from detector.analysis import Analysis
from detector.config import Config
from detector.report import Finding
from detector.resources import Resources


class Check(Protocol):
    """Finds one kind of artifact. It reads an Analysis; it changes, prints and opens nothing.

    A check takes what it needs through its constructor, so that a test can pass a fake;
    `build` picks that out of the loaded models and the configuration.
    """

    name: ClassVar[str]
    """What it flags, in snake case: the name in reports and options."""

    @classmethod
    def build(cls, resources: Resources, config: Config) -> Self:
        """The check, ready to run."""
        ...

    def find(self, analysis: Analysis) -> Iterator[Finding]:
        """The findings, in any order; they may overlap those of other checks."""
        ...
