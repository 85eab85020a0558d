from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from detector.encoder import CLS, MAX_WORD_PIECES, PAD, SEP
from detector.training.pack import (
    END_OF_DOCUMENT,
    END_OF_PARAGRAPH,
    NOTHING,
    Family,
    Pairs,
    Stream,
    Types,
)
from detector.training.windows import (
    Attested,
    Balance,
    Bonds,
    Expander,
    Recipe,
    Swaps,
    WindowSampler,
    _Source,
    joined,
    piece_in_word,
)

SURFACES = ["</document>", "</paragraph>", ".", "the", "cat", "sat", "kitty perched", "x" * 30, "7"]
PIECES = [[], [], [10], [11], [12], [13, 14], [15, 16, 17], list(range(20, 50)), [60]]
STARTS = [[], [], [0], [1], [1], [1, 0], [1, 0, 1], [1] + [0] * 29, [1]]
KITTY = SURFACES.index("kitty perched")


@pytest.fixture
def types() -> Types:
    return Types(
        surfaces=SURFACES,
        pieces=np.array([*chain(*PIECES)], dtype=np.uint16),
        offsets=np.cumsum([0, *map(len, PIECES)]).astype(np.uint32),
        word_starts=np.array([*chain(*STARTS)], dtype=np.bool_),
        clean_counts=np.array([5, 9, 100, 100, 50, 50, 1, 1, 5], dtype=np.uint32),
    )


@pytest.fixture
def family() -> Family:
    """Only "cat" can be replaced: by "sat", or three times as often by "kitty perched"."""
    return Family(
        name="toy",
        offsets=np.array([0, 0, 0, 0, 0, 2, 2, 2, 2, 2], dtype=np.uint32),
        targets=np.array([5, KITTY], dtype=np.uint32),
        weights=np.array([1, 3], dtype=np.float32),
    )


@pytest.fixture
def clean() -> Stream:
    sentence = [3, 4, 5, 3, 4, 2]
    document = [*sentence * 3, END_OF_PARAGRAPH, *sentence * 3, END_OF_DOCUMENT]
    ids = np.array(document * 20, dtype=np.uint32)
    return Stream(ids=ids, registers=np.repeat([0, 1], 10).astype(np.uint8))


def expand(
    types: Types, ids: list[int], labels: list[int], length: int = 12
) -> tuple[list[int], ...]:
    row = np.array([ids], dtype=np.uint32)
    batch = Expander(types).expand(
        row,
        np.array([labels], dtype=np.uint8),
        np.ones(row.shape, dtype=np.float32),
        row.astype(np.int64),
        length,
    )
    return tuple(
        array[0].tolist() for array in (batch.ids, batch.labels, batch.weights, batch.origins)
    )


def test_types_become_pieces_between_the_special_ones(types: Types) -> None:
    ids, labels, weights, _ = expand(types, [3, 5, 2], [0, 1, 0])
    assert ids == [CLS, 11, 13, 14, 10, SEP, PAD, PAD, PAD, PAD, PAD, PAD]
    assert labels == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert weights == [0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]


def test_every_word_of_a_phrase_is_labelled(types: Types) -> None:
    ids, labels, _, origins = expand(types, [KITTY], [1])
    assert ids[:5] == [CLS, 15, 16, 17, SEP]
    assert labels[:5] == [0, 1, 0, 1, 0]
    assert origins[:5] == [-1, KITTY, -1, KITTY, -1]


