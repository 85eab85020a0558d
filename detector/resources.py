"""The folder of models: found, checked, opened.

``manifest.json`` lists every file with its size and SHA-256, the version of the models, and the
thresholds that were chosen on data. Sizes are compared at every load. Digests are compared by
``detector models verify``, and once for each version on a machine: a stamp in the user's cache
folder remembers that it was done.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from detector.errors import ModelError
from detector.files import read_regular

if TYPE_CHECKING:
    from detector.boundaries import Table
    from detector.collocations import Collocations
    from detector.encoder import Encoder
    from detector.fit import CollocationFit
    from detector.lexicon import Lexicon
    from detector.reliability import ReliabilityModel
    from detector.restoration import Restorer
    from detector.tagging import Tagger

FORMAT = 1
MANIFEST = "manifest.json"
RELIABILITY = "reliability"
_RETRAIN = "install the package again, or train the models with 'detector train'"


@dataclass(frozen=True)
class Manifest:
    """What ``manifest.json`` says.

    Attributes
    ----------
    model_version : str
        Year, month and revision of the models: "2026.11.0".
    files : dict of str to dict
        For each file, relative to the folder: ``size`` in bytes and ``sha256`` in hex.
    thresholds : dict of str to float
        ``min_probability``, ``suspect_below`` and ``spun_below``: see docs/evaluation.md.
    digest : str
        SHA-256 of the manifest itself.
    """

    model_version: str
    files: dict[str, dict[str, Any]]
    thresholds: dict[str, float]
    digest: str

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a folder of models.

        Raises
        ------
        ModelError
            If it is missing, not JSON, or of another format.
        """
        path = folder / MANIFEST
        try:
            content = read_regular(path)
            values = json.loads(content)
        except FileNotFoundError:
            raise ModelError(f"{path} does not exist: {_RETRAIN}, or correct the folder") from None
        except OSError as error:
            raise ModelError(f"{path} cannot be read ({error.strerror}): {_RETRAIN}") from None
        except (ValueError, RecursionError) as error:
            raise ModelError(f"{path} is not JSON ({error}): {_RETRAIN}") from None
        if not isinstance(values, dict):
            raise ModelError(
                f"{path} holds a JSON {type(values).__name__}, not an object: {_RETRAIN}"
            )
        found = values.get("format")
        if found != FORMAT:
            raise ModelError(
                f"{path} has format {found!r}; this release reads format {FORMAT}: {_RETRAIN}"
            )
        return cls(
            model_version=values["model_version"],
            files=values["files"],
            thresholds=values["thresholds"],
            digest=hashlib.sha256(content).hexdigest(),
        )


def default_folder() -> Path:
    """The models to use: ``$DETECTOR_MODELS``, else those installed, else those of the checkout."""
    if named := os.environ.get("DETECTOR_MODELS"):
        return Path(named)
    package = Path(__file__).parent
    installed = package / "models"
    return installed if installed.is_dir() else package.parent / "models"


def damaged(folder: Path, manifest: Manifest, *, digests: bool) -> Iterator[str]:
    """One sentence for each listed file that is missing, of the wrong size or, if asked, digest."""
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif (size := path.stat().st_size) != expected["size"]:
            yield f"{name} has {size:,} bytes, but the manifest says {expected['size']:,}"
        elif digests and sha256_of(path) != expected["sha256"]:
            yield f"{name} has the right size, but another SHA-256 than the manifest says"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Resources:
    """The opened models. Each is opened when first asked for; opening twice does no harm."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path | None = None) -> Resources:
        """Check a folder of models (default: `default_folder`) and open it.

        Raises
        ------
        ModelError
            If a file is missing or damaged, or of a format that this release does not read.
        """
        folder = default_folder() if folder is None else Path(folder)
        manifest = Manifest.read(folder)
        stamp = _stamp(manifest)
        verified = stamp is not None and stamp.exists()
        problems = list(damaged(folder, manifest, digests=not verified))
        if problems:
            raise ModelError(
                f"the models in {folder} are damaged: {'; '.join(problems)}. {_RETRAIN}"
            )
        if stamp is not None:
            _touch(stamp)
        return cls(folder, manifest)

    @cached_property
    def boundaries(self) -> Table:
        """Abbreviations and ordinary words, for the ends of sentences."""
        from detector.boundaries import Table

        return Table.open(self.folder)

    @cached_property
    def collocations(self) -> Collocations:
        """Counts of what stands beside a word in the reference corpus."""
        from detector.collocations import Collocations

        return Collocations.open(self.folder / "collocations")

    @cached_property
    def lexicon(self) -> Lexicon:
        """Frequencies, tags, inflections and synonym links."""
        from detector.lexicon import Lexicon

        return Lexicon.open(self.folder / "lexicon")

    @cached_property
    def fit(self) -> CollocationFit:
        """How well words fit their slots: the judge where there is no encoder, and the evidence."""
        from detector.fit import CollocationFit

        return CollocationFit.open(self.folder / "fit", self.collocations, self.lexicon)

    @cached_property
    def tagger(self) -> Tagger:
        """Part-of-speech tagger."""
        from detector.tagging import Tagger

        return Tagger.open(self.folder / "tagger")

    @cached_property
    def encoder(self) -> Encoder | None:
        """The encoder, or None where the folder holds none."""
        from detector.encoder import Encoder

        folder = self.folder / "encoder"
        return Encoder.open(folder) if folder.is_dir() else None

    @property
    def judge(self) -> str:
        """Whose probabilities an analysis holds: the encoder's checkpoint, or "collocations".

        A reliability holds for the judge that it was calibrated on.
        """
        return "collocations" if self.encoder is None else str(self.encoder.facts["checkpoint"])

    @property
    def min_probability(self) -> float:
        """From which probability on a word is reported by default, for this judge."""
        if self.encoder is None:
            from detector.fit import THRESHOLD

            return THRESHOLD
        return self.manifest.thresholds["min_probability"]

    @cached_property
    def reliability(self) -> ReliabilityModel | None:
        """The calibrated reliability, or None where the folder holds none for this judge."""
        from detector.reliability import ReliabilityModel

        folder = self.folder / RELIABILITY
        model = ReliabilityModel.open(folder) if folder.is_dir() else None
        return model if model is not None and model.judge == self.judge else None

    @cached_property
    def restorer(self) -> Restorer:
        """What names the words that stood there, with the encoder's head if it has one."""
        from detector.restoration import Restorer

        head = None if self.encoder is None else self.encoder.head
        return Restorer.open(self.folder / "restoration", self.fit, head)

    @cached_property
    def phrases(self) -> Path:
        """The curated phrases."""
        return self.folder / "phrases.tsv"


def _stamp(manifest: Manifest) -> Path | None:
    """The file that remembers a verification; None for a user without a home folder."""
    try:
        return user_cache_path("detector") / f"verified-{manifest.digest[:16]}"
    except RuntimeError:
        return None


def _touch(stamp: Path) -> None:
    """Remember a verification; where the cache cannot be written, it is done again next time."""
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    except OSError:
        pass
