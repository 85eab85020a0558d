"""Reading the user's lists: plain UTF-8 text, one row a line, ``#`` before a comment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from detector.errors import ConfigError
from detector.files import read_regular


class Row(NamedTuple):
    """A line that is neither empty nor a comment, and its place for error messages."""

    place: str
    """``path:line``, the line counted from 1."""
    text: str


def read_rows(path: Path | str) -> Iterator[Row]:
    """The rows of a list, stripped of the white space around them.

    Raises
    ------
    ConfigError
        If the file cannot be read or is not UTF-8.
    """
    try:
        lines = read_regular(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} is not UTF-8 (byte {error.object[error.start]:#04x} at offset "
            f"{error.start}): save the list as UTF-8 and try again"
        ) from None
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}): give the path of a text file with one "
            "row per line"
        ) from None
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield Row(f"{path}:{number}", text)
