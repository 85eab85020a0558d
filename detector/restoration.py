"""Names the word that stood where software put another.

Candidates come from four sides: the encoder's restoration head (what the passage asks for), the
collocations (what the corpus has between these neighbours), synonym links backwards (what this word
could have replaced), and swaps counted in aligned pairs (what it has replaced). A small network
weighs every candidate by what each side says of it and by how it fits its place; a softmax over the
candidates and "none of these" gives the confidences, which are scaled on held-out articles.

Folder format, version 1, beside the files of `detector.swaptable`
------------------------------------------------------------------
=================  ===========================================================================
``header.json``    format version, sizes of the vocabularies it was trained for, names of the
                   features, scale of the calibration
``network.npz``    as `detector.fit.Network` reads it; one score a candidate
``extras.marisa``  a MARISA trie of the choices that are no forms of the collocations: phrases,
                   rare words, and "" for "nothing stood here"
``first.npy``,     int32 (n_extras,): collocation ids of the first and the last word of each
``last.npy``       extra, -1 where the word has none
=================  ===========================================================================

A *choice* is a number for what may be restored: below ``n_forms`` the collocation id of a word;
from there on the id of an extra.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from detector.analysis import Candidate, Phrase
from detector.document import Document, TokenFlag
from detector.encoder import Reading
from detector.features import FeatureReader, Standing
from detector.fit import NO_ID, CollocationFit, Network, refuse_other
from detector.fit import Pool as Links
from detector.header import read_header
from detector.restoration_head import Asked, Offers
from detector.swaptable import LONGEST, SwapTable
from detector.vocabulary import Vocabulary

FORMAT = 1

HEAD_CANDIDATES = 20
SWAP_CANDIDATES = 20
LINKED = 100
"""Candidates of each side that are looked at for a place; of links, for each reading."""
LINK_CANDIDATES = 20
FILLER_CANDIDATES = 8
"""Those of them that are weighed: the ones that their neighbours speak for most."""

LEAST_FAVOUR = -13.0
"""A link that the head does not know, or finds less likely than this (in nats), counts so much."""

MAX_CANDIDATES = 5
"""Candidates reported for a place."""

FLOOR = 0.05
"""A best candidate of less confidence than this is no help: nothing is suggested."""

LEAST = 0.005
"""Candidates of less confidence than this are not reported."""

UNIT_SHARE = 0.5
"""A listed run of words is restored as a whole if it is a swap at least so often as not."""

TOGETHER = 3.0
"""Attraction, in nats, from which two words are one expression: seen twenty times more often than
chance would have it."""

JOINT_FLOOR = 0.3
"""Two words are restored together if one pair of originals is at least so probable."""

FEATURES: tuple[str, ...] = (
    *("head", "in_head", "head_rank", "swap", "in_swaps", "linked", "log_closeness", "filler"),
    *("sides", "left", "right", "left_count", "right_count", "window", "window_best"),
    *("left_gain", "right_gain", "left_affinity", "right_affinity", "window_affinity"),
    *("best_affinity", "on_subject", "frequency", "frequency_gain", "in_document"),
    *("before_similarity", "after_similarity", "topic_similarity"),
    *("same_class", "same_kind", "phrase", "deletion", "none", "place_head", "place_swaps"),
)
"""What is known of a candidate: what each side says, how it fits, and of its place what is known
whatever the candidate. `none` marks the candidate "none of these"."""


OF_PLACE = frozenset({"none", "place_head", "place_swaps"})
"""Features that "none of these" has too; the others are 0."""


class Head(Protocol):
    """The encoder's restoration head; `detector.restoration_head.RestorationHead` is one."""

    forms: list[str]

    def best(self, vectors: NDArray[np.float16], n: int, asked: Asked) -> Offers:
        """For each hidden vector the `n` likeliest of the folded `forms`, and those asked for."""


