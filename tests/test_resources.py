from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector import Detector, resources
from detector.errors import ModelError
from detector.resources import MANIFEST, Manifest, Resources, default_folder
from detector.training.manifest import write_manifest

THRESHOLDS = {"min_probability": 0.5, "spun_below": 10.0}


@pytest.fixture(autouse=True)
def _nothing_verified_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    (folder / "part").mkdir(parents=True)
    (folder / "part" / "counts.npy").write_bytes(b"0123456789")
    (folder / "MODEL_CARD.md").write_text("not a model")
    write_manifest(folder, model_version="2026.11.0", thresholds=THRESHOLDS)
    return folder


def test_manifest_lists_each_model_file_once(models: Path) -> None:
    manifest = Manifest.read(models)
    assert list(manifest.files) == ["part/counts.npy"]
    assert manifest.files["part/counts.npy"]["size"] == 10
    assert manifest.thresholds == THRESHOLDS


def test_rewriting_keeps_version_and_thresholds(models: Path) -> None:
    (models / "more.json").write_text("{}")
    write_manifest(models)
    manifest = Manifest.read(models)
    assert manifest.model_version == "2026.11.0"
    assert set(manifest.files) == {"more.json", "part/counts.npy"}


def test_first_manifest_needs_a_version(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="give model_version and thresholds"):
        write_manifest(tmp_path)


def test_intact_models_open(models: Path) -> None:
    assert Resources.open(models).manifest.model_version == "2026.11.0"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"012345678", "9 bytes, but the manifest says 10"), (b"012345678X", "another SHA-256")],
)
def test_a_damaged_file_is_named(models: Path, content: bytes, complaint: str) -> None:
    (models / "part" / "counts.npy").write_bytes(content)
    with pytest.raises(ModelError, match=r"part/counts\.npy has.*" + complaint):
        Resources.open(models)


def test_a_missing_file_is_named(models: Path) -> None:
    (models / "part" / "counts.npy").unlink()
    with pytest.raises(ModelError, match=r"part/counts\.npy is missing"):
        Resources.open(models)


def test_digests_are_compared_at_the_first_load_of_each_folder(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Resources.open(models)
    copy = tmp_path / "copy"
    shutil.copytree(models, copy)
    (copy / "part" / "counts.npy").write_bytes(b"other data")
    with pytest.raises(ModelError, match="another SHA-256"):
        Resources.open(copy)
    (models / "part" / "counts.npy").write_bytes(b"other data")
    with pytest.raises(ModelError, match="another SHA-256"):
        Resources.open(models)


def test_what_was_verified_is_not_read_again(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Resources.open(models)
    monkeypatch.setattr(resources, "sha256_of", lambda path: "")
    Resources.open(models)


@pytest.mark.parametrize("files", [{}, {"part/other.npy": {"size": 1, "sha256": ""}}])
def test_a_manifest_that_lists_less_than_there_is(models: Path, files: dict[str, Any]) -> None:
    values = json.loads((models / "manifest.json").read_text())
    (models / "manifest.json").write_text(json.dumps(values | {"files": files}))
    with pytest.raises(ModelError, match=r"part/counts\.npy is not in the manifest"):
        Resources.open(models)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("model_version", None, "no version"),
        ("files", [], "no table"),
        ("files", {"a": {"size": "1"}}, "no size"),
        ("files", {"../a": {"size": 1, "sha256": ""}}, "outside"),
        ("thresholds", {"min_probability": 0.5}, "spun_below is None"),
        ("thresholds", THRESHOLDS | {"min_probability": float("nan")}, "nan"),
        ("thresholds", THRESHOLDS | {"spun_below": 101}, "from 0 to 100"),
    ],
)
def test_a_manifest_of_odd_values(models: Path, key: str, value: Any, complaint: str) -> None:
    values = json.loads((models / "manifest.json").read_text())
    (models / "manifest.json").write_text(json.dumps(values | {key: value}))
    with pytest.raises(ModelError, match=complaint):
        Resources.open(models)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (default_folder() / MANIFEST).is_file():
        pytest.skip("no models: train them first")
    folder = tmp_path_factory.mktemp("whole") / "models"
    shutil.copytree(default_folder(), folder)
    return folder


