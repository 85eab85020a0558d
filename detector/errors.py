"""What can go wrong, as types. Every message says what was found, expected, and to be done.

DetectorError
├── SourceError    an input could not be read; the other inputs are scored all the same
│   └── FaultError    an article failed in a way that nobody foresaw: a fault of this package
├── ConfigError    an option, a word list or a phrase list is wrong
├── ModelError     the folder of models is missing, incomplete, damaged or of another format
└── MissingExtraError    an optional library is not installed (an ImportError too)
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Self

# Characters of an exception's own words.
_LONGEST_OUTLINE = 200


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


class FaultError(SourceError):
    """An article on which something failed that nobody foresaw; the others go on."""

    @classmethod
    def of(cls, source: str, error: BaseException) -> Self:
        """What to say of an article and the exception that ended its reading or scoring."""
        return cls(
            source,
            f"{outline(error)}: this is a bug, please report it, with the article if you can",
        )


def is_fault(error: BaseException) -> bool:
    """Whether an exception is a failure, and not the end of the process that somebody asked for.

    A panic of a library in Rust is no `Exception` in Python.
    """
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def outline(error: BaseException) -> str:
    """An unforeseen exception in one line: what it is, and where in this package it arose.

    Examples
    --------
    >>> outline(KeyError("wilt"))
    "it failed unexpectedly (KeyError: 'wilt')"
    >>> outline(MemoryError())
    'memory ran out: give smaller files, or fewer jobs'
    """
    if isinstance(error, MemoryError):
        return "memory ran out: give smaller files, or fewer jobs"
    first = str(error).partition("\n")[0][:_LONGEST_OUTLINE]
    what = f"{type(error).__name__}: {first}" if first else type(error).__name__
    package = Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(package)]
    if ours:
        where = Path(ours[-1].filename).relative_to(package.parent).as_posix()
        what += f" at {where}, line {ours[-1].lineno}"
    return f"it failed unexpectedly ({what})"


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
