"""Learns which stops end no sentence: abbreviations, and words that are no names.

NLTK's Punkt (Kiss & Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection",
Computational Linguistics 32(4)) is trained on each corpus file by itself, because newspapers
that write "Mr Smith" would talk it out of the "Mr." of others. What several corpora agree on is
kept; that also drops the noise of any one of them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from nltk.tokenize.punkt import PunktTrainer
from tqdm import tqdm

from detector.boundaries import FORMAT, TABLE, Table
from detector.training.encoding import corpus_files, read_documents
from detector.training.manifest import record_training
from detector.training.treebank import sentence_agreement

_CHARACTERS = 1_000_000
"""Read of each corpus file."""
_AGREEING = 3
_WORD_COUNT = 30
_ORDINARY_COUNT = 60
_ORDINARY_SHARE = 0.97
_ABBREVIATION = re.compile(r"[a-z]+(?:\.[a-z]+)*")
_ROMAN = re.compile(r"[ivxl]+")
# A word in the middle of a sentence: after a lower-case word and a space.
_MIDDLE = re.compile(r"(?<=[a-z] )[A-Za-z][a-z]+\b(?!['\u2019-])")


def train_segmentation(
    corpora: Sequence[Path], folder: Path, *, tests: Sequence[Path] = ()
) -> None:
    """Write the table that `detector.boundaries` reads.

    Parameters
    ----------
    corpora : sequence of Path
        Corpus files, or folders of them.
    folder : Path
        ``models/segmentation``; made if need be.
    tests : sequence of Path
        Treebanks to measure the new table on, for which it must lie in the folder of models in
        use; the figures go into ``training.json``.
    """
    abbreviations: Counter[str] = Counter()
    capitalised: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    paths = corpus_files(corpora)
    for path in tqdm(paths, desc="training segmentation", unit="file"):
        text = _sample(read_documents(path))
        abbreviations.update(_abbreviations(text))
        for word in _MIDDLE.findall(text):
            (lower if word.islower() else capitalised)[word.lower()] += 1
    agreed, ordinary = _agreed(abbreviations, lower), _ordinary(lower, capitalised)
    table = {"format": FORMAT, "abbreviations": agreed, "ordinary": ordinary}
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(table, ensure_ascii=False, indent=0)
    (folder / TABLE).write_text(content + "\n", encoding="utf-8")
    Table.open.cache_clear()
    record_training(
        folder,
        command="detector train segmentation",
        facts={
            "corpora": [path.name for path in paths],
            "characters_per_corpus": _CHARACTERS,
            "abbreviations": len(agreed),
            "ordinary_words": len(ordinary),
            "sentence_ends": {path.name: _figures(path) for path in tests},
        },
    )


def _figures(treebank: Path) -> dict[str, float]:
    """How well ends of sentences are found: all of them, and those inside a paragraph."""
    everywhere, inside = sentence_agreement(treebank)
    return {
        "f1": round(everywhere.f1, 4),
        "precision_inside_paragraphs": round(inside.precision, 4),
        "recall_inside_paragraphs": round(inside.recall, 4),
        "f1_inside_paragraphs": round(inside.f1, 4),
    }


def _sample(documents: Iterable[str]) -> str:
    """The first documents of a corpus, up to `_CHARACTERS`."""
    text = ""
    for document in documents:
        text += document + "\n"
        if len(text) >= _CHARACTERS:
            break
    return text[:_CHARACTERS]


def _abbreviations(text: str) -> set[str]:
    """What Punkt takes for abbreviations in one corpus: "dr", "u.s" without the last stop."""
    trainer = PunktTrainer(text)
    return {str(form) for form in trainer.get_params().abbrev_types}


def _agreed(abbreviations: Counter[str], lower: Counter[str]) -> list[str]:
    """Those that several corpora share; no words ("yes."), no single letters (initials)."""
    return sorted(
        form
        for form, corpora in abbreviations.items()
        if corpora >= _AGREEING
        and len(form) > 1
        and _ABBREVIATION.fullmatch(form)
        and not _ROMAN.fullmatch(form)
        and ("." in form or lower[form] < _WORD_COUNT)
    )


def _ordinary(lower: Counter[str], capitalised: Counter[str]) -> list[str]:
    """Frequent words that are hardly ever capitalised inside a sentence, so they are no names."""
    return sorted(
        word
        for word, count in lower.items()
        if count >= _ORDINARY_COUNT and count >= _ORDINARY_SHARE * (count + capitalised[word])
    )
