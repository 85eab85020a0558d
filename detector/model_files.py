"""What the files of each part of the models must hold: checked whenever a part is opened.

A manifest says that the files are those that somebody listed, not that they make sense. So shapes,
types, ranges and finiteness are checked here, in one place, before a part's own module opens it:
afterwards no index leads out of a table and no number is NaN. Damaged tries cannot be told from
whole ones by reading them, and end the process that does; `refuse_broken_tries` reads them in a
child process.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.article_features import FEATURES as ARTICLE_FEATURES
from detector.blend import Blend
from detector.errors import ModelError
from detector.files import read_regular

ADVICE = "install the package again, or train the models with 'detector train'"
NO_ID = 65_535
_LARGEST_JSON = 1 << 26
_UNSIGNED, _SIGNED, _FLOAT, _WHOLE = "u", "i", "f", "iu"
# Seconds in which a process reads all tries; it takes one.
_PATIENCE = 120
_TRIAL = (
    "-P",
    "-c",
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from detector.model_files import try_tries; try_tries(sys.argv[2:])",
)


def check(folder: Path, part: str) -> None:
    """Check the files of a part, which need not be there: its own module says what is missing.

    Raises
    ------
    ModelError
        If a file is not what the part needs; which one, and what is wrong.
    """
    if part in _CHECKS and (folder / part).is_dir():
        _CHECKS[part](_Part(folder / part))


@dataclass(frozen=True)
class _Part:
    """The folder of a part, and what is asked of its files."""

    folder: Path

    def refuse(self, name: str, reason: str) -> ModelError:
        return ModelError(f"{self.folder / name} is damaged ({reason}): {ADVICE}")

    def header(self, name: str = "header.json") -> dict[str, Any]:
        """A JSON object without NaN in it."""
        path = self.folder / name
        if not path.is_file():
            return {}
        try:
            values = json.loads(read_regular(path, _LARGEST_JSON), parse_constant=_no_constant)
        except (OSError, ValueError, RecursionError) as error:
            raise self.refuse(name, f"it is not valid JSON: {error}") from None
        if not isinstance(values, dict):
            raise self.refuse(name, f"it holds a JSON {type(values).__name__}, not an object")
        return values

    def number(
        self, name: str, values: Mapping[str, Any], key: str, low: float, high: float = math.inf
    ) -> float:
        """A number of a header that lies between two others."""
        value = values.get(key) if isinstance(values, dict) else None
        usable = isinstance(value, int | float) and not isinstance(value, bool)
        if not usable or not low <= float(value) <= high or not math.isfinite(value):  # type: ignore[arg-type]
            raise self.refuse(name, f"{key} is {value!r}, not a number from {low:g} to {high:g}")
        return float(value)  # type: ignore[arg-type]

    def numbers(self, name: str, values: Any, key: str) -> None:
        """A table of a header that holds finite numbers alone."""
        table = values.get(key)
        if not isinstance(table, dict) or not all(
            isinstance(value, int | float) and math.isfinite(value) for value in table.values()
        ):
            raise self.refuse(name, f"{key} is not a table of numbers")

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays of an ``.npz``, or the one of an ``.npy``; finite, and none pickled."""
        path = self.folder / name
        try:
            if path.suffix == ".npy":
                found = {"": np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)}
            else:
                with np.load(path, allow_pickle=False) as arrays:
                    found = {key: arrays[key] for key in arrays.files}
        except FileNotFoundError:
            raise ModelError(f"{path} is missing: {ADVICE}") from None
        except Exception as error:
            reason = str(error).partition("\n")[0]
            raise self.refuse(name, f"it is not a valid array: {reason}") from None
        for key, array in found.items():
            if array.dtype.kind == _FLOAT and not np.isfinite(array).all():
                raise self.refuse(name, f"{key or 'it'} holds NaN or infinity")
        return found

    def array(
        self, name: str, kind: str, *shape: int | None, below: int | None = None, item: str = ""
    ) -> NDArray[Any]:
        """An array of some kinds of numbers; None in its shape is any length."""
        return self.checked(name, self.arrays(name), item, kind, *shape, below=below)

    def checked(
        self,
        name: str,
        arrays: Mapping[str, NDArray[Any]],
        item: str,
        kind: str,
        *shape: int | None,
        below: int | None = None,
    ) -> NDArray[Any]:
        array = arrays.get(item)
        if array is None:
            raise self.refuse(name, f"{item} is not in it")
        fits = array.ndim == len(shape) and all(
            wanted in (None, length) for wanted, length in zip(shape, array.shape, strict=True)
        )
        if not fits or array.dtype.kind not in kind:
            wanted = " x ".join("n" if length is None else str(length) for length in shape)
            found = f"{array.dtype} {' x '.join(map(str, array.shape))}"
            raise self.refuse(name, f"{item or 'it'} is {found}, expected {kind} {wanted}")
        if (
            below is not None
            and array.size
            and not 0 <= int(array.min()) <= int(array.max()) < below
        ):
            raise self.refuse(name, f"{item or 'it'} holds numbers beyond {below - 1}")
        return array

    def offsets(self, name: str, array: NDArray[Any], last: int) -> None:
        """Beginnings of runs in a table of `last` rows."""
        wide = array.astype(np.int64)
        if not len(wide) or wide[0] or wide[-1] != last or (np.diff(wide) < 0).any():
            raise self.refuse(name, f"it does not ascend from 0 to {last}")

    def trie(self, name: str, n_keys: int) -> None:
        """A trie of so many keys."""
        import marisa_trie

        trie = marisa_trie.Trie()
        path = self.folder / name
        try:
            trie.mmap(str(path))
        except Exception as error:
            raise self.refuse(name, f"it is not a trie: {error}") from None
        if len(trie) != n_keys:
            raise self.refuse(name, f"it holds {len(trie)} keys, expected {n_keys}")

    def network(self, name: str = "network.npz") -> None:
        """A perceptron whose layers fit each other, and no deviation of which is 0."""
        arrays = self.arrays(name)
        (width,) = self.checked(name, arrays, "mean", _FLOAT, None).shape
        if not (self.checked(name, arrays, "deviation", _FLOAT, width) > 0).all():
            raise self.refuse(name, "a deviation is not above 0")
        n_layers = sum(key.startswith("weight_") for key in arrays)
        for layer in range(max(n_layers, 1)):
            weight = self.checked(name, arrays, f"weight_{layer}", _FLOAT, width, None)
            width = weight.shape[1]
            self.checked(name, arrays, f"bias_{layer}", _FLOAT, width)
        if width != 1:
            raise self.refuse(name, f"its last layer has {width} outputs, expected 1")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _collocations(part: _Part) -> None:
    header = part.header()
    (n_forms,) = part.array("frequency.npy", _UNSIGNED, None).shape
    part.number("header.json", header, "words", 1)
    for relation in ("adjacent", "window"):
        relations = header.get("relations")
        about = relations.get(relation) if isinstance(relations, dict) else None
        part.number("header.json", about or {}, "total", 1)
        for side in ("left", "right"):
            part.array(f"{relation}.{side}.npy", _UNSIGNED, n_forms)
        (n_pairs,) = part.array(f"{relation}.neighbours.npy", _UNSIGNED, None, below=n_forms).shape
        small = part.array(f"{relation}.counts.npy", _UNSIGNED, n_pairs)
        name = f"{relation}.offsets.npy"
        part.offsets(name, part.array(name, _UNSIGNED, n_forms + 1), n_pairs)
        name = f"{relation}.large.npy"
        large = part.array(name, _UNSIGNED, 2, None)
        if not np.array_equal(large[0], np.flatnonzero(small == np.iinfo(small.dtype).max)):
            raise part.refuse(name, "its places are not those of the large counts")
    part.trie("vocabulary.marisa", n_forms)


