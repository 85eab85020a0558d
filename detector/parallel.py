"""Batches of articles scored by several processes: in order, in bounded memory.

Each worker is a fresh interpreter that builds its own `Detector` and uses one thread. It talks
over its standard input and output: pickles of batches one way, of reports the other.

Why not `multiprocessing`? Its start methods are all wrong for a library. ``fork`` copies the locks
that the threads of onnxruntime, tokenizers or the caller hold, and may hang (Python 3.12 warns,
macOS crashes). ``spawn`` and ``forkserver`` run the caller's main module again, so that a script
without ``if __name__ == "__main__":`` starts itself without end, and a notebook or a script read
from standard input may not work at all. A plain subprocess has neither fault, does the same on all
systems and versions, and when it dies its pipe closes, which `multiprocessing.Pool` waits for.
"""

from __future__ import annotations

import os
import pickle
import pkgutil
import signal
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, NamedTuple, cast

from detector.config import Config
from detector.errors import DetectorError, FaultError
from detector.lifeline import die_with
from detector.onnx_runtime import TELEMETRY_OFF
from detector.report import Report
from detector.sources import Article

# Batches handed out and not yet yielded, for each worker: one in work, and two so that no worker
# idles while a slow one holds up the order.
IN_FLIGHT = 3
# What a worker builds. By name: the pipeline imports this module.
DETECTOR = "detector.pipeline:Detector"

# -P: nothing in the working folder is taken for a module of the standard library.
_COMMAND = (
    "-P",
    "-c",
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from detector.parallel import serve; serve()",
)
# One thread each: libraries that would use all cores read these when they are loaded.
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


class Order(NamedTuple):
    """What a worker is to build: the name of the class, and its arguments."""

    detector: str
    config: Config
    models: Path | None
    attempt: bool = False
    """Whether an article that fails is to cost itself alone."""
    parent: int = 0
    """The process that the worker ends with."""


Result = Report | FaultError


def score_batches(
    batches: Iterable[list[Article]], config: Config, models: Path | None, jobs: int
) -> Iterator[list[Report]]:
    """Score batches in `jobs` processes.

    Parameters
    ----------
    batches : iterable of list of Article
        May be endless: it is read in the caller's thread, at most ``IN_FLIGHT * jobs`` batches
        ahead of what was yielded. No more workers start than there are batches.
    config : Config
        For each worker's `Detector`.
    models : Path or None
        The folder of models, for the same.
    jobs : int
        Number of processes, from 1 up.

    Yields
    ------
    list of Report
        The reports on each batch, in order. The workers end with the iterator: when it is
        exhausted, closed or interrupted.

    Raises
    ------
    DetectorError
        If a worker dies. What scoring itself raises arrives as it is.
    """
    return cast("Iterator[list[Report]]", _results(batches, _order(config, models), jobs))


def attempt_batches(
    batches: Iterable[list[Article]], config: Config, models: Path | None, jobs: int
) -> Iterator[list[Result]]:
    """As `score_batches`, but with an error in the place of each article that fails.

    A batch during which its worker dies is scored anew, article by article; one that ends its
    worker alone too is such an error. A worker that dies before it is ready ends the run.
    """
    return _results(batches, _order(config, models, attempt=True), jobs)


def _order(config: Config, models: Path | None, *, attempt: bool = False) -> Order:
    return Order(DETECTOR, config, models, attempt, os.getpid())


def _results(batches: Iterable[list[Article]], order: Order, jobs: int) -> Generator[list[Result]]:
    workers = _Workers(order)
    threads = ThreadPoolExecutor(jobs, thread_name_prefix="detector-worker")
    pending: deque[Future[list[Result]]] = deque()
    try:
        for batch in batches:
            pending.append(threads.submit(workers.score, batch))
            if len(pending) >= IN_FLIGHT * jobs:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        workers.kill()
        threads.shutdown()
        workers.close()


