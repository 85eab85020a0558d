"""Alignment on hand-made pairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.edits import Block, changed_blocks
from detector.training.align import Words, count_swaps, label, split_block
from detector.training.inflection import build_inflections
from detector.training.pack import UNLABELLED
from detector.training.spin.variants import Variants

pytest.importorskip("lemminflect")

Swaps = dict[tuple[Words, Words], int]
VARIANTS = Variants(build_inflections({"report": 9, "reports": 9, "reported": 9, "study": 9}))


def labelled(original: str, spun: str) -> list[str]:
    """Each spun token with its label, and its origin where one is known."""
    before, after = original.split(), spun.split()
    line = label(before, after, changed_blocks(before, after), VARIANTS.are_variants)
    marks = {0: "", 1: "*", UNLABELLED: "?"}
    return [
        f"{token}{marks[its]}" + (f"<{origin}" if origin != token else "")
        for token, its, origin in zip(after, line.labels, line.origins, strict=True)
    ]


@pytest.mark.parametrize(
    ("original", "spun", "expected"),
    [
        ("the committee met twice", "the committee met twice", "the committee met twice"),
        ("the committee met twice", "the panel met twice", "the panel*<committee met twice"),
        ("the big house burnt", "the huge mansion burnt", "the huge*<big mansion*<house burnt"),
        # One word became several: replaced, origin unknown.
        ("if it rains", "on the off chance that it rains", "on* the* off* chance* that* it rains"),
        # Several became one.
        ("a great deal of rain", "abundant rain", "abundant* rain"),
        # Inserted words are replacements of nothing.
        ("it was late", "it was perhaps late", "it was perhaps* late"),
        ("it was very late", "it was late", "it was late"),
        # The same word inflected, spelt or joined in another way says nothing.
        ("he reports that", "he reported that", "he reported? that"),
        ("the colour faded", "the color faded", "the color? faded"),
        ("a first-rate meal", "a first rate meal", "a first? rate? meal"),
        ("a meal", "an meal", "an? meal"),
        ("cats & dogs", "cats and dogs", "cats and? dogs"),
        # Punctuation is never a replacement of a word.
        ("wait , please", "wait ; please", "wait ;? please"),
        ("stop . go", "stop now go", "stop now* go"),
    ],
)
def test_labels(original: str, spun: str, expected: str) -> None:
    assert " ".join(labelled(original, spun)) == expected


def test_known_swaps_cut_a_block_of_unequal_length() -> None:
    original = ["then", "builds", "nests"]
    spun = ["at", "that", "point", "constructs", "homes"]
    swaps: Swaps = {(("then",), ("at", "that", "point")): 5, (("builds",), ("constructs",)): 5}
    parts = split_block(Block(0, 3, 0, 5), original, spun, swaps)
    assert parts == [Block(0, 1, 0, 3), Block(1, 2, 3, 4), Block(2, 3, 4, 5)]
    assert label(original, spun, parts, VARIANTS.are_variants).origins[3:] == ["builds", "nests"]


def test_swap_seen_once_cuts_nothing() -> None:
    block = Block(0, 2, 0, 3)
    swaps: Swaps = {(("a",), ("x",)): 1}
    assert split_block(block, ["a", "b"], ["x", "y", "z"], swaps) == [block]


def test_swaps_are_counted_word_by_word_in_even_blocks() -> None:
    line = (["the", "big", "house"], ["the", "huge", "mansion"], [Block(1, 3, 1, 3)])
    assert count_swaps([line]) == {(("big",), ("huge",)): 1, (("house",), ("mansion",)): 1}


def test_an_insertion_is_a_swap_of_the_word_after_it() -> None:
    line = (["its", "own"], ["its", "very", "own"], [Block(1, 1, 1, 2)])
    assert count_swaps([line]) == {(("own",), ("very", "own")): 1}


WORDS = st.lists(st.sampled_from("abcdefg"), max_size=14)


@given(WORDS, WORDS, st.dictionaries(st.tuples(WORDS.map(tuple), WORDS.map(tuple)), st.just(3)))
def test_blocks_rebuild_the_spun_line(  # type: ignore[no-untyped-def]
    original: list[str], spun: list[str], swaps
) -> None:
    blocks = [
        part
        for block in changed_blocks(original, spun)
        for part in split_block(block, original, spun, swaps)
    ]
    rebuilt: list[str] = []
    at = 0
    for block in blocks:
        rebuilt += original[at : block.first] + spun[block.spun_first : block.spun_last]
        at = block.last
    assert rebuilt + original[at:] == spun
    line = label(original, spun, blocks, VARIANTS.are_variants)
    assert len(line.labels) == len(line.origins) == len(spun)