def _lexicon(part: _Part) -> None:
    part.number("header.json", part.header(), "words", 1)
    (n_forms,) = part.array("frequency.npy", _UNSIGNED, None).shape
    (n_lemmas,) = part.array("bases.npy", _UNSIGNED, None, below=n_forms).shape
    (n_readings,) = part.array("lemmas.npy", _UNSIGNED, None, below=n_lemmas).shape
    part.array("tags.npy", _UNSIGNED, n_readings)
    (n_links,) = part.array("links.npy", _UNSIGNED, None, below=n_lemmas).shape
    part.array("closeness.npy", _UNSIGNED, n_links)
    for name, n_runs, last in (
        ("reading_offsets.npy", n_forms, n_readings),
        ("link_offsets.npy", n_lemmas, n_links),
    ):
        part.offsets(name, part.array(name, _UNSIGNED, n_runs + 1), last)
    part.trie("forms.marisa", n_forms)


def _fit(part: _Part) -> None:
    header = part.header()
    for key in ("ranking", "verdict", "scales"):
        part.numbers("header.json", header, key)
    part.number("header.json", header, "training_share", 1e-9, 1 - 1e-9)
    n_forms = len(part.array("before.npy", _SIGNED, None, None))
    part.array(
        "after.npy", _SIGNED, n_forms, part.array("before.npy", _SIGNED, None, None).shape[1]
    )
    part.array("topic.npy", _SIGNED, n_forms, None)
    ids = part.array("collocation_ids.npy", _UNSIGNED, None)
    if (ids[ids != NO_ID] >= n_forms).any():
        raise part.refuse("collocation_ids.npy", f"it holds numbers beyond {n_forms - 1}")
    part.network()


