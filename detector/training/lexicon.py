"""Compiles thesauri, inflections and corpus frequencies into what `detector.lexicon` opens."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np
from numpy.typing import NDArray

from detector.document import TokenFlag
from detector.lexicon import FORMAT, PREFERRED, TAGS
from detector.training.encoding import encode_all
from detector.training.inflection import Inflections, build_inflections
from detector.training.manifest import record_training
from detector.training.thesauri import Thesaurus, read_moby, read_wordnet

NOTICES: Mapping[str, str] = {
    "Moby Thesaurus II": "Grady Ward; placed in the public domain",
    "WordNet 3.0": "Copyright 2006 by Princeton University. All rights reserved. WordNet License: "
    "https://wordnet.princeton.edu/license-and-commercial-use",
    "lemminflect 0.2": "Copyright 2019 Brad Jascob, MIT License; its dictionary derives from the "
    "NIH SPECIALIST Lexicon, whose use the National Library of Medicine permits with attribution",
}

REVERSED = 0.9
"""Factor on a link that only the other word's entry has, set by judgement."""

OTHER = TAGS.index("OTHER")


def train(
    corpora: Sequence[Path],
    thesauri: Path,
    out: Path,
    *,
    cache: Path,
    max_forms: int = 100_000,
    min_count: int = 2,
    max_links: int = 1_100_000,
    min_link_frequency: float = 0.5,
    processes: int = 2,
) -> None:
    """Compile the lexicon and write it.

    Parameters
    ----------
    corpora : sequence of Path
        Corpus files or folders, for the frequencies.
    thesauri : Path
        Folder of the Moby Thesaurus and the WordNet archive (`detector.training.thesauri`).
    out : Path
        Folder to write, made if need be.
    cache : Path
        Folder for the segmented corpora, shared with `detector.training.collocations`.
    max_forms : int
        Number of forms at most.
    min_count : int
        Forms seen less often are left out.
    max_links : int
        How many links to keep: the closest. A link takes three bytes.
    min_link_frequency : float
        Occurrences per million words below which a lemma is not offered: a spinner replaces words
        that writers use.
    processes : int
        How many files to segment at the same time.
    """
    counts, words = corpus_frequencies(corpora, cache=cache, processes=processes)
    closeness = link_closeness([read_moby(thesauri), read_wordnet(thesauri)])
    frequencies = {form: count for form, count in counts.items() if count >= min_count}
    inflections = build_inflections(frequencies, closeness)
    forms = _choose_forms(frequencies, inflections, closeness, max_forms)
    tables = _Tables(forms, frequencies, inflections, closeness)
    out.mkdir(parents=True, exist_ok=True)
    tables.trie.save(str(out / "forms.marisa"))
    floor = min_link_frequency * words / 1e6
    for name, array in {**tables.words(), **tables.links(max_links, floor)}.items():
        np.save(out / f"{name}.npy", array)
    header = {
        "format": FORMAT,
        "words": words,
        "forms": len(forms),
        "lemmas": len(tables.lemmas),
        "tags": TAGS,
        "notices": NOTICES,
    }
    text = json.dumps(header, indent=1, ensure_ascii=False)
    (out / "header.json").write_text(text + "\n", encoding="utf-8")
    facts = {
        "max_forms": max_forms,
        "min_count": min_count,
        "max_links": max_links,
        "min_link_frequency": min_link_frequency,
    }
    record_training(out, command="detector train lexicon", facts=facts)


def corpus_frequencies(
    corpora: Sequence[Path], *, cache: Path, processes: int = 2
) -> tuple[Counter[str], int]:
    """Occurrences of every word form, and the number of tokens."""
    totals: Counter[str] = Counter()
    words = 0
    for corpus in encode_all(corpora, cache=cache, processes=processes):
        is_word = (corpus.flags & TokenFlag.WORD) > 0
        counts = np.bincount(corpus.ids[is_word], minlength=len(corpus.forms))
        words += len(corpus.ids)
        for form_id in np.flatnonzero(counts).tolist():
            totals[corpus.forms[form_id]] += int(counts[form_id])
    return totals, words


def link_closeness(thesauri: Sequence[Thesaurus]) -> dict[str, dict[str, float]]:
    """Closeness of linked single words, in both directions, over all thesauri.

    A replacement is listed under the word it replaced, so links are followed backwards: a link
    that only the other entry has counts slightly less. What several thesauri say is combined as
    independent reasons, ``1 - (1 - a) * (1 - b)``.
    """
    combined: dict[str, dict[str, float]] = defaultdict(dict)
    for thesaurus in thesauri:
        for source, target, weight in _both_directions(thesaurus.weights()):
            known = combined[source].get(target, 0.0)
            combined[source][target] = 1 - (1 - known) * (1 - weight)
    return dict(combined)