def test_a_phrase_keeps_the_word_that_it_replaces() -> None:
    surfaces = ["</document>", "</paragraph>", "big", "large", "big or large"]
    types = Types(
        surfaces=surfaces,
        pieces=np.array([20, 30, 31, 20, 25, 30, 31], dtype=np.uint16),
        offsets=np.array([0, 0, 0, 1, 3, 7], dtype=np.uint32),
        word_starts=np.array([1, 1, 0, 1, 1, 1, 0], dtype=np.bool_),
        clean_counts=np.ones(5, dtype=np.uint32),
    )
    row = np.array([[4, 2, 4]], dtype=np.uint32)
    batch = Expander(types).expand(
        row,
        np.array([[1, 0, 1]], dtype=np.uint8),
        np.array([[0.5, 1, 0.5]], dtype=np.float32),
        np.array([[3, 2, 1]], dtype=np.int64),  # for "large"; clean; for something else
        length=12,
    )
    assert batch.ids[0, 1:10].tolist() == [20, 25, 30, 31, 20, 20, 25, 30, 31]
    assert batch.labels[0, 1:10].tolist() == [1, 1, 0, 0, 0, 1, 1, 1, 0]
    assert batch.weights[0, 1:10].tolist() == [0.5, 0.5, 1, 0, 1, 0.5, 0.5, 0.5, 0]
    nothing = NOTHING
    assert batch.origins[0, 1:10].tolist() == [nothing, nothing, -1, -1, -1, 1, 1, 1, -1]


def test_paragraphs_and_documents_end_as_the_runtime_writes_them(types: Types) -> None:
    ids, _, weights, _ = expand(types, [3, END_OF_PARAGRAPH, 4, END_OF_DOCUMENT, 3], [0] * 5)
    assert ids[:9] == [CLS, 11, SEP, 12, SEP, CLS, 11, SEP, PAD]
    assert [i for i, weight in enumerate(weights) if weight] == [1, 3, 6]


def test_long_words_are_cut_and_windows_too(types: Types) -> None:
    ids, _, _, _ = expand(types, [7, 3], [0, 0])
    assert ids[1 : 1 + MAX_WORD_PIECES] == list(range(20, 20 + MAX_WORD_PIECES))
    assert ids[1 + MAX_WORD_PIECES :] == [11, SEP, PAD]
    ids, _, _, _ = expand(types, [3] * 30, [0] * 30)
    assert ids == [CLS, *[11] * 10, SEP]


def test_numbers_and_marks_do_not_count(types: Types) -> None:
    _, _, weights, _ = expand(types, [8, 2, 3], [0, 0, 0])
    assert weights[:5] == [0, 0, 0, 1, 0]


def test_piece_in_word() -> None:
    starts = np.array([1, 0, 0, 1, 1, 0], dtype=np.bool_)
    assert piece_in_word(starts).tolist() == [0, 1, 2, 0, 0, 1]


@pytest.mark.parametrize(
    ("tilted", "share"), [(False, 0.75), (True, 3 * 2**0.5 / (3 * 2**0.5 + 51**0.5))]
)
def test_targets_are_drawn_by_weight(
    types: Types, family: Family, tilted: bool, share: float
) -> None:
    swaps = Swaps(family, types.clean_counts, tilt=0.5)
    cats = np.full(20_000, 4, dtype=np.uint32)
    drawn = swaps.draw(cats, tilted=tilted, rng=np.random.default_rng(0))
    assert set(drawn.tolist()) == {5, KITTY}
    assert np.mean(drawn == KITTY) == pytest.approx(share, abs=0.02)


def test_a_family_covers_what_it_can_replace(types: Types, family: Family) -> None:
    swaps = Swaps(family, types.clean_counts, tilt=0.5)
    assert np.flatnonzero(swaps.covers(np.arange(9, dtype=np.uint32))).tolist() == [4]


def test_balance_lowers_what_is_put_in_more_often_than_it_stands(types: Types) -> None:
    balance = Balance(types.clean_counts, floor=0.1)
    rare, common = np.uint32(KITTY), np.uint32(3)
    drawn = np.array([common, rare] * 500, dtype=np.uint32)
    labels = np.tile(np.array([0, 1], dtype=np.uint8), 500)
    balance.count(drawn, labels)
    assert balance.weights(drawn)[:2].tolist() == pytest.approx([1.0, 0.1])
    wanted = balance.wanted()
    assert wanted[rare] == 500
    assert wanted[common] == 0


