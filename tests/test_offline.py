"""Scoring reaches no network and writes nothing but its output and the stamp of the models."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from detector.onnx_runtime import TELEMETRY_OFF

ROOT = Path(__file__).parent.parent
DOOR = "onnx_runtime.py"
# Calls that open a way out of the process, and those that change what is on the disk.
CALLS = (
    "socket,connect,open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,link,symlink"
)
CHANGES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|\b(?:creat|mkdir(?:at)?|rename\w*|link|symlink)\(")
DEVICES = ('"/dev/null"', '"/dev/tty"', "/dev/shm")
N_FILES = 40


def imported(path: Path) -> set[str]:
    """The libraries that a source file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_onnxruntime_has_one_door() -> None:
    folders = ("detector", "benchmarks", "tests", "notebooks")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert [path.name for path in files if "onnxruntime" in imported(path)] == [DOOR]


def test_the_telemetry_is_off_before_the_import() -> None:
    script = (
        "import os, sys; from detector.onnx_runtime import load; "
        "assert 'onnxruntime' not in sys.modules; load(); "
        "print(os.environ['ORT_DISABLE_TELEMETRY'], 'onnxruntime' in sys.modules)"
    )
    environment = {key: value for key, value in os.environ.items() if key not in TELEMETRY_OFF}
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["1", "True"]
    assert run.stderr == ""


def traced(*command: str) -> list[str]:
    """How to run a command in a namespace without network, each of its calls written down."""
    for tool in ("unshare", "strace"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    alone = ["unshare", "-rn", "strace", "-f", "-qq", "-e", f"trace={CALLS}", "-o"]
    tried = subprocess.run(
        [*alone, os.devnull, "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"this machine allows no namespace or no strace: {tried.stderr.strip()}")
    return [*alone, *command]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_forty_files_open_no_socket_and_write_their_output_alone(
    jobs: str, tmp_path: Path, seeds: Path
) -> None:
    home, texts = tmp_path / "home", tmp_path / "texts"
    home.mkdir()
    texts.mkdir()
    articles = [path.read_text(encoding="utf-8") for path in sorted(seeds.glob("*.txt"))]
    for number in range(N_FILES):
        suffix = (".txt", ".md", ".html")[number % 3]
        content = f"{number}\n\n{articles[number % len(articles)]}"
        (texts / f"{number}{suffix}").write_text(content, encoding="utf-8")
    trace, out = tmp_path / "trace.txt", tmp_path / "out.jsonl"
    score = [sys.executable, "-P", "-m", "detector", "--format", "jsonl", "--output", str(out)]
    run = subprocess.run(
        [*traced(str(trace), *score), "--jobs", jobs, str(texts)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(home),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert len(out.read_text(encoding="utf-8").splitlines()) == N_FILES
    lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    assert lines
    assert [line for line in lines if "socket(" in line and "AF_UNIX" not in line] == []
    assert [line for line in lines if "connect(" in line and "AF_UNIX" not in line] == []
    ours = (f'"{out}', f'"{home}/.cache"', f'"{home}/.cache/detector', *DEVICES)
    changes = [line for line in lines if CHANGES.search(line) and "ENOENT" not in line]
    assert [line for line in changes if not any(place in line for place in ours)] == []
    kept = [path.name for path in home.rglob("*") if path.is_file()]
    assert [name for name in kept if not name.startswith("verified-")] == []
