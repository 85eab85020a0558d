"""Damage the models in many ways, each with a manifest that agrees, and score an article with each.

    python benchmarks/model_mutations.py --seed 20 --count 300

Each damaged folder is read by a process of its own. *Refused* is one line that names the models and
exit code 2; *scored* is a report; everything else (a traceback, exit code 3, a signal, a hang) is a
fault, which is printed with what was done to which file.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from detector.resources import MANIFEST, default_folder
from detector.training import manifest

ARTICLE = "The old crane stood by the harbour, and nobody has wilt more regular over time. " * 9
PATIENCE = 120

Change = Callable[[Path, random.Random], str]


def cut(path: Path, rng: random.Random) -> str:
    """The file cut short."""
    content = path.read_bytes()
    kept = rng.randrange(len(content))
    path.write_bytes(content[:kept])
    return f"cut to {kept} bytes"


def flip(path: Path, rng: random.Random) -> str:
    """Some bytes changed."""
    content = bytearray(path.read_bytes())
    places = [rng.randrange(len(content)) for _ in range(64)]
    for place in places:
        content[place] = rng.randrange(256)
    path.write_bytes(content)
    return "64 bytes changed"


def empty(path: Path, rng: random.Random) -> str:
    """Nothing left."""
    path.write_bytes(b"")
    return "emptied"


def other(path: Path, rng: random.Random) -> str:
    """Something else in its place."""
    path.write_bytes(rng.randbytes(4096))
    return "random bytes"


def array(path: Path, rng: random.Random) -> str:
    """Another value, type or shape of an array."""
    if path.suffix == ".npy":
        arrays = {"": np.load(path)}
    else:
        with np.load(path) as found:
            arrays = {key: found[key] for key in found.files}
    key = rng.choice(list(arrays))
    kind = rng.choice(["extreme", "nan", "type", "longer", "shorter", "turned", "reversed"])
    value: Any = arrays[key]
    is_float = value.dtype.kind == "f"
    if kind == "extreme" and value.size:
        value = value.copy()
        limit = np.finfo(value.dtype).max if is_float else np.iinfo(value.dtype).max
        value.flat[rng.randrange(value.size)] = limit
    elif kind == "nan":
        value = np.full(value.shape, np.nan, value.dtype if is_float else np.float32)
    elif kind == "type":
        value = value.astype(np.float64 if not is_float else np.int64)
    elif kind == "longer":
        value = np.concatenate([np.atleast_1d(value)] * 2)
    elif kind == "shorter":
        value = np.atleast_1d(value)[:-1]
    elif kind == "turned":
        value = value.reshape(-1, 1)
    else:
        value = np.ascontiguousarray(np.atleast_1d(value)[::-1])
    arrays[key] = value
    if path.suffix == ".npy":
        np.save(path, value)
    else:
        np.savez_compressed(path, **arrays)
    return f"{key or 'the array'} {kind}"


def header(path: Path, rng: random.Random) -> str:
    """A key taken out of a JSON file, or another value under it."""
    values = json.loads(path.read_text(encoding="utf-8"))
    key = rng.choice(list(values))
    kind = rng.choice(["gone", None, -1, 1e308, float("nan"), "x", [], {}, True])
    if kind == "gone":
        del values[key]
    else:
        values[key] = kind
    path.write_text(json.dumps(values), encoding="utf-8")
    return f"{key} is {kind!r}"


def changes(path: Path) -> list[Change]:
    """What can be done to a file of this kind."""
    general: list[Change] = [cut, flip, empty, other]
    if path.suffix in {".npy", ".npz"}:
        return [*general, array, array, array]
    return [*general, header, header, header] if path.suffix == ".json" else general


def outcome(models: Path, article: Path) -> tuple[str, str]:
    """What scoring with these models comes to, and what it said."""
    command = [sys.executable, "-P", "-m", "detector", "--jobs", "1", "--models", str(models)]
    try:
        run = subprocess.run(
            [*command, "--format", "json", str(article)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "hung", ""
    complaint = run.stderr.strip()
    if run.returncode == 0:
        return "scored", ""
    if run.returncode == 2 and complaint.count("\n") == 0 and str(models) in complaint:
        return "refused", ""
    return (
        "crashed" if run.returncode < 0 else "raw error"
    ), f"{run.returncode} {complaint[-400:]}"


def main() -> None:
    """Damage, score, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--models", type=Path, default=default_folder())
    options = parser.parse_args()
    rng = random.Random(options.seed)
    names = list(json.loads((options.models / MANIFEST).read_text())["files"])
    names = [name for name in names if not name.endswith("training.json")]
    counts: Counter[str] = Counter()
    manifest.MAXIMUM_BYTES = 1 << 30  # a damaged file may be larger
    with tempfile.TemporaryDirectory() as place:
        article = Path(place, "article.txt")
        article.write_text(ARTICLE, encoding="utf-8")
        os.environ["XDG_CACHE_HOME"] = str(Path(place, "cache"))
        for number in range(options.count):
            models = Path(place, f"models{number}")
            name = names[number % len(names)]
            shutil.copytree(options.models, models, copy_function=os.link)
            (models / MANIFEST).unlink()
            shutil.copy(options.models / MANIFEST, models / MANIFEST)
            target = models / name
            target.unlink()
            shutil.copy(options.models / name, target)
            done = rng.choice(changes(target))(target, rng)
            manifest.write_manifest(models)
            found, why = outcome(models, article)
            counts[found] += 1
            if found not in {"refused", "scored"}:
                print(f"{number} {name}: {done}: {found}: {why}", flush=True)
            shutil.rmtree(models)
    print(f"seed {options.seed}: {options.count} mutations: {dict(counts)}")


if __name__ == "__main__":
    main()