def test_balance_is_restored_by_right_uses(types: Types) -> None:
    balance = Balance(types.clean_counts, floor=0.1)
    rare = np.full(100, KITTY, dtype=np.uint32)
    balance.count(rare, np.ones(100, dtype=np.uint8))
    balance.count(rare, np.zeros(100, dtype=np.uint8))
    assert balance.weights(rare)[0] == 1
    assert balance.wanted()[KITTY] == 0


def test_a_swap_that_fits_as_well_as_the_original_is_attested() -> None:
    """Types 1 to 5 are left, original, synonym, stranger, right."""
    left, original, synonym, stranger, right = range(1, 6)
    text = [left, original, right] * 4 + [left, synonym, right] * 4 + [stranger] * 4
    pairs = Pairs.of(np.array(text, np.uint32))
    counts = np.bincount(text).astype(np.uint32)
    new = np.array([synonym, stranger, original], np.uint32)
    n = len(new)
    fits = Attested(pairs, counts).fits(
        np.full(n, left, np.uint32),
        new,
        np.full(n, original, np.int64),
        np.full(n, right, np.uint32),
    )
    assert fits.tolist() == [True, False, True]


def test_a_swap_that_fits_does_not_count(types: Types, family: Family, clean: Stream) -> None:
    """Where "sat" is as usual as "cat", its label is dropped; the phrase's is not."""
    usual = np.where(clean.ids == 4, 5, clean.ids)
    pairs = Pairs.of(np.concatenate([clean.ids, usual]))
    sampler = WindowSampler(types, clean, [family], Recipe(length=32), pairs=pairs, seed=1)
    batch = sampler.batch(200)
    sat = (batch.labels == 1) & (batch.ids == 13)
    phrase = (batch.labels == 1) & (batch.ids != 13)
    assert sat[:, 2:-8].any()
    assert not batch.weights[:, 2:-8][sat[:, 2:-8]].any()
    assert np.all(batch.weights[phrase] > 0)


def test_a_word_is_bound_to_the_neighbour_whose_places_it_fills() -> None:
    """Of fifty places after "cat" forty are those of "sat"; "the" has many other neighbours."""
    the, cat, sat = 3, 4, 5
    pairs = Pairs.of(np.array([the, cat, sat] * 40, np.uint32))
    bonds = Bonds(pairs, np.array([0, 0, 0, 9980, 30, 80]))
    strength = bonds.strength(np.array([[the, cat, sat]], np.uint32))
    assert strength[0].tolist() == pytest.approx([0.8, 0.4, 0.8])


def test_fixed_expressions_are_spun_more_often(types: Types, family: Family) -> None:
    """The cat that always follows "sat" is replaced more often than the one after anything."""
    sentence = [3, 4, 8, 5, 4, 2]  # "the cat 7 sat cat ."
    stream = Stream(ids=np.array(sentence * 60, np.uint32), registers=np.zeros(1, np.uint8))
    pairs = Pairs.of(np.array([5, 4] * 20, np.uint32))
    shares = []
    for bonded in (0.0, 1.0):
        recipe = Recipe(length=32, clean=0.0, partial=0.0, bonded=bonded)
        sampler = WindowSampler(types, stream, [family], recipe, pairs=pairs, seed=1)
        drawn = sampler.batch(400)
        after_sat = np.roll(drawn.ids == 14, 1, axis=1)
        replaced = (drawn.labels == 1) & (drawn.ids != 17)  # not the second word of a phrase
        shares.append((replaced & after_sat).sum() / replaced.sum())
    assert shares[1] > 0.9
    assert shares[0] < 0.7


