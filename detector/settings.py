"""Configuration files: found upward from each article, checked, joined with the command line.

``detector.toml``, or ``[tool.detector]`` in ``pyproject.toml``; the nearest counts, alone. Options
have the names that they have on the command line. What is said later wins: the file, those of its
``[[overrides]]`` whose ``paths`` fit, the command line. Lists add up; severities are joined by
check.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar, cast

from detector.allow import load_allow
from detector.checks.listed_phrase import load_phrases
from detector.config import EVEN_BASE_RATE, Config
from detector.errors import ConfigError
from detector.files import read_regular
from detector.globs import matches
from detector.options import OFF, OPTIONS, OVERRIDES, Entry, entries_of, list_of

FILE = "detector.toml"
PYPROJECT = "pyproject.toml"
COMMAND_LINE = "command line"

# The parser keeps each beginning of a dotted key: a long one takes the square of its length.
_MOST_PARTS = 64
_PART = r"(?:[\w-]++|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+')"
_DOTTED = re.compile(rf"(?<![\w-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{_MOST_PARTS}}}")

_List = TypeVar("_List")


@dataclass(frozen=True)
class Settings:
    """What holds for an article.

    Attributes
    ----------
    entries : tuple of Entry
        What was said and not overruled, in the order of `OPTIONS`.
    config : Config
        The detector's options.
    """

    entries: tuple[Entry, ...]
    config: Config

    @property
    def fail_under(self) -> float | None:
        """The reliability, 0 to 100, under which the article fails; None for never."""
        return cast("float | None", self._value("fail-under"))

    @property
    def baseline(self) -> Path | None:
        """The file of known findings."""
        return cast("Path | None", self._value("baseline"))

    @property
    def no_ignores(self) -> bool:
        """Whether comments that silence findings are disregarded."""
        return bool(self._value("no-ignores"))

    @property
    def allow(self) -> tuple[Path, ...]:
        """The files of words and phrases never to flag."""
        return tuple(entry.value for entry in self.entries if entry.option == "allow")

    def _value(self, option: str) -> Any:
        return next((entry.value for entry in self.entries if entry.option == option), None)


class Configuration:
    """The settings of every article of a run.

    Parameters
    ----------
    given : mapping
        The options of the command line, by their names without ``--``; only those given.
    read_files : bool
        Whether to look for configuration files.

    Raises
    ------
    ConfigError
        If an option is wrong, or a list that one names cannot be read.
    """

    def __init__(self, given: Mapping[str, Any] | None = None, *, read_files: bool = True) -> None:
        self._given = entries_of(given or {}, Path(), COMMAND_LINE)
        self._read_files = read_files
        self._files: dict[Path, Path | None] = {}
        self._parsed: dict[Path, _File | ConfigError] = {}
        self._settings: dict[tuple[Entry, ...], Settings] = {}
        self.command_line = self._joined(())

    def of(self, source: str) -> Settings:
        """The settings of an article, by the path of its file; others are taken to be here.

        Raises
        ------
        ConfigError
            If its configuration file is wrong.
        """
        path = _absolute(source)
        found = self.file_of(source)
        return self.command_line if found is None else self._joined(self._parse(found).of(path))

    def file_of(self, source: str) -> Path | None:
        """The configuration file for an article, if there is one."""
        if not self._read_files:
            return None
        path = _absolute(source)
        return self._nearest(path if path.is_dir() else path.parent)

    def _nearest(self, folder: Path) -> Path | None:
        if folder not in self._files:
            above = None if folder.parent == folder else self._nearest(folder.parent)
            self._files[folder] = _file_in(folder) or above
        return self._files[folder]

    def _parse(self, path: Path) -> _File:
        if path not in self._parsed:
            try:
                self._parsed[path] = _File.read(path)
            except ConfigError as error:
                self._parsed[path] = error
        parsed = self._parsed[path]
        if isinstance(parsed, ConfigError):
            raise parsed
        return parsed

    def _joined(self, entries: tuple[Entry, ...]) -> Settings:
        """The same object for the same entries, so that lists are read once."""
        if entries not in self._settings:
            self._settings[entries] = _settings((*entries, *self._given))
        return self._settings[entries]


@dataclass(frozen=True)
class _File:
    """A configuration file, checked."""

    folder: Path
    entries: tuple[Entry, ...]
    overrides: tuple[_Override, ...]

    @classmethod
    def read(cls, path: Path) -> _File:
        """Read a file.

        Raises
        ------
        ConfigError
            If it is not TOML, or an option in it is wrong.
        """
        shown = _shown(path)
        options = dict(_table(path))
        overrides = list_of(OVERRIDES, options.pop(OVERRIDES, []), dict, shown)
        return cls(
            path.parent,
            entries_of(options, shown.parent, str(shown)),
            tuple(
                _Override.of(override, shown, number)
                for number, override in enumerate(overrides, start=1)
            ),
        )

    def of(self, path: Path) -> tuple[Entry, ...]:
        """What the file says of an article that lies below its folder."""
        relative = path.relative_to(self.folder).as_posix()
        fitting = (o.entries for o in self.overrides if o.fits(relative))
        return (*self.entries, *chain.from_iterable(fitting))


@dataclass(frozen=True)
class _Override:
    paths: tuple[str, ...]
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, options: dict[str, Any], file: Path, number: int) -> _Override:
        place = f"{file}, overrides {number}"
        options = dict(options)
        paths = list_of("paths", options.pop("paths", []), str, place)
        if not paths:
            raise ConfigError(
                f'{place}: it has no paths: add some patterns, such as paths = ["letters/**"]'
            )
        return cls(tuple(paths), entries_of(options, file.parent, place))

    def fits(self, path: str) -> bool:
        return any(matches(pattern, path) for pattern in self.paths)


def _absolute(source: str) -> Path:
    """The path from the root, ``..`` taken out and symbolic links left in."""
    return Path(os.path.abspath(source))  # noqa: PTH100


def _shown(path: Path) -> Path:
    """A path as people like to read it: relative where it lies below the working folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _file_in(folder: Path) -> Path | None:
    if os.path.isfile(folder / FILE):  # noqa: PTH113 - Path.is_file may raise
        return folder / FILE
    project = folder / PYPROJECT
    return project if os.path.isfile(project) and _is_ours(project) else None  # noqa: PTH113


