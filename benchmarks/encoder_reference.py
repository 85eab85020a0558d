"""Store what the shipped encoder's weights say as float32, for the test of its quantisation.

    python benchmarks/encoder_reference.py CHECKPOINT

Run it whenever `models/encoder` is exported anew. `tests/test_encoder.py` compares the int8 model
with the stored probabilities of two hundred sentences.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx

from detector.encoder import Encoder
from detector.segment import segment
from detector.training.export import build_graph, digest
from detector.training.model import load_state

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "models" / "encoder"
REFERENCE = ROOT / "tests" / "data" / "encoder_reference.npz"


def main(checkpoint: Path) -> None:
    """Write the reference of a checkpoint."""
    facts = json.loads((SHIPPED / "encoder.json").read_text(encoding="utf-8"))
    name = digest(checkpoint)
    if facts["checkpoint"] != name:
        raise SystemExit(f"{SHIPPED} was exported from {facts['checkpoint']}, not from {name}")
    with tempfile.TemporaryDirectory() as folder:
        graph = build_graph(load_state(checkpoint), positions=facts["window"], quantised=False)
        onnx.save(graph, Path(folder, "encoder.onnx"))
        for file in ("encoder.json", "tokenizer.json"):
            Path(folder, file).write_bytes((SHIPPED / file).read_bytes())
        encoder = Encoder.open(Path(folder))
        documents = [segment(text) for text in _sentences()]
        p = np.concatenate([reading.p_replaced for reading in encoder.read(documents)])
    np.savez_compressed(REFERENCE, allow_pickle=False, p=p, checkpoint=np.array(name))
    print(f"{REFERENCE}: {len(p)} tokens, {(p >= 0.5).sum()} flagged")


def _sentences() -> list[str]:
    """The sentences of the test itself, so that the two cannot drift."""
    spec = importlib.util.spec_from_file_location("cases", ROOT / "tests" / "test_encoder.py")
    if spec is None or spec.loader is None:
        raise SystemExit("tests/test_encoder.py is missing")
    cases = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cases)
    sentences: list[str] = cases.sentences()
    return sentences


if __name__ == "__main__":
    main(Path(sys.argv[1]))
