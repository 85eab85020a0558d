"""Clean dev articles spun by each family of the synthetic spinner, heavily and lightly."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from detector.errors import SourceError
from detector.evaluation.datasets import load_registers
from detector.evaluation.labelled import Dataset, Kind, LabelledText, Replaced
from detector.segment import segment

if TYPE_CHECKING:
    from detector.training.spin import SpunText

PACK_VARIABLE = "DETECTOR_PACK"
SHARES: Mapping[str, float] = {"heavy": 0.15, "light": 0.03}
"""Replaced words per running word."""
ARTICLE_WORDS = 600
N_ARTICLES = 80
N_SPUN = 20
"""How many of the clean articles each family spins, at each share: 12,000 words."""
_SEED = 600
# Learners' own errors would pass for clean words.
_LEFT_OUT = frozenset({"non-native"})


class Article(NamedTuple):
    """Clean text of one register."""

    name: str
    register: str
    text: str


def load_synthetic(folder: Path, pack: Path | None = None) -> list[Dataset]:
    """One set for each share; in each, every family spins the same clean articles.

    Parameters
    ----------
    folder : Path
        The data folder.
    pack : Path, optional
        A training pack (``detector train spin``), whose families spin; default:
        ``$DETECTOR_PACK``.
    """
    from detector.training.pack import load_families, load_types
    from detector.training.spin import Spinner

    pack = pack or _named_pack()
    articles = clean_articles(folder)
    types = load_types(pack)
    families = load_families(pack)
    datasets = []
    for load, share in SHARES.items():
        texts = [_clean(article) for article in articles]
        for family in families:
            spinner = Spinner(types, [family], seed=_SEED)
            texts += [
                _spun(article, family.name, spinner.spin(article.text, share))
                for article in articles[:N_SPUN]
            ]
        title = (
            f"clean dev articles of {ARTICLE_WORDS} words, {share:.0%} of the words replaced, by "
            "family of the synthetic spinner"
        )
        datasets.append(Dataset(f"synthetic-{load}", Kind.FAMILIES, title, tuple(texts)))
    return datasets


def _named_pack() -> Path:
    named = os.environ.get(PACK_VARIABLE)
    if not named:
        raise SourceError(
            "synthetic",
            "needs a training pack, whose families spin: make one with 'detector train spin', and "
            f"name it with --pack or ${PACK_VARIABLE}",
        )
    return Path(named)


def _clean(article: Article) -> LabelledText:
    name, register, text = article
    return LabelledText(f"clean/{name}", text, False, (), (), name, register, register)


def _spun(article: Article, family: str, spun: SpunText) -> LabelledText:
    replaced = tuple(
        Replaced(entry.span, (entry.original,) if entry.original else ())
        for entry in spun.replacements
    )
    cluster, register, _ = article
    name = f"{family}/{cluster}"
    return LabelledText(name, spun.text, True, replaced, (), cluster, family, register)


def clean_articles(folder: Path, limit: int = N_ARTICLES) -> list[Article]:
    """Articles of `ARTICLE_WORDS` words, the registers in turn.

    Consecutive documents of one register are joined, as few as it takes, and cut at the word.
    """
    by_register: dict[str, list[str]] = {}
    for document in load_registers(folder).texts:
        if document.group not in _LEFT_OUT:
            by_register.setdefault(document.group, []).append(document.text)
    columns = [list(_joined(register, texts)) for register, texts in sorted(by_register.items())]
    rows = zip_longest(*columns)
    return [article for row in rows for article in row if article is not None][:limit]


def _joined(register: str, texts: list[str]) -> Iterator[Article]:
    parts: list[str] = []
    for number, text in enumerate(texts):
        parts.append(text.strip())
        document = segment("\n".join(parts))
        if document.n_tokens >= ARTICLE_WORDS:
            end = int(document.ends[ARTICLE_WORDS - 1])
            yield Article(f"{register}-{number:03}", register, document.text[:end])
            parts = []