def array(change: Callable[[Any], Any], key: str = "") -> Callable[[Path], None]:
    """A change of one array of a file."""

    def apply(path: Path) -> None:
        if path.suffix == ".npy":
            np.save(path, change(np.load(path)))
        else:
            with np.load(path) as found:
                arrays = {name: found[name] for name in found.files}
            np.savez_compressed(path, **(arrays | {key: change(arrays[key])}))

    return apply


def value(key: str, new: object) -> Callable[[Path], None]:
    """Another value in a JSON file."""

    def apply(path: Path) -> None:
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {key: new}))

    return apply


def use(models: Path) -> None:
    """Open all parts: not every text needs the tagger."""
    detector = Detector(models=models)
    detector.score("The old crane stood by the harbour. " * 12)
    assert detector.resources.tagger


def replaced(content: bytes) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        path.write_bytes(content)

    return apply


def noise(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(0, len(content), 997):
        content[place] ^= 0x5A
    path.write_bytes(content)


DAMAGES: list[tuple[str, Callable[[Path], None]]] = [
    ("reliability/curves.npz", array(lambda a: a * np.nan, "knots")),
    ("reliability/curves.npz", array(lambda a: a[:-1], "values")),
    ("reliability/header.json", value("clean", [])),
    ("reliability/header.json", value("features", ["no such"])),
    ("collocations/adjacent.neighbours.npy", array(lambda a: a + np.uint16(40_000))),
    ("collocations/adjacent.offsets.npy", array(lambda a: a[::-1].copy())),
    ("collocations/window.large.npy", array(lambda a: a[:, :5])),
    ("collocations/frequency.npy", array(lambda a: a.astype(np.float32))),
    ("collocations/header.json", value("words", 0)),
    ("collocations/vocabulary.marisa", noise),
    ("lexicon/links.npy", array(lambda a: np.full_like(a, 65_535))),
    ("lexicon/forms.marisa", noise),
    ("fit/network.npz", array(lambda a: a * 0, "deviation")),
    ("fit/network.npz", array(lambda a: a[:, :3], "weight_1")),
    ("fit/header.json", value("scales", {"before": "x"})),
    ("restoration/choices.npy", array(lambda a: a + np.uint32(1 << 20))),
    ("restoration/spun.marisa", noise),
    ("tagger/tagger.npz", array(lambda a: a + np.uint8(200), "columns")),
    ("encoder/encoder.json", value("context", 126)),
    ("encoder/encoder.json", value("blend", {})),
    ("encoder/restoration.npz", array(lambda a: a[:, :100], "narrow")),
    ("encoder/encoder.onnx", replaced(b"no graph")),
    ("encoder/tokenizer.json", replaced(b"[]")),
]


@pytest.mark.parametrize(
    ("name", "damage"), DAMAGES, ids=[f"{n}-{name}" for n, (name, _) in enumerate(DAMAGES)]
)
def test_damage_that_the_manifest_agrees_with_is_named(
    name: str, damage: Callable[[Path], None], whole: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    shutil.copytree(whole, models, copy_function=os.link)
    for changed in (name, MANIFEST):  # what is linked is not to be written to
        (models / changed).unlink()
        shutil.copy(whole / changed, models / changed)
    damage(models / name)
    write_manifest(models)
    with pytest.raises(ModelError) as error:
        use(models)
    assert name.partition("/")[0] in str(error.value)
    assert "detector train" in str(error.value) or "install" in str(error.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("{", "is not JSON"), (json.dumps({"format": 99}), "has format 99; this release reads")],
)
def test_a_bad_manifest_says_what_to_do(models: Path, content: str, complaint: str) -> None:
    (models / "manifest.json").write_text(content)
    with pytest.raises(ModelError, match=rf"{complaint}.*detector train"):
        Resources.open(models)


def test_a_wrong_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        Resources.open(tmp_path / "nowhere")


def test_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DETECTOR_MODELS", str(tmp_path))
    assert default_folder() == tmp_path