def _is_ours(project: Path) -> bool:
    """Whether a file has our table, or cannot be read, which whoever reads it will say."""
    try:
        tool = _toml(project).get("tool")
        return isinstance(tool, dict) and "detector" in tool
    except ConfigError:
        return True


def _table(path: Path) -> dict[str, Any]:
    content = _toml(path)
    table = content if path.name == FILE else content["tool"]["detector"]
    if not isinstance(table, dict):
        raise ConfigError(f"{_shown(path)}: detector is {table!r}: write a table [tool.detector]")
    return table


def _toml(path: Path) -> dict[str, Any]:
    try:
        text = read_regular(path).decode("utf-8-sig")
        if _DOTTED.search(text):
            raise ConfigError(
                f"{_shown(path)}: a key has more than {_MOST_PARTS} parts: shorten it"
            )
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{_shown(path)} is not UTF-8 (offset {error.start}): save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{_shown(path)} is not TOML: {error}") from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 100,000 brackets
        raise ConfigError(f"{_shown(path)} cannot be read as TOML ({error})") from None
    except OSError as error:
        raise ConfigError(
            f"{_shown(path)} cannot be read ({error.strerror}): change its mode, or "
            "pass --no-config"
        ) from None


def _settings(entries: tuple[Entry, ...]) -> Settings:
    """What holds where all of `entries` were said, the later over the earlier."""
    held: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        key = entry.option, entry.member
        held.pop(key, None)  # so that the order is that of the last word
        held[key] = entry
    ordered = tuple(sorted(held.values(), key=lambda entry: list(OPTIONS).index(entry.option)))
    return Settings(ordered, _config(ordered))


def _config(entries: tuple[Entry, ...]) -> Config:
    said: dict[str, list[Any]] = {option: [] for option in OPTIONS}
    for entry in entries:
        said[entry.option].append(entry.value)
    severity = {entry.member: entry.value for entry in entries if entry.option == "severity"}
    return Config(
        min_probability=next(iter(said["min-probability"]), None),
        disable=frozenset(check for check, level in severity.items() if level == OFF),
        severity=tuple((check, level) for check, level in severity.items() if level != OFF),
        allow=frozenset(said["allow-words"]).union(*_loaded("allow", load_allow, entries)),
        skip_quotes=bool(next(iter(said["skip-quotes"]), False)),
        phrases=tuple(chain.from_iterable(_loaded("phrases", load_phrases, entries))),
        base_rate=next(iter(said["base-rate"]), EVEN_BASE_RATE),
    )


def _loaded(
    option: str, load: Callable[[Path], _List], entries: Iterable[Entry]
) -> Iterator[_List]:
    """The lists that an option names."""
    for entry in entries:
        if entry.option == option:
            try:
                yield load(entry.value)
            except ConfigError as error:
                raise ConfigError(_blamed(error, entry)) from None


def _blamed(error: ConfigError, entry: Entry) -> str:
    """The error with the configuration file that brought it about."""
    if entry.origin == COMMAND_LINE:
        return str(error)
    words = entry.option == "allow" and not entry.value.exists()
    return f"{entry.origin}: {error}{'; words themselves go under allow-words' if words else ''}"


def show(source: str, settings: Settings, file: Path | None) -> str:
    """The settings of an article as TOML, each with the place that said it.

    Parameters
    ----------
    source : str
        The article.
    settings : Settings
        Its settings.
    file : Path or None
        Its configuration file.
    """
    found = "no configuration file" if file is None else str(_shown(file))
    lines = [f"# {source}: {found}"]
    for option in OPTIONS:
        said = [entry for entry in settings.entries if entry.option == option]
        lines += _SHOWN.get(option, _show_value)(option, said)
    return "".join(f"{line}\n" for line in lines)


def _show_value(option: str, said: list[Entry]) -> list[str]:
    if not said:
        return [f"# {option}: default"]
    return [f"{option} = {_literal(entry.value)}  # {entry.origin}" for entry in said]


def _show_members(option: str, said: list[Entry]) -> list[str]:
    members = [f"    {_literal(entry.value)},  # {entry.origin}" for entry in said]
    return [f"{option} = [", *members, "]"] if said else _show_value(option, said)


def _show_severities(option: str, said: list[Entry]) -> list[str]:
    if not said:
        return _show_value(option, said)
    return [f'severity.{one.member} = "{one.value}"  # {one.origin}' for one in said]


def _literal(value: Any) -> str:
    return json.dumps(value.as_posix() if isinstance(value, Path) else value, ensure_ascii=False)


_SHOWN: dict[str, Callable[[str, list[Entry]], list[str]]] = {
    "severity": _show_severities,
    "disable": lambda option, said: [],
    "allow": _show_members,
    "allow-words": _show_members,
    "phrases": _show_members,
}
