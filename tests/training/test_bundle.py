from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from toy_pack import toy_pack

from detector.training.bundle import bundle, unbundle
from detector.training.pack import Stream, load_families, load_stream, load_types, save_stream


def test_a_pack_travels_in_parts(tmp_path: Path) -> None:
    pack = toy_pack(tmp_path / "pack")
    labels = np.array([0, 1, 255, 0], np.uint8)
    real = Stream(
        np.array([3, 5, 2, 0], np.uint32),
        np.zeros(1, np.uint8),
        labels,
        np.array([3, 3, 2, 0], np.uint32),
    )
    save_stream(pack / "spinbot_spun.npz", real)
    (tmp_path / "small.npz").write_bytes(b"weights")
    parts = bundle(pack, tmp_path / "parts", weights=[tmp_path / "small.npz"], part_bytes=4000)
    assert len(parts) > 1
    assert all(part.stat().st_size <= 4000 for part in parts)
    there = tmp_path / "there"
    unbundle(list(reversed(parts)), there)
    assert (there / "small.npz").read_bytes() == b"weights"
    assert load_types(there).surfaces == load_types(pack).surfaces
    assert [family.name for family in load_families(there)] == ["toy"]
    found = load_stream(there / "spinbot_spun.npz")
    for name in ("ids", "registers", "labels", "origins"):
        np.testing.assert_array_equal(getattr(found, name), getattr(real, name))
    np.testing.assert_array_equal(
        load_stream(there / "shard-000.npz").ids, load_stream(pack / "shard-000.npz").ids
    )


def test_training_needs_no_library_that_only_reading_text_does() -> None:
    absent = ("marisa_trie", "nltk", "platformdirs", "py3langid", "pyromark", "textstat")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent!r}))\n"
        "import detector.training.bundle, detector.training.windows, detector.training.pack\n"
        "try:\n    import torch\nexcept ImportError:\n    sys.exit()\n"
        "import detector.training.relay\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
