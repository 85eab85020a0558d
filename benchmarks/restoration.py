"""What restoration costs, as a share of the scoring time.

    python benchmarks/restoration.py [--articles 10]

Scores articles that SpinBot spun, and their originals, with the shipped models, and counts the
processor time inside the restorer. Needs the data folder (`$DETECTOR_DATA`, else ../shared).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from threadpoolctl import threadpool_limits

from detector import Detector
from detector.evaluation.datasets import default_data_folder, read_jsonl
from detector.restoration import Restorer

TIMED = ("candidates", "phrases")


class Clock:
    """Processor time spent in some methods of the restorer."""

    def __init__(self) -> None:
        self.seconds = 0.0
        for name in TIMED:
            setattr(Restorer, name, self._timed(getattr(Restorer, name)))

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **options: Any) -> Any:
            start = time.process_time()
            result = method(*arguments, **options)
            result = result if isinstance(result, dict) else list(result)
            self.seconds += time.process_time() - start
            return result

        return timed


def main(articles: int) -> None:
    """Print the shares for spun articles and for their originals."""
    rows = list(islice(read_jsonl(default_data_folder() / "spun/spinbot_dev.jsonl.gz"), articles))
    detector = Detector()
    detector.score(rows[0]["spun"])  # opens the models
    clock = Clock()
    for name, texts in (
        ("spun", [row["spun"] for row in rows]),
        ("original", [row["orig"] for row in rows]),
    ):
        report(name, detector, clock, texts)


def report(name: str, detector: Detector, clock: Clock, texts: Sequence[str]) -> None:
    """Score the texts, and print what restoration cost."""
    clock.seconds = 0.0
    start = time.process_time()
    reports = list(detector.score_many(texts))
    total = time.process_time() - start
    words = sum(one.n_words for one in reports)
    findings = sum(len(one.findings) for one in reports)
    print(
        f"{name}: {words:,} words, {findings:,} findings, {words / total:,.0f} words/s; "
        f"restoration takes {clock.seconds / total:.1%} of the time"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=10)
    with threadpool_limits(1, user_api="blas"):
        main(parser.parse_args().articles)
