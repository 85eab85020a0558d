"""Trains the encoder: windows of a training pack, spun on the fly, to a checkpoint.

A run can be stopped at any time and goes on where its last checkpoint was. Given more steps or
minutes than before it trains longer: the learning rate is a trapezium (warm-up, plateau, linear
cool-down), and the state before the cool-down is kept for that.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray

from detector.training.model import PACKAGE, ReplacedTokenModel, size_of, starting_point
from detector.training.pack import (
    NOTHING,
    Family,
    Pairs,
    Stream,
    Types,
    is_lexical,
    load_families,
    load_pairs,
    load_stream,
    load_types,
)
from detector.training.windows import Recipe, WindowSampler, joined

PLATEAU_ENDS = 0.75
"""Share of a run after which the learning rate falls."""

MAX_FORMS = 20_000
"""Forms that the restoration head knows: 98 % of what SpinBot replaces."""

MANIFEST = "manifest.json"

SPUN_STREAM, ORIGINAL_STREAM = "spinbot_spun.npz", "spinbot_orig.npz"
"""Real spun text in a pack, and its originals."""


@dataclass(frozen=True)
class Training:
    """How to train; `Recipe` says on what.

    Attributes
    ----------
    batch : int
        Windows a step.
    peak : float
        Learning rate of the plateau; the head's is ten times that.
    warm_up : int
        Steps until the plateau.
    decay : float
        Weight decay.
    clip : float
        Largest norm of a gradient.
    frozen : int or None
        How many of the first layers stay as they are, and the embeddings with them: 2 saves a
        quarter of the time on a CPU. None trains everything.
    compile : bool
        Compile the model: a minute of waiting, then twice the speed.
    restoration : float
        Weight in the loss of naming the word that stood there.
    hard : float
        Hard windows added to each step, for each of the batch: clean text in which the model finds
        most.
    candidates : int
        Windows of clean text that the model reads for each hard one.
    taught : float
        Weight of the teacher's word against the label's, where there is a teacher.
    half : bool
        16-bit arithmetic (bfloat16 on an accelerator, float16 on a CPU), float32 weights.
    checkpoint_minutes : float
        How often to save.
    """

    batch: int = 32
    peak: float = 2e-4
    warm_up: int = 100
    decay: float = 0.01
    clip: float = 1.0
    frozen: int | None = None
    compile: bool = True
    restoration: float = 0.04
    hard: float = 0.125
    candidates: int = 8
    taught: float = 0.6
    half: bool = True
    checkpoint_minutes: float = 5.0

    @property
    def n_hard(self) -> int:
        """Hard windows a step."""
        return round(self.hard * self.batch)


@dataclass
class Progress:
    """Where a run is: what a checkpoint stores beside the weights."""

    step: int = 0
    seconds: float = 0.0
    pieces: int = 0
    loss: float = 0.7
    restoration_loss: float = 9.0
    log: list[dict[str, float]] = field(default_factory=list)

    def summary(self) -> dict[str, float]:
        """How far the run has come, for a manifest."""
        return {
            "steps": self.step,
            "minutes": round(self.seconds / 60, 1),
            "pieces": self.pieces,
        }


def train_encoder(
    pack: Path,
    out: Path,
    *,
    start: Path | None = None,
    weights: Path | None = None,
    teacher: Path | None = None,
    leave_out: frozenset[str] = frozenset(),
    steps: int | None = None,
    minutes: float | None = None,
    device: str = "cpu",
    threads: int | None = None,
    workers: int = 1,
    loaders: int = 0,
    resume: bool = True,
    seed: int = 0,
    training: Training | None = None,
    recipe: Recipe | None = None,
    texts: Texts | None = None,
) -> dict[str, Any]:
    """Train on a pack until `steps` or `minutes` are over, whichever comes first.

    Parameters
    ----------
    pack : Path
        Folder that ``detector train spin`` wrote.
    out : Path
        Folder for checkpoints, outside the repository: ``last.pt``, ``plateau.pt`` and
        ``manifest.json``.
    start : Path or None
        Checkpoint of another run to begin with, of the same pack; None begins with `weights`.
    weights : Path or None
        Starting weights that ``detector train weights`` wrote, of the small encoder or of a
        teacher; None: those of `PACKAGE`.
    teacher : Path or None
        Checkpoint of a trained model, of any size and the same pack, whose probabilities are
        targets beside the labels (`Training.taught`).
    leave_out : frozenset of str
        Names of families not to train on, to measure on them afterwards; "spinbot" stands for the
        real spun text.
    steps, minutes : int, float or None
        Length of the run in all, resumed parts included. A run by steps can be repeated exactly on
        the same machine; a run by minutes takes what the machine gives.
    device : str
        Where to train, as torch calls it.
    threads : int or None
        CPU threads.
    resume : bool
        Go on from the checkpoint in `out`, if there is one.
    workers : int
        Processes that train one model together, each with `threads` threads. On a machine that
        others use too, workers of one thread get on far better than one worker of several.
    loaders : int
        Processes that draw windows for an accelerator; 0: a thread of the training process does.
    seed : int
        Of the windows drawn.
    training : Training or None
        How to train.
    recipe : Recipe or None
        How to draw and spin.
    texts : Texts or None
        The opened pack, for several runs of one process.

    Returns
    -------
    dict
        The manifest: how the model was trained, and the log.
    """
    if steps is None and minutes is None:
        raise ValueError("say how long to train: steps, minutes, or both")
    out.mkdir(parents=True, exist_ok=True)
    job = _Job(
        pack=pack,
        out=out,
        start=start,
        weights=weights,
        teacher=teacher,
        leave_out=leave_out,
        length=_Length(steps, minutes),
        device=device,
        threads=threads,
        workers=workers,
        loaders=loaders,
        resume=resume,
        seed=seed,
        training=training or Training(),
        recipe=recipe or Recipe(),
    )
    if workers == 1:
        _work(0, job, texts)
    else:
        torch.multiprocessing.spawn(_work, (job,), nprocs=workers)
    manifest: dict[str, Any] = json.loads((out / MANIFEST).read_text())
    return manifest


@dataclass(frozen=True)
class _Length:
    """How long a run is."""

    steps: int | None
    minutes: float | None

    def share(self, step: int, seconds: float) -> float:
        """How much of the run is behind, 0 to 1 and above."""
        by_steps = step / self.steps if self.steps else 0.0
        by_time = seconds / (60 * self.minutes) if self.minutes else 0.0
        return max(by_steps, by_time)


@dataclass(frozen=True)
class _Job:
    """The arguments of `train_encoder`, for a worker."""

    pack: Path
    out: Path
    start: Path | None
    weights: Path | None
    teacher: Path | None
    leave_out: frozenset[str]
    length: _Length
    device: str
    threads: int | None
    workers: int
    loaders: int
    resume: bool
    seed: int
    training: Training
    recipe: Recipe


def _work(rank: int, job: _Job, texts: Texts | None = None) -> None:
    """Train, as one of several workers; the first one writes."""
    if job.threads:
        torch.set_num_threads(job.threads)
    if job.workers > 1:
        meeting = torch.distributed.FileStore(str(job.out / f"meeting-{os.getppid()}"), job.workers)
        torch.distributed.init_process_group(
            "gloo", store=meeting, rank=rank, world_size=job.workers
        )
    torch.manual_seed(job.seed)
    texts = texts or Texts.open(job.pack)
    run = _Run(job, rank, texts.types)
    # Neither a run that goes on nor one that begins with another's weights reads its windows again.
    seed = [job.seed, run.before.step, run.progress.step, rank]
    sampler = open_sampler(texts, job.recipe, job.leave_out, seed=seed)
    if rank == 0:
        _write_manifest(job, run, sampler)
    run.begin()
    for drawn in batches(sampler, job.training, run.numbers, seed=seed, loaders=job.loaders):
        run.step(drawn)
        if run.share >= 1.0:
            break
    if rank == 0:
        run.save("last.pt")
        _write_manifest(job, run, sampler)
    if job.workers > 1:
        torch.distributed.destroy_process_group()


def restorable(types: Types) -> NDArray[np.int64]:
    """What the restoration head can name: the most frequent words, by frequency, and `NOTHING`."""
    words = (at for at, surface in enumerate(types.surfaces) if is_lexical(surface))
    return np.array([*islice(words, MAX_FORMS - 1), NOTHING], np.int64)


def _write_manifest(job: _Job, run: _Run, sampler: WindowSampler) -> None:
    manifest = {
        "start": _start(job, run),
        "left_out": sorted(job.leave_out),
        "families": [family.name for family in sampler.families],
        "seed": job.seed,
        "device": job.device,
        "workers": job.workers,
        "teacher": None if job.teacher is None else _origin(job.teacher, None),
        "torch": torch.__version__,
        "training": asdict(job.training),
        "recipe": asdict(job.recipe),
        **run.progress.summary(),
        "log": run.progress.log,
    }
    (job.out / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")


def _start(job: _Job, run: _Run) -> Any:
    """What a run began with: the package, other weights, or another run."""
    if job.start is not None:
        return _origin(job.start, run.before)
    return PACKAGE if job.weights is None else job.weights.name


def _origin(checkpoint: Path, progress: Progress | None) -> dict[str, Any]:
    """Another run's manifest without its log.

    How far that run had come says its checkpoint (`progress`): a run that was stopped left the
    manifest of its beginning.
    """
    manifest = json.loads((checkpoint.parent / MANIFEST).read_text(encoding="utf-8"))
    if progress is not None:
        manifest |= progress.summary()
    return {name: value for name, value in manifest.items() if name != "log"}


@dataclass(frozen=True)
class Texts:
    """A training pack, read once for several runs.

    Attributes
    ----------
    types : Types
        The vocabulary.
    clean : Stream
        All shards of clean text.
    spun, original : Stream or None
        Real spun text and its originals.
    families : tuple of Family
        All of them.
    pairs : Pairs or None
        What stands side by side in clean text.
    """

    types: Types
    clean: Stream
    spun: Stream | None
    original: Stream | None
    families: tuple[Family, ...]
    pairs: Pairs | None

    @classmethod
    def open(cls, pack: Path) -> Self:
        """Read a pack; pairs that did not travel with it are counted again."""
        clean = joined(load_stream(path) for path in sorted(pack.glob("shard-*.npz")))
        spun, original = (
            load_stream(pack / name) if (pack / name).exists() else None
            for name in (SPUN_STREAM, ORIGINAL_STREAM)
        )
        return cls(
            types=load_types(pack),
            clean=clean,
            spun=spun,
            original=original,
            families=tuple(load_families(pack)),
            pairs=load_pairs(pack) or Pairs.of(clean.ids),
        )


def open_sampler(
    texts: Texts, recipe: Recipe, leave_out: frozenset[str], *, seed: int | list[int]
) -> WindowSampler:
    """A sampler over everything in a pack but what is left out."""
    real = "spinbot" not in leave_out
    return WindowSampler(
        texts.types,
        texts.clean,
        [family for family in texts.families if family.name not in leave_out],
        recipe,
        spun=texts.spun if real else None,
        original=texts.original if real else None,
        pairs=texts.pairs,
        seed=seed,
    )


class Drawn(NamedTuple):
    """Windows for one step as tensors.

    Attributes
    ----------
    ids, labels, weights : tensor, shape (n_windows, length)
        As in `Batch`.
    candidates : tensor, shape (n_candidates, length)
        Windows of clean text, the hardest of which are trained on as well.
    counted : tensor, shape (n_candidates, length)
        Their weights.
    places : tensor, shape (n_restored,)
        Where a word stands whose original the restoration head can name, in flattened windows.
    originals : tensor, shape (n_restored,)
        The number of that original.
    """

    ids: Any
    labels: Any
    weights: Any
    candidates: Any
    counted: Any
    places: Any
    originals: Any


def batches(
    sampler: WindowSampler,
    training: Training,
    numbers: NDArray[np.int64],
    *,
    seed: list[int],
    loaders: int = 0,
) -> Iterator[Drawn]:
    """What each step trains on, without end; the next is drawn while the model works on this.

    Parameters
    ----------
    sampler : WindowSampler
        Draws the windows.
    training : Training
        How many.
    numbers : ndarray of int64, shape (n_types,)
        The number under which the restoration head knows each type; -1 where it does not.
    seed : list of int
        Of the draws of the loaders.
    loaders : int
        Processes that draw; 0: a thread does.
    """
    windows = _Windows(sampler, training, numbers, seed)
    if loaders:
        sampler.index()
        yield from torch.utils.data.DataLoader(
            windows,
            batch_size=None,
            num_workers=loaders,
            prefetch_factor=8,
            pin_memory=torch.accelerator.is_available(),
        )
    with ThreadPoolExecutor(1) as pool:
        coming: Future[Drawn] = pool.submit(windows.draw)
        while True:
            drawn = coming.result()
            coming = pool.submit(windows.draw)
            yield drawn


class _Windows(torch.utils.data.IterableDataset):  # type: ignore[misc]
    """Draws windows, in any number of processes: each has draws of its own."""

    def __init__(
        self,
        sampler: WindowSampler,
        training: Training,
        numbers: NDArray[np.int64],
        seed: list[int],
    ) -> None:
        super().__init__()
        self._sampler, self._training, self._numbers = sampler, training, numbers
        self._seed = seed

    def __iter__(self) -> Iterator[Drawn]:
        worker = torch.utils.data.get_worker_info()
        if worker is not None:
            self._sampler.reseed([*self._seed, worker.id])
        while True:
            yield self.draw()

    def draw(self) -> Drawn:
        """The windows of the next step."""
        training = self._training
        batch = self._sampler.batch(training.batch)
        candidates = self._sampler.clean(training.n_hard * training.candidates)
        origins = batch.origins.ravel()
        named = np.where(origins >= 0, self._numbers[np.maximum(origins, 0)], -1)
        (places,) = np.nonzero(named >= 0)
        return Drawn(
            *(
                torch.from_numpy(array)
                for array in (
                    *(batch.ids, batch.labels, batch.weights),
                    *(candidates.ids, candidates.weights),
                    *(places, named[places]),
                )
            )
        )


def load_model(
    checkpoint: Path, n_forms: int, device: str = "cpu"
) -> tuple[ReplacedTokenModel, Progress]:
    """The model of a checkpoint, and how far its run had come."""
    state = torch.load(checkpoint, weights_only=True, map_location=device)
    model = ReplacedTokenModel(n_forms, size_of(state["model"]))
    model.load_state_dict(state["model"])
    return model.to(device), Progress(**state["progress"])


NOTED = 50
"""Steps from one line of the log to the next."""


class _Run:
    """The state of a run: model, optimiser, progress."""

    def __init__(self, job: _Job, rank: int, types: Types) -> None:
        self.training, self.out, self.device = job.training, job.out, job.device
        self.length, self.workers, self.rank = job.length, job.workers, rank
        forms = restorable(types)
        # Which types the restoration head knows, by number; -1 for the others.
        self.numbers = np.full(len(types.surfaces), -1, np.int64)
        self.numbers[forms] = np.arange(len(forms))
        self.before = Progress()
        if job.start is not None:
            self.model, self.before = load_model(job.start, len(forms), self.device)
        else:
            self.model = starting_point(len(forms), job.weights).to(self.device)
        self.teacher = self._teacher(job.teacher, len(forms))
        if self.training.frozen is not None:
            self.model.freeze(self.training.frozen)
        trained = [(name, p) for name, p in self.model.named_parameters() if p.requires_grad]
        self.trained = [parameter for _, parameter in trained]
        groups = []
        for prefix, factor, decay in (
            ("head.", 10.0, 0.0),
            ("restore.", 5.0, 0.0),
            ("layers.", 1.0, self.training.decay),
            (("pieces.", "positions.", "norm."), 1.0, self.training.decay),
        ):
            part = [parameter for name, parameter in trained if name.startswith(prefix)]
            if part:
                groups.append({"params": part, "factor": factor, "weight_decay": decay})
        rate = self.training.peak
        self.optimiser = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)
        kind = torch.device(self.device).type
        self.dtype = torch.float16 if kind == "cpu" else torch.bfloat16
        scaled = self.training.half and self.dtype == torch.float16
        self.scaler = torch.amp.GradScaler(kind, enabled=scaled, init_scale=2.0**12)
        self.progress = Progress()
        if job.resume:
            self._resume()
        self.clock = self.progress.seconds
        self.share = self.length.share(self.progress.step, self.clock)
        self.plateau_saved = self.share >= PLATEAU_ENDS
        if self.training.compile:
            self.model.compile_layers()
        self.recent: list[Any] = []
        self.begin()

    def begin(self) -> None:
        """Start the clocks."""
        self.noted_at = self.spent_since = self.saved_at = time.monotonic()

    def _teacher(self, checkpoint: Path | None, n_forms: int) -> ReplacedTokenModel | None:
        if checkpoint is None:
            return None
        teacher, _ = load_model(checkpoint, n_forms, self.device)
        teacher.eval().requires_grad_(False)
        if self.training.compile:
            teacher.compile_layers()
        return teacher

    def step(self, drawn: Drawn) -> None:
        """One step of the optimiser, on the windows drawn and the hardest of the candidates."""
        self._set_rate()
        drawn = Drawn(*(tensor.to(self.device, non_blocking=True) for tensor in drawn))
        ids, labels, weights = drawn.ids, drawn.labels, drawn.weights
        if self.training.n_hard:
            hardest = self._hardest(drawn)
            ids = torch.cat([ids, drawn.candidates[hardest]])
            weights = torch.cat([weights, drawn.counted[hardest]])
            labels = torch.cat([labels, torch.zeros_like(drawn.counted[hardest])])
        targets, weights = self._targets(ids, labels, weights)
        with self._autocast():
            logits, vectors = self.model(ids)
        losses = torch.nn.functional.binary_cross_entropy_with_logits(
            logits.float(), targets, reduction="none"
        )
        detection = (losses * weights).sum() / (weights > 0).sum()
        restoration = self._restoration(vectors, drawn)
        loss = detection + self.training.restoration * restoration
        self.scaler.scale(loss).backward()
        self._meet()
        self.scaler.unscale_(self.optimiser)
        torch.nn.utils.clip_grad_norm_(self.trained, self.training.clip)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.optimiser.zero_grad()
        # Reading a loss would make the accelerator wait for the next step: they are read later.
        self.recent.append(torch.stack([detection.detach(), restoration.detach()]))
        self._note(ids.numel())
        self.share = self.length.share(self.progress.step, self.clock)

    def _targets(self, ids: Any, labels: Any, weights: Any) -> tuple[Any, Any]:
        """What the model ought to say, and how much each word counts.

        A teacher's probabilities temper the labels. It alone judges swaps whose label was dropped
        because they fit as well as the original did.
        """
        if self.teacher is None:
            return labels, weights
        taught = self.training.taught
        with torch.no_grad(), self._autocast():
            said, _ = self.teacher(ids)
        said = said.float().sigmoid()
        dropped = (labels == 1) & (weights == 0)
        targets = torch.where(dropped, said, taught * said + (1 - taught) * labels)
        return targets, torch.where(dropped, taught, weights)

    def _hardest(self, drawn: Drawn) -> Any:
        """Which windows of clean text the model takes for spun most, shape (n_hard,).

        By the sum of squared probabilities: a few confident errors weigh more than many doubts,
        and a single one, which may be the text's own, not more than it should.
        """
        with torch.no_grad(), self._autocast():
            logits, _ = self.model(drawn.candidates)
        p = logits.float().sigmoid() * drawn.counted
        return p.square().sum(1).topk(self.training.n_hard).indices

    def _restoration(self, vectors: Any, drawn: Drawn) -> Any:
        """Cross entropy of the words that stood where one was replaced."""
        if not self.training.restoration:
            return torch.zeros((), device=vectors.device)
        places, originals = drawn.places, drawn.originals
        if not len(places):  # nothing to learn from, but every worker needs gradients
            places = torch.zeros(1, dtype=torch.long, device=vectors.device)
            originals = places - 1
        with self._autocast():
            scores = self.model.restore(vectors.flatten(0, 1)[places])
        return torch.nn.functional.cross_entropy(
            scores.float(), originals, ignore_index=-1, reduction="sum"
        ) / len(places)

    def _meet(self) -> None:
        """Average the gradients of all workers; the first worker's clock is everybody's."""
        self.clock = self.progress.seconds
        if self.workers == 1:
            return
        gradients = [parameter.grad for parameter in self.trained]
        clock = torch.tensor([self.clock if self.rank == 0 else 0.0])
        everything = torch.cat([*(gradient.flatten() for gradient in gradients), clock])
        torch.distributed.all_reduce(everything)
        self.clock = float(everything[-1])
        at = 0
        for gradient in gradients:
            size = gradient.numel()
            gradient.copy_(everything[at : at + size].view_as(gradient)).div_(self.workers)
            at += size

    @contextmanager
    def _autocast(self) -> Iterator[None]:
        kind = torch.device(self.device).type
        with torch.autocast(kind, self.dtype, enabled=self.training.half):
            yield

    def _set_rate(self) -> None:
        share = self.share
        if share >= PLATEAU_ENDS and not self.plateau_saved:
            self.save("plateau.pt")
            self.plateau_saved = True
        falling = max(1.0 - share, 0.0) / (1.0 - PLATEAU_ENDS)
        rising = (self.progress.step + 1) / self.training.warm_up
        for group in self.optimiser.param_groups:
            group["lr"] = self.training.peak * group["factor"] * min(1.0, rising, falling)

    def _note(self, n_pieces: int) -> None:
        progress, now = self.progress, time.monotonic()
        progress.step += 1
        progress.pieces += n_pieces * self.workers
        progress.seconds += now - self.noted_at
        self.noted_at = now
        if progress.step % NOTED == 0:
            progress.loss, progress.restoration_loss = torch.stack(self.recent).mean(0).tolist()
            spent = time.monotonic() - self.spent_since
            self.spent_since = time.monotonic()
            if self.rank == 0:
                self._log(round(n_pieces * self.workers * len(self.recent) / spent))
            self.recent.clear()
        if time.monotonic() - self.saved_at > 60 * self.training.checkpoint_minutes:
            self.save("last.pt")
            self.saved_at = time.monotonic()

    def _log(self, pieces_per_second: int) -> None:
        progress = self.progress
        entry = {
            "step": progress.step,
            "minutes": round(progress.seconds / 60, 2),
            "pieces": progress.pieces,
            "loss": round(progress.loss, 5),
            "restoration_loss": round(progress.restoration_loss, 4),
            "pieces_per_second": pieces_per_second,
        }
        progress.log.append(entry)
        with (self.out / "log.jsonl").open("a") as log:
            log.write(json.dumps(entry) + "\n")

    def save(self, name: str) -> None:
        """Write a checkpoint; a half-written one never stands under its name."""
        if self.rank:
            return
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "progress": asdict(self.progress),
            "cooled": name == "last.pt" and self.share >= PLATEAU_ENDS,
        }
        partial = self.out / f"{name}.partial"
        torch.save(state, partial)
        partial.rename(self.out / name)

    def _resume(self) -> None:
        """Load the latest checkpoint that lies before this run's cool-down."""
        for name in ("last.pt", "plateau.pt"):
            path = self.out / name
            if not path.exists():
                continue
            state = torch.load(path, weights_only=True, map_location=self.device)
            progress = Progress(**state["progress"])
            share = self.length.share(progress.step, progress.seconds)
            if state.get("cooled", False) and share < PLATEAU_ENDS:
                continue
            self.model.load_state_dict(state["model"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.scaler.load_state_dict(state["scaler"])
            self.progress = progress
            return
