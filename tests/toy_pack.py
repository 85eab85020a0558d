from __future__ import annotations

from pathlib import Path

import numpy as np

from detector.training.pack import Family, Stream, Types, save_family, save_stream, save_types


def toy_pack(folder: Path) -> Path:
    """Three words and a full stop; the family makes "cats" of "dogs"."""
    surfaces = ["</document>", "</paragraph>", ".", "dogs", "bark", "cats"]
    types = Types(
        surfaces=surfaces,
        pieces=np.array([1012, 6077, 11286, 8870], dtype=np.uint16),
        offsets=np.array([0, 0, 0, 1, 2, 3, 4], dtype=np.uint32),
        word_starts=np.array([0, 1, 1, 1], dtype=np.bool_),
        clean_counts=np.full(6, 100, dtype=np.uint32),
    )
    save_types(folder, types, ["toy"])
    ids = np.array(([3, 4, 2] * 10 + [0]) * 4, dtype=np.uint32)
    save_stream(folder / "shard-000.npz", Stream(ids, np.zeros(4, dtype=np.uint8)))
    offsets = np.array([0, 0, 0, 0, 1, 1, 1], dtype=np.uint32)
    family = Family("toy", offsets, np.array([5], np.uint32), np.ones(1, np.float32))
    save_family(folder, family)
    return folder
