"""Each family on a few words."""

from pathlib import Path

import numpy as np
import pytest

from detector.training.inflection import Inflections, Reading
from detector.training.spin.compiling import count_phrases
from detector.training.spin.families import (
    aligned_swaps,
    function_swaps,
    mangled_swaps,
    merged,
    pruned,
    random_swaps,
    spared_words,
    thesaurus_swaps,
    tortured_swaps,
)
from detector.training.spin.vectors import Vectors, build_vectors
from detector.training.spin.wordbook import Wordbook
from detector.training.thesauri import Link, Thesaurus

READINGS = {
    "saws": [("saw", "NNS"), ("saw", "VBZ")],
    "saw": [("saw", "NN"), ("saw", "VB"), ("see", "VBD")],
    "tool": [("tool", "NN")],
    "tools": [("tool", "NNS")],
    "cut": [("cut", "VB")],
    "cuts": [("cut", "VBZ"), ("cut", "NNS")],
    "cutting": [("cut", "VBG")],
    "noticed": [("notice", "VBD")],
    "cutter": [("cutter", "NN")],
}


def make_book(**changes: object) -> Wordbook:
    readings = {
        form: tuple(Reading(*reading) for reading in found) for form, found in READINGS.items()
    }
    forms = {reading: form for form, found in readings.items() for reading in found}
    frequencies = dict.fromkeys([*READINGS, "the", "above", "over", "power", "down"], 100)
    values = {"frequencies": frequencies, "inflections": Inflections(readings, forms), **changes}
    return Wordbook(**values)  # type: ignore[arg-type]


THESAURUS = Thesaurus(
    "made-up",
    {
        "saw": (
            Link("n", "tool", "n", "hypernym", 0.5),
            Link("v", "cut", "v", "synonym", 1.0),
            Link("v", "cut down", "v", "synonym", 0.5),
            Link("n", "power tool", "n", "hyponym", 0.5),
        ),
        "see": (Link("v", "notice", "v", "synonym", 1.0), Link("v", "espy", "v", "synonym", 1.0)),
        "above": (Link("", "over", "", "synonym", 1.0),),
        "cut": (Link("v", "cutter", "n", "derivation", 0.4),),
    },
)


def test_linked_lemmas_take_the_tag_of_each_reading() -> None:
    words, phrases = thesaurus_swaps(make_book(), THESAURUS, ["saws", "saw", "above"])
    assert set(words["saws"]) == {"tools", "cuts"}
    assert set(words["saw"]) == {"tool", "cut", "noticed"}  # "espied" is in no text
    assert set(words["above"]) == {"over"}
    assert set(phrases["saws"]) == {"cuts down"}  # a compound hyponym is no paraphrase


def test_treebank_counts_weigh_readings() -> None:
    book = make_book(tags={("saw", "VBD"): 97, ("saw", "NN"): 1})
    words, _ = thesaurus_swaps(book, THESAURUS, ["saw"])
    assert max(words["saw"], key=words["saw"].__getitem__) == "noticed"


def test_mangled_words_are_badly_inflected_or_of_another_part_of_speech() -> None:
    swaps = mangled_swaps(make_book(), THESAURUS, THESAURUS.weights({"synonym"}), ["saws", "cut"])
    assert "cutting" in swaps["saws"]
    assert "cutter" in swaps["saws"]
    assert "cutter" in swaps["cut"]


def test_random_words_share_a_tag() -> None:
    swaps = random_swaps(make_book(), ["tools"], np.random.default_rng(1))
    assert set(swaps["tools"]) <= {"saws", "tools", "cuts"}


def test_function_words_stay_in_their_class() -> None:
    book = make_book(word_classes={"above": "ADP", "over": "ADP", "the": "DET", "tool": "NOUN"})
    forms = ["above", "over", "the", "tool"]
    vectors = Vectors(forms, np.eye(4, dtype=np.float32) * 0.8 + 0.1)
    swaps = function_swaps(book, vectors, [], forms)
    assert set(swaps) == {"above", "over", "the"}
    assert set(swaps["above"]) == {"over"}


def test_commonest_function_words_are_spared_unless_spinners_replace_them() -> None:
    book = make_book(word_classes={"above": "ADP", "the": "DET", "tool": "NOUN"})
    assert spared_words(book, {"above": 0.9}) == {"the"}
    assert spared_words(book, {}, n_frequent=0) == frozenset()


def test_aligned_swaps_need_support() -> None:
    swaps = {
        (("rise",), ("climb",)): 700,
        (("rise",), ("the",)): 2,  # 0.3 % of the swaps of "rise"
        (("rise",), ("go", "up")): 9,
        (("rise",), ("up",)): 1,
        (("prices", "rise"), ("costs",)): 50,
    }
    words, phrases = aligned_swaps(swaps)
    assert words == {"rise": {"climb": 700.0}}
    assert phrases == {"rise": {"go up": 9.0}}


def test_tortured_phrases_are_cut_into_words(tmp_path: Path) -> None:
    path = tmp_path / "phrases.tsv"
    path.write_text("Tool mining\ttool data\nquick cut down time\tquick saw time\n")
    words, phrases = tortured_swaps(path)
    assert words == {"tool": {"tool": 1.0}, "data": {"mining": 1.0}}
    assert phrases == {"saw": {"cut down": 1.0}}


def test_pruning_drops_variants_and_unknown_words() -> None:
    swaps = {"saws": {"saw": 9.0, "tools": 1.0, "cuts": 1.0, "unheard": 5.0}, "tool": {"cut": 1.0}}
    rng = np.random.default_rng(2)
    kept = pruned(swaps, make_book(), {"saws"}, rng, max_targets=60)
    assert kept == {"saws": {"cuts": 0.5, "tools": 0.5}}
    assert len(pruned(swaps, make_book(), {"saws"}, rng, max_targets=1)["saws"]) == 1


def test_merged_families_weigh_alike() -> None:
    total = merged({"saw": {"cut down": 10.0}}, {"saw": {"cut down": 1.0, "power": 1.0}})
    assert total == {"saw": {"cut down": 1.5, "power": 0.5}}


def test_phrases_are_counted_where_they_stand() -> None:
    ids = np.random.default_rng(0).integers(0, 6, 4000).astype(np.uint32)
    phrases = [(1, 2), (3, 4, 5), (0, 0), (2, 2, 2, 2)]
    runs = ids.tolist()
    expected = [
        sum(tuple(runs[at : at + len(phrase)]) == phrase for at in range(len(runs)))
        for phrase in phrases
    ]
    assert count_phrases(ids, phrases).tolist() == expected
    assert count_phrases(ids, []).tolist() == []


def test_words_of_like_company_are_neighbours() -> None:
    rng = np.random.default_rng(4)
    # "a" and "b" (0, 1) both stand between 2 and 3; 4 and 5 stand anywhere.
    text = [
        word for _ in range(400) for word in (2, int(rng.integers(0, 2)), 3, *rng.integers(4, 6, 2))
    ]
    ids = np.array(text, np.uint32)
    vectors = build_vectors(ids, np.arange(6), list("abcdef"), seed=1)
    ((form, neighbours),) = vectors.neighbours(["a"], 3)
    assert (form, neighbours[0][0]) == ("a", "b")
    assert neighbours[0][1] == pytest.approx(1.0, abs=0.2)
