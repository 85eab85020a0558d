"""The articles that the reliability is calibrated on: clean ones, and spun versions of them.

Clean text comes from the documents that the collocations have not counted
(`detector.training.collocations.HELD_OUT`): what was counted looks cleaner than what an editor will
send. Spun text comes from the families of a training pack and from SpinBot's training pairs, with
a part of its swaps undone, so that SpinBot too spins lightly and heavily.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from detector.document import Span
from detector.segment import segment
from detector.training.collocations import HELD_OUT
from detector.training.encoding import corpus_files, read_documents
from detector.training.pack import Family, load_families, load_types
from detector.training.spans import AlignedSpan, align_pairs
from detector.training.spin.spinner import Spinner, in_case_of

if TYPE_CHECKING:
    from numpy.random import Generator

SHORTEST, LONGEST = 60, 5_000
"""Words of an article; lengths in between are drawn evenly on a logarithmic scale."""

LIGHTEST, HEAVIEST = 0.02, 0.4
"""Share of words replaced by a synthetic family, drawn in the same way."""

MIXED_SHARE = 0.3
"""Share of synthetic spins that draw from several families."""

PARTIAL_SHARE = 0.15
"""Share of synthetic spins that leave most paragraphs alone."""

FEWEST = 4
"""Articles of the smallest register."""

SPINBOT = "spinbot"
_SPINBOT_REGISTER = "encyclopedia"
_SPARE = 6
"""Documents read for each one wanted: enough to draw from, and to join where they are short."""


@dataclass(frozen=True)
class CalibrationArticle:
    """An article, and what was done to it.

    Attributes
    ----------
    name : str
        Unique.
    cluster : str
        The same for an article and its spun version: they are never in different folds.
    register : str
        "news", "fiction"...
    family : str
        What spun it: a family, several joined by "+", or "spinbot"; "" for a clean one.
    text : str
        The text.
    replaced : tuple of Span
        The words that software put there.
    """

    name: str
    cluster: str
    register: str
    family: str
    text: str
    replaced: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Sources:
    """Where the articles come from.

    Attributes
    ----------
    corpora : tuple of Path
        Corpus files named ``REGISTER.NAME.txt``, ``.gz`` or ``.xz``, or folders of them.
    pack : Path
        Training pack, whose families spin.
    pairs : Path or None
        SpinBot's training pairs (``spinbot_train.jsonl.gz``).
    leave_out : frozenset of str
        Families that spin nothing ("spinbot" stands for the pairs).
    """

    corpora: tuple[Path, ...]
    pack: Path
    pairs: Path | None
    leave_out: frozenset[str] = frozenset()


def make_articles(sources: Sources, *, n_articles: int, seed: int) -> list[CalibrationArticle]:
    """Clean articles of all registers, each with a spun version; then SpinBot's.

    A register gives articles by the square root of its size, `FEWEST` at least: newsrooms write
    more than wine merchants, but both are read.

    Parameters
    ----------
    sources : Sources
        Where they come from.
    n_articles : int
        Clean articles from the corpora; SpinBot adds a fifth of that.
    seed : int
        The same seed makes the same articles.
    """
    rng = np.random.default_rng(seed)
    clean = list(_clean_articles(sources.corpora, n_articles, rng))
    families = load_families(sources.pack, sources.leave_out)
    spin = _Spinning(sources.pack, families, seed)
    articles = []
    for article in tqdm(clean, desc="spinning", unit="article"):
        articles += [article, spin.version(article, rng)]
    if sources.pairs is not None and SPINBOT not in sources.leave_out:
        articles += _spinbot_articles(sources.pairs, n_articles // 5, rng)
    return articles


def _clean_articles(
    corpora: Sequence[Path], n_articles: int, rng: Generator
) -> Iterator[CalibrationArticle]:
    by_register: dict[str, list[Path]] = {}
    for path in corpus_files(corpora):
        by_register.setdefault(path.name.partition(".")[0], []).append(path)
    total = np.sqrt([_size(paths) for paths in by_register.values()]).sum()
    for register, paths in tqdm(by_register.items(), desc="reading corpora", unit="register"):
        wanted = max(FEWEST, round(n_articles * float(np.sqrt(_size(paths))) / total))
        # Large corpora give more articles than small ones, but not all of them.
        sizes = np.sqrt([path.stat().st_size for path in paths])
        shares = rng.multinomial(wanted, sizes / sizes.sum())
        for path, count in zip(paths, shares.tolist(), strict=True):
            for number, text in enumerate(_drawn(path, count, rng)):
                name = f"{path.name.removesuffix('.txt.xz')}-{number:03}"
                yield CalibrationArticle(name, name, register, "", text)


def _size(paths: Sequence[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def _drawn(path: Path, count: int, rng: Generator) -> Iterator[str]:
    """`count` articles of a corpus file, each of held-out documents that follow each other."""
    if not count:
        return
    documents = _sampled(path, _SPARE * count, rng)
    at = 0
    for _ in range(count):
        wanted = _log_uniform(SHORTEST, LONGEST, rng)
        parts: list[str] = []
        words = 0
        while words < wanted and at < len(documents):
            parts.append(documents[at].strip())
            words += len(parts[-1].split())
            at += 1
        if words >= SHORTEST:
            yield _cut("\n".join(parts), wanted)


def _sampled(path: Path, count: int, rng: Generator) -> list[str]:
    """Held-out documents, a stretch of `count` or all there are."""
    held_out = [text for number, text in enumerate(read_documents(path)) if number % HELD_OUT == 0]
    first = int(rng.integers(max(len(held_out) - count, 0) + 1))
    return held_out[first : first + count]


def _cut(text: str, words: int) -> str:
    """The first paragraphs, up to about `words` words; the last one cut at a sentence's end."""
    document = segment(text)
    ends = document.sentence_bounds[1:]
    last = int(np.searchsorted(ends, words))
    return text[: int(document.sentence_spans[min(last, len(ends) - 1), 1])]


