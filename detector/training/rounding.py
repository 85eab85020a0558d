"""Rounds weights to 8 or 9 bits so that the encoder's probabilities change least.

Rounding each weight to the nearest step is not best for their sum: what one weight gained, the
weights beside it can take back. GPTQ (Frantar et al. 2022) rounds the weights of a layer one after
the other and makes up for each error in those that come later, as far as the inputs of the layer go
together. Here the outputs count as well: an error is made up for across both (as in YAQA, Tseng et
al. 2025), and both are weighed by what they do to the probabilities of words (`sensitivities`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from detector.training.model import ReplacedTokenModel
from detector.training.windows import Batch

BLOCK = 32
"""Weights that share a scale: at 32 the scales, as float16, take 6 % of the space."""

LARGEST, LARGEST_COMPENSATED = 127, 255
"""The largest whole number of 8 bits, and of 9."""

HEADROOM = 4
"""Steps by which the largest weight of a block may grow to make up for others' errors."""

DAMPING = 0.01
"""Share of the mean sensitivity that each direction has at least, as in GPTQ."""

_AT_ONCE = 16

State = dict[str, NDArray[np.float32]]


class Sensitivity(NamedTuple):
    """How much errors in a layer matter; only the proportions count.

    An error `e` of the weights, (n_out, n_in), costs about ``trace(outputs e inputs e')``: the
    Kronecker-factored Fisher information (Martens & Grosse 2015).

    Attributes
    ----------
    inputs : ndarray of float64, shape (n_in, n_in)
        Which inputs of the layer go together.
    outputs : ndarray of float64, shape (n_out, n_out)
        Which outputs move a word's probability together.
    """

    inputs: NDArray[np.float64]
    outputs: NDArray[np.float64]