def _restoration(part: _Part) -> None:
    part.number("header.json", part.header(), "scale", 1e-9, 1e9)
    (n_spun,) = part.array("spun_share.npy", _UNSIGNED, None).shape
    (n_choices,) = part.array("choices.npy", _UNSIGNED, None).shape
    part.array("counts.npy", _UNSIGNED, n_choices)
    part.offsets(
        "spun_offsets.npy", part.array("spun_offsets.npy", _UNSIGNED, n_spun + 1), n_choices
    )
    n_forms = len(part.array("../fit/before.npy", _SIGNED, None, None))
    (n_extras,) = part.array("first.npy", _WHOLE, None).shape
    for name in ("first.npy", "last.npy"):
        ends = part.array(name, _WHOLE, n_extras)
        # -1 is the end of a phrase that the collocations do not know.
        if n_extras and not -1 <= int(ends.min()) <= int(ends.max()) < n_forms:
            raise part.refuse(name, f"it holds numbers beyond {n_forms - 1}")
    part.array("choices.npy", _UNSIGNED, None, below=n_forms + n_extras)
    part.trie("extras.marisa", n_extras)
    part.trie("spun.marisa", n_spun)
    part.network()


def _reliability(part: _Part) -> None:
    header, name = part.header(), "curves.npz"
    features = header.get("features")
    if not isinstance(features, list) or not all(each in ARTICLE_FEATURES for each in features):
        raise part.refuse("header.json", "its features are not those of this release")
    usual = header.get("clean")
    pairs = isinstance(usual, list) and all(
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(each, int | float) for each in pair)
        for pair in usual
    )
    if not pairs or len(usual) != len(features):  # type: ignore[arg-type]
        raise part.refuse("header.json", "clean is not a pair of numbers for each feature")
    if not isinstance(header.get("judge"), str):
        raise part.refuse("header.json", "it names no judge")
    arrays = part.arrays(name)
    (n_knots,) = part.checked(name, arrays, "knots", _FLOAT, None).shape
    part.checked(name, arrays, "values", _FLOAT, n_knots)
    offsets = part.checked(name, arrays, "offsets", _WHOLE, None)
    part.offsets(name, offsets, n_knots)
    if len(offsets) - 1 - len(features) not in (2, 3):
        raise part.refuse(name, f"it holds {len(offsets) - 1} curves for {len(features)} features")
    for low, high in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        if low == high or (np.diff(arrays["knots"][low:high]) < 0).any():
            raise part.refuse(name, "the knots of a curve do not ascend")


