"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from detector import Detector
from detector.resources import default_folder
from detector.training.manifest import write_manifest

# No test depends on how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def detector() -> Detector:
    """The detector as it ships: default configuration, default models."""
    return Detector()


@pytest.fixture(scope="session")
def models_without_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models as they ship, but for the encoder: collocations and residue decide."""
    folder = tmp_path_factory.mktemp("models") / "models"
    shutil.copytree(default_folder(), folder, ignore=shutil.ignore_patterns("encoder"))
    write_manifest(folder)
    return folder


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the two founding articles."""
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of training and evaluation data, which is not part of the repository."""
    folder = Path(os.environ.get("DETECTOR_DATA", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing: set DETECTOR_DATA to the folder of evaluation data")
    return folder


@pytest.fixture(autouse=True)
def _cache_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep the stamps of verified models out of the user's cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
