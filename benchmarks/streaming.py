"""Whether memory stays flat while ``score`` reads a JSONL of many articles, and how fast it is.

    python benchmarks/streaming.py [--articles 20000] [--jobs 1]

Writes the articles (paragraphs of the two founding ones, shuffled), scores them in a process of
its own, and shows the resident memory of that process and its workers as the reports arrive.
Reads /proc, so it needs Linux.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SAMPLES = 10
PARAGRAPHS = 3
PAGE_MIB = 4096 / 2**20


def write_articles(path: Path, articles: int) -> int:
    """Write the JSONL; return its number of words."""
    paragraphs = [
        paragraph
        for seed in sorted((ROOT / "seeds").glob("*.txt"))
        for paragraph in seed.read_text(encoding="utf-8").splitlines()
        if len(paragraph.split()) > 20
    ]
    chance = random.Random(0)
    words = 0
    with path.open("w", encoding="utf-8") as file:
        for number in range(articles):
            text = "\n\n".join(chance.sample(paragraphs, PARAGRAPHS))
            words += len(text.split())
            file.write(json.dumps({"id": f"article-{number}", "text": text}) + "\n")
    return words


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from family(int(child))


def resident_mib(pid: int) -> list[float]:
    """Resident memory of a process and of each of its workers."""
    pages = (Path(f"/proc/{member}/statm").read_text().split()[1] for member in family(pid))
    return [int(count) * PAGE_MIB for count in pages]


def run(feed: Path, articles: int, jobs: int, words: int) -> bool:
    """Score the feed and print a row at each tenth; whether all reports came in order."""
    command = [
        sys.executable,
        "-m",
        "detector",
        "--format",
        "jsonl",
        "--jobs",
        str(jobs),
        str(feed),
    ]
    started = time.perf_counter()
    ordered = True
    print(f"{'reports':>8} {'seconds':>8} {'MiB, each process'}")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        number = -1
        for number, line in enumerate(process.stdout):
            ordered &= json.loads(line)["record"] == f"article-{number}"
            if (number + 1) % max(1, articles // SAMPLES) == 0 or number == 0:
                memory = " ".join(f"{mib:.0f}" for mib in resident_mib(process.pid))
                print(f"{number + 1:8} {time.perf_counter() - started:8.1f} {memory}", flush=True)
    seconds = time.perf_counter() - started
    print(f"{words:,} words in {seconds:.1f} s: {words / seconds:,.0f} words/s")
    return ordered and number + 1 == articles and process.returncode == 0


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        feed = Path(folder) / "feed.jsonl"
        words = write_articles(feed, options.articles)
        good = run(feed, options.articles, options.jobs, words)
    print("all reports, in order" if good else "FAILED: reports are missing or out of order")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
