"""However a run is asked to end, its output is complete and no process stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from detector.cli import ExitCode

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals")

COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, {hangup})
from detector import cli, parallel
from fake_detector import FAKE, FakeDetector
cli.Detector = FakeDetector
parallel.DETECTOR = FAKE
sys.exit(cli.main())
"""
SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
JOBS = pytest.mark.parametrize("jobs", ["1", "2"])


def start(folder: Path, *arguments: str, hangup: str = "signal.SIG_DFL") -> subprocess.Popen[str]:
    folders = [str(ROOT), str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND.format(hangup=hangup), *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(folders)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(path: Path, content: str) -> None:
    deadline = time.monotonic() + 30
    while not (path.exists() and content in path.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("It has wilt.")
    (tmp_path / "b.txt").write_text("sleep 60")
    return tmp_path


@JOBS
@SIGNALS
def test_all_three_signals_end_as_ctrl_c_does(number: int, jobs: str, articles: Path) -> None:
    out = articles / "out.json"
    part = articles / "out.json.part"
    names = ["a.txt"] * 6 + ["b.txt"]
    with start(
        articles, "--format", "json", "--jobs", jobs, "--output", str(out), *names
    ) as process:
        wait_for(part, "a.txt")
        process.send_signal(number)
        # Workers hold standard error open: it ends when the last of them has.
        started = time.monotonic()
        _, complaint = process.communicate()
        assert time.monotonic() - started < 20
    assert process.returncode == ExitCode.INTERRUPTED
    assert not out.exists()
    written = json.loads(part.read_text(encoding="utf-8"))
    assert {report["source"] for report in written} == {"a.txt"}
    assert "Traceback" not in complaint
    assert complaint.splitlines()[-1] == "score: interrupted"


def test_a_hangup_that_is_ignored_stays_so(articles: Path) -> None:
    """As under nohup."""
    (articles / "b.txt").write_text("sleep 2")
    with start(articles, "--format", "jsonl", "a.txt", "b.txt", hangup="signal.SIG_IGN") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        rest, complaint = process.communicate()
    assert (process.returncode, complaint, rest.count("\n")) == (ExitCode.DONE, "", 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child that is stuck")
def test_workers_that_are_stuck_die_with_their_parent(articles: Path) -> None:
    (articles / "b.txt").write_text("spin 60")
    out = articles / "out.jsonl"
    names = ["a.txt"] * 6 + ["b.txt"]
    with start(
        articles, "--format", "jsonl", "--jobs", "2", "--output", str(out), *names
    ) as process:
        wait_for(articles / "out.jsonl.part", "a.txt")
        process.kill()
        started = time.monotonic()
        _, complaint = process.communicate()
        assert time.monotonic() - started < 20
    assert "Traceback" not in complaint
