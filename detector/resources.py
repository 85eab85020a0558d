"""The folder of models: found, checked, opened.

``manifest.json`` lists every file with its size and SHA-256, the version of the models, and the
thresholds that were chosen on data. Sizes are compared at every load, and so is whether it lists
all that is there. Digests are compared by ``detector models verify``, and at the first load of a
folder: a stamp in the user's cache folder remembers that it was done with these very files. What a
part's files hold is checked whenever it is opened (`detector.model_files`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from platformdirs import user_cache_path

from detector.errors import ModelError, is_fault, outline
from detector.files import read_regular
from detector.model_files import check, refuse_broken_tries

if TYPE_CHECKING:
    from detector.boundaries import Table
    from detector.collocations import Collocations
    from detector.encoder import Encoder
    from detector.fit import CollocationFit
    from detector.lexicon import Lexicon
    from detector.reliability import ReliabilityModel
    from detector.restoration import Restorer
    from detector.running_prose import RunningProse
    from detector.tagging import Tagger

FORMAT = 1
_LONGEST_VERSION = 64
MANIFEST = "manifest.json"
RELIABILITY = "reliability"
_Model = TypeVar("_Model")
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
        ``min_probability`` and ``spun_below``: see docs/calibration.md.
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
        problem = _problem(values)
        if problem:
            raise ModelError(f"{path} is damaged ({problem}): {_RETRAIN}")
        return cls(
            model_version=values["model_version"],
            files=values["files"],
            thresholds=values["thresholds"],
            digest=hashlib.sha256(content).hexdigest(),
        )


_HIGHEST = {"min_probability": 1.0, "spun_below": 100.0}


def _problem(values: dict[str, Any]) -> str | None:
    """What is wrong with the values of a manifest, if anything is."""
    version, files, thresholds = (
        values.get(key) for key in ("model_version", "files", "thresholds")
    )
    if not isinstance(version, str) or len(version) > _LONGEST_VERSION:
        return "it names no version of the models"
    if not isinstance(files, dict):
        return "its files are no table"
    for name, entry in files.items():
        if not _is_entry(entry):
            return f"{name!r} has no size and SHA-256"
        if Path(name).is_absolute() or ".." in Path(name).parts:
            return f"{name!r} lies outside of the folder"
    if not isinstance(thresholds, dict):
        return "its thresholds are no table"
    for name, highest in _HIGHEST.items():
        value = thresholds.get(name)
        usable = isinstance(value, int | float) and not isinstance(value, bool)
        if not usable or not 0 <= float(value or 0) <= highest:
            return f"{name} is {value!r}, not a number from 0 to {highest:g}"
    return None


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("size"), int)
        and isinstance(entry.get("sha256"), str)
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


def unlisted(folder: Path, manifest: Manifest) -> Iterator[str]:
    """One sentence for each file of models in the folder that the manifest does not list."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name in manifest.files or name == MANIFEST or not path.is_file():
            continue
        if path.suffix != ".md" and not path.name.startswith("."):
            yield f"{name} is not in the manifest"


def tried(folder: Path, encoder: Encoder) -> Encoder:
    """The encoder, once it has read a window.

    Raises
    ------
    ModelError
        If its graph, its pieces and its restoration head do not fit each other.
    """
    window = int(encoder.facts["window"])
    highest = _highest_piece(folder / "tokenizer.json")
    outputs = encoder.run(np.array([*[highest] * (window - 1), 0], dtype=np.int64))
    width = None if outputs.vectors is None else outputs.vectors.shape
    fits = outputs.logits.shape == (window,) and (width is None or width[:1] == (window,))
    if not fits or not np.isfinite(outputs.logits).all():
        raise ModelError(
            f"{folder / 'encoder.onnx'} does not read the subwords of its tokenizer: {_RETRAIN}"
        )
    if encoder.head is not None and outputs.vectors is not None:
        encoder.head.best(outputs.vectors[:1], 1)
    return encoder


