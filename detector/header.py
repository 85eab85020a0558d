"""The JSON header of a folder of models: what it holds, and in which format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from detector.errors import ModelError
from detector.files import read_regular

# Bytes; the largest header that ships has some thousand.
_LARGEST = 1 << 26


def read_header(
    folder: Path, kind: str, version: int, *, name: str = "header.json"
) -> dict[str, Any]:
    """The header of a folder, the file `name` in it.

    Parameters
    ----------
    folder : Path
        Where `kind` lies.
    kind : str
        What ``detector train`` calls the model.
    version : int
        The format version that the caller reads.
    name : str
        Name of the file.

    Raises
    ------
    ModelError
        If it is missing, unreadable or of another format version than `version`.
    """
    path = folder / name
    advice = f"make it again with 'detector train {kind}', or install the package again"
    try:
        header = json.loads(read_regular(path, _LARGEST))
    except FileNotFoundError:
        raise ModelError(
            f"{folder} does not exist, or {name} is missing from it, so there is no {kind} model: "
            f"{advice}"
        ) from None
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}): {advice}") from None
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not JSON ({error}): {advice}") from None
    if not isinstance(header, dict):
        raise ModelError(f"{path} holds a JSON {type(header).__name__}, not an object: {advice}")
    if header.get("format") != version:
        raise ModelError(
            f"{path} has format {header.get('format')!r}; this release reads format {version}: "
            f"{advice}"
        )
    return header
