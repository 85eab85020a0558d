"""Trains `detector.fit` on clean text in which a simple spinner replaced words.

Vectors come from the counted pairs; the network and the ranking from text that is in no count
(`detector.training.collocations.HELD_OUT`), some of it clean, the rest spun document by document to
different degrees.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.neural_network import MLPClassifier
from sklearn.utils.extmath import randomized_svd
from tqdm import tqdm

from detector.collocations import Collocations, Relation
from detector.features import FEATURES, FeatureReader, Places, Words, judgeable
from detector.fit import DOUBT, FORMAT, NO_ID, RANKING, VERDICT, CollocationFit, Network
from detector.function_words import FUNCTION_WORDS
from detector.lexicon import Lexicon
from detector.slots import SMOOTHING, SlotReader
from detector.training import collocations as collocation_training
from detector.training import lexicon as lexicon_training
from detector.training.collocations import HELD_OUT
from detector.training.encoding import EncodedCorpus, encode_all
from detector.training.manifest import record_training
from detector.vectors import NAMES, SlotVectors

ADJACENT_DIMENSIONS = 24
TOPIC_DIMENSIONS = 40

MAX_TOKENS = 2_000
"""Tokens taken of one document, so that no long book outweighs the rest."""

MIN_TOKENS = 20
EXCERPT_SHARE = 0.4
"""Share of texts cut to a random length from `MIN_TOKENS` up: articles may be short."""

CLEAN_SHARE = 0.4
"""Share of documents left clean."""

RATES = (0.03, 0.25)
"""A spun document has this share of its eligible words replaced, drawn evenly."""

FUNCTION_WORD_RATE = 0.12
"""Function words are replaced so much less often: spinners leave most of them alone."""

RANDOM_SHARE = 0.1
"""Share of replacements that are no synonyms but any word that may have the same tag."""

CONSISTENT_SHARE = 0.5
"""Share of spun documents in which a word is replaced by the same one wherever it is replaced."""

REGISTER_BALANCE = 0.5
"""Power by which rare registers are levelled up: 0 takes documents as they come, 1 all registers
alike. Fiction is a twentieth of the corpora, and the hardest to leave alone."""

VALIDATION_EVERY = 6
"""Every so many-th document validates the network and trains the ranking."""


HIDDEN = (64, 32)
BATCH = 1024
EPOCHS = 12
"""Size and training of the network. More of either gained nothing on the validation text."""


@dataclass(frozen=True, eq=False)
class SpunText:
    """One document after spinning; arrays of shape (n_tokens,).

    `forms` are the forms after spinning, `originals` those before; `replaced` says where the
    spinner acted.
    """

    forms: list[str]
    originals: list[str]
    replaced: NDArray[np.bool_]
    flags: NDArray[np.uint8]
    sentence: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Spinner:
    """Replaces words by what the thesauri link with them."""

    lexicon: Lexicon

    def spin(self, text: SpunText, rng: np.random.Generator) -> SpunText:
        """A spun copy of a clean text, or the text itself."""
        if rng.random() < CLEAN_SHARE:
            return text
        ids = self.lexicon.ids(text.forms)
        light = np.array([form in FUNCTION_WORDS for form in text.forms])
        chance = rng.uniform(*RATES) * np.where(light, FUNCTION_WORD_RATE, 1.0)
        wanted = judgeable(text.flags, text.sentence) & (ids >= 0)
        rows = np.flatnonzero(wanted & (rng.random(len(ids)) < chance))
        chosen = self._synonyms(ids[rows], rng)
        at_random = rng.random(len(rows)) < RANDOM_SHARE
        chosen[at_random] = self._any(ids[rows[at_random]], rng)
        if len(rows) and rng.random() < CONSISTENT_SHARE:
            _, first, same = np.unique(ids[rows], return_index=True, return_inverse=True)
            chosen = chosen[first][same]
        forms, replaced = list(text.forms), text.replaced.copy()
        for row, form_id in zip(rows.tolist(), chosen.tolist(), strict=True):
            if form_id >= 0:
                forms[row] = self.lexicon.word(form_id)
                replaced[row] = True
        return replace(text, forms=forms, replaced=replaced)

    def _synonyms(self, ids: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int64]:
        """A linked form for each id, close ones preferred to a degree drawn for the text."""
        links = self.lexicon.links_of(ids, limit=400)
        preference = rng.choice([0.0, 0.5, 1.0, 2.0])
        # The maximum of log weights plus Gumbel noise is a draw by weight.
        score = preference * np.log(links.closeness) + rng.gumbel(size=len(links.row))
        order = np.lexsort((-score, links.row))
        row, form = links.row[order], links.form[order]
        first = np.ones(len(row), dtype=bool)
        first[1:] = row[1:] != row[:-1]
        chosen = np.full(len(ids), -1, dtype=np.int64)
        chosen[row[first]] = form[first]
        return chosen

    def _any(self, ids: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int64]:
        tags = self.lexicon.tag_matrix()
        common = self.lexicon.frequency >= 20
        pools = [np.flatnonzero(common & tags[:, tags[form_id].argmax()]) for form_id in ids]
        return np.array([rng.choice(pool) for pool in pools], dtype=np.int64)


def train(
    corpora: Sequence[Path],
    thesauri: Path,
    collocations: Path,
    lexicon: Path,
    out: Path,
    *,
    cache: Path,
    tokens: int = 1_800_000,
    seed: int = 0,
    processes: int = 2,
) -> None:
    """Train the fit model for a look-up of collocations and a lexicon, and write it.

    Parameters
    ----------
    corpora : sequence of Path
        The corpus files or folders that the collocations were counted on.
    thesauri : Path
        Folder of the thesauri, for the spinner.
    collocations, lexicon : Path
        The folders of models to train for.
    out : Path
        Folder to write, made if need be.
    cache : Path
        Folder for the segmented corpora and other intermediate results.
    tokens : int
        How much text to train on.
    seed : int
        Of all that is drawn at random.
    processes : int
        How many files to segment at the same time.
    """
    encoded = list(encode_all(corpora, cache=cache, processes=processes))
    counted, words = Collocations.open(collocations), Lexicon.open(lexicon)
    out.mkdir(parents=True, exist_ok=True)
    scales = write_vectors(encoded, counted, out, cache=cache, seed=seed)
    reader = FeatureReader.over(counted, words, SlotVectors.open(out, scales))
    spinner = Spinner(_spinner_lexicon(corpora, thesauri, cache))
    rng = np.random.default_rng(seed)
    texts = [spinner.spin(text, rng) for text in held_out(encoded, tokens, rng)]
    figures: dict[str, float] = {}
    network, share = train_network(reader, texts, seed, figures)
    np.savez(
        out / "network.npz",
        allow_pickle=False,
        mean=network.mean,
        deviation=network.deviation,
        **{f"weight_{i}": weight for i, (weight, _) in enumerate(network.layers)},
        **{f"bias_{i}": bias for i, (_, bias) in enumerate(network.layers)},
    )
    ids = counted.ids([words.word(form_id) for form_id in range(words.n_forms)])
    collocation_ids = np.where(ids >= 0, ids, NO_ID).astype(np.uint16)
    np.save(out / "collocation_ids.npy", collocation_ids)
    blank = CollocationFit(
        reader, network, collocation_ids, np.zeros(len(RANKING)), np.zeros(len(VERDICT)), share
    )
    validation = texts[::VALIDATION_EVERY]
    ranking = train_ranking(blank, validation)
    fit = replace(blank, ranking=np.array(ranking))
    header = {
        "format": FORMAT,
        "collocations": {key: counted.header[key] for key in ("words", "forms")},
        "lexicon": {key: words.header[key] for key in ("words", "forms")},
        "features": FEATURES,
        "scales": scales,
        "training_share": share,
        "ranking": dict(zip(RANKING, ranking, strict=True)),
        "verdict": dict(zip(VERDICT, train_verdict(fit, validation, figures), strict=True)),
    }
    text = json.dumps(header, indent=1)
    (out / "header.json").write_text(text + "\n", encoding="utf-8")
    facts = {"tokens": tokens, "seed": seed, "texts": len(texts), "average_precision": figures}
    record_training(out, command="detector train fit", facts=facts)


def held_out(
    encoded: Sequence[EncodedCorpus], tokens: int, rng: np.random.Generator
) -> Iterator[SpunText]:
    """Documents that no count holds, in a random order that favours rare registers."""
    places = [
        (corpus, document)
        for corpus in encoded
        for document in range(0, len(corpus.document_bounds) - 1, HELD_OUT)
    ]
    registers = [corpus.name.partition(".")[0] for corpus, _ in places]
    share = {name: registers.count(name) / len(places) for name in set(registers)}
    weights = np.array([share[name] ** -REGISTER_BALANCE for name in registers])
    # Exponential clocks: the order of a weighted draw without replacement.
    order = np.argsort(rng.exponential(size=len(places)) / weights)
    taken = 0
    for at in order.tolist():
        if taken >= tokens:
            return
        length = MAX_TOKENS
        if rng.random() < EXCERPT_SHARE:
            length = int(np.exp(rng.uniform(np.log(MIN_TOKENS), np.log(MAX_TOKENS))))
        corpus, document = places[at]
        text = _text(corpus, document, length)
        taken += len(text.forms)
        yield text


def _text(corpus: EncodedCorpus, document: int, length: int) -> SpunText:
    first, last = corpus.document_bounds[document : document + 2].tolist()
    bounds = corpus.sentence_bounds[first : last + 1].astype(np.int64)
    start, end = int(bounds[0]), int(min(bounds[-1], bounds[0] + length))
    sentence = np.repeat(np.arange(last - first, dtype=np.int32), bounds[1:] - bounds[:-1])
    forms = [corpus.forms[form] for form in corpus.ids[start:end].tolist()]
    flags = corpus.flags[start:end]
    return SpunText(forms, forms, np.zeros(len(forms), bool), flags, sentence[: end - start])


def write_vectors(
    encoded: Sequence[EncodedCorpus], counted: Collocations, out: Path, *, cache: Path, seed: int
) -> dict[str, float]:
    """Decompose the attractions of all pairs; write int8 matrices; return their scales."""
    folder = cache / "all_pairs"
    collocation_training.write(
        encoded,
        folder,
        max_forms=counted.n_forms,
        min_count=2,
        limits={"adjacent": 1 << 30, "window": 1 << 30},
    )
    everything = Collocations.open(folder)
    if everything.words != counted.words or everything.n_forms != counted.n_forms:
        raise ValueError(
            f"these corpora have {everything.words:,} counted tokens, but the collocations were "
            f"counted over {counted.words:,}: name the same corpora, or count these first"
        )
    adjacent = _attractions(everything, "adjacent")
    left, values, right = randomized_svd(adjacent, ADJACENT_DIMENSIONS, n_iter=3, random_state=seed)
    window = _attractions(everything, "window")
    _, strength, topic = randomized_svd(
        window + window.T, TOPIC_DIMENSIONS, n_iter=3, random_state=seed
    )
    topics = topic.T * np.sqrt(strength)
    topics /= np.linalg.norm(topics, axis=1, keepdims=True) + 1e-6
    topics[~SlotReader.over(counted).content[:-1]] = 0
    matrices = dict(
        zip(NAMES, (left * np.sqrt(values), right.T * np.sqrt(values), topics), strict=True)
    )
    scales = {name: float(np.abs(matrix).max() / 127) for name, matrix in matrices.items()}
    for name, matrix in matrices.items():
        np.save(out / f"{name}.npy", np.rint(matrix / scales[name]).astype(np.int8))
    return scales


def _attractions(collocations: Collocations, relation: Relation) -> csr_matrix:
    """Positive attractions of all counted pairs (`detector.slots.Attraction`)."""
    left, right, counts = collocations.pairs(relation)
    expected = collocations.table(left, right, relation).expected
    attraction = np.log((counts + SMOOTHING) / (expected + SMOOTHING))
    shape = (collocations.n_forms, collocations.n_forms)
    return csr_matrix((np.maximum(attraction, 0).astype(np.float32), (left, right)), shape=shape)


def train_network(
    reader: FeatureReader, texts: Sequence[SpunText], seed: int, figures: dict[str, float]
) -> tuple[Network, float]:
    """The network, and the share of replaced tokens in the validation text; notes in `figures`."""
    tables = [_examples(reader, text) for text in tqdm(texts, desc="reading", unit="text")]
    validation, training = tables[::VALIDATION_EVERY], list(tables)
    del training[::VALIDATION_EVERY]
    features, labels = (np.concatenate(parts) for parts in zip(*training, strict=True))
    mean, deviation = features.mean(axis=0), features.std(axis=0) + np.float32(1e-3)
    scaled = ((features - mean) / deviation).astype(np.float32)
    order = np.random.default_rng(seed).permutation(len(labels))
    scaled, labels = scaled[order], labels[order]
    perceptron = MLPClassifier(HIDDEN, batch_size=BATCH, random_state=seed)
    for _ in tqdm(range(EPOCHS), desc="training", unit="epoch"):
        perceptron.partial_fit(scaled, labels, classes=[0, 1])
    layers = zip(perceptron.coefs_, perceptron.intercepts_, strict=True)
    network = Network(
        mean.astype(np.float32),
        deviation.astype(np.float32),
        tuple((weight.astype(np.float32), bias.astype(np.float32)) for weight, bias in layers),
    )
    features, labels = (np.concatenate(parts) for parts in zip(*validation, strict=True))
    precision = average_precision_score(labels, network.logits(features))
    figures["network, all words"] = round(float(precision), 4)
    return network, float(labels.mean())


def _examples(
    reader: FeatureReader, text: SpunText
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    words, places = _read(reader, text)
    rows = _judged(words, text)
    features = reader.features(words.take(rows), places.take(rows))
    return features, text.replaced[rows].astype(np.uint8)


def _judged(words: Words, text: SpunText) -> NDArray[np.int64]:
    known = (words.ids >= 0) | (words.lexicon_ids >= 0)
    return np.flatnonzero(known & judgeable(text.flags, text.sentence))


def _read(reader: FeatureReader, text: SpunText) -> tuple[Words, Places]:
    ids = reader.collocations.ids(text.forms)
    return reader.read(text.forms, ids, text.flags, text.sentence)


def train_ranking(fit: CollocationFit, texts: Sequence[SpunText]) -> list[float]:
    """Weights that tell the original from the other candidates, in the order of `RANKING`."""
    tables, answers = [], []
    for text in tqdm(texts, desc="ranking", unit="text"):
        words, places = _read(fit.features, text)
        rows = np.flatnonzero(text.replaced)
        pool = fit.shortlist(fit.links(words.lexicon_ids[rows]), places.slots.take(rows))
        originals = fit.features.collocations.ids([text.originals[row] for row in rows.tolist()])
        tables.append(fit.ranking_features(pool, places.take(rows)))
        answers.append(originals[pool.row] == pool.ids)
    return _logistic(np.concatenate(tables), np.concatenate(answers))


def train_verdict(
    fit: CollocationFit, texts: Sequence[SpunText], figures: dict[str, float]
) -> list[float]:
    """Weights of the verdict on doubtful words, in the order of `VERDICT`; notes in `figures`."""
    tables, answers = [], []
    for text in tqdm(texts, desc="verdict", unit="text"):
        words, places = _read(fit.features, text)
        rows = _judged(words, text)
        logits = fit.network.logits(fit.features.features(words.take(rows), places.take(rows)))
        rows, misfit = rows[logits > DOUBT], logits[logits > DOUBT].astype(np.float64)
        tables.append(fit.verdict_features(misfit, words.take(rows), places.take(rows)))
        answers.append(text.replaced[rows])
    features, labels = np.concatenate(tables), np.concatenate(answers)
    weights = _logistic(features, labels)
    for name, scores in (("network", features[:, 0]), ("verdict", features @ weights[:-1])):
        precision = average_precision_score(labels, scores)
        figures[f"{name}, doubtful words"] = round(float(precision), 4)
    return weights


def _logistic(features: NDArray[np.float64], labels: NDArray[np.bool_]) -> list[float]:
    """Weights of a logistic regression, the intercept last."""
    model = LogisticRegression(max_iter=2000).fit(features, labels)
    return [round(weight, 5) for weight in (*model.coef_[0].tolist(), float(model.intercept_[0]))]


def _spinner_lexicon(corpora: Sequence[Path], thesauri: Path, cache: Path) -> Lexicon:
    """A lexicon with every link, rare targets included: a spinner uses those too."""
    folder = cache / "spinner_lexicon"
    if not (folder / "header.json").exists():
        lexicon_training.train(
            corpora, thesauri, folder, cache=cache, max_links=20_000_000, min_link_frequency=0.0
        )
    return Lexicon.open(folder)