class Pool(NamedTuple):
    """Candidates of n places in parallel arrays, sorted by place; what each side says of them.

    `row` is the place; `choice` what may have stood there. `head` is a log probability, `rank` its
    place in the head's list from 1, `swap` the share of the swaps of the word in that place,
    `closeness` that of the synonym link; each 0 where the side does not know the candidate.
    """

    row: NDArray[np.int64]
    choice: NDArray[np.int64]
    head: NDArray[np.float32]
    rank: NDArray[np.float32]
    swap: NDArray[np.float32]
    closeness: NDArray[np.float32]
    filler: NDArray[np.float32]

    @property
    def bounds(self) -> NDArray[np.int64]:
        """Of as many places as there are, where the candidates begin; shape (n + 1,)."""
        last = int(self.row[-1]) + 1 if len(self.row) else 0
        return np.searchsorted(self.row, np.arange(last + 1))


@dataclass(frozen=True, eq=False)
class Choices:
    """What may be restored; see the module. Arrays of shape (n_choices,) are indexed by choice.

    Attributes
    ----------
    first, last : ndarray of int64
        Collocation ids of the first and of the last word, -1 where unknown.
    lexicon_ids : ndarray of int64
        Lexicon id of the last word, -1 where unknown.
    """

    n_forms: int
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    lexicon_ids: NDArray[np.int64]
    _forms: Any
    _extras: Vocabulary

    @classmethod
    def open(cls, folder: Path, fit: CollocationFit) -> Self:
        """The choices for the collocations of `fit`, and the extras of a folder."""
        collocations = fit.features.collocations
        own = np.arange(collocations.n_forms)
        extras = [np.load(folder / f"{name}.npy").astype(np.int64) for name in ("first", "last")]
        first, last = (np.concatenate([own, extra]) for extra in extras)
        lexicon_ids = np.full(collocations.n_forms + 1, -1, dtype=np.int64)
        known = np.flatnonzero(fit.collocation_ids != NO_ID)
        lexicon_ids[fit.collocation_ids[known]] = known
        vocabulary = Vocabulary.open(folder / "extras.marisa")
        return cls(len(own), first, last, lexicon_ids[last], collocations, vocabulary)

    def ids(self, forms: Sequence[str]) -> NDArray[np.int64]:
        """The choice of each form or phrase, -1 where it is none."""
        ids = self._forms.ids(forms).astype(np.int64)
        extras = self._extras.ids(forms).astype(np.int64)
        return np.where((ids < 0) & (extras >= 0), extras + self.n_forms, ids)

    def text(self, choice: int) -> str:
        """The form or phrase of a choice."""
        if choice < self.n_forms:
            return str(self._forms.word(choice))
        return self._extras.word(choice - self.n_forms)


