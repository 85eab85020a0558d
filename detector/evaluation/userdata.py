"""A user's own labelled texts: JSON Lines, or a folder with ``spun/`` and ``clean/``.

A row of JSON Lines is an object with ``text`` and a ``label``, or ``spans``, or both::

    {"text": "...", "label": "spun"}
    {"text": "...", "spans": [[4, 8], [20, 27]]}
    {"text": "...", "spans": [{"start": 4, "end": 8, "expected": ["become"]}], "group": "news"}

``spans`` are the replaced words or phrases, in code points, ``end`` exclusive; an empty list says
that none was replaced. ``id`` (unique), ``group`` (a register) and ``cluster`` (what belongs
together: an article and its spun version) may be added.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from detector.document import Span
from detector.errors import SourceError
from detector.evaluation.labelled import Dataset, Kind, LabelledText, Replaced

_LABELS = {"spun": True, "clean": False}
_SUFFIXES = frozenset({".txt", ".md"})


def load_user_data(path: Path) -> Dataset:
    """Read a user's labelled texts as one set, named after the file or folder.

    Raises
    ------
    SourceError
        If nothing is there, or a row is wrong; names the line, and what it should look like.
    """
    texts = tuple(_folder(path) if path.is_dir() else _rows(path))
    if not texts:
        raise SourceError(str(path), "holds no labelled text: see docs/evaluation.md for the form")
    kind = Kind.CLEAN if all(text.spun is False for text in texts) else Kind.ARTICLES
    return Dataset(path.stem, kind, f"labelled texts of {path.name}", texts)


def _folder(folder: Path) -> Iterator[LabelledText]:
    if not any((folder / name).is_dir() for name in _LABELS):
        raise SourceError(
            str(folder),
            "has neither a folder 'spun' nor a folder 'clean': put the texts (.txt or .md) into "
            "these two, or give a JSON Lines file",
        )
    for name, spun in _LABELS.items():
        for path in sorted((folder / name).rglob("*")):
            if path.suffix.lower() in _SUFFIXES:
                key = path.relative_to(folder).as_posix()
                yield LabelledText(key, _read(path), spun, cluster=path.stem)


def _rows(path: Path) -> Iterator[LabelledText]:
    seen: set[str] = set()
    for number, line in enumerate(_read(path).split("\n"), start=1):
        if line.strip():
            place = f"{path}:{number}"
            text = _labelled(line, place, str(number))
            if text.name in seen:
                raise SourceError(place, f"the id {text.name!r} was used before: ids are unique")
            seen.add(text.name)
            yield text


def _labelled(line: str, place: str, number: str) -> LabelledText:
    row = _object(line, place)
    text, label, spans = row.get("text"), row.get("label"), row.get("spans")
    if not isinstance(text, str):
        raise SourceError(place, f'"text" is {text!r}, but a string is expected')
    if label is None and spans is None:
        raise SourceError(
            place,
            'there is neither "label" nor "spans": add "label": "spun" or "clean", or "spans"',
        )
    if label is not None and label not in _LABELS:
        raise SourceError(place, f'"label" is {label!r}, but "spun" or "clean" is expected')
    replaced = None if spans is None else _spans(spans, text, place)
    spun = bool(replaced) if label is None else _LABELS[label]
    if not spun and replaced:
        raise SourceError(place, '"label" is "clean", but "spans" names replaced words: drop one')
    name = str(row.get("id", number))
    return LabelledText(
        name=name,
        text=text,
        spun=spun,
        replaced=replaced if spun else (),
        cluster=str(row.get("cluster", name)),
        group=str(row.get("group", "")),
    )


def _object(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise SourceError(place, f"is not JSON ({error}): give one JSON object a line") from None
    if not isinstance(row, dict):
        raise SourceError(place, f'is a JSON {type(row).__name__}: give an object with "text"')
    return row


def _spans(spans: object, text: str, place: str) -> tuple[Replaced, ...]:
    if not isinstance(spans, list):
        raise SourceError(place, f'"spans" is {spans!r}, but a list such as [[4, 8]] is expected')
    return tuple(sorted((_span(entry, text, place) for entry in spans), key=lambda r: r.span))


def _span(entry: object, text: str, place: str) -> Replaced:
    expected: tuple[str, ...] = ()
    bounds: Any = entry
    if isinstance(entry, dict):
        bounds = [entry.get("start"), entry.get("end")]
        expected = tuple(map(str, entry.get("expected") or ()))
    match bounds:
        case [int(start), int(end)] if 0 <= start < end <= len(text):
            return Replaced(Span(start, end), expected)
    raise SourceError(
        place,
        f"{json.dumps(entry)} is no span of this text: give [start, end] or "
        f'{{"start": ..., "end": ...}} with 0 <= start < end <= {len(text)}, in code points',
    )


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise SourceError(
            str(path), f"is not UTF-8 (offset {error.start}): save it as UTF-8"
        ) from None
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror})") from None
