"""A training pack and starting weights in parts of a size, to train on another machine.

Type ids are compressed with LZMA, which takes minutes and a fifth of the room; what can be counted
again is left out. On the other side `unbundle` needs NumPy alone.
"""

from __future__ import annotations

import io
import lzma
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detector.training.pack import PAIRS, Stream, load_stream, save_stream

PART_BYTES = 60_000_000
_PART = "part"


def bundle(
    pack: Path, out: Path, *, weights: Iterable[Path] = (), part_bytes: int = PART_BYTES
) -> list[Path]:
    """Write a pack and weights as files of at most `part_bytes`.

    Parameters
    ----------
    pack : Path
        Training pack.
    out : Path
        Folder for the parts; made if need be.
    weights : iterable of Path
        Files that travel with it, from ``detector train weights``.
    part_bytes : int
        The largest part.

    Returns
    -------
    list of Path
        The parts, in order.
    """
    out.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path in tqdm(sorted(pack.iterdir()), desc="bundling", unit="file"):
            if path.name != PAIRS:
                _add(tar, *_packed(path))
        for path in weights:
            _add(tar, path.name, path.read_bytes())
    data = buffer.getbuffer()
    parts = []
    for number, first in enumerate(range(0, len(data), part_bytes)):
        parts.append(out / f"{_PART}-{number:03}")
        parts[-1].write_bytes(data[first : first + part_bytes])
    return parts


def unbundle(parts: Sequence[Path], pack: Path) -> None:
    """Write the pack, and the weights beside its files, from all parts in any order."""
    pack.mkdir(parents=True, exist_ok=True)
    data = b"".join(path.read_bytes() for path in sorted(parts, key=lambda path: path.name))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            stream = tar.extractfile(member)
            name = Path(member.name).name
            if stream is None:
                raise ValueError(f"{name} is no plain file: these parts were not written by bundle")
            content = stream.read()
            if name.endswith(".xz"):
                content = lzma.decompress(content)
                name = name.removesuffix(".xz")
            if name.endswith(".stream"):
                save_stream(pack / f"{name.removesuffix('.stream')}.npz", _stream(content))
            else:
                (pack / name).write_bytes(content)


def _packed(path: Path) -> tuple[str, bytes]:
    """The name and content under which a file of a pack travels."""
    if path.name.startswith(("shard-", "spinbot_")):
        stream = load_stream(path)
        arrays: dict[str, NDArray[Any]] = {"ids": stream.ids, "registers": stream.registers}
        if stream.labels is not None:
            arrays["labels"] = stream.labels
        if stream.origins is not None:
            arrays["origins"] = stream.origins ^ stream.ids
        raw = io.BytesIO()
        np.savez(raw, allow_pickle=False, **arrays)
        return f"{path.stem}.stream.xz", lzma.compress(raw.getvalue())
    if path.suffix == ".txt":
        return f"{path.name}.xz", lzma.compress(path.read_bytes())
    return path.name, path.read_bytes()


def _stream(content: bytes) -> Stream:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        ids = arrays["ids"]
        origins = arrays["origins"] ^ ids if "origins" in arrays else None
        return Stream(ids, arrays["registers"], arrays.get("labels"), origins)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))
