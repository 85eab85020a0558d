"""From a checkpoint to ``models/encoder``: a rounded ONNX graph, its tokenizer and its facts.

The graph is built by hand, node by node: it is small, it has no control flow, and built this way
it is the same whatever the version of torch.

Only the weights are rounded, to 8 or 9 bits (`detector.training.rounding`); they become float32
when the file is opened. Quantised activations would be faster by three quarters, but turn one flag
in ten, and with the usual single scale make a word's probability depend on what else is scored
(docs/training.md).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from detector.blend import Blend
from detector.encoder import CLS, FORMAT, SEP
from detector.restoration_head import FILE as RESTORATION
from detector.training.encoder import MANIFEST, Texts, open_sampler, restorable
from detector.training.model import (
    EPSILON,
    HEADS,
    LAYERS,
    VOCABULARY,
    WIDTH,
    load_state,
    package_folder,
)
from detector.training.pack import NOTHING, Types
from detector.training.rounding import (
    LARGEST,
    Sensitivity,
    State,
    compensated_blocks,
    quantise_blocks,
    sensitivities,
)
from detector.training.windows import Batch, Recipe

N_FREQUENT = 500
"""Pieces whose vectors get 16 bits: six in ten of any text, for 0.25 MB."""

BLEND = Blend(
    encoder=1.0,
    fit=0.55,
    shift=1.05,
    unjudged=-1.0,
    repeated=0.8,
    quoted=1.2,
    displaced=1.2,
    slips=0.8,
)
"""Chosen on the development sets: see docs/training.md."""

_OPSETS = {"": 20, "com.microsoft": 1}
_IR_VERSION = 10


class Rounding(NamedTuple):
    """How to store weights in few bits.

    Attributes
    ----------
    layers : mapping of str to Sensitivity
        Of the layers to be stored so, by name; the others stay float32.
    frequent : ndarray of int64
        Pieces whose vectors are stored twice as precisely.
    """

    layers: Mapping[str, Sensitivity]
    frequent: NDArray[np.int64]


class _Graph:
    """Collects nodes and initialisers; each method adds one operation and names its result."""

    def __init__(self, rounding: Rounding | None) -> None:
        self.rounding = rounding
        self.nodes: list[onnx.NodeProto] = []
        self.arrays: dict[str, NDArray[Any]] = {}

    def add(self, operator: str, inputs: list[str], *, domain: str = "", **attributes: Any) -> str:
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(operator, inputs, [name], name=name, domain=domain, **attributes)
        )
        return name

    def constant(self, array: NDArray[Any]) -> str:
        name = f"constant_{len(self.arrays)}"
        self.arrays[name] = np.ascontiguousarray(array)
        return name

    def linear(self, x: str, state: State, name: str) -> str:
        """A fully connected layer."""
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        if self.rounding is not None and name in self.rounding.layers:
            columns = self.weight(weight, self.rounding.layers[name])
        else:
            columns = self.constant(weight.T)
        return self.add("Add", [self.add("MatMul", [x, columns]), self.constant(bias)])

    def weight(self, weight: NDArray[np.float32], sensitivity: Sensitivity) -> str:
        """A weight stored in 9 bits, (n_in, n_out) as float32; computed once, when opened."""
        whole, scales = compensated_blocks(weight, sensitivity)
        halves = self.float32(self.constant((whole >> 1).astype(np.int8)))
        two = self.constant(np.array(2, dtype=np.float32))
        steps = self.add("Add", [self.add("Mul", [halves, two]), self.odd(whole)])
        blocks = self.add("Mul", [steps, self.float32(self.constant(scales))])
        shape = self.constant(np.array(weight.shape, dtype=np.int64))
        return self.add("Transpose", [self.add("Reshape", [blocks, shape])], perm=[1, 0])

    def odd(self, whole: NDArray[np.int16]) -> str:
        """1 where a number is odd, else 0: eight of them stored in a byte."""
        packed = self.constant(np.packbits(whole & 1, axis=None)[:, None])
        places = self.constant(np.arange(7, -1, -1, dtype=np.uint8))
        shifted = self.add("BitShift", [packed, places], direction="RIGHT")
        bits = self.add("BitwiseAnd", [shifted, self.constant(np.array(1, dtype=np.uint8))])
        shape = self.constant(np.array(whole.shape, dtype=np.int64))
        return self.float32(self.add("Reshape", [bits, shape]))

    def float32(self, x: str) -> str:
        return self.add("Cast", [x], to=TensorProto.FLOAT)

    def norm(self, x: str, state: State, name: str) -> str:
        scale, bias = (self.constant(state[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.add("LayerNormalization", [x, scale, bias], axis=-1, epsilon=EPSILON)

    def rows(self, table: NDArray[np.float32], ids: str) -> str:
        """Rows of a table; those of frequent pieces with what rounding left of them."""
        if self.rounding is None:
            return self.add("Gather", [self.constant(table), ids])
        small, scales = quantise_blocks(table)
        frequent = self.rounding.frequent
        left = table[frequent].reshape(len(frequent), *small.shape[1:]) / scales[frequent]
        finer = np.zeros((len(frequent) + 1, *small.shape[1:]), dtype=np.int8)
        finer[:-1] = np.rint((left - small[frequent]) * (2 * LARGEST))
        places = np.full(len(table), len(frequent), dtype=np.int16)
        places[frequent] = np.arange(len(frequent))
        wide, scales32 = (
            self.float32(self.add("Gather", [self.constant(part), ids])) for part in (small, scales)
        )
        place = self.add("Gather", [self.constant(places), ids])
        place = self.add("Cast", [place], to=TensorProto.INT32)
        finer32 = self.float32(self.add("Gather", [self.constant(finer), place]))
        step = self.constant(np.array(1 / (2 * LARGEST), dtype=np.float32))
        whole = self.add("Add", [wide, self.add("Mul", [finer32, step])])
        shape = self.constant(np.array([0, 0, table.shape[1]], dtype=np.int64))
        return self.add("Reshape", [self.add("Mul", [whole, scales32]), shape])

    def positions(self, table: NDArray[np.float32]) -> str:
        if self.rounding is None:
            return self.constant(table)
        return self.float32(self.constant(table.astype(np.float16)))

    def heads(self, x: str, axes: list[int]) -> str:
        """(n_windows, length, WIDTH) to one matrix a head, its axes in the order asked for."""
        shape = self.constant(np.array([0, 0, HEADS, WIDTH // HEADS], dtype=np.int64))
        return self.add("Transpose", [self.add("Reshape", [x, shape])], perm=axes)


def build_graph(
    state: State, *, positions: int, rounding: Rounding | None = None
) -> onnx.ModelProto:
    """The encoder as ONNX: ``ids`` (n_windows, length) to ``logits`` of the same shape.

    A second output, ``vectors`` (n_windows, length, width), is what the restoration head reads.

    Parameters
    ----------
    state : dict of str to ndarray
        Weights by their names in `detector.training.model`.
    positions : int
        Longest window.
    rounding : Rounding or None
        How to store weights in few bits; None leaves all float32, to compare with.
    """
    graph = _Graph(rounding)
    x = graph.rows(state["pieces.weight"], "ids")
    length = graph.add("Shape", ["ids"], start=1, end=2)
    zero = graph.constant(np.zeros(1, dtype=np.int64))
    places = graph.positions(state["positions.weight"][:positions])
    x = graph.norm(
        graph.add("Add", [x, graph.add("Slice", [places, zero, length, zero])]), state, "norm"
    )
    for index in range(LAYERS):
        x = _layer(graph, x, state, f"layers.{index}")
    logits = graph.linear(x, state, "head")
    axis = graph.constant(np.array([-1], dtype=np.int64))
    graph.nodes.append(helper.make_node("Squeeze", [logits, axis], ["logits"]))
    graph.nodes.append(helper.make_node("Identity", [x], ["vectors"]))
    shape = ["n_windows", "length"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "encoder",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, shape)],
            [
                helper.make_tensor_value_info("logits", TensorProto.FLOAT, shape),
                helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [*shape, WIDTH]),
            ],
            [numpy_helper.from_array(array, name) for name, array in graph.arrays.items()],
        ),
        opset_imports=[helper.make_opsetid(*opset) for opset in _OPSETS.items()],
        producer_name="detector",
    )
    model.ir_version = _IR_VERSION
    return model


def _layer(graph: _Graph, x: str, state: State, name: str) -> str:
    whole = graph.linear(x, state, f"{name}.attention_in")
    sizes = graph.constant(np.full(3, WIDTH, dtype=np.int64))
    parts = [f"{whole}_{role}" for role in ("query", "key", "value")]
    graph.nodes.append(helper.make_node("Split", [whole, sizes], parts, axis=-1))
    query, value = (graph.heads(part, [0, 2, 1, 3]) for part in (parts[0], parts[2]))
    scale = graph.constant(np.array((WIDTH // HEADS) ** -0.5, dtype=np.float32))
    key = graph.add("Mul", [graph.heads(parts[1], [0, 2, 3, 1]), scale])
    scores = graph.add("Softmax", [graph.add("MatMul", [query, key])], axis=-1)
    mixed = graph.add("Transpose", [graph.add("MatMul", [scores, value])], perm=[0, 2, 1, 3])
    shape = graph.constant(np.array([0, 0, WIDTH], dtype=np.int64))
    mixed = graph.linear(graph.add("Reshape", [mixed, shape]), state, f"{name}.attention_out")
    x = graph.norm(graph.add("Add", [x, mixed]), state, f"{name}.attention_norm")
    active = graph.add("Gelu", [graph.linear(x, state, f"{name}.inner")])
    passed = graph.linear(active, state, f"{name}.outer")
    return graph.norm(graph.add("Add", [x, passed]), state, f"{name}.outer_norm")


class Calibration(NamedTuple):
    """P = sigmoid(scale x logit + shift), right where the share `share` of words is replaced."""

    scale: float
    shift: float
    share: float


def fit_calibration(
    logits: NDArray[np.float64], labels: NDArray[np.float64], rounds: int = 50
) -> Calibration:
    """Platt's logistic calibration, by Newton's method.

    Parameters
    ----------
    logits, labels : ndarray of float64, shape (n_words,)
        What the model says of words it was not trained on, and whether they are replaced.
    rounds : int
        Most steps; some ten are needed.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> logits = generator.normal(0, 2, 100_000)
    >>> labels = generator.random(100_000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
    >>> scale, shift, _ = fit_calibration(logits, labels.astype(np.float64))
    >>> round(scale, 1), round(shift, 1)
    (0.5, -1.0)
    """
    centre = logits.mean()
    columns = np.column_stack([logits - centre, np.ones_like(logits)])
    weights = np.zeros(2)
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-np.clip(columns @ weights, -30, 30)))
        curvature = (columns * (p * (1 - p))[:, None]).T @ columns + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, columns.T @ (labels - p) - 1e-6 * weights)
        weights += np.clip(step, -3, 3)  # a word list that tells everything would end nowhere
        if np.abs(step).max() < 1e-8:
            break
    scale, shift = float(weights[0]), float(weights[1] - weights[0] * centre)
    return Calibration(scale, shift, float(labels.mean()))


def calibrate(model: onnx.ModelProto, batch: Batch) -> Calibration:
    """Calibrate a graph on windows that it was not trained on, every word counting once."""
    from detector.onnx_runtime import load

    onnxruntime = load()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    logits = np.concatenate([session.run(["logits"], {"ids": ids[None]})[0] for ids in batch.ids])
    counts = batch.weights > 0
    return fit_calibration(logits[counts].astype(np.float64), batch.labels[counts].astype(float))


def export_encoder(
    checkpoint: Path,
    out: Path,
    *,
    pack: Path,
    window: int = 128,
    context: int = 16,
    n_windows: int = 800,
    n_rounding: int = 256,
    seed: int = 987_654_321,
    quantised: bool = True,
) -> dict[str, Any]:
    """Write a folder that `detector.encoder.Encoder.open` reads.

    Parameters
    ----------
    checkpoint : Path
        What `detector.training.encoder.train_encoder` saved, its ``manifest.json`` beside it.
    out : Path
        Folder to write, made if need be.
    pack : Path
        Training pack to calibrate on, with windows of a seed that training does not use.
    window, context : int
        Pieces of a window, and how many of them neighbours share.
    n_windows, n_rounding : int
        How many windows to calibrate on, and how many others to see what rounding would do.
    seed : int
        Of those windows.
    quantised : bool
        Rounded weights; else float32, four times as large, to compare with.

    Returns
    -------
    dict
        What ``encoder.json`` says.
    """
    out.mkdir(parents=True, exist_ok=True)
    trained = json.loads((checkpoint.parent / MANIFEST).read_text(encoding="utf-8"))
    state = load_state(checkpoint)
    recipe = Recipe(**trained["recipe"])
    texts = Texts.open(pack)
    types = texts.types
    sampler = open_sampler(texts, recipe, frozenset(trained["left_out"]), seed=seed)
    windows = sampler.batch(n_windows)
    rounding = None
    if quantised:
        layers = sensitivities(state, sampler.batch(n_rounding))
        rounding = Rounding(layers, frequent_pieces(types, N_FREQUENT))
    model = build_graph(state, positions=window, rounding=rounding)
    onnx.checker.check_model(model)
    calibration = calibrate(model, windows)
    onnx.save(model, out / "encoder.onnx")
    save_restoration(state, restorable_forms(types), out / RESTORATION)
    shutil.copyfile(package_folder() / "tokenizer.json", out / "tokenizer.json")
    facts = {
        "format": FORMAT,
        "window": window,
        "context": context,
        "scale": round(calibration.scale, 4),
        "shift": round(calibration.shift, 4),
        "training_share": round(calibration.share, 4),
        "blend": BLEND._asdict(),
        "checkpoint": digest(state),
        "trained": {name: value for name, value in trained.items() if name != "log"},
    }
    text = json.dumps(facts, indent=1, default=list)
    (out / "encoder.json").write_text(text + "\n", encoding="utf-8")
    return facts


def frequent_pieces(types: Types, n: int) -> NDArray[np.int64]:
    """The `n` most frequent pieces of clean text, the special ones of every window included."""
    counts = np.bincount(
        types.pieces,
        weights=np.repeat(types.clean_counts, np.diff(types.offsets)),
        minlength=VOCABULARY,
    )
    counts[[CLS, SEP]] = np.inf
    return np.argsort(-counts, kind="stable")[:n]


def restorable_forms(types: Types) -> list[str]:
    """The forms that the restoration head of a pack knows; the empty one stands for `NOTHING`."""
    return ["" if at == NOTHING else types.surfaces[at] for at in restorable(types).tolist()]


def save_restoration(state: State, forms: list[str], path: Path) -> None:
    """Write what `detector.restoration_head.RestorationHead` reads."""
    small, scales = quantise_blocks(state["restore.forms.weight"])
    half: dict[str, NDArray[Any]] = {
        "inner_weight": state["restore.inner.weight"],
        "inner_bias": state["restore.inner.bias"],
        "norm_weight": state["restore.norm.weight"],
        "norm_bias": state["restore.norm.bias"],
        "narrow": state["restore.narrow.weight"],
        "forms_scale": scales,
        "forms_bias": state["restore.forms.bias"],
    }
    np.savez_compressed(
        path,
        allow_pickle=False,
        forms_int8=small,
        surfaces=np.frombuffer("\n".join(forms).encode(), dtype=np.uint8),
        **{name: array.astype(np.float16) for name, array in half.items()},
    )


def digest(state: State) -> str:
    """Names weights: 16 digits of their SHA-256."""
    sha = hashlib.sha256()
    for name, array in sorted(state.items()):
        sha.update(name.encode())
        sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()[:16]
