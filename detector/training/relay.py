"""Minutes of an accelerator into two encoders: the shipped one and the one that is measured.

Four runs, one after the other, in shares of the time that there is:

1. a *teacher* of twelve layers, without the families that are left out;
2. the *unseen* encoder, which learns from the labels and from that teacher;
3. the teacher goes on with all families;
4. the *shipped* encoder goes on from the unseen one, from before its cool-down, with that teacher.

So the two differ in the left-out families and in nothing else that could be helped.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from detector.training.encoder import Texts, Training, train_encoder
from detector.training.windows import Recipe

LEFT_OUT = frozenset({"spinbot", "spinbot_table", "wordnet", "phrases"})
"""What the unseen encoder must not know: SpinBot in any form, and a thesaurus."""

SHARES = {"teacher": 0.31, "unseen": 0.41, "teacher_all": 0.07, "shipped": 0.21}
"""Parts of the time, in order."""


TEACHER = Training(
    batch=384, peak=1e-4, warm_up=60, restoration=0.0, hard=1 / 16, checkpoint_minutes=60
)
SMALL = Training(batch=256, peak=5e-4, warm_up=200, checkpoint_minutes=60)
"""Batches that fill an accelerator, and learning rates that go with them."""


AT_LEAST = 0.01
"""Minutes of a run for which no time is left."""


def relay(
    pack: Path,
    out: Path,
    *,
    small: Path,
    base: Path,
    minutes: float,
    device: str = "cuda",
    loaders: int = 12,
    seed: int = 0,
    teacher: Training = TEACHER,
    encoder: Training = SMALL,
    recipe: Recipe | None = None,
) -> None:
    """Train teacher, unseen and shipped encoder within `minutes`, reading the pack included.

    Parameters
    ----------
    pack : Path
        Training pack.
    out : Path
        A folder of checkpoints for each run is made in it.
    small, base : Path
        Starting weights, from ``detector train weights``.
    minutes : float
        From now on, in all.
    device : str
        As torch calls it.
    loaders : int
        Processes that draw windows.
    seed : int
        Of the windows drawn.
    teacher, encoder : Training
        How to train them.
    recipe : Recipe or None
        How to draw and spin.
    """
    until = time.monotonic() + 60 * minutes
    texts = Texts.open(pack)
    left = 1.0

    def run(name: str, training: Training, **how: Path | frozenset[str] | None) -> Path:
        nonlocal left
        share = SHARES[name] / left
        left -= SHARES[name]
        train_encoder(
            pack,
            out / name,
            minutes=max(share * (until - time.monotonic()) / 60, AT_LEAST),
            device=device,
            loaders=loaders,
            seed=seed,
            training=training,
            recipe=recipe,
            texts=texts,
            **how,  # type: ignore[arg-type]
        )
        return out / name / "last.pt"

    first = run("teacher", teacher, weights=base, leave_out=LEFT_OUT)
    unseen = run("unseen", encoder, weights=small, teacher=first, leave_out=LEFT_OUT)
    second = run("teacher_all", replace(teacher, peak=teacher.peak / 2), start=first)
    plateau = unseen.with_name("plateau.pt")
    run("shipped", encoder, start=plateau if plateau.exists() else unseen, teacher=second)
