"""Clean dev articles spun by each family of the synthetic spinner, heavily and lightly."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import cycle, islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from detector.errors import SourceError
from detector.evaluation.datasets import load_registers
from detector.evaluation.labelled import Dataset, Kind, LabelledText, Replaced
from detector.segment import segment

if TYPE_CHECKING:
    from detector.training.spin import Spinner, SpunText

PACK_VARIABLE = "DETECTOR_PACK"
SHARES: Mapping[str, float] = {"heavy": 0.15, "light": 0.03}
"""Replaced words per running word."""
ARTICLE_WORDS = 600
N_SPUN = 35
"""How many of the clean articles a family spins, at each share. The families begin at places spread
evenly over them, so that they spin many articles of a register, not the same few."""
N_UNSEEN = 175
"""The same, of a family that the models do not know: of those alone it is told what the reliability
is worth in each register, and `N_SPUN` would leave five of a register."""
_SEED = 600
# Learners' own errors would pass for clean words.
_LEFT_OUT = frozenset({"non-native"})


LENGTHS = (60, 120, 250, 500, 1000, 2000)
"""Words of the articles of the curve over length; their spun versions have `CURVE_SHARE` spun."""
CURVE_SHARE = 0.05
N_LONG = 30
CURVE_SHARES = (0.0, 0.02, 0.04, 0.08, 0.16, 0.32)
"""Shares of the curve over the share of replaced words."""
SHARE_WORDS = 250
N_SHARED = 200
SHARE_GROUP = "share"
UNSPUN = f"{SHARE_GROUP} 0 %"


class Article(NamedTuple):
    """Clean text of one register."""

    name: str
    register: str
    text: str


def load_synthetic(
    folder: Path, pack: Path | None = None, unseen: frozenset[str] = frozenset()
) -> list[Dataset]:
    """One set for each share; in each, the families spin the clean articles in turn.

    Parameters
    ----------
    folder : Path
        The data folder.
    pack : Path, optional
        A training pack (``detector train spin``), whose families spin; default:
        ``$DETECTOR_PACK``.
    unseen : frozenset of str
        The families that the models saw nothing of in training.
    """
    from detector.training.pack import load_families, load_types
    from detector.training.spin import Spinner

    pack = pack or named_pack()
    articles = clean_articles(folder)
    types = load_types(pack)
    families = load_families(pack)
    datasets = []
    for load, share in SHARES.items():
        texts = [_clean(article) for article in articles]
        for at, family in enumerate(families):
            spinner = Spinner(types, [family], seed=_SEED)
            first = at * len(articles) // len(families)
            turns = articles[first:] + articles[:first]
            texts += [
                _spun(article, family.name, spinner.spin(article.text, share))
                for article in turns[: N_UNSEEN if family.name in unseen else N_SPUN]
            ]
        title = (
            f"clean dev articles of {ARTICLE_WORDS} words, {share:.0%} of the words replaced, by "
            "family of the synthetic spinner"
        )
        name = f"synthetic-{load}"
        datasets.append(Dataset(name, Kind.FAMILIES, title, tuple(texts), unseen=unseen))
    return datasets


def load_curves(folder: Path, pack: Path | None = None) -> Dataset:
    """Clean dev articles at several lengths, and with more and more of their words replaced.

    Every article is spun by one family, the families in turn. Where more and more is spun, those
    are passed over that know too few of an article's words for the largest share: what they spin
    would stop growing before it.
    """
    from detector.training.pack import load_families, load_types
    from detector.training.spin import Spinner

    pack = pack or named_pack()
    types = load_types(pack)
    spinners = [Spinner(types, [family], seed=_SEED) for family in load_families(pack)]
    texts = []
    for at, article in enumerate(clean_articles(folder, N_LONG, words=max(LENGTHS))):
        document = segment(article.text)
        for length in LENGTHS:
            text = article.text[: int(document.ends[length - 1])]
            spun = spinners[at % len(spinners)].spin(text, CURVE_SHARE).text
            for kind, version in ((False, text), (True, spun)):
                name = f"{article.name}/{length}/{'spun' if kind else 'clean'}"
                group = f"{length} words"
                texts.append(LabelledText(name, version, kind, None, (), article.name, group))
    turns = cycle(spinners)
    for article in clean_articles(folder, N_SHARED, words=SHARE_WORDS):
        spinner = _reaching(max(CURVE_SHARES), article.text, islice(turns, len(spinners)))
        if spinner is None:
            continue
        for share in CURVE_SHARES:
            text = spinner.spin(article.text, share).text if share else article.text
            group = f"{SHARE_GROUP} {share:.0%}".replace("%", " %")
            name = f"{article.name}/{group}"
            texts.append(LabelledText(name, text, share > 0, None, (), article.name, group))
    title = (
        f"clean dev articles cut to {LENGTHS[0]} to {LENGTHS[-1]:,} words, {CURVE_SHARE:.0%} spun; "
        f"articles of {SHARE_WORDS} words, more and more spun"
    )
    return Dataset("curves", Kind.CURVES, title, tuple(texts))


def _reaching(share: float, text: str, spinners: Iterable[Spinner]) -> Spinner | None:
    """The first that can replace this share of the words of a text."""
    return next((spinner for spinner in spinners if spinner.reach(text) >= share), None)


def named_pack() -> Path:
    """The training pack of ``$DETECTOR_PACK``."""
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


def clean_articles(
    folder: Path, limit: int | None = None, *, words: int = ARTICLE_WORDS
) -> list[Article]:
    """Articles of so many words, the registers in turn.

    Consecutive documents of one register are joined, as few as it takes, and cut at the word.
    """
    by_register: dict[str, list[str]] = {}
    for document in load_registers(folder).texts:
        if document.group not in _LEFT_OUT:
            by_register.setdefault(document.group, []).append(document.text)
    columns = [
        list(_joined(register, texts, words)) for register, texts in sorted(by_register.items())
    ]
    rows = zip_longest(*columns)
    return [article for row in rows for article in row if article is not None][:limit]


def _joined(register: str, texts: list[str], words: int) -> Iterator[Article]:
    parts: list[str] = []
    for number, text in enumerate(texts):
        parts.append(text.strip())
        document = segment("\n".join(parts))
        if document.n_tokens >= words:
            end = int(document.ends[words - 1])
            yield Article(f"{register}-{number:03}", register, document.text[:end])
            parts = []
