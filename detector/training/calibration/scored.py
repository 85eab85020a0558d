"""Calibration articles read by the models, each once: what a folder holds is not read again.

Its files are keyed by the articles and by what read them (`detector.training.calibration.keys`):
with a new encoder everything is read again, with new thresholds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detector.config import Config
from detector.document import Span
from detector.evidence import ArticleEvidence
from detector.pipeline import Detector
from detector.training.calibration.articles import CalibrationArticle, Sources, make_articles
from detector.training.calibration.keys import digest, making_key, reading_key

FORMAT = 1
FLOOR = 0.2
"""Findings are recorded from this probability up: the default threshold is sought above it."""

_CHUNK = 24
_ARRAYS = tuple(field.name for field in fields(ArticleEvidence) if field.name != "text")


@dataclass(frozen=True, eq=False)
class ScoredArticle:
    """An article, its evidence, and the probabilities of its findings from `FLOOR` up.

    `replaced` says of each running word whether software put it there, shape (n_words,).
    """

    article: CalibrationArticle
    evidence: ArticleEvidence
    findings: NDArray[np.float32]
    replaced: NDArray[np.bool_]


def cached_articles(
    sources: Sources, *, n_articles: int, seed: int, cache: Path
) -> list[CalibrationArticle]:
    """`make_articles`, or what it made before, from ``articles-KEY.jsonl`` in `cache`."""
    settings = (FORMAT, sorted(sources.leave_out), n_articles, seed)
    key = making_key(sources.corpora, sources.pack, sources.pairs, settings)
    path = cache / f"articles-{key}.jsonl"
    if not path.exists():
        articles = make_articles(sources, n_articles=n_articles, seed=seed)
        cache.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(article)) + "\n" for article in articles)
        partial.rename(path)
    with path.open(encoding="utf-8") as file:
        return [_article(json.loads(line)) for line in file]


def _article(row: dict[str, Any]) -> CalibrationArticle:
    return CalibrationArticle(**(row | {"replaced": tuple(Span(*s) for s in row["replaced"])}))


def score_articles(
    articles: Sequence[CalibrationArticle], *, models: Path, cache: Path, jobs: int
) -> list[ScoredArticle]:
    """Read the articles with the models of a folder.

    Parameters
    ----------
    articles : sequence of CalibrationArticle
        What to read.
    models : Path
        The folder of models; a reliability in it plays no part.
    cache : Path
        Folder for what was read, one file for `_CHUNK` articles; a run that was stopped goes on.
    jobs : int
        Number of processes.
    """
    chunks = [articles[at : at + _CHUNK] for at in range(0, len(articles), _CHUNK)]
    key = reading_key(models, (FORMAT, _config()))
    paths = [cache / f"scored-{key}-{digest(*(a.text for a in chunk))}.npz" for chunk in chunks]
    cache.mkdir(parents=True, exist_ok=True)
    missing = [pair for pair in zip(chunks, paths, strict=True) if not pair[1].exists()]
    if missing:
        context = get_context("spawn")
        with ProcessPoolExecutor(jobs, context, _open, (models,)) as pool:
            texts = [([article.text for article in chunk], path) for chunk, path in missing]
            done = pool.map(_score_here, texts)
            for _ in tqdm(done, total=len(missing), desc="reading", unit=f"x {_CHUNK} articles"):
                pass
    pairs = zip(chunks, paths, strict=True)
    return [scored for chunk, path in pairs for scored in _load(chunk, path)]


def _config() -> Config:
    return Config(min_probability=FLOOR)


# The detector of a worker process, which does nothing else.
_here: list[Detector] = []


def _open(models: Path) -> None:
    _here.append(Detector(_config(), models=models))


def _score_here(task: tuple[Sequence[str], Path]) -> None:
    texts, path = task
    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in (*_ARRAYS, "findings")}
    for report, evidence in _here[0].weigh(texts):
        for name in _ARRAYS:
            columns[name].append(np.empty(0) if evidence is None else getattr(evidence, name))
        found = [finding.probability for finding in report.findings]
        columns["findings"].append(np.array(found, dtype=np.float32))
    arrays = {f"{name}.{at}": a for name, column in columns.items() for at, a in enumerate(column)}
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, allow_pickle=False, **arrays)
    partial.rename(path)


def _load(chunk: Sequence[CalibrationArticle], path: Path) -> Iterator[ScoredArticle]:
    with np.load(path, allow_pickle=False) as arrays:
        for at, article in enumerate(chunk):
            found = {name: arrays[f"{name}.{at}"] for name in _ARRAYS}
            if not len(found["p"]):  # skipped: no English prose
                continue
            evidence = ArticleEvidence(text=article.text, **found)
            replaced = _replaced(article, evidence)
            yield ScoredArticle(article, evidence, arrays[f"findings.{at}"], replaced)


def _replaced(article: CalibrationArticle, evidence: ArticleEvidence) -> NDArray[np.bool_]:
    """Whether each word starts inside a replaced span."""
    starts = evidence.starts
    spans = np.array(article.replaced, dtype=np.int64).reshape(-1, 2)
    at = np.searchsorted(spans[:, 0], starts, side="right") - 1
    inside: NDArray[np.bool_] = np.zeros(len(starts), dtype=np.bool_)
    known = at >= 0
    inside[known] = starts[known] < spans[at[known], 1]
    return inside