@dataclass(frozen=True, eq=False)
class Restorer:
    """Finds and weighs candidates. Safe to share between threads.

    Attributes
    ----------
    head : Head or None
        Without one the other sides decide.
    scale : float
        Of the scores before the softmax: below 1 makes the confidences more modest.
    """

    fit: CollocationFit
    choices: Choices
    swaps: SwapTable
    network: Network
    scale: float
    head: Head | None = None

    @classmethod
    def open(cls, folder: Path, fit: CollocationFit, head: Head | None) -> Self:
        """Open a folder that `detector.training.restoration.train` wrote.

        Raises
        ------
        ModelError
            If it is missing, of another format version, or trained with other collocations or
            features.
        """
        header = read_header(folder, "restoration", FORMAT)
        refuse_other(
            folder, header, "collocations", fit.features.collocations.header, part="restoration"
        )
        refuse_other(folder, header, "features", list(FEATURES), part="restoration")
        network = Network.open(folder / "network.npz")
        choices = Choices.open(folder, fit)
        return cls(fit, choices, SwapTable.open(folder), network, header["scale"], head)

    @property
    def reader(self) -> FeatureReader:
        """Reads words and places."""
        return self.fit.features

    def candidates(
        self,
        document: Document,
        ids: NDArray[np.int32],
        tokens: Sequence[int],
        reading: Reading | None = None,
    ) -> dict[int, tuple[Candidate, ...]]:
        """What could have stood in the places of some tokens.

        Parameters
        ----------
        document : Document
            The text.
        ids : ndarray of int32, shape (n_tokens,)
            Collocation ids of its forms.
        tokens : sequence of int
            Indices of the tokens to look at, ascending.
        reading : Reading, optional
            What the encoder made of the text, for the head.

        Returns
        -------
        dict of int to tuple of Candidate
            For each token up to five forms, in lower case, the best first; "" stands for nothing.
            Confidences sum to at most 1, the rest being the probability that the original is none
            of those considered. Empty where even the best is unlikely (`FLOOR`).
        """
        if not len(tokens):
            return {}
        rows = np.asarray(tokens, dtype=np.int64)
        standing = self.reader.standing(document, ids, rows)
        pool = self.pool(document, standing, rows, reading)
        features = self.features(pool, standing)
        confidence = self.confidences(self.network.logits(features), pool)
        best = self._best(pool, confidence)
        return {token: tuple(best[row]) for row, token in enumerate(rows.tolist())}

    def phrases(
        self,
        document: Document,
        suspected: NDArray[np.bool_],
        candidates: Mapping[int, tuple[Candidate, ...]],
    ) -> Iterator[Phrase]:
        """Runs of words that stood for something else as a whole.

        Two kinds: runs that aligned pairs list, where any word is suspected ("on the off chance
        that": "if"); and two adjacent words, both suspected, whose candidates make a collocation
        though the words themselves make none ("bosom malignancy": "breast cancer").

        Parameters
        ----------
        document : Document
            The text.
        suspected : ndarray of bool, shape (n_tokens,)
            Which tokens may be flagged.
        candidates : mapping of int to tuple of Candidate
            Of those tokens.

        Yields
        ------
        Phrase
            Disjoint, in order; of listed runs that overlap the longest.
        """
        adjacent = (document.flags & TokenFlag.ADJACENT) > 0
        runs = self._runs(document, adjacent, suspected)
        together = suspected & np.append((suspected & adjacent)[1:], False)
        joined = self._joined(document, np.flatnonzero(together), candidates)
        done = 0
        for token in np.flatnonzero(suspected).tolist():
            if token < done:
                continue
            around = (run for run in runs.get(token, ()) if run.first >= done)
            longest = max(around, key=_Run.importance, default=None)
            found = joined.get(token) if longest is None else self._listed(longest)
            if found is not None:
                yield found
                done = found.last

    def pool(
        self,
        document: Document,
        standing: Standing,
        rows: NDArray[np.int64],
        reading: Reading | None,
    ) -> Pool:
        """The candidates of all sides, and "none of these" (choice -1), for the tokens `rows`."""
        n, slots = len(rows), standing.slots
        none = _side(np.arange(n), np.full(n, -1))
        links = self.fit.links(standing.lexicon_ids, limit=LINKED)
        offered, favour = self._from_head(rows, reading, links)
        sides = [none, offered]
        table_rows = self.swaps.ids([document.forms[row] for row in rows.tolist()])
        at, choice, share = self.swaps.swaps(table_rows, SWAP_CANDIDATES)
        sides.append(_side(at, choice, swap=share))
        links = self.fit.shortlist(links, slots, LINK_CANDIDATES, favour=favour)
        sides.append(_side(links.row, links.ids, closeness=links.closeness))
        at, choice = self.reader.reader.fillers(slots.left, slots.right, FILLER_CANDIDATES)
        sides.append(_side(at, choice, filler=np.ones(len(at))))
        pool = _merged(sides)
        kept = (pool.choice < 0) | (pool.choice != standing.ids[pool.row])
        return Pool(*(column[kept] for column in pool))

    def features(self, pool: Pool, standing: Standing) -> NDArray[np.float32]:
        """What is known of each candidate, shape (n, len(FEATURES)).

        Parameters
        ----------
        pool : Pool
            The candidates.
        standing : Standing
            What stands in the places of the pool now, and what is around.
        """
        none = pool.choice < 0
        choice = np.where(none, 0, pool.choice)
        first, last = self.choices.first[choice], self.choices.last[choice]
        reader, row = self.reader, pool.row
        slots = standing.slots.take(row)
        drawn = reader.reader.attraction(last, slots, first=first)
        now = reader.reader.attraction(standing.ids, standing.slots)
        affinity = reader.vectors.affinity(last, slots)
        similarity = reader.vectors.similarity(standing.ids[row], last)
        counts = np.bincount(standing.document_ids + 1, minlength=reader.collocations.n_forms + 1)
        frequency, own_frequency = self._log_frequency(last), self._log_frequency(standing.ids)
        classes = reader.classes
        own = classes[standing.lexicon_ids]
        content = reader.reader.content
        in_head, in_swaps, linked = pool.rank > 0, pool.swap > 0, pool.closeness > 0
        gain = np.clip([drawn.left - now.left[row], drawn.right - now.right[row]], -8, 8)
        columns = {
            "head": np.where(in_head, np.maximum(pool.head, -12), -12),
            "in_head": in_head,
            "head_rank": np.where(in_head, 1 / np.maximum(pool.rank, 1), 0),
            "swap": np.log(np.maximum(pool.swap, 1e-3)),
            "in_swaps": in_swaps,
            "linked": linked,
            "log_closeness": np.where(linked, np.log(np.maximum(pool.closeness, 1e-3)), -4),
            "filler": pool.filler,
            "sides": in_head * 1 + in_swaps + linked + pool.filler,
            "left": drawn.left,
            "right": drawn.right,
            "left_count": np.log1p(drawn.left_count),
            "right_count": np.log1p(drawn.right_count),
            "window": np.maximum(drawn.window, 0).sum(axis=1),
            "window_best": drawn.window.max(axis=1),
            "left_gain": gain[0],
            "right_gain": gain[1],
            "left_affinity": affinity.left,
            "right_affinity": affinity.right,
            "window_affinity": affinity.window,
            "best_affinity": affinity.window_best,
            "on_subject": reader.vectors.on_subject(last, standing.subjects[row]),
            "frequency": frequency,
            "frequency_gain": frequency - own_frequency[row],
            "in_document": np.log1p(np.where(last >= 0, counts[last + 1], 0)),
            "before_similarity": similarity[:, 0],
            "after_similarity": similarity[:, 1],
            "topic_similarity": similarity[:, 2],
            "same_class": (classes[self.choices.lexicon_ids[choice]] * own[row]).any(axis=1),
            "same_kind": content[last] == content[standing.ids[row]],
            "phrase": first != last,
            "deletion": (first < 0) & ~none,
            "none": none,
            "place_head": _spread(np.where(in_head, np.exp(pool.head), 0), row),
            "place_swaps": _spread(in_swaps * 1.0, row),
        }
        table = np.stack([np.asarray(columns[name], np.float32) for name in FEATURES], axis=1)
        of_candidate = [FEATURES.index(name) for name in FEATURES if name not in OF_PLACE]
        table[np.ix_(np.flatnonzero(none), np.array(of_candidate))] = 0
        return table

    def _log_frequency(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        counts = np.where(ids >= 0, self.reader.collocations.frequency[ids], 0)
        result: NDArray[np.float64] = np.log10(counts + 0.5)
        return result

    def confidences(self, scores: NDArray[np.float32], pool: Pool) -> NDArray[np.float64]:
        """P(this is what stood there) of each candidate: a softmax over those of a place."""
        scaled = self.scale * scores.astype(np.float64)
        best = np.full(int(pool.row[-1]) + 1, -np.inf)
        np.maximum.at(best, pool.row, scaled)
        odds = np.exp(scaled - best[pool.row])
        confidence: NDArray[np.float64] = odds / np.bincount(pool.row, weights=odds)[pool.row]
        return confidence

    def _best(self, pool: Pool, confidence: NDArray[np.float64]) -> dict[int, list[Candidate]]:
        """By place what is reported, the best first; an empty list by default."""
        order = np.lexsort((-confidence, pool.row))
        order = order[pool.choice[order] >= 0]
        row = pool.row[order]
        first = np.searchsorted(row, row)
        likely = (confidence[order] >= LEAST) & (confidence[order[first]] >= FLOOR)
        order = order[likely & (np.arange(len(row)) - first < MAX_CANDIDATES)]
        found: dict[int, list[Candidate]] = defaultdict(list)
        columns = (column[order].tolist() for column in (pool.row, pool.choice, confidence))
        for place, choice, p in zip(*columns, strict=True):
            found[place].append(Candidate(self.choices.text(choice), p))
        return found

    def _from_head(
        self, rows: NDArray[np.int64], reading: Reading | None, links: Links
    ) -> tuple[Pool, NDArray[np.float32]]:
        """What the head offers, and the log probabilities that it gives the links."""
        favour = np.full(len(links.row), LEAST_FAVOUR, np.float32)
        if self.head is None or reading is None:
            return _side(np.empty(0), np.empty(0)), favour
        at, vectors = reading.vectors_at(rows)
        word = np.full(len(rows), -1)
        word[at] = np.arange(len(at))
        form = self._forms_in_head[links.ids]
        known = np.flatnonzero((word[links.row] >= 0) & (form >= 0))
        asked = Asked(word[links.row[known]], form[known])
        offers = self.head.best(vectors, HEAD_CANDIDATES, asked)
        favour[known] = np.maximum(offers.asked, LEAST_FAVOUR)
        choice = self._choices_of_head[offers.forms]
        held = choice >= 0
        place, rank = np.nonzero(held)
        head = offers.log_probabilities[held]
        return _side(at[place], choice[held], head=head, rank=rank + 1), favour

    @cached_property
    def _choices_of_head(self) -> NDArray[np.int64]:
        """The choice of each form in the head's vocabulary, -1 where it is none."""
        return self.choices.ids([] if self.head is None else self.head.forms)

    @cached_property
    def _forms_in_head(self) -> NDArray[np.int64]:
        """Where the head's vocabulary has each form of the collocations, -1 where it has not."""
        choices = self._choices_of_head
        known = np.flatnonzero((choices >= 0) & (choices < self.choices.n_forms))
        forms = np.full(self.choices.n_forms, -1)
        forms[choices[known]] = known
        return forms

    def _runs(
        self, document: Document, adjacent: NDArray[np.bool_], suspected: NDArray[np.bool_]
    ) -> dict[int, list[_Run]]:
        """The listed runs that hold each of the suspected tokens."""
        forms, tokens = document.forms, np.flatnonzero(suspected)
        starts = np.unique(np.maximum(tokens[:, None] - np.arange(LONGEST), 0))
        broken = np.append(np.flatnonzero(~adjacent), document.n_tokens)
        ends = np.minimum(broken[np.searchsorted(broken, starts, side="right")], starts + LONGEST)
        found: dict[int, list[_Run]] = {}
        for first, end in zip(starts.tolist(), ends.tolist(), strict=True):
            for length, row in self.swaps.runs(forms[first:end]):
                share = self.swaps.share(row)
                if share >= UNIT_SHARE:
                    run = _Run(first, first + length, share, row)
                    for token in range(run.first, run.last):
                        found.setdefault(token, []).append(run)
        return found

    def _listed(self, run: _Run) -> Phrase:
        """A listed run as one phrase."""
        _, choice, part = self.swaps.swaps(np.array([run.row]), MAX_CANDIDATES)
        candidates = (
            Candidate(self.choices.text(one), float(p))
            for one, p in zip(choice.tolist(), part.tolist(), strict=True)
        )
        return Phrase(run.first, run.last, tuple(candidates), self.swaps.times(run.row))

    def _joined(
        self,
        document: Document,
        tokens: NDArray[np.int64],
        candidates: Mapping[int, tuple[Candidate, ...]],
    ) -> dict[int, Phrase]:
        """Tokens that with the next one are a phrase: the likely originals of the two go together.

        The two themselves do not.
        """
        reader = self.reader.reader
        pairs = [one for one in tokens.tolist() if candidates.get(one) and candidates.get(one + 1)]
        if not pairs:
            return {}
        own = (
            self.reader.collocations.ids(
                [document.forms[token + side] for token in pairs for side in (0, 1)]
            )
            .astype(np.int64)
            .reshape(-1, 2)
        )
        left, p_left = self._in_columns([candidates[token] for token in pairs])
        right, p_right = self._in_columns([candidates[token + 1] for token in pairs])
        lefts, rights = left[:, :, None], right[:, None, :]
        drawn = reader.drawn(lefts, rights).astype(np.float64)
        drawn[~(reader.content[lefts] & reader.content[rights])] = -np.inf
        apart = p_left[:, :, None] * p_right[:, None, :]
        # Each was weighed beside the other's substitute: how they go together is news.
        odds = apart * np.exp(drawn)
        none = 1 - apart.sum(axis=(1, 2), keepdims=True)
        joint = (odds / (odds.sum(axis=(1, 2), keepdims=True) + none)).reshape(len(pairs), -1)
        best = joint.argmax(axis=1)[:, None]
        is_phrase = (
            (reader.content[own] | (own < 0)).all(axis=1)
            & (reader.drawn(own[:, 0], own[:, 1]) <= 0)
            & (np.take_along_axis(drawn.reshape(joint.shape), best, axis=1)[:, 0] >= TOGETHER)
            & (np.take_along_axis(joint, best, axis=1)[:, 0] >= JOINT_FLOOR)
        )
        return {
            pairs[at]: self._pair(pairs[at], candidates, joint[at])
            for at in np.flatnonzero(is_phrase).tolist()
        }

    def _pair(
        self,
        token: int,
        candidates: Mapping[int, tuple[Candidate, ...]],
        joint: NDArray[np.float64],
    ) -> Phrase:
        """Two words as one phrase; `joint` are the confidences of all pairs of candidates."""
        lefts, rights = candidates[token], candidates[token + 1]
        order = np.argsort(-joint)[:MAX_CANDIDATES]
        at = [divmod(one, MAX_CANDIDATES) for one in order[joint[order] >= LEAST].tolist()]
        return Phrase(
            token,
            token + 2,
            tuple(
                Candidate(f"{lefts[i].form} {rights[j].form}", p)
                for (i, j), p in zip(at, joint[order].tolist(), strict=False)
            ),
        )

    def _in_columns(
        self, candidates: Sequence[tuple[Candidate, ...]]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Collocation ids and confidences, shape (n, MAX_CANDIDATES); -1 and 0 where none is."""
        lengths = np.array([len(each) for each in candidates])
        held = np.arange(MAX_CANDIDATES) < lengths[:, None]
        ids, p = np.full(held.shape, -1, np.int64), np.zeros(held.shape)
        ids[held] = self.reader.collocations.ids([one.form for each in candidates for one in each])
        p[held] = [one.confidence for each in candidates for one in each]
        return ids, p


class _Run(NamedTuple):
    """Tokens ``[first, last)`` that the table lists in `row`, with the share of swaps there."""

    first: int
    last: int
    share: float
    row: int

    def importance(self) -> tuple[int, float, int, int]:
        """The longest run counts, of those as long the one that is the most often a unit."""
        return self.last - self.first, self.share, self.first, self.row


def _side(
    row: NDArray[Any],
    choice: NDArray[Any],
    *,
    head: NDArray[Any] | float = 0.0,
    rank: NDArray[Any] | float = 0.0,
    swap: NDArray[Any] | float = 0.0,
    closeness: NDArray[Any] | float = 0.0,
    filler: NDArray[Any] | float = 0.0,
) -> Pool:
    """What one side offers."""
    says = (
        np.broadcast_to(np.asarray(value, np.float32), (len(row),))
        for value in (head, rank, swap, closeness, filler)
    )
    return Pool(np.asarray(row, np.int64), np.asarray(choice, np.int64), *says)


def _merged(sides: Sequence[Pool]) -> Pool:
    """All candidates of some sides, each once for its place, with what every side says of it."""
    row, choice, *says = (np.concatenate(columns) for columns in zip(*sides, strict=True))
    order = np.lexsort((choice, row))
    row, choice = row[order], choice[order]
    first = np.ones(len(row), dtype=bool)
    first[1:] = (row[1:] != row[:-1]) | (choice[1:] != choice[:-1])
    starts = np.flatnonzero(first)
    # A side that is silent says 0, and log probabilities are negative: the sum is what was said.
    combined = [np.add.reduceat(column[order], starts) for column in says]
    return Pool(row[starts], choice[starts], *(column.astype(np.float32) for column in combined))


def _spread(values: NDArray[Any], row: NDArray[np.int64]) -> NDArray[np.float64]:
    """The greatest value of each place, at all of its candidates."""
    best = np.zeros(int(row[-1]) + 1)
    np.maximum.at(best, row, values)
    return best[row]