class _Workers:
    """The workers started so far; those without work wait in a queue."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._started: list[_Worker] = []
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._killed = False

    def score(self, batch: list[Article]) -> list[Result]:
        """Score a batch in an idle worker or, if all are at work, in a new one."""
        worker = self._take()
        try:
            results = worker.score(batch)
        except _DiedError as death:
            if self._killed or not (self._order.attempt and worker.is_ready):
                raise
            if len(batch) == 1:
                return [FaultError(batch[0].source, death.outline)]
            return [result for article in batch for result in self.score([article])]
        self._idle.put(worker)
        return results

    def _take(self) -> _Worker:
        try:
            return self._idle.get_nowait()
        except Empty:
            worker = _Worker(self._order)
            self._started.append(worker)
            if self._killed:  # meanwhile, by another thread
                worker.kill()
            return worker

    def kill(self) -> None:
        """End all workers, those at work too, and let none begin."""
        self._killed = True
        for worker in self._started:
            worker.kill()

    def close(self) -> None:
        """Close the pipes, once no thread uses them."""
        for worker in self._started:
            worker.close()


class _DiedError(DetectorError):
    """A worker ended while it was at work."""

    def __init__(self, how: str, batch: list[Article]) -> None:
        super().__init__(
            f"a worker process {how} while it scored {len(batch)} articles, the first of them "
            f"{batch[0].source}: if memory ran out, try fewer jobs"
        )
        self.outline = f"the process that scored it {how}: if memory ran out, try fewer jobs"


class _Worker:
    """One process, as its parent sees it."""

    def __init__(self, order: Order) -> None:
        self.is_ready = False
        # A session of its own: Ctrl-C in a terminal reaches the parent alone, which ends it.
        try:
            self._process = subprocess.Popen(
                [sys.executable, *_COMMAND],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if sys.stderr is None else None,
                env=os.environ | _ONE_THREAD | TELEMETRY_OFF,
                start_new_session=True,
            )
        except OSError as error:
            raise DetectorError(
                f"a worker process could not be started ({error}): try fewer jobs, or 1"
            ) from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._replies = self._process.stdin, self._process.stdout
        with suppress(BrokenPipeError):  # `score` will say so
            pickle.dump(sys.path, self._requests)
            pickle.dump(order, self._requests)

    def score(self, batch: list[Article]) -> list[Result]:
        """Send a batch and wait for its results."""
        try:
            if not self.is_ready:
                self._requests.flush()
                _receive(self._replies)
                self.is_ready = True
            pickle.dump(batch, self._requests)
            self._requests.flush()
            return _receive(self._replies)
        except (OSError, EOFError, pickle.UnpicklingError):
            raise _DiedError(_how(self._process.wait()), batch) from None

    def kill(self) -> None:
        """End the process."""
        self._process.kill()

    def close(self) -> None:
        """Close the pipes of a process that was killed."""
        self._process.wait()
        for pipe in (self._requests, self._replies):
            with suppress(OSError):
                pipe.close()


def _receive(replies: IO[bytes]) -> list[Result]:
    reply: list[Result] | Exception = pickle.load(replies)
    if isinstance(reply, Exception):
        raise reply
    return reply


def _how(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"


def serve() -> None:
    """Be a worker: answer the batches on standard input until it ends."""
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not look like a reply
    order: Order = pickle.load(requests)
    die_with(order.parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    detector = None

    def build() -> list[Result]:
        nonlocal detector
        detector = pkgutil.resolve_name(order.detector)(order.config, models=order.models)
        return []

    def answer() -> list[Result]:
        assert detector is not None
        return list((detector.attempt_many if order.attempt else detector.score_many)(batch))

    with suppress(BrokenPipeError, EOFError):  # the parent has ended
        _reply(replies, build)
        while True:
            batch: list[Article] = pickle.load(requests)
            _reply(replies, answer)


def _reply(replies: IO[bytes], work: Callable[[], list[Result]]) -> None:
    """Send what some work results in, or the exception that it ends with."""
    try:
        reply = pickle.dumps(work())
    except Exception as error:
        reply = _failure(error)
    replies.write(reply)
    replies.flush()


def _failure(error: Exception) -> bytes:
    """The error with the worker's traceback as a note; one that cannot travel is described."""
    report = "".join(traceback.format_exception(error))
    error.add_note(f"in a worker process:\n{report}")
    try:
        reply = pickle.dumps(error)
        pickle.loads(reply)
    except Exception:
        return pickle.dumps(DetectorError(f"a worker process failed:\n{report}"))
    return reply
