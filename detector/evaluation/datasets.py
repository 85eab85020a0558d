"""The frozen dev sets of the data folder, read into labelled texts."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from detector.document import Span
from detector.errors import SourceError
from detector.evaluation.labelled import MIN_WORDS, Dataset, Kind, LabelledText, Replaced

DATA_VARIABLE = "DETECTOR_DATA"
SEEDS = Path(__file__).parents[2] / "seeds"

PASTED_PARAGRAPHS = 10
PASTED_TRIALS = 200

# The variety of English that a corpus is written in, where its source tells; register corpora of
# mixed or unknown origin (encyclopedias, abstracts) are not listed.
VARIETIES: Mapping[str, str] = {
    **dict.fromkeys(("bbc_2225", "bbc_zitros", "gds_service_manual"), "British"),
    **dict.fromkeys(
        (
            *("18f_blog", "digitalgov", "tts_handbook", "us_congress_press", "congress_scope"),
            *("whitehouse_releases", "whitehouse_spoken", "medquad_nih", "cia_factbook"),
        ),
        "American",
    ),
    **dict.fromkeys(("abc_au", "au_pm_releases", "au_pm_spoken"), "Australian"),
    **dict.fromkeys(("lk_news_en", "lk_news_long"), "South Asian"),
    "masakhane_news_eng": "African",
}


def default_data_folder() -> Path:
    """``$DETECTOR_DATA``, else the folder ``shared`` beside the working directory's."""
    return Path(os.environ.get(DATA_VARIABLE) or "../shared")


def load_spinbot(folder: Path) -> Dataset:
    """Articles and what SpinBot made of them, with the replaced words by alignment."""
    from detector.training.spans import align_pairs

    rows = list(read_jsonl(folder / "spun/spinbot_dev.jsonl.gz"))
    aligned = align_pairs([(row["orig"], row["spun"]) for row in rows])
    replaced = [tuple(Replaced(*span) for span in spans) for spans in aligned]
    texts = []
    for row, spans in zip(rows, replaced, strict=True):
        cluster = str(row["id"])
        texts.append(LabelledText(f"{cluster}/original", row["orig"], False, (), cluster=cluster))
        texts.append(LabelledText(f"{cluster}/spun", row["spun"], True, spans, cluster=cluster))
    title = "encyclopedia articles, and what SpinBot made of them"
    return Dataset("spinbot", Kind.ARTICLES, title, tuple(texts), paragraphs=True)


def load_pasted(folder: Path) -> Dataset:
    """Clean articles of `PASTED_PARAGRAPHS` paragraphs, one of which is SpinBot's version.

    The paragraphs have 40 words and more, and follow each other in the originals; an article with
    too few is filled up with the next one's. Which one is spun is drawn with a fixed seed.
    """
    rows = read_jsonl(folder / "spun/spinbot_dev.jsonl.gz")
    pairs = [pair for row in rows for pair in _paragraph_pairs(row["orig"], row["spun"])]
    generator = np.random.default_rng(PASTED_PARAGRAPHS)
    texts = []
    last = len(pairs) - PASTED_PARAGRAPHS
    for first in sorted(set(np.linspace(0, last, PASTED_TRIALS, dtype=int).tolist())):
        chosen = pairs[first : first + PASTED_PARAGRAPHS]
        at = int(generator.integers(PASTED_PARAGRAPHS))
        paragraphs = [original for original, _ in chosen]
        start = sum(len(paragraph) + 1 for paragraph in paragraphs[:at])
        paragraphs[at] = chosen[at][1]
        pasted = Span(start, start + len(paragraphs[at]))
        text = "\n".join(paragraphs)
        texts.append(LabelledText(f"{first:04}", text, None, None, (pasted,), f"{first:04}"))
    title = f"clean articles with one SpinBot paragraph among {PASTED_PARAGRAPHS}"
    return Dataset("pasted", Kind.PASTED, title, tuple(texts))


def _paragraph_pairs(original: str, spun: str) -> Iterator[tuple[str, str]]:
    for before, after in zip(original.split("\n"), spun.split("\n"), strict=True):
        if before != after and min(len(before.split()), len(after.split())) >= MIN_WORDS:
            yield before, after


def load_wild(folder: Path) -> Dataset:
    """Spun documents found on the web against honest ones from the same places."""
    texts = [*_indexed(folder / "spun/wild_dev", True), *_indexed(folder / "spun/clean_dev", False)]
    title = "spun documents found on the web, and honest ones from the same places"
    return Dataset("wild", Kind.ARTICLES, title, tuple(texts))


def load_clean_web(folder: Path) -> Dataset:
    """The honest documents alone, by class (native, non-native, literary, technical)."""
    texts = tuple(_indexed(folder / "spun/clean_dev", False))
    return Dataset("clean-web", Kind.CLEAN, "honest documents found on the web", texts)