def _highest_piece(path: Path) -> int:
    vocabulary: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
    return max(vocabulary.values())


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
        problems = [*damaged(folder, manifest, digests=False), *unlisted(folder, manifest)]
        stamp = _stamp(folder, manifest) if not problems else None
        verified = stamp is not None and stamp.exists()
        if not (problems or verified):
            problems = list(damaged(folder, manifest, digests=True))
        if problems:
            raise ModelError(
                f"the models in {folder} are damaged: {'; '.join(problems)}. {_RETRAIN}"
            )
        if not verified:
            refuse_broken_tries(
                folder / name for name in manifest.files if name.endswith(".marisa")
            )
        if stamp is not None:
            _touch(stamp)
        return cls(folder, manifest)

    def _open(self, part: str, open_: Callable[[Path], _Model]) -> _Model:
        """Open a part, once its files are known to make sense.

        Raises
        ------
        ModelError
            If they do not: which file, and what is wrong with it.
        """
        folder = self.folder / part
        check(self.folder, part)
        try:
            return open_(folder)
        except ModelError:
            raise
        except BaseException as error:
            if not is_fault(error):
                raise
            raise ModelError(f"{folder} cannot be opened ({outline(error)}): {_RETRAIN}") from error

    @cached_property
    def boundaries(self) -> Table:
        """Abbreviations and ordinary words, for the ends of sentences."""
        from detector.boundaries import Table

        return self._open("segmentation", lambda _: Table.open(self.folder))

    @cached_property
    def collocations(self) -> Collocations:
        """Counts of what stands beside a word in the reference corpus."""
        from detector.collocations import Collocations

        return self._open("collocations", Collocations.open)

    @cached_property
    def lexicon(self) -> Lexicon:
        """Frequencies, tags, inflections and synonym links."""
        from detector.lexicon import Lexicon

        return self._open("lexicon", Lexicon.open)

    @cached_property
    def fit(self) -> CollocationFit:
        """How well words fit their slots: the judge where there is no encoder, and the evidence."""
        from detector.fit import CollocationFit

        return self._open(
            "fit", lambda folder: CollocationFit.open(folder, self.collocations, self.lexicon)
        )

    @cached_property
    def running_prose(self) -> RunningProse | None:
        """What tells prose from notes, or None where the folder holds nothing that does."""
        from detector.running_prose import RunningProse

        folder = self.folder / "prose"
        return RunningProse.open(folder) if folder.is_dir() else None

    @cached_property
    def tagger(self) -> Tagger:
        """Part-of-speech tagger."""
        from detector.tagging import Tagger

        return self._open("tagger", Tagger.open)

    @cached_property
    def encoder(self) -> Encoder | None:
        """The encoder, or None where the folder holds none."""
        from detector.encoder import Encoder

        if not (self.folder / "encoder").is_dir():
            return None
        return self._open("encoder", lambda folder: tried(folder, Encoder.open(folder)))

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

        there = (self.folder / RELIABILITY).is_dir()
        model = self._open(RELIABILITY, ReliabilityModel.open) if there else None
        return model if model is not None and model.judge == self.judge else None

    @cached_property
    def restorer(self) -> Restorer:
        """What names the words that stood there, with the encoder's head if it has one."""
        from detector.restoration import Restorer

        head = None if self.encoder is None else self.encoder.head
        return self._open("restoration", lambda folder: Restorer.open(folder, self.fit, head))

    @cached_property
    def phrases(self) -> Path:
        """The curated phrases."""
        return self.folder / "phrases.tsv"


def _stamp(folder: Path, manifest: Manifest) -> Path | None:
    """The file that remembers a verification; None for a user without a home folder.

    Its name holds the manifest and, of each file, what changes with its content: device, number,
    size and time.
    """
    key = hashlib.sha256(manifest.digest.encode())
    for name in manifest.files:
        about = (folder / name).stat()
        key.update(
            f"{name} {about.st_dev} {about.st_ino} {about.st_size} {about.st_mtime_ns}\n".encode()
        )
    try:
        return user_cache_path("detector") / f"verified-{key.hexdigest()[:32]}"
    except RuntimeError:
        return None


def _touch(stamp: Path) -> None:
    """Remember a verification; where the cache cannot be written, it is done again next time."""
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    except OSError:
        pass
