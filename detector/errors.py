"""What can go wrong, as types. Every message says what was found, expected, and to be done.

DetectorError
├── SourceError    an input could not be read; the other inputs are scored all the same
├── ConfigError    an option, a word list or a phrase list is wrong
├── ModelError     the folder of models is missing, incomplete, damaged or of another format
└── MissingExtraError    an optional library is not installed (an ImportError too)
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class DetectorError(Exception):
    """Base of all errors that this package raises on purpose."""


class SourceError(DetectorError):
    """An input could not be read.

    Parameters
    ----------
    source : str
        Name of the input, as the user gave it.
    reason : str
        What was found, what was expected, what to do next.
    """

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, reason)
        self.source = source
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


class ConfigError(DetectorError):
    """An option, a word list or a phrase list is wrong."""


class ModelError(DetectorError):
    """The models are missing, incomplete, damaged or of another format."""


class MissingExtraError(DetectorError, ImportError):
    """A feature was used whose library an extra of this package installs."""


def nearest(given: str, known: Iterable[str]) -> str:
    """A parenthesis that names the most similar of the known names, or "" if none is similar.

    Examples
    --------
    >>> nearest("spintx", ["spintax", "inflection"])
    ' (did you mean "spintax"?)'
    >>> nearest("x", ["spintax"])
    ''
    """
    near = get_close_matches(given, list(known), n=1)
    return f' (did you mean "{near[0]}"?)' if near else ""
