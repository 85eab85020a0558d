"""What a source yields: one text and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detector.config import Config
    from detector.ignores import Ignore


@dataclass(frozen=True, slots=True)
class Article:
    """One article to score.

    Attributes
    ----------
    source : str
        The file as the user named it, ``-`` for standard input, ``<text>`` for a string.
    text : str
        Decoded text. A byte order mark is no part of it; line ends are as in the source.
        Offsets of findings count from its start. In Markdown and HTML the markup is blanked out,
        so that they are offsets into the file all the same.
    record : int, str or None
        Row of a file that holds many articles: its ``id`` field, else its line number from 1.
    ignores : tuple of Ignore
        The comments in the source that silence findings, with offsets into the source.
    config : Config or None
        Options for this article in place of the detector's; None keeps those.
    """

    source: str
    text: str
    record: int | str | None = None
    ignores: tuple[Ignore, ...] = ()
    config: Config | None = None