def _both_directions(
    weights: Mapping[str, Mapping[str, float]],
) -> list[tuple[str, str, float]]:
    closest: dict[tuple[str, str], float] = {}
    for source, targets in weights.items():
        if " " in source:
            continue
        for target, weight in targets.items():
            if " " in target:
                continue
            for pair, value in (
                ((source, target), weight),
                ((target, source), weight * REVERSED),
            ):
                closest[pair] = max(value, closest.get(pair, 0.0))
    return [(source, target, weight) for (source, target), weight in closest.items()]


def _choose_forms(
    frequencies: Mapping[str, int],
    inflections: Inflections,
    closeness: Mapping[str, Mapping[str, float]],
    max_forms: int,
) -> list[str]:
    """The most frequent forms that a dictionary or a thesaurus knows, with all their lemmas."""
    known = [form for form in frequencies if form in inflections.readings or form in closeness]
    known.sort(key=lambda form: (-frequencies[form], form))
    chosen: dict[str, None] = {}
    for form in known:
        lemmas = [reading.lemma for reading in inflections.read(form)]
        # A lemma may itself be rare, or of another corpus: its forms need it as their key.
        new = [word for word in dict.fromkeys([form, *lemmas]) if word not in chosen]
        if len(chosen) + len(new) > max_forms:
            break
        chosen.update(dict.fromkeys(new))
    return sorted(chosen)


class _Tables:
    """Builds the arrays; form ids are the trie's, lemma ids follow the form ids of their bases."""

    def __init__(
        self,
        forms: list[str],
        frequencies: Mapping[str, int],
        inflections: Inflections,
        closeness: Mapping[str, Mapping[str, float]],
    ) -> None:
        self.trie = marisa_trie.Trie(forms)
        self.frequencies = frequencies
        self.closeness = closeness
        self.readings = {form: self._readings(form, inflections) for form in forms}
        lemmas = {lemma for found in self.readings.values() for lemma, _ in found}
        self.lemmas = sorted(lemmas, key=lambda lemma: self.trie[lemma])
        if len(self.lemmas) > 1 << 16:
            raise ValueError(f"{len(self.lemmas)} lemmas, but ids have 16 bits: lower max_forms")
        self.lemma_id = {lemma: index for index, lemma in enumerate(self.lemmas)}
        self.inflections = inflections

    def _readings(self, form: str, inflections: Inflections) -> list[tuple[str, int]]:
        found = [
            (reading.lemma, TAGS.index(reading.tag))
            for reading in inflections.read(form)
            if reading.lemma in self.trie
        ]
        return found or [(form, OTHER)]

    def words(self) -> dict[str, NDArray[Any]]:
        """Frequencies and readings."""
        by_id = [self.trie.restore_key(form_id) for form_id in range(len(self.trie))]
        readings = [self.readings[form] for form in by_id]
        flat = [
            (self.lemma_id[lemma], tag + PREFERRED * self._is_preferred(form, lemma, tag))
            for form, found in zip(by_id, readings, strict=True)
            for lemma, tag in found
        ]
        lemmas, tags = np.array(flat).T
        return {
            "frequency": np.array([self.frequencies.get(form, 0) for form in by_id], np.uint32),
            "bases": np.array([self.trie[lemma] for lemma in self.lemmas], dtype=np.uint32),
            "lemmas": lemmas.astype(np.uint16),
            "tags": tags.astype(np.uint8),
            "reading_offsets": _offsets([len(found) for found in readings]),
        }

    def _is_preferred(self, form: str, lemma: str, tag: int) -> bool:
        best = self.inflections.inflect(lemma, TAGS[tag])
        return best is None or best == form

    def links(self, max_links: int, min_count: float) -> dict[str, NDArray[Any]]:
        """The closest links between lemmas, the closest of each lemma first."""
        sources, targets, values = [], [], []
        for lemma, linked in self.closeness.items():
            if lemma not in self.lemma_id:
                continue
            for target, weight in linked.items():
                if target in self.lemma_id and self.frequencies.get(target, 0) >= min_count:
                    sources.append(self.lemma_id[lemma])
                    targets.append(self.lemma_id[target])
                    values.append(weight)
        rows, columns, closeness = np.array(sources), np.array(targets), np.array(values)
        closest = np.argsort(-closeness, kind="stable")[:max_links]
        order = closest[np.lexsort((columns[closest], -closeness[closest], rows[closest]))]
        lengths = np.bincount(rows[order], minlength=len(self.lemmas))
        return {
            "links": columns[order].astype(np.uint16),
            "closeness": np.maximum(1, np.rint(255 * closeness[order])).astype(np.uint8),
            "link_offsets": _offsets(lengths.tolist()),
        }


def _offsets(lengths: Sequence[int]) -> NDArray[np.uint32]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)
