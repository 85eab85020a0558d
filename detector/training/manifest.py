"""Writes ``manifest.json``: what the folder of models holds and how each part was trained."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from detector.resources import FORMAT, MANIFEST

MAXIMUM_BYTES = 60_000_000
_PROVENANCE = "training.json"


def record_training(part: Path, *, command: str, facts: dict[str, Any]) -> None:
    """Note beside a trained part how it was made: the command, its data, seeds and figures."""
    content = json.dumps({"command": command, **facts}, indent=1, ensure_ascii=False)
    (part / _PROVENANCE).write_text(content + "\n", encoding="utf-8")


def write_manifest(
    folder: Path,
    *,
    model_version: str | None = None,
    thresholds: dict[str, float] | None = None,
) -> None:
    """List every file of `folder` with its size and SHA-256.

    What is not given keeps its value from the manifest that is there.

    Raises
    ------
    ValueError
        If the folder is larger than `MAXIMUM_BYTES`, or there is no earlier manifest to take a
        missing value from.
    """
    path = folder / MANIFEST
    earlier = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    files = {name: _entry(folder / name) for name in _names(folder)}
    values = {
        "format": FORMAT,
        "model_version": model_version or earlier.get("model_version"),
        "thresholds": thresholds or earlier.get("thresholds"),
        "files": files,
    }
    if missing := [key for key, value in values.items() if value is None]:
        raise ValueError(f"{path} does not exist yet: give {' and '.join(missing)}")
    if (total := sum(entry["size"] for entry in files.values())) > MAXIMUM_BYTES:
        raise ValueError(
            f"{folder} holds {total:,} bytes, more than the {MAXIMUM_BYTES:,} that the package "
            "may carry: prune a part (see its training options)"
        )
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def _names(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(
        path.relative_to(folder).as_posix()
        for path in files
        if path.name != MANIFEST and path.suffix != ".md" and not path.name.startswith(".")
    )


def _entry(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
