"""Trains `detector.restoration`: the table of swaps, and the network that weighs candidates.

The table is counted on aligned pairs of articles and their spun versions. The network learns from
other pairs than those that its table was counted on, or it would trust the table too much, and from
clean text that the synthetic spinner spins: there the table knows little, as it does of a spinner
that nobody has met. It learns on the words that the detector flags, since no other are restored.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detector.annotate import judge
from detector.document import Span
from detector.fit import Network
from detector.folding import fold
from detector.resources import Resources
from detector.restoration import FEATURES, FORMAT, Choices, Pool, Restorer
from detector.segment import segment
from detector.swaptable import SwapTable
from detector.training import swaptable
from detector.training.encoding import read_documents
from detector.training.manifest import record_training
from detector.training.pack import load_families, load_types
from detector.training.spans import align_pairs
from detector.training.spin import Spinner
from detector.training.spin.clean import Leaks
from detector.training.spin.pairs import AlignedPair, read_pairs
from detector.training.spin.reading import TypeIndex

HELD_OUT = 5
"""Every so many-th pair trains the network; the table is counted on the others."""

VALIDATION_EVERY = 6
"""Every so many-th text sets the scale of the confidences."""

PAIR_CHARACTERS = 3_000
"""Of each pair that trains the network, so much is read, to the end of a line."""

CLEAN_DOCUMENTS = 4
"""Of each corpus file, so many documents are spun."""

CLEAN_CHARACTERS = 3_000
SHARES = (0.08, 0.15, 0.3)
"""Replaced words per running word in the synthetic texts, in turn."""

LEFT_OUT_FAMILIES = frozenset({"spinbot_table", "phrases", "mangled", "random"})
"""The pairs have the first; of the others a word says little of what it replaced, or nothing."""

FLOOR = 0.3
"""Replaced words train the network from this posterior on: those that may be flagged."""

MAX_PLACES = 45_000
HIDDEN = 32
EPOCHS = 12
BATCH = 256
SMALLEST_SCALE, LARGEST_SCALE = 0.3, 1.5


class SpunText(NamedTuple):
    """A spun text, and of some of its words what stood there."""

    text: str
    originals: dict[Span, str]


class Examples(NamedTuple):
    """The places of one text: the candidates, what is known of them, which is the original."""

    pool: Pool
    features: NDArray[np.float32]
    right: NDArray[np.bool_]


def train(
    models: Path,
    *,
    pairs: Path | None,
    corpora: Sequence[Path],
    pack: Path,
    exclude: Sequence[Path] = (),
    limit: int | None = None,
    seed: int = 0,
) -> None:
    """Train the part ``restoration`` of a folder of models, and write it there.

    Parameters
    ----------
    models : Path
        The folder; its other parts judge the training text, and the encoder's head takes part if
        there is one.
    pairs : Path or None
        ``spinbot_train.jsonl.gz``. None leaves the table empty, for a measure on an unseen spinner.
    corpora : sequence of Path
        Clean text to spin, as for the other parts.
    pack : Path
        Training pack, whose families spin.
    exclude : sequence of Path
        Development texts: paragraphs that share a run of words with them are left out.
    limit : int, optional
        How many pairs to read.
    seed : int
        Of all that is drawn at random.
    """
    aligned = [] if pairs is None else _aligned(pairs, exclude, limit)
    texts = [] if pairs is None else list(_held_out_pairs(pairs, limit))
    texts += _synthetic(corpora, pack, seed)
    learn(Resources.open(models), models / "restoration", aligned, texts, seed=seed)


def learn(
    resources: Resources,
    folder: Path,
    aligned: Sequence[AlignedPair],
    texts: Sequence[SpunText],
    *,
    seed: int,
) -> None:
    """Count the table on aligned pairs, train the network on spun texts, and write both.

    Parameters
    ----------
    resources : Resources
        The models that judge the texts.
    folder : Path
        Where to write.
    aligned : sequence of AlignedPair
        What the table is counted on, but for every `HELD_OUT`-th document.
    texts : sequence of SpunText
        What the network is trained on: those documents, and others.
    seed : int
        Of all that is drawn at random.
    """
    swaps = swaptable.count([pair for pair in aligned if pair.document % HELD_OUT])
    swaptable.write(swaps, resources.collocations, folder)
    blank = _blank(resources, folder)
    examples = [
        found
        for text in tqdm(texts, desc="weighing candidates", unit="text")
        if (found := _examples(blank, resources, text)) is not None
    ]
    validation, training = examples[::VALIDATION_EVERY], list(examples)
    del training[::VALIDATION_EVERY]
    trained = replace(blank, network=_train_network(training, seed))
    trained = replace(trained, scale=_scale(trained, validation))
    _write(trained, folder)
    facts = {
        "pairs": len({pair.document for pair in aligned}),
        "runs": len(swaps.originals),
        "head": blank.head is not None,
        "texts": len(examples),
        "places": sum(len(one.pool.bounds) - 1 for one in training),
        "seed": seed,
        "held-out texts": figures(trained, validation),
    }
    record_training(folder, command="detector train restoration", facts=facts)


def _write(restorer: Restorer, folder: Path) -> None:
    """The network and the header."""
    network, collocations = restorer.network, restorer.reader.collocations
    np.savez(
        folder / "network.npz",
        allow_pickle=False,
        mean=network.mean,
        deviation=network.deviation,
        **{f"weight_{i}": weight for i, (weight, _) in enumerate(network.layers)},
        **{f"bias_{i}": bias for i, (_, bias) in enumerate(network.layers)},
    )
    header = {
        "format": FORMAT,
        "collocations": {key: collocations.header[key] for key in ("words", "forms")},
        "features": list(FEATURES),
        "scale": round(restorer.scale, 4),
    }
    (folder / "header.json").write_text(json.dumps(header, indent=1) + "\n", encoding="utf-8")


def figures(restorer: Restorer, examples: Sequence[Examples]) -> dict[str, float]:
    """How often the original is considered at all, first, and among the first five."""
    considered, first, five, places = 0, 0, 0, 0
    for one in examples:
        confidence = restorer.confidences(restorer.network.logits(one.features), one.pool)
        confidence[one.pool.choice < 0] = -1
        order = np.lexsort((-confidence, one.pool.row))
        rank = np.arange(len(order)) - one.pool.bounds[one.pool.row]
        hits = rank[one.right[order] & (one.pool.choice[order] >= 0)]
        considered += len(hits)
        first += int((hits == 0).sum())
        five += int((hits < 5).sum())
        places += len(one.pool.bounds) - 1
    total = max(places, 1)
    return {
        "considered": round(considered / total, 4),
        "first": round(first / total, 4),
        "first five": round(five / total, 4),
    }


def _aligned(path: Path, exclude: Sequence[Path], limit: int | None) -> list[AlignedPair]:
    index = TypeIndex()
    return read_pairs(path, index, Leaks(exclude, index), limit=limit)


def _held_out_pairs(path: Path, limit: int | None) -> Iterator[SpunText]:
    """The beginnings of the pairs that the network learns from."""
    with gzip.open(path, "rt", encoding="utf-8") as records:
        chosen = [json.loads(record) for record in islice(records, 0, limit, HELD_OUT)]
    texts = [_beginning(pair["orig"], pair["spun"]) for pair in chosen]
    for (_, spun), spans in zip(texts, align_pairs(texts), strict=True):
        originals = {
            span.span: span.expected[0] for span in spans if span.certain and span.expected
        }
        yield SpunText(spun, originals)


def _beginning(original: str, spun: str) -> tuple[str, str]:
    """As many whole lines of both as `PAIR_CHARACTERS` of the spun one hold, at least one."""
    befores, afters = original.split("\n"), spun.split("\n")
    lengths = np.cumsum([len(line) + 1 for line in afters])
    n_lines = max(int(np.searchsorted(lengths, PAIR_CHARACTERS)), 1)
    return "\n".join(befores[:n_lines]), "\n".join(afters[:n_lines])


def _synthetic(corpora: Sequence[Path], pack: Path, seed: int) -> Iterator[SpunText]:
    """Clean documents, spun by the families of the pack."""
    families = [family for family in load_families(pack) if family.name not in LEFT_OUT_FAMILIES]
    spinner = Spinner(load_types(pack), families, seed)
    paths = [
        file for path in corpora for file in (sorted(path.iterdir()) if path.is_dir() else [path])
    ]
    for path in paths:
        # The training text of the encoder begins where files do: skip some of it.
        for number, document in enumerate(
            islice(read_documents(path), 0, 40 * CLEAN_DOCUMENTS, 40)
        ):
            spun = spinner.spin(document[:CLEAN_CHARACTERS], SHARES[number % len(SHARES)])
            yield SpunText(spun.text, {one.span: fold(one.original) for one in spun.replacements})


def _blank(resources: Resources, folder: Path) -> Restorer:
    """A restorer that finds candidates and weighs them all alike."""
    encoder = resources.encoder
    nothing = np.zeros((len(FEATURES), 1), np.float32)
    network = Network(nothing[:, 0], nothing[:, 0] + 1, ((nothing, nothing[:1, 0]),))
    return Restorer(
        resources.fit,
        Choices.open(folder, resources.fit),
        SwapTable.open(folder),
        network,
        1.0,
        None if encoder is None else encoder.head,
    )


def _examples(restorer: Restorer, resources: Resources, text: SpunText) -> Examples | None:
    """The candidates for the replaced words of a text that may be flagged."""
    document = segment(text.text, resources.boundaries)
    (judged,) = judge([document], resources.fit, resources.encoder)
    spans = {document.span(token): token for token in range(document.n_tokens)}
    known = {
        spans[span]: original
        for span, original in text.originals.items()
        if span in spans and judged.posterior.p[spans[span]] >= FLOOR
    }
    if not known:
        return None
    rows = np.array(sorted(known))
    originals = restorer.choices.ids([known[row] for row in rows.tolist()])
    standing = restorer.reader.standing(document, judged.ids, rows)
    pool = restorer.pool(document, standing, rows, judged.reading)
    features = restorer.features(pool, standing)
    right = (pool.choice == originals[pool.row]) & (pool.choice >= 0)
    found = np.zeros(len(rows), bool)
    found[pool.row[right]] = True
    return Examples(pool, features, right | ((pool.choice < 0) & ~found[pool.row]))


def _train_network(examples: Sequence[Examples], seed: int) -> Network:
    """A network whose softmax over the candidates of a place gives the original's probability.

    ListNet with one right answer (Cao et al. 2007): cross-entropy over the candidates.
    """
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    features = np.concatenate([one.features for one in examples])
    mean, deviation = features.mean(axis=0), features.std(axis=0) + np.float32(1e-3)
    lengths = np.concatenate([np.diff(one.pool.bounds) for one in examples])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    answers = np.flatnonzero(np.concatenate([one.right for one in examples])) - starts
    table = torch.from_numpy((features - mean) / deviation)
    model = torch.nn.Sequential(
        torch.nn.Linear(len(FEATURES), HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1)
    )
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-3)
    generator = np.random.default_rng(seed)
    places = generator.permutation(len(lengths))[:MAX_PLACES]
    n_steps = EPOCHS * (-(-len(places) // BATCH))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=n_steps)
    for _ in tqdm(range(EPOCHS), desc="training", unit="epoch"):
        generator.shuffle(places)
        for at in range(0, len(places), BATCH):
            batch = places[at : at + BATCH]
            column = np.arange(lengths[batch].max())
            held = column < lengths[batch][:, None]
            rows = np.where(held, starts[batch][:, None] + column, 0)
            scores = model(table[torch.from_numpy(rows)])[..., 0]
            scores = scores.masked_fill(torch.from_numpy(~held), -1e9)
            loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(answers[batch]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    layers = [model[0], model[2]]
    return Network(
        mean,
        deviation,
        tuple(
            (layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy())
            for layer in layers
        ),
    )


def _scale(restorer: Restorer, examples: Sequence[Examples]) -> float:
    """The scale of the scores under which the originals are the most probable (temperature).

    Guo et al., "On calibration of modern neural networks" (2017).
    """
    scores = [restorer.network.logits(one.features) for one in examples]

    def surprise(scale: float) -> float:
        tempered = replace(restorer, scale=scale)
        return -sum(
            float(np.log(tempered.confidences(score, one.pool)[one.right] + 1e-9).sum())
            for score, one in zip(scores, examples, strict=True)
        )

    candidates = np.linspace(SMALLEST_SCALE, LARGEST_SCALE, 61).tolist()
    return min(candidates, key=surprise) if examples else 1.0