def _indexed(folder: Path, spun: bool) -> Iterator[LabelledText]:
    for row in read_jsonl(folder / "index.jsonl"):
        yield LabelledText(
            name=f"{folder.name}/{row['file']}",
            text=_read_text(folder / row["file"]),
            spun=spun,
            cluster=row.get("aligned_group") or f"{folder.name}/{row['file']}",
            group=row.get("class") or row.get("spinner_family_guess", "").partition(" ")[0],
        )


def load_registers(folder: Path) -> Dataset:
    """Honest documents of about 400 words by register and corpus."""
    texts = tuple(_by_register(folder / "benchmarks/clean_registers_dev.jsonl.gz"))
    return Dataset("registers", Kind.CLEAN, "honest documents by register", texts)


def load_specialist(folder: Path) -> Dataset:
    """Honest documents of about 240 words of special kinds, many of them no running prose."""
    texts = tuple(_by_register(folder / "benchmarks/specialist_dev.jsonl.gz"))
    return Dataset("specialist", Kind.CLEAN, "honest documents of special kinds", texts)


def _by_register(path: Path) -> Iterator[LabelledText]:
    """Honest texts with their register, corpus and, where it is known, variety of English."""
    for number, row in enumerate(read_jsonl(path)):
        yield LabelledText(
            name=f"{number:03}",
            text=row["text"],
            spun=False,
            cluster=f"{number:03}",
            group=row["register"],
            corpus=row["corpus"],
            variety=VARIETIES.get(row["corpus"], ""),
        )


def load_honest(folder: Path) -> Dataset:
    """A few honest texts that are hard: full of terms, terse, or solemn."""
    texts = [
        LabelledText(row["id"], row["text"], False, cluster=row["id"], group=row["register"])
        for row in read_jsonl(folder / "benchmarks/honest_dev.jsonl")
    ]
    return Dataset("honest", Kind.CLEAN, "hard honest texts", tuple(texts))


def load_handspun(folder: Path) -> Dataset:
    """Articles spun by hand in several manners, and their honest versions.

    A swap that fits its place is uncertain: an editor would not miss it.
    """
    texts = []
    for row in read_jsonl(folder / "benchmarks/handspun_dev.jsonl"):
        replaced = tuple(
            Replaced(Span(*swap), (original,) if original else (), not fits)
            for swap, original, fits in zip(
                row["swaps"], row["originals"], row["fits"], strict=True
            )
        )
        cluster, kind = row["id"], row["kind"]
        texts += [
            LabelledText(f"{cluster}/clean", row["clean"], False, (), (), cluster, kind),
            LabelledText(f"{cluster}/spun", row["spun"], True, replaced, (), cluster, kind),
        ]
    title = "articles spun by hand in several manners, and their honest versions"
    return Dataset("handspun", Kind.ARTICLES, title, tuple(texts))


def load_tortured(folder: Path) -> Dataset:
    """Sentences with a tortured phrase and their originals; rows without their phrase are left out.

    Listed phrases are off: the sentences were found with such a list.
    """
    rows = read_jsonl(folder / "spun/tortured_sentences_dev.jsonl")
    texts = []
    for number, row in enumerate(rows):
        start = row["text"].lower().find(row["phrase"].lower())
        if start >= 0:
            text = LabelledText(
                name=f"{number:04}",
                text=row["text"],
                spun=bool(row["label"]),
                watched=(Span(start, start + len(row["phrase"])),),
                cluster=row["source"].rpartition(":")[2],
                group=row["kind"],
            )
            texts.append(text)
    title = "sentences with a tortured phrase, and their originals; listed phrases off"
    return Dataset("tortured", Kind.PHRASES, title, tuple(texts), lists=False)


def load_founding(folder: Path) -> Dataset:
    """The two founding articles: the first annotated by hand, the second honest.

    They travel with the project; `folder` is asked where the project's own ``seeds`` is missing.
    """
    seeds = SEEDS if SEEDS.is_dir() else folder / "seeds"
    texts = []
    for path in sorted(seeds.glob("*.txt")):
        gold = path.with_suffix(".gold.jsonl")
        replaced = tuple(_annotations(gold)) if gold.exists() else ()
        text = LabelledText(path.stem, _read_text(path), bool(replaced), replaced, (), path.stem)
        texts.append(text)
    if not texts:
        raise _missing(seeds / "*.txt")
    return Dataset("founding", Kind.ANNOTATED, "the two founding articles", tuple(texts))


def _annotations(path: Path) -> Iterator[Replaced]:
    for row in read_jsonl(path):
        span = Span(row["start"], row["end"])
        yield Replaced(span, tuple(row["expected"]), row["certainty"] == "hard")


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON Lines file, gzipped if its name ends in ``.gz``."""
    try:
        content = path.read_bytes()
    except OSError:
        raise _missing(path) from None
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    for line in content.decode("utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def _read_text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except OSError:
        raise _missing(path) from None


def _missing(path: Path) -> SourceError:
    return SourceError(
        str(path),
        f"not found or not readable: give the data folder with --shared or ${DATA_VARIABLE}, or "
        "choose the sets that are there with --sets",
    )
