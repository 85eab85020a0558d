"""Store what an encoder's weights say as float32, and state what rounding them changed.

    python benchmarks/encoder_reference.py CHECKPOINT

Run it whenever `models/encoder` is exported anew. `tests/test_encoder.py` compares the rounded
model with the stored probabilities of two hundred sentences. `--pack` adds the same figures on
windows of a training pack that neither training nor the export drew; with `--encoder` and `--out`
the encoder need not be the shipped one.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from detector.encoder import Encoder
from detector.onnx_runtime import load
from detector.segment import segment
from detector.training.encoder import Texts, open_sampler
from detector.training.export import build_graph, digest
from detector.training.model import load_state
from detector.training.windows import Recipe

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "models" / "encoder"
REFERENCE = ROOT / "tests" / "data" / "encoder_reference.npz"

THRESHOLDS = (0.3, 0.5, 0.7)
PACK_SEED = 246_813_579

Probabilities = NDArray[np.floating[Any]]


def main() -> None:
    """Write the reference of a checkpoint and print how the rounded encoder differs."""
    options = _parser().parse_args()
    facts = json.loads((options.encoder / "encoder.json").read_text(encoding="utf-8"))
    state = load_state(options.checkpoint)
    name = digest(state)
    if facts["checkpoint"] != name:
        raise SystemExit(f"{options.encoder} was exported from {facts['checkpoint']}, not {name}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        graph = build_graph(state, positions=facts["window"])
        onnx.save(graph, folder / "encoder.onnx")
        for file in ("encoder.json", "tokenizer.json"):
            (folder / file).write_bytes((options.encoder / file).read_bytes())
        exact, rounded = (_sentences_p(place) for place in (folder, options.encoder))
        np.savez_compressed(options.out, allow_pickle=False, p=exact, checkpoint=np.array(name))
        print(f"{options.out}: {len(exact)} tokens")
        _report("sentences", exact, rounded)
        if options.pack is not None:
            windows = _draw(options.pack, facts["trained"], options.windows)
            exact, rounded = (_windows_p(place, windows) for place in (folder, options.encoder))
            _report(f"{options.windows} windows of the pack", exact, rounded)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--encoder", type=Path, default=SHIPPED, help="folder of the export")
    parser.add_argument("--out", type=Path, default=REFERENCE, help="file to write")
    parser.add_argument("--pack", type=Path, help="training pack to draw windows from")
    parser.add_argument("--windows", type=int, default=400, help="how many (default: %(default)s)")
    return parser


def _report(where: str, exact: Probabilities, rounded: Probabilities) -> None:
    """Print the mean absolute change of a probability, and the flags that turned."""
    turned = {at: int(((exact >= at) != (rounded >= at)).sum()) for at in THRESHOLDS}
    flags = {at: int((exact >= at).sum()) for at in THRESHOLDS}
    each = ", ".join(f"at {at} {turned[at]} of {flags[at]}" for at in THRESHOLDS)
    together, of = sum(turned.values()), sum(flags.values())
    print(f"{where}: mean change {np.abs(exact - rounded).mean():.5f}")
    print(f"  flags turned: {each}; together {together} of {of} ({together / max(of, 1):.2%})")


def _sentences_p(folder: Path) -> Probabilities:
    encoder = Encoder.open(folder)
    documents = [segment(text) for text in _sentences()]
    return np.concatenate([reading.p_replaced for reading in encoder.read(documents)])


def _draw(
    pack: Path, trained: dict[str, Any], n_windows: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Piece ids of windows, and where words begin in them."""
    recipe = Recipe(**trained["recipe"])
    left_out = frozenset(trained["left_out"])
    sampler = open_sampler(Texts.open(pack), recipe, left_out, seed=PACK_SEED)
    batch = sampler.batch(n_windows)
    return batch.ids, batch.weights > 0


def _windows_p(folder: Path, windows: tuple[NDArray[np.int64], NDArray[np.bool_]]) -> Probabilities:
    facts = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    onnxruntime = load()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "encoder.onnx"), options)
    ids, words = windows
    logits = np.concatenate([session.run(["logits"], {"ids": row[None]})[0] for row in ids])[words]
    scaled: Probabilities = facts["scale"] * logits.astype(np.float64) + facts["shift"]
    return 1 / (1 + np.exp(-scaled))


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
    main()