def _tagger(part: _Part) -> None:
    name = "tagger.npz"
    arrays = part.arrays(name)

    def lines(key: str) -> int:
        content = part.checked(name, arrays, key, _UNSIGNED, None).tobytes()
        return content.count(b"\n") + 1

    n_tags, n_words, n_features = lines("tags"), lines("known_words"), lines("features")
    part.checked(name, arrays, "known_tags", _UNSIGNED, n_words, below=n_tags)
    (n_weights,) = part.checked(name, arrays, "columns", _UNSIGNED, None, below=n_tags).shape
    part.checked(name, arrays, "weights", _SIGNED, n_weights)
    part.offsets(name, part.checked(name, arrays, "offsets", _WHOLE, n_features + 1), n_weights)


def _encoder(part: _Part) -> None:
    name = "encoder.json"
    header = part.header(name)
    window = part.number(name, header, "window", 8, 4096)
    context = part.number(name, header, "context", 0, window - 3)
    if window % 1 or context % 1:
        raise part.refuse(name, "window and context are not whole numbers")
    part.number(name, header, "scale", 1e-6, 1e6)
    part.number(name, header, "shift", -1e6, 1e6)
    part.number(name, header, "training_share", 1e-9, 1 - 1e-9)
    part.numbers(name, header, "blend")
    optional = set(Blend._field_defaults)
    if not set(Blend._fields) - optional <= set(header["blend"]) <= set(Blend._fields):
        raise part.refuse(name, f"blend has {', '.join(header['blend'])}")
    if not (part.folder / "restoration.npz").is_file():
        return
    name = "restoration.npz"
    arrays = part.arrays(name)
    width, narrow = part.checked(name, arrays, "narrow", _FLOAT, None, None).shape[::-1]
    part.checked(name, arrays, "inner_weight", _FLOAT, width, width)
    for key in ("inner_bias", "norm_weight", "norm_bias"):
        part.checked(name, arrays, key, _FLOAT, width)
    n_forms, blocks, size = part.checked(
        name, arrays, "forms_int8", _SIGNED, None, None, None
    ).shape
    part.checked(name, arrays, "forms_scale", _FLOAT, n_forms, blocks, 1)
    part.checked(name, arrays, "forms_bias", _FLOAT, n_forms)
    surfaces = part.checked(name, arrays, "surfaces", _UNSIGNED, None).tobytes()
    if blocks * size != narrow or surfaces.count(b"\n") + 1 != n_forms:
        raise part.refuse(name, "its forms do not fit each other")


_CHECKS: dict[str, Callable[[_Part], None]] = {
    "collocations": _collocations,
    "lexicon": _lexicon,
    "fit": _fit,
    "restoration": _restoration,
    "reliability": _reliability,
    "tagger": _tagger,
    "encoder": _encoder,
}


def refuse_broken_tries(paths: Iterable[Path]) -> None:
    """Read all of some tries in another process, which a broken one may end or hold up.

    Raises
    ------
    ModelError
        If one of them is broken; which, as far as that is known.
    """
    named = [str(path) for path in paths]
    if not named:
        return
    try:
        run = subprocess.run(
            [sys.executable, *_TRIAL, json.dumps(sys.path), *named],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        read = run.stdout.count(b"\n")
    except subprocess.TimeoutExpired as late:
        read = (late.stdout or b"").count(b"\n")
    except OSError:
        return  # no process to be had: nothing is known of them
    if read < len(named):
        raise ModelError(f"{named[read]} is damaged (it cannot be read to its end): {ADVICE}")


def try_tries(paths: Iterable[str]) -> None:
    """Be the other process: write a line for each trie that was read to its end."""
    import marisa_trie

    for path in paths:
        trie = marisa_trie.Trie()
        trie.mmap(path)
        for number in range(len(trie)):
            key = trie.restore_key(number)
            if trie[key] != number or not list(trie.iter_prefixes_with_ids(f"{key} a")):
                return
            trie.get(f"{key[:-1]}x")
        sys.stdout.write("\n")
        sys.stdout.flush()