def sensitivities(state: State, batch: Batch) -> dict[str, Sensitivity]:
    """What errors in each layer's weights would do to the probabilities of words.

    The gradients of all words of a window are added up with random signs, so that their products
    cancel out on average. A word counts by the deviation of its label, sqrt(p (1 - p)): what is
    sure of itself may err. One thread, since the sums of several come out a little different.

    Parameters
    ----------
    state : dict of str to ndarray
        Weights by their names in `detector.training.model`.
    batch : Batch
        Windows; a hundred or more.

    Returns
    -------
    dict of str to Sensitivity
        By the names of the layers.
    """
    model = ReplacedTokenModel(len(state["restore.forms.weight"])).eval().requires_grad_(False)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    # No weight is to learn: the gradients begin behind the embeddings.
    model.norm.register_forward_hook(lambda module, inputs, output: output.requires_grad_())
    layers = {
        name: _Sums(part)
        for name, part in model.layers.named_modules(prefix="layers")
        if isinstance(part, torch.nn.Linear)
    }
    signs = np.random.default_rng(0).choice(np.array([-1, 1], np.float32), batch.ids.shape)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for first in range(0, len(batch.ids), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            logits, _ = model(torch.from_numpy(batch.ids[part]))
            p = torch.sigmoid(logits.detach())
            words = torch.from_numpy(signs[part] * (batch.weights[part] > 0))
            (logits * words * (p * (1 - p)).sqrt()).sum().backward()
    finally:
        torch.set_num_threads(threads)
    return {name: sums.sensitivity() for name, sums in layers.items()}


class _Sums:
    """Adds up the products of a layer's inputs, and of the gradients at its outputs."""

    def __init__(self, layer: Any) -> None:
        self.inputs = torch.zeros((layer.in_features,) * 2, dtype=torch.float64)
        self.outputs = torch.zeros((layer.out_features,) * 2, dtype=torch.float64)
        layer.register_forward_hook(self._note)

    def _note(self, layer: Any, inputs: Any, output: Any) -> None:
        x = inputs[0].detach().flatten(0, 1)

        def add(gradient: Any) -> None:
            g = gradient.flatten(0, 1)
            weighed = x * g.norm(dim=1, keepdim=True)
            self.inputs += weighed.T @ weighed
            self.outputs += g.T @ g

        output.register_hook(add)

    def sensitivity(self) -> Sensitivity:
        return Sensitivity(self.inputs.numpy(), self.outputs.numpy())


def quantise_blocks(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Symmetric int8 in blocks of `BLOCK` inputs, each with a scale, rounded to the nearest.

    Parameters
    ----------
    weight : ndarray of float32, shape (n_out, n_in)
        As torch stores it; `n_in` a multiple of `BLOCK`.

    Returns
    -------
    small : ndarray of int8, shape (n_out, n_in / BLOCK, BLOCK)
        The weights over their scale, rounded.
    scales : ndarray of float16, shape (n_out, n_in / BLOCK, 1)
        One for each block.
    """
    blocks = weight.reshape(weight.shape[0], -1, BLOCK)
    scales = _scales(blocks, LARGEST)
    return _whole(np.divide(blocks, scales, dtype=np.float32), LARGEST).astype(np.int8), scales


def compensated_blocks(
    weight: NDArray[np.float32], sensitivity: Sensitivity
) -> tuple[NDArray[np.int16], NDArray[np.float16]]:
    """9 bits in blocks as in `quantise_blocks`, rounded so that errors make up for each other.

    Parameters
    ----------
    weight : ndarray of float32, shape (n_out, n_in)
        As torch stores it; `n_in` a multiple of `BLOCK`.
    sensitivity : Sensitivity
        Of the layer.

    Returns
    -------
    whole : ndarray of int16, shape (n_out, n_in / BLOCK, BLOCK)
        The weights over their scale, rounded: -`LARGEST_COMPENSATED` to `LARGEST_COMPENSATED`.
    scales : ndarray of float16, shape (n_out, n_in / BLOCK, 1)
        One for each block.
    """
    blocks = weight.reshape(weight.shape[0], -1, BLOCK)
    scales = _scales(blocks, LARGEST_COMPENSATED - HEADROOM)
    steps = np.broadcast_to(scales.astype(np.float32), blocks.shape).reshape(weight.shape)
    whole = np.empty(weight.shape, dtype=np.int16)
    # What matters most goes first, while all the others can still make up for it.
    rows, columns = _by_importance(sensitivity.outputs), _by_importance(sensitivity.inputs)
    order = np.ix_(rows, columns)
    whole[order] = _compensated(
        weight[order],
        steps[order],
        over_inputs=_shares(sensitivity.inputs[np.ix_(columns, columns)]),
        over_outputs=_shares(sensitivity.outputs[np.ix_(rows, rows)]),
    )
    return whole.reshape(blocks.shape), scales


def _compensated(
    weight: NDArray[np.float32],
    steps: NDArray[np.float32],
    *,
    over_inputs: NDArray[np.float32],
    over_outputs: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Whole steps, so that each makes up for the errors of all before it; shape (n_out, n_in).

    With ``inputs = u d u'`` and ``outputs = v c v'`` (unit upper triangular and diagonal), an error
    `e` costs the sum of squares of ``v' e u``, weighed by `c` and `d`. Entry (i, j) of that is
    e[i, j] and what errors above it and to its left bring, so each weight is rounded where its
    entry is least. All weights of a diagonal i + j are independent: they are rounded at once.
    """
    n_out, n_in = weight.shape
    whole = np.zeros_like(weight)
    errors = np.zeros_like(weight)
    mixed = np.zeros((n_in, n_out), dtype=np.float32)  # (e u)'
    for diagonal in range(n_out + n_in - 1):
        first, last = max(0, diagonal - n_in + 1), min(diagonal + 1, n_out)
        i = np.arange(first, last)
        j = diagonal - i
        # Slices, since lists of numbers would copy: rows from `first` on, columns backwards.
        before = slice(None, diagonal - first)
        down, back = slice(first, last), slice(diagonal - last + 1, diagonal - first + 1)
        left = np.einsum("kn,kn->k", errors[down, before], over_inputs[back][::-1, before])
        above = np.einsum("kn,kn->k", mixed[back][::-1, :last], over_outputs[down, :last])
        wanted = weight[i, j] - left - above
        whole[i, j] = _whole(wanted / steps[i, j], LARGEST_COMPENSATED)
        errors[i, j] = whole[i, j] * steps[i, j] - weight[i, j]
        mixed[j, i] = errors[i, j] + left
    return whole


def _scales(blocks: NDArray[np.float32], largest: int) -> NDArray[np.float16]:
    scales: NDArray[np.float16] = (np.abs(blocks).max(axis=2, keepdims=True) / largest).astype(
        np.float16
    )
    scales[scales == 0] = 1
    return scales


def _whole(steps: NDArray[np.float32], largest: int) -> NDArray[np.float32]:
    whole: NDArray[np.float32] = np.clip(np.rint(steps), -largest, largest)
    return whole


def _by_importance(part: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(-np.diagonal(part), kind="stable")


def _shares(part: NDArray[np.float64]) -> NDArray[np.float32]:
    """Row j: how much of each earlier direction's error counts in direction j; zero from j on."""
    damped = part + (DAMPING * np.trace(part) / len(part) or 1.0) * np.eye(len(part))
    upper = np.linalg.cholesky(damped[::-1, ::-1])[::-1, ::-1]
    shares: NDArray[np.float32] = np.triu(upper / np.diagonal(upper), 1).T.astype(np.float32)
    return np.ascontiguousarray(shares)
