"""Counting a small corpus, the files it leaves, and looking pairs up in them."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from detector.association import ContingencyTable, log_likelihood
from detector.collocations import EDGE, NUMBER, PAUSE, Collocations
from detector.errors import ModelError
from detector.training.collocations import HELD_OUT, count_sorted, train
from detector.training.encoding import corpus_files, encode, encode_all

# The first document, and every 25th after it, is held out: so it is a sentence of its own.
HELD = "Nothing of this sentence may be counted."
CLEAN = [
    "The command structures of both fleets differ.",
    "Officers study command structures; they rarely change command.",
    "In 2019, 300 officers studied the old structures.",
    "The fleets carry heavy guns, and the guns carry far.",
]
REPEATS = 3


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "news.tiny.txt"
    documents = [HELD, *CLEAN * REPEATS]
    assert len(documents) < HELD_OUT
    path.write_text("\n\n".join(documents) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "collocations"
    train([corpus], out, cache=tmp_path_factory.mktemp("cache"), processes=1, min_count=1)
    return out


@pytest.fixture(scope="module")
def collocations(folder: Path) -> Collocations:
    return Collocations.open(folder)


def count(collocations: Collocations, left: str, right: str, relation: str = "adjacent") -> int:
    ids = collocations.ids([left, right])
    return int(collocations.counts(ids[0], ids[1], relation))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("command", "structures", 6),
        ("structures", "of", 3),
        ("structures", "they", 0),  # a semicolon stands between
        ("structures", PAUSE, 3),
        (PAUSE, "they", 3),
        (EDGE, "the", 6),
        ("command", EDGE, 3),
        (NUMBER, "officers", 3),
        ("in", NUMBER, 3),
        (NUMBER, PAUSE, 3),
        ("guns", PAUSE, 3),
        ("structures", "command", 0),
        ("nothing", "of", 0),  # held out
    ],
)
def test_adjacent_counts(collocations: Collocations, left: str, right: str, expected: int) -> None:
    assert count(collocations, left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("command", "fleets", 3),  # four apart, with function words between
        ("command", "differ", 3),  # five apart
        ("structures", "command", 3),
        ("command", "structures", 0),  # adjacent
        ("fleets", "structures", 0),  # the other direction
        ("officers", "old", 3),
        ("the", "fleets", 0),  # a function word
        ("fleets", "fleets", 0),  # another sentence
    ],
)
def test_window_counts(collocations: Collocations, left: str, right: str, expected: int) -> None:
    assert count(collocations, left, right, "window") == expected


def test_counts_follow_array_shapes(collocations: Collocations) -> None:
    lefts = collocations.ids(["command", "unheard", "the"])
    rights = collocations.ids(["structures", "of"])
    counts = collocations.counts(lefts[:, None], rights[None, :])
    assert counts.tolist() == [[6, 0], [0, 0], [0, 0]]
    assert counts.dtype == np.int64


def test_unknown_forms(collocations: Collocations) -> None:
    assert collocations.ids(["zzz"]).tolist() == [-1]
    assert np.isnan(collocations.npmi(-1, 0))
    assert np.isnan(collocations.log_likelihood([0, -1], [-1, 0])).all()


def test_ids_and_words_are_inverse(collocations: Collocations) -> None:
    ids = np.arange(collocations.n_forms)
    words = [collocations.word(form_id) for form_id in ids.tolist()]
    assert collocations.ids(words).tolist() == ids.tolist()


def test_margins_count_every_pair(collocations: Collocations) -> None:
    left, _, counts = collocations.pairs()
    margins = np.bincount(left, weights=counts, minlength=collocations.n_forms)
    table = collocations.table(np.arange(collocations.n_forms), 0)
    assert np.asarray(table.left).tolist() == margins.tolist()
    assert counts.sum() == table.total


def test_log_likelihood_is_that_of_the_table(collocations: Collocations) -> None:
    left, right = collocations.ids(["command", "structures"])
    command, structures = collocations.frequency[[left, right]].tolist()
    total = collocations.header["relations"]["adjacent"]["total"]
    expected = log_likelihood(ContingencyTable(6, command, structures, total))
    assert float(collocations.log_likelihood(left, right)) == pytest.approx(float(expected))


def test_expected_between_two_neighbours(collocations: Collocations) -> None:
    found = collocations.expected(left="study", right="structures")
    assert [(collocate.form, collocate.count) for collocate in found] == [("command", 3)]
    assert collocations.expected(left="study", right="guns") == []
    assert collocations.expected(left="unheard") == []
    with pytest.raises(ValueError, match="needs a neighbour"):
        collocations.expected()


def test_expected_leaves_class_forms_out(collocations: Collocations) -> None:
    forms = {collocate.form for collocate in collocations.expected(right="officers")}
    assert not forms & {EDGE, PAUSE, NUMBER}


def test_large_counts_are_exact(tmp_path: Path) -> None:
    path = tmp_path / "news.txt"
    path.write_text("Held out.\n\n" + "Heavy guns fire.\n" * 300, encoding="utf-8")
    train([path], tmp_path / "out", cache=tmp_path / "cache", processes=1)
    collocations = Collocations.open(tmp_path / "out")
    assert count(collocations, "heavy", "guns") == 300
    assert count(collocations, "heavy", "fire", "window") == 300
    assert [(c.form, c.count) for c in collocations.expected(left="heavy")] == [("guns", 300)]


def test_pruning_keeps_the_associated_pairs(
    corpus: Path, collocations: Collocations, tmp_path: Path
) -> None:
    train([corpus], tmp_path / "out", cache=tmp_path / "cache", processes=1, max_adjacent=5)
    left, right, counts = Collocations.open(tmp_path / "out").pairs()
    every_left, every_right, _ = collocations.pairs()
    strengths = np.sort(collocations.log_likelihood(every_left, every_right))
    assert np.sort(collocations.log_likelihood(left, right)) == pytest.approx(strengths[-5:])
    assert counts.tolist() == collocations.counts(left, right).tolist()


def test_training_twice_writes_the_same_bytes(corpus: Path, folder: Path, tmp_path: Path) -> None:
    train([corpus], tmp_path / "again", cache=tmp_path, processes=1, min_count=1)
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_other_format_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    header = json.loads((copy / "header.json").read_text())
    (copy / "header.json").write_text(json.dumps({**header, "format": 99}))
    with pytest.raises(ModelError, match=r"format 99.*reads format 1.*detector train collocations"):
        Collocations.open(copy)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        Collocations.open(tmp_path / "nowhere")


def test_encoding_is_cached_and_equal(corpus: Path, tmp_path: Path) -> None:
    fresh = encode(corpus)
    (first,) = encode_all([corpus], cache=tmp_path, processes=1)
    (second,) = encode_all([corpus.parent], cache=tmp_path, processes=1)
    for read in (first, second):
        assert read.forms == fresh.forms
        for name in ("ids", "flags", "sentence_bounds", "document_bounds"):
            assert np.array_equal(getattr(read, name), getattr(fresh, name)), name
    assert fresh.document_of_sentence[-1] == len(CLEAN) * REPEATS


def test_corpus_files_are_in_order_of_name(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt.xz", "c.csv"):
        (tmp_path / name).touch()
    assert [path.name for path in corpus_files([tmp_path])] == ["a.txt.xz", "b.txt"]


def test_count_sorted() -> None:
    keys = np.random.default_rng(0).integers(0, 50, 1000, dtype=np.uint32)
    expected = Counter(keys.tolist())
    distinct, counts = count_sorted(keys)
    assert dict(zip(distinct.tolist(), counts.tolist(), strict=True)) == expected
    assert (np.diff(distinct.astype(int)) > 0).all()


def test_too_large_a_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="16 bits"):
        train([], tmp_path, cache=tmp_path, max_forms=70_000)


def test_shipped_model_answers() -> None:
    collocations = Collocations.open(Path(__file__).parent.parent / "models" / "collocations")
    earlier, older, this = collocations.ids(["earlier", "older", "this"])
    assert collocations.counts(earlier, this) > 100 > collocations.counts(older, this)
    expected = [found.form for found in collocations.expected(left="has", right="increasingly")]
    assert expected[0] == "become"
