from __future__ import annotations

import json
from pathlib import Path

import pytest

from detector.errors import ModelError
from detector.resources import Manifest, Resources, damaged, default_folder
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


def test_digests_are_compared_once_for_each_version(models: Path) -> None:
    Resources.open(models)
    (models / "part" / "counts.npy").write_bytes(b"other data")
    Resources.open(models)
    assert list(damaged(models, Manifest.read(models), digests=True))


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
