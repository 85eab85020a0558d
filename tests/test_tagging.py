"""The tagger decodes what NLTK trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from detector.errors import ModelError
from detector.resources import default_folder
from detector.segment import segment
from detector.tagging import WEIGHTS, Tagger, units

TRAINING = [
    [("The", "DT"), ("drills", "NNS"), ("have", "VBP"), ("begun", "VBN"), (".", ".")],
    [("He", "PRP"), ("drills", "VBZ"), ("deep", "JJ"), ("wells", "NNS"), (".", ".")],
    [("They", "PRP"), ("ca", "MD"), ("n't", "RB"), ("drill", "VB"), ("here", "RB"), (".", ".")],
    [("A", "DT"), ("drill", "NN"), ("broke", "VBD"), ("in", "IN"), ("1990", "CD"), (".", ".")],
    [("The", "DT"), ("well-known", "JJ"), ("well", "NN"), ("is", "VBZ"), ("dry", "JJ")],
] * 12
PROBES = [
    ["The", "wells", "have", "drills", "."],
    ["He", "drills", "here", "in", "1914", "!"],
    ["A", "little-known", "drill", "broke", "3", "wells", "-", "they", "ca", "n't", "drill"],
    [""],
    ["\u00c9t\u00e9"],
]


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.open(default_folder() / "tagger")


def test_tags_as_nltk_does(tmp_path: Path) -> None:
    training = pytest.importorskip("detector.training.tagging")
    trained = training.fit(TRAINING)
    training.export(trained, tmp_path / WEIGHTS)
    tagger = Tagger.open(tmp_path)
    for words in [[word for word, _ in sentence] for sentence in TRAINING] + PROBES:
        if all(words):
            assert tagger.tag(words) == [tag for _, tag in trained.tag(words)]


def test_training_is_repeatable(tmp_path: Path) -> None:
    training = pytest.importorskip("detector.training.tagging")
    contents = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        training.export(training.fit(TRAINING), tmp_path / name / WEIGHTS)
        with np.load(tmp_path / name / WEIGHTS, allow_pickle=False) as arrays:
            contents.append({key: arrays[key].tolist() for key in arrays})
    assert contents[0] == contents[1]


def test_accuracy_on_the_treebanks(shared: Path, tagger: Tagger) -> None:
    training = pytest.importorskip("detector.training.tagging")
    for name in ("en_ewt-ud-test", "en_gum-ud-test"):
        sentences = training.read_tagged(shared / "treebanks" / f"{name}.conllu.gz")
        assert training.accuracy(tagger, sentences) >= 0.925


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The drills have begun.", ["DT", "NNS", "VBP", "VBN"]),
        (
            "He's eaten, and they can't see it.",
            ["PRP+VBZ", "VBN", "CC", "PRP", "MD+RB", "VB", "PRP"],
        ),
        ("We could not open the old door.", ["PRP", "MD", "RB", "VB", "DT", "JJ", "NN"]),
        ("They don\u2019t know.", ["PRP", "VBP+RB", "VB"]),
    ],
)
def test_sentences(text: str, expected: list[str], tagger: Tagger) -> None:
    assert tagger.tag_sentence(segment(text), 0) == expected


def test_units_cover_words_and_punctuation() -> None:
    text = "\u201cWe can\u2019t\u2026 cannot,\u201d he said\u2014twice."
    found = units(segment(text), 0)
    words = [
        '"',
        "We",
        "ca",
        "n't",
        "\u2026",
        "can",
        "not",
        ",",
        '"',
        "he",
        "said",
        "-",
        "twice",
        ".",
    ]
    assert [unit.text for unit in found] == words
    assert [unit.token for unit in found] == [-1, 0, 1, 1, -1, 2, 2, -1, -1, 3, 4, -1, 5, -1]
    assert all(text[unit.start : unit.end] for unit in found)


def test_every_sentence_has_as_many_tags_as_tokens(tagger: Tagger) -> None:
    document = segment("Mr. B. can't. Go to www.example.org, OK? (See 3.5% of it!)\n\nA heading")
    for sentence in document.sentences():
        tags = tagger.tag_sentence(document, sentence.index)
        assert len(tags) == sentence.last - sentence.first
        assert all(tags)


def _nothing(folder: Path) -> None:
    """Leave the folder empty."""


def _noise(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(b"noise")


def _another_format(folder: Path) -> None:
    np.savez(folder / WEIGHTS, format=np.array(99))


@pytest.mark.parametrize("damage", [_nothing, _noise, _another_format])
def test_damaged_model(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    damage(tmp_path)
    with pytest.raises(ModelError, match=WEIGHTS):
        Tagger.open(tmp_path)
