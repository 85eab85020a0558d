"""Names for what the cache of calibration holds: they change with whatever it depends on.

A cache under an old name is never read: other models, other training data, another release of a
library or another line of the code that reads an article all give another key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import detector
from detector.resources import MANIFEST, RELIABILITY, sha256_of
from detector.training.encoding import corpus_files

PACKAGE = Path(detector.__file__).parent

_AFTER = frozenset({"reliability", "article_features", "curves", "readability", "explain"})
"""Modules that work on the evidence and have no part in it."""

_NO_MODELS = frozenset({MANIFEST, "MODEL_CARD.md"})
_MAKING = ("training/spin", "training/calibration/articles.py", "training/pack.py")
_LIBRARIES = ("numpy", "onnxruntime", "tokenizers")


def reading_key(models: Path, settings: object) -> str:
    """What an article's evidence depends on beside its text: 16 hexadecimal digits.

    Parameters
    ----------
    models : Path
        A folder of models. The files themselves count, whatever its manifest says of them; those of
        the reliability, and the manifest with its thresholds, do not.
    settings : object
        What else the reading was told; its `repr` counts.
    """
    parts = (path for path in _files(models) if path.parent.name != RELIABILITY)
    of_models = _content(path for path in parts if path.name not in _NO_MODELS)
    code = [path for path in PACKAGE.glob("*.py") if path.stem not in _AFTER]
    of_code = _content([*code, *_files(PACKAGE / "checks", "*.py")])
    libraries = [f"{name} {version(name)}" for name in _LIBRARIES]
    return digest(of_models, of_code, *libraries, repr(settings))


def making_key(corpora: Iterable[Path], pack: Path, pairs: Path | None, settings: object) -> str:
    """What the articles themselves depend on: 16 hexadecimal digits.

    Corpora count with names and sizes, the rest with its content.
    """
    sizes = [(path.name, path.stat().st_size) for path in corpus_files(tuple(corpora))]
    code = [path for part in _MAKING for path in _files(PACKAGE / part, "*.py")]
    families = [*pack.glob("family.*"), *pack.glob("types.*")]
    spinners = _content([*families, *([] if pairs is None else [pairs])])
    return digest(json.dumps(sizes), spinners, _content(code), repr(settings))


def digest(*texts: str) -> str:
    """Sixteen hexadecimal digits that name some texts, in order."""
    found = hashlib.sha256()
    for text in texts:
        found.update(f"{len(text)} {text}".encode())
    return found.hexdigest()[:16]


def _files(path: Path, pattern: str = "*") -> list[Path]:
    """A file, or the files of a folder and all below it."""
    if path.is_file():
        return [path]
    return [file for file in path.rglob(pattern) if file.is_file()]


def _content(paths: Iterable[Path]) -> str:
    """A digest of names and contents of files, in the order of their names."""
    return digest(*(f"{path.name} {sha256_of(path)}" for path in sorted(paths)))