def test_searched_windows_hold_what_is_wanted(types: Types, clean: Stream) -> None:
    source = _Source(clean, np.array([0, 1]), Recipe(length=32))
    wanted = np.zeros(len(types.surfaces))
    wanted[clean.ids[len(clean.ids) // 2]] = 1.0
    found = source.search(wanted, 50, np.random.default_rng(0))
    assert len(found)
    assert np.all((found == np.argmax(wanted)).any(axis=1))
    assert not len(source.search(np.zeros(len(wanted)), 50, np.random.default_rng(0)))


def test_windows_are_spun_within_the_family(types: Types, family: Family, clean: Stream) -> None:
    sampler = WindowSampler(types, clean, [family], Recipe(length=32), seed=1)
    batch = sampler.batch(200)
    assert batch.ids.shape == batch.labels.shape == batch.weights.shape == (200, 32)
    assert np.all(batch.ids[:, 0] == CLS)
    assert np.all(batch.ids != PAD)
    # Replaced: "cat" by "sat" or the phrase, whose second word counts as well.
    assert set(batch.ids[batch.labels == 1].tolist()) <= {13, 15, 17}
    assert set(batch.origins[batch.labels == 1].tolist()) == {4}
    assert 0.02 < batch.labels.sum() / (batch.weights > 0).sum() < 0.3
    clean_windows = (batch.labels.sum(axis=1) == 0).mean()
    assert 0.2 < clean_windows < 0.7


def test_the_same_seed_draws_the_same_windows(types: Types, family: Family, clean: Stream) -> None:
    first, second = (
        WindowSampler(types, clean, [family], Recipe(length=32), seed=3).batch(20) for _ in range(2)
    )
    np.testing.assert_array_equal(first.ids, second.ids)
    np.testing.assert_array_equal(first.labels, second.labels)


def test_clean_windows_hold_no_replacement(types: Types, family: Family, clean: Stream) -> None:
    recipe = Recipe(length=12, clean=0.0, light_share=0.0, heavy=(0.9, 0.9))
    batch = WindowSampler(types, clean, [family], recipe, seed=0).clean(4)
    assert batch.ids.shape == (4, 12)
    assert batch.weights.any()
    assert not batch.labels.any()
    assert (batch.origins == -1).all()


def test_windows_of_two_batches_can_be_put_together(
    types: Types, family: Family, clean: Stream
) -> None:
    sampler = WindowSampler(types, clean, [family], Recipe(length=12), seed=0)
    first, second = sampler.batch(3), sampler.clean(4)
    both = first + second.rows(np.array([3, 0]))
    for name in ("ids", "labels", "weights", "origins"):
        parts = [*getattr(first, name), getattr(second, name)[3], getattr(second, name)[0]]
        np.testing.assert_array_equal(getattr(both, name), parts)


def test_real_spun_text_is_undone_in_part(types: Types, clean: Stream) -> None:
    labels = np.where(clean.ids == 5, 1, 0).astype(np.uint8)
    origins = np.where(clean.ids == 5, 4, clean.ids).astype(np.uint32)
    spun = Stream(clean.ids, clean.registers, labels, origins)
    recipe = Recipe(length=32, spun_stream=1.0, original_stream=0.0)
    batch = WindowSampler(types, clean, [], recipe, spun=spun, original=clean, seed=0).batch(100)
    sat = batch.ids == 13
    undone = (batch.ids == 12) & (batch.labels == 0)
    assert batch.labels[sat].mean() > 0.1
    assert np.all(batch.origins[batch.labels == 1] == 4)
    assert undone.sum() > sat.sum() / 4


def test_a_stream_that_is_too_short_is_refused(types: Types) -> None:
    stream = Stream(np.array([3, 4, 0], dtype=np.uint32), np.zeros(1, dtype=np.uint8))
    with pytest.raises(ValueError, match="more text"):
        WindowSampler(types, stream, [], Recipe())


def test_joined_streams_keep_their_order(clean: Stream) -> None:
    both = joined([clean, clean])
    assert len(both.ids) == 2 * len(clean.ids)
    assert len(both.registers) == 2 * len(clean.registers)
    assert both.labels is None