def _log_uniform(low: float, high: float, rng: Generator) -> int:
    return round(float(np.exp(rng.uniform(np.log(low), np.log(high)))))


class _Spinning:
    """Spins articles as a family does, or several together; each is drawn alike."""

    def __init__(self, pack: Path, families: Sequence[Family], seed: int) -> None:
        self._families = list(families)
        self._spinner = Spinner(load_types(pack), families, seed)

    def version(self, article: CalibrationArticle, rng: Generator) -> CalibrationArticle:
        """A spun version of a clean article."""
        size = int(rng.integers(2, 4)) if rng.random() < MIXED_SHARE else 1
        size = min(size, len(self._families))
        picked = rng.choice(len(self._families), size, replace=False).tolist()
        chosen = [self._families[at] for at in sorted(picked)]
        spinner = self._spinner.drawing_from(chosen)
        share = float(np.exp(rng.uniform(np.log(LIGHTEST), np.log(HEAVIEST))))
        text, replaced = _spun_in_part(article.text, spinner, share, rng)
        return CalibrationArticle(
            f"{article.name}/spun",
            article.cluster,
            article.register,
            "+".join(family.name for family in chosen),
            text,
            replaced,
        )


def _spun_in_part(
    text: str, spinner: Spinner, share: float, rng: Generator
) -> tuple[str, tuple[Span, ...]]:
    """A text spun throughout, or now and then in a few of its paragraphs only."""
    paragraphs = text.splitlines(keepends=True)
    first, last = 0, len(paragraphs)
    if len(paragraphs) > 3 and rng.random() < PARTIAL_SHARE:
        first = int(rng.integers(len(paragraphs)))
        last = first + max(1, round(len(paragraphs) * float(rng.uniform(0.1, 0.5))))
    before, after = "".join(paragraphs[:first]), "".join(paragraphs[last:])
    spun = spinner.spin("".join(paragraphs[first:last]), share)
    offset = len(before)
    replaced = tuple(
        Span(entry.span.start + offset, entry.span.end + offset) for entry in spun.replacements
    )
    return before + spun.text + after, replaced


def _spinbot_articles(path: Path, count: int, rng: Generator) -> Iterator[CalibrationArticle]:
    """Originals, and SpinBot's versions of them with a random share of the swaps undone."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = list(lines)
    chosen = np.sort(rng.choice(len(rows), min(count, len(rows)), replace=False)).tolist()
    pairs = []
    for at in chosen:
        row = json.loads(rows[at])
        pairs.append(_first_lines(row["orig"], row["spun"], _log_uniform(SHORTEST, LONGEST, rng)))
    replaced = align_pairs(pairs)
    for at, (original, spun), spans in zip(chosen, pairs, replaced, strict=True):
        name = f"{SPINBOT}-{at:04}"
        text, kept = _partly_undone(spun, spans, float(rng.uniform(0.1, 1)), rng)
        yield CalibrationArticle(name, name, _SPINBOT_REGISTER, "", original)
        yield CalibrationArticle(f"{name}/spun", name, _SPINBOT_REGISTER, SPINBOT, text, kept)


def _first_lines(original: str, spun: str, words: int) -> tuple[str, str]:
    """The first lines of both sides, up to `words` words or a little more."""
    originals, spuns = original.split("\n"), spun.split("\n")
    counts = np.cumsum([len(line.split()) for line in originals])
    last = int(np.searchsorted(counts, words)) + 1
    return "\n".join(originals[:last]), "\n".join(spuns[:last])


def _partly_undone(
    text: str, replaced: Sequence[AlignedSpan], share: float, rng: Generator
) -> tuple[str, tuple[Span, ...]]:
    """A spun text with about `share` of its swaps left, and where those stand."""
    parts: list[str] = []
    kept: list[Span] = []
    end = length = 0
    for entry in replaced:
        new = entry.span.of(text)
        if entry.expected and rng.random() >= share:
            new = in_case_of(new, entry.expected[0])
        length += entry.span.start - end
        parts += [text[end : entry.span.start], new]
        if entry.certain and new == entry.span.of(text):
            kept.append(Span(length, length + len(new)))
        length += len(new)
        end = entry.span.end
    return "".join([*parts, text[end:]]), tuple(kept)
