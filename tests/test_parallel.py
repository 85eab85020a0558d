from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

import pytest
from fake_detector import FAKE, FakeDetector

from detector import parallel
from detector.config import Config
from detector.errors import DetectorError, SourceError
from detector.parallel import IN_FLIGHT, score_batches
from detector.report import Report
from detector.sources import Article

ROOT = Path(__file__).parent.parent
JOBS = 2


@pytest.fixture(autouse=True)
def fake_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "DETECTOR", FAKE)


def batches(*texts: str) -> list[list[Article]]:
    return [[Article(f"{number}.txt", text)] for number, text in enumerate(texts)]


def score(*texts: str) -> Iterator[list[Report]]:
    return score_batches(batches(*texts), Config(), None, JOBS)


def sources(scored: Iterator[list[Report]]) -> list[str]:
    return [report.source for reports in scored for report in reports]


def test_reports_come_in_order_although_workers_do_not_finish_in_order() -> None:
    assert sources(score("sleep 0.3", "It has wilt.", "sleep 0.1", "a", "b")) == [
        f"{number}.txt" for number in range(5)
    ]


def test_reports_are_those_of_one_process() -> None:
    pairs = batches("It has wilt.", "It has not.")
    alone = [list(FakeDetector().score_many(batch)) for batch in pairs]
    assert list(score_batches(pairs, Config(), None, JOBS)) == alone


def test_no_batches_start_no_process() -> None:
    assert list(score()) == []


def test_an_endless_input_is_read_only_a_little_ahead() -> None:
    pulled = 0

    def endless() -> Iterator[list[Article]]:
        nonlocal pulled
        for number in count():
            pulled = number + 1
            yield [Article(f"{number}.txt", "It has wilt.")]

    scored = score_batches(endless(), Config(), None, JOBS)
    for yielded, reports in enumerate(islice(scored, 50), start=1):
        assert reports[0].source == f"{yielded - 1}.txt"
        assert pulled <= yielded + IN_FLIGHT * JOBS
    threads = threading.active_count()
    scored.close()  # type: ignore[attr-defined]
    assert threading.active_count() < threads


@pytest.mark.parametrize(("order", "how"), [("die", "signal 9"), ("exit 3", "code 3")])
def test_a_worker_that_dies_is_an_error_and_no_hang(order: str, how: str) -> None:
    scored = score("fine", order, "fine")
    assert sources(islice(scored, 1)) == ["0.txt"]
    with pytest.raises(DetectorError, match=rf"{how}.*1\.txt.*fewer jobs"):
        list(scored)


def test_what_scoring_raises_arrives_with_the_traceback_of_the_worker() -> None:
    with pytest.raises(ValueError, match="as ordered") as raised:
        list(score("raise"))
    assert "in obey" in raised.value.__notes__[0]
    with pytest.raises(SourceError) as refused:
        list(score("refuse"))
    assert (refused.value.source, refused.value.reason) == ("a.txt", "as ordered")


def test_an_exception_that_cannot_travel_is_described() -> None:
    with pytest.raises(DetectorError, match="LocalError"):
        list(score("raise-unpicklable"))


def test_a_detector_that_cannot_be_built_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "DETECTOR", "fake_detector:Nothing")
    with pytest.raises(AttributeError, match="Nothing"):
        list(score("fine"))


def test_an_interpreter_that_cannot_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(DetectorError, match="could not be started"):
        list(score("fine"))


def test_a_stray_print_in_a_worker_is_no_reply(capfd: pytest.CaptureFixture[str]) -> None:
    assert sources(score("print noise", "fine")) == ["0.txt", "1.txt"]
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "noise" in captured.err


def test_closing_ends_workers_that_are_at_work() -> None:
    scored = score("fine", *["sleep 60"] * 10)
    next(scored)
    started = time.monotonic()
    scored.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 5


def test_an_error_in_the_input_ends_the_workers() -> None:
    def failing() -> Iterator[list[Article]]:
        yield from batches("sleep 60")
        raise RuntimeError("no more")

    started = time.monotonic()
    with pytest.raises(RuntimeError, match="no more"):
        list(score_batches(failing(), Config(), None, JOBS))
    assert time.monotonic() - started < 5


SCRIPT = """
    from detector import parallel
    from detector.config import Config
    from detector.sources import Article

    parallel.DETECTOR = "fake_detector:FakeDetector"
    print("once")
    batches = [[Article("a", text)] for text in ("It has wilt.", {last!r})]
    for reports in parallel.score_batches(batches, Config(), None, 2):
        print(len(reports[0].findings), flush=True)
"""


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Path]:
    def write(last: str) -> Path:
        path = tmp_path / "script.py"
        path.write_text(textwrap.dedent(SCRIPT).format(last=last), encoding="utf-8")
        return path

    return write


@pytest.fixture
def environment() -> dict[str, str]:
    """Lets a script find the fake detector, and the package where it is not installed."""
    folders = [str(ROOT), str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(folders)}


def test_a_script_needs_no_main_guard(
    script: Callable[[str], Path], environment: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, script("fine")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (done.stdout.split(), done.stderr) == (["once", "1", "0"], "")


def test_a_script_from_standard_input_works(
    script: Callable[[str], Path], environment: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-"],
        env=environment,
        input=script("fine").read_text(encoding="utf-8"),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["once", "1", "0"]


def test_workers_end_when_their_parent_is_killed(
    script: Callable[[str], Path], environment: dict[str, str]
) -> None:
    with subprocess.Popen(
        [sys.executable, script("sleep 1.5")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        assert [parent.stdout.readline() for _ in range(2)] == ["once\n", "1\n"]
        parent.kill()
        # The workers hold the write end of standard error: it closes when the last has ended.
        started = time.monotonic()
        parent.stderr.read()
        assert time.monotonic() - started < 20
