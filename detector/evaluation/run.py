"""`detector evaluate`: loads the sets, runs the scorers, collects the figures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from tqdm import tqdm

from detector.encoder import Encoder
from detector.errors import ConfigError, DetectorError, SourceError
from detector.evaluation.baselines import baselines
from detector.evaluation.datasets import (
    default_data_folder,
    load_clean_web,
    load_founding,
    load_handspun,
    load_honest,
    load_pasted,
    load_registers,
    load_specialist,
    load_spinbot,
    load_tortured,
    load_wild,
)
from detector.evaluation.evaluation import DatasetSummary, Evaluation, FindingKey, Skipped
from detector.evaluation.grammar import grammar_figures
from detector.evaluation.labelled import Dataset, Kind, pooled
from detector.evaluation.languagetool import LanguageToolBaseline
from detector.evaluation.languagetool import grammar_server as open_grammar_server
from detector.evaluation.measures import LEARNERS, measure
from detector.evaluation.sample import Figure, Sample
from detector.evaluation.scorers import Judgement, Scorer, open_detector
from detector.evaluation.substitutes import load_swords
from detector.evaluation.synthetic import load_curves, load_synthetic
from detector.evaluation.userdata import load_user_data
from detector.grammar import Grammar
from detector.pipeline import Detector
from detector.resources import Resources

Loader = Callable[[Path], Dataset | list[Dataset]]

SETS: dict[str, Loader] = {
    "founding": load_founding,
    "spinbot": load_spinbot,
    "pasted": load_pasted,
    "wild": load_wild,
    "tortured": load_tortured,
    "swords": load_swords,
    "registers": load_registers,
    "specialist": load_specialist,
    "honest": load_honest,
    "handspun": load_handspun,
    "clean-web": load_clean_web,
    "synthetic": load_synthetic,
    "curves": load_curves,
}
"""The dev sets of the data folder, in the order of the table."""

SEED = 2026
REPLICATES = 300
QUICK_REPLICATES = 100
QUICK_TEXTS = 60
"""With ``--quick``, about as many texts of each set."""


def run(
    *,
    shared: Path | None = None,
    data: Path | None = None,
    sets: Collection[str] = (),
    pack: Path | None = None,
    quick: bool = False,
    models: Path | None = None,
    with_baselines: bool = True,
    grammar: bool = False,
    grammar_server: str | None = None,
    jobs: int = 1,
    progress: bool = True,
) -> Evaluation:
    """Measure the product, and the baselines beside it.

    Parameters
    ----------
    shared : Path, optional
        The data folder; default: ``$DETECTOR_DATA``, else ``../shared``.
    data : Path, optional
        A user's labelled texts (`detector.evaluation.userdata`). Without `sets`, only they are
        measured.
    sets : collection of str
        Names of `SETS` to measure; none means all.
    pack : Path, optional
        Training pack of the synthetic spinner; default: ``$DETECTOR_PACK``.
    quick : bool
        Measure on a sample of each set.
    models : Path, optional
        Folder of models; default: as for `Detector`.
    with_baselines : bool
        Whether to measure the baselines too.
    grammar : bool
        Whether to measure what the option ``grammar`` adds and costs, on some texts of each set.
    grammar_server : str, optional
        URL of a LanguageTool server, a slow baseline (about 1,400 words a second); default:
        ``$DETECTOR_GRAMMAR_SERVER``, else a server of the installation in ``$LTP_PATH``, else that
        column is left out.
    jobs : int
        Number of processes that run the product; the figures do not depend on it.
    progress : bool
        Whether to show a progress bar on standard error.

    Raises
    ------
    ConfigError
        If a name in `sets` is unknown, or nothing is left to measure.
    ModelError, SourceError
        If models or the user's data cannot be read. A missing dev set is left out, with its reason.
    """
    folder = shared or default_data_folder()
    product = open_detector(models, jobs=jobs)
    resources = product.detector.resources
    datasets, skipped = load_datasets(folder, data, sets, pack, families_left_out(resources))
    if quick:
        datasets = [dataset.sample(QUICK_TEXTS, SEED) for dataset in datasets]
    if together := pooled(datasets):
        datasets.append(together)
    with ExitStack() as servers:
        scorers: list[Scorer] = [product]
        if with_baselines:
            try:
                honest = honest_texts(folder)
            except SourceError as error:
                skipped.append(Skipped("baselines", str(error)))
            else:
                scorers += baselines(resources, honest)
        server = None
        if with_baselines or grammar:
            try:
                server = servers.enter_context(open_grammar_server(grammar_server))
            except SourceError as error:
                skipped.append(Skipped("LanguageTool", error.reason))
        if with_baselines and server is not None:
            scorers.append(LanguageToolBaseline(server))
        measured = evaluate(
            datasets,
            scorers,
            model_version=resources.manifest.model_version,
            quick=quick,
            skipped=skipped,
            progress=progress,
            trained_on=_trained_on(resources.encoder),
        )
        if not grammar or server is None:
            return measured
        return _with_grammar(measured, datasets, product.detector, server)


def _with_grammar(
    measured: Evaluation, datasets: Sequence[Dataset], detector: Detector, server: str
) -> Evaluation:
    """With the figures of the option ``grammar``; what fails there costs no other figure."""
    try:
        config = replace(detector.config, grammar=True, grammar_server=server)
        more = grammar_figures(
            datasets,
            detector.score_many,
            Detector(config, models=detector.resources.folder).score_many,
            Grammar(server).matches,
            replicates=measured.replicates,
            seed=measured.seed,
        )
        return replace(measured, figures=(*measured.figures, *more))
    except DetectorError as error:
        return replace(measured, skipped=(*measured.skipped, Skipped("grammar", str(error))))


def _trained_on(encoder: Encoder | None) -> str:
    """Which spinners the encoder saw in training, for the reader of figures on seen ones."""
    if encoder is None:
        return "No encoder: the collocations judge."
    trained = encoder.facts.get("trained", {})
    seen = ", ".join(trained.get("families", ())) or "unknown"
    left_out = ", ".join(trained.get("left_out", ())) or "none"
    return f"Encoder trained on the spinner families {seen}; left out: {left_out}."


def families_left_out(resources: Resources) -> frozenset[str]:
    """The spinner families that neither the encoder nor the reliability saw in training."""
    if resources.encoder is None or resources.reliability is None:
        return frozenset()
    of_encoder = resources.encoder.facts.get("trained", {}).get("left_out", ())
    return resources.reliability.left_out.intersection(of_encoder)


def load_datasets(
    folder: Path,
    data: Path | None,
    sets: Collection[str],
    pack: Path | None = None,
    unseen: frozenset[str] = frozenset(),
) -> tuple[list[Dataset], list[Skipped]]:
    """The sets asked for, and those that are not there; `unseen` as for `load_synthetic`."""
    if unknown := sorted(set(sets) - SETS.keys()):
        raise ConfigError(
            f"there is no set named {', '.join(unknown)}: the sets are {', '.join(SETS)}"
        )
    datasets = [] if data is None else [load_user_data(data)]
    wanted = [name for name in SETS if name in sets or (not sets and data is None)]
    loaders = SETS | {
        "synthetic": partial(load_synthetic, pack=pack, unseen=unseen),
        "curves": partial(load_curves, pack=pack),
    }
    skipped = []
    for name in wanted:
        try:
            loaded = loaders[name](folder)
        except (SourceError, ImportError) as error:
            skipped.append(Skipped(name, str(error)))
        else:
            datasets += loaded if isinstance(loaded, list) else [loaded]
    if not datasets:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in skipped)
        raise ConfigError(f"there is nothing to measure on ({reasons})")
    return datasets, skipped


def honest_texts(folder: Path) -> list[str]:
    """Every fourth honest document by register, learners' essays left out.

    Some 75,000 words: enough to set the baselines' thresholds by, and quickly judged.
    """
    honest = [text.text for text in load_registers(folder).texts if text.group != LEARNERS]
    return honest[::4]


def evaluate(
    datasets: Sequence[Dataset],
    scorers: Sequence[Scorer],
    *,
    model_version: str,
    quick: bool = False,
    skipped: Sequence[Skipped] = (),
    progress: bool = False,
    replicates: int | None = None,
    seed: int = SEED,
    trained_on: str = "",
) -> Evaluation:
    """Judge every set with every scorer; the first one is the product."""
    replicates = replicates or (QUICK_REPLICATES if quick else REPLICATES)
    figures: list[Figure] = []
    findings: list[FindingKey] = []
    summaries: list[DatasetSummary] = []
    for scorer in scorers:
        judged = judge_all(scorer, datasets, progress=progress)
        for dataset in datasets:
            judgements = [judged[text.text, dataset.lists] for text in dataset.texts]
            figures += measure(Sample(dataset, scorer.name, judgements, replicates, seed))
            if scorer is scorers[0]:
                findings += _keys(dataset, judgements)
                summaries.append(_summary(dataset, judgements))
    return Evaluation(
        model_version=model_version,
        replicates=replicates,
        seed=seed,
        quick=quick,
        datasets=tuple(summaries),
        scorers=tuple(scorer.name for scorer in scorers),
        figures=tuple(figures),
        findings=tuple(findings),
        skipped=tuple(skipped),
        trained_on=trained_on,
    )


def judge_all(
    scorer: Scorer, datasets: Iterable[Dataset], *, progress: bool
) -> dict[tuple[str, bool], Judgement]:
    """A judgement for each text, and for whether lists may help; texts of several sets once."""
    wanted: dict[bool, dict[str, None]] = {True: {}, False: {}}
    for dataset in datasets:
        wanted[dataset.lists].update((text.text, None) for text in dataset.texts)
    total = sum(len(text) for texts in wanted.values() for text in texts)
    judged: dict[tuple[str, bool], Judgement] = {}
    with tqdm(
        total=total, desc=scorer.name, unit="char", unit_scale=True, disable=not progress
    ) as bar:
        for lists, texts in wanted.items():
            judgements = scorer.judge(list(texts), lists=lists)
            for text, judgement in zip(texts, judgements, strict=True):
                judged[text, lists] = judgement
                bar.update(len(text))
    return judged


def _keys(dataset: Dataset, judgements: Sequence[Judgement]) -> Iterator[FindingKey]:
    if dataset.kind is Kind.POOLED:  # their own sets have them
        return
    for text, judgement in zip(dataset.texts, judgements, strict=True):
        for span, *_ in judgement.flagged:
            yield FindingKey(dataset.name, text.name, text.group, *span, span.of(text.text))


def _summary(dataset: Dataset, judgements: Sequence[Judgement]) -> DatasetSummary:
    spun = [text.spun for text in dataset.texts]
    words = sum(judgement.document.n_words for judgement in judgements)
    return DatasetSummary(dataset.name, dataset.title, spun.count(True), spun.count(False), words)
