"""The options that a configuration file may set: what each may be, and errors that teach."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from detector.allow import AllowList
from detector.checks import refuse_unknown_checks
from detector.config import SEVERITIES, Config
from detector.errors import ConfigError, nearest

OFF = "off"
OVERRIDES = "overrides"

OF_A_RUN = frozenset(
    {
        "completion",
        "encoding",
        "explain",
        "format",
        "grammar",
        "grammar-server",
        "help",
        "id-column",
        "jobs",
        "list-checks",
        "models",
        "no-config",
        "output",
        "quiet",
        "report-unused-ignores",
        "restore",
        "review",
        "show-config",
        "summary",
        "text-column",
        "verbose",
        "version",
        "write-baseline",
    }
)
"""Options of the command line that an article's own file cannot set."""


class Entry(NamedTuple):
    """One thing that somebody said about an option.

    An option that is a list or a table has an entry for each member: `member` is what tells it
    from the others, "" for other options.
    """

    option: str
    member: str
    value: Any
    origin: str


# What an option may be, and the members and values that it stands for.


def _number(highest: float) -> Parser:
    def parse(option: str, value: Any, folder: Path, place: str) -> Iterator[tuple[str, Any]]:
        # A boolean is an int in Python.
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not 0 <= value <= highest
        ):
            raise _wrong(option, value, f"a number from 0 to {highest:g}", place)
        yield "", float(value)

    return parse


def _share(option: str, value: Any, folder: Path, place: str) -> Iterator[tuple[str, Any]]:
    for member, share in _number(1)(option, value, folder, place):
        if share in (0.0, 1.0):
            raise _wrong(option, value, "a share above 0 and below 1", place)
        yield member, share


def _flag(option: str, value: Any, folder: Path, place: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, bool):
        raise _wrong(option, value, "true or false", place)
    yield "", value


def _file(option: str, value: Any, folder: Path, place: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, str | Path):
        raise _wrong(option, value, "the path of a file, in quotation marks", place)
    yield "", folder / value


def _files(option: str, value: Any, folder: Path, place: str) -> Iterator[tuple[str, Any]]:
    for name in list_of(option, value, str, place):
        yield str(folder / name), folder / name


def _words(option: str, value: Any, folder: Path, place: str) -> Iterator[tuple[str, Any]]:
    for word in list_of(option, value, str, place):
        yield word, word


def _disabled(option: str, value: Any, folder: Path, place: str) -> Iterator[tuple[str, Any]]:
    yield from ((check, OFF) for check in list_of(option, value, str, place))


def _severities(option: str, value: Any, folder: Path, place: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise _wrong(option, value, 'a table of checks, such as {spintax = "error"}', place)
    levels = (*SEVERITIES, OFF)
    for check, level in value.items():
        if level not in levels:
            raise _wrong(f"{option}.{check}", level, f"one of {', '.join(levels)}", place)
        yield check, level


Parser = Callable[[str, Any, Path, str], Iterator[tuple[str, Any]]]

OPTIONS: dict[str, Parser] = {
    "min-probability": _number(1),
    "fail-under": _number(100),
    "severity": _severities,
    "disable": _disabled,
    "allow": _files,
    "allow-words": _words,
    "phrases": _files,
    "baseline": _file,
    "skip-quotes": _flag,
    "base-rate": _share,
    "no-ignores": _flag,
}
"""What a configuration file may hold, but for ``overrides``."""


def entries_of(options: Mapping[str, Any], folder: Path, place: str) -> tuple[Entry, ...]:
    """Check what was said in one place.

    Parameters
    ----------
    options : mapping
        Names of options, as on the command line but without ``--``, and what they are set to.
    folder : Path
        Where relative paths begin.
    place : str
        The file, and the part of it.

    Raises
    ------
    ConfigError
        If there is no such option, or it cannot be set to this.
    """
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise ConfigError(f"{place}: {_unknown(unknown[0])}")
    entries = tuple(
        # To disable a check is a severity of it, so that a later severity switches it on again.
        Entry("severity" if option == "disable" else option, member, parsed, place)
        for option, value in options.items()
        for member, parsed in OPTIONS[option](option, value, folder, place)
    )
    for entry in entries:
        try:
            _try(entry)
        except ConfigError as error:
            raise ConfigError(f"{place}: {error}") from None
    return entries


def _try(entry: Entry) -> None:
    """Refuse the name of a check or a word that the detector would refuse later."""
    if entry.option == "severity":
        refuse_unknown_checks(Config(disable=frozenset({entry.member})))
    elif entry.option == "allow-words":
        AllowList(frozenset({entry.value}))


def _unknown(option: str) -> str:
    if option in OF_A_RUN:
        return f"{option} applies to a whole run: give it on the command line, as --{option}"
    known = (*OPTIONS, OVERRIDES)
    return (
        f"there is no option {option}{nearest(option, known)}: the options are {', '.join(known)}"
    )


def list_of(option: str, value: Any, kind: type, place: object) -> list[Any]:
    """`value`, which must be a list whose members are all of a kind."""
    if not isinstance(value, list) or not all(isinstance(member, kind) for member in value):
        things = "tables" if kind is dict else "strings"
        raise _wrong(option, value, f"a list of {things}", place)
    return value


def _wrong(option: str, value: Any, wanted: str, place: object) -> ConfigError:
    given = json.dumps(value, ensure_ascii=False, default=str)
    return ConfigError(f"{place}: {option} is {given}: give {wanted}")
