"""Inputs that are no articles: each gets a clear line, and the articles beside it are scored."""

from __future__ import annotations

import io
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.cli import ExitCode, main
from detector.resources import MANIFEST, default_folder

pytestmark = pytest.mark.skipif(
    not (default_folder() / MANIFEST).is_file(), reason="no models: train them first"
)

FRENCH = (
    "Les deux ministres se sont rencontrés hier dans la capitale pour parler du commerce et de la "
    "frontière. Ils ont promis de se revoir avant l'hiver, mais personne n'a voulu dire ce qui "
    "avait été décidé au cours de ces longues heures. La presse attendait dehors sous la pluie."
)
ENGLISH = (
    "The two ministers met in the capital yesterday to talk about trade and the border. They "
    "promised to meet again before the winter, but nobody wanted to say what had been decided in "
    "those long hours. The press was waiting outside in the rain, and went home without a word."
)

Score = Callable[..., tuple[int, list[dict[str, Any]], list[str]]]


@pytest.fixture
def score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Score:
    """Score the given files beside a good one: exit code, reports on the files, complaints."""
    monkeypatch.chdir(tmp_path)

    def score(*names: str, **contents: bytes) -> tuple[int, list[dict[str, Any]], list[str]]:
        (tmp_path / "good.txt").write_text(ENGLISH, encoding="utf-8")
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
        code = main(["--format", "json", *names, *contents, "good.txt"])
        captured = capsys.readouterr()
        *reports, good = json.loads(captured.out)
        assert (good["source"], good["status"]) == ("good.txt", "scored")
        return code, reports, captured.err.splitlines()

    return score


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", "skipped"),
        (b" \n\r\n\t", "skipped"),
        (b"Wilt", "short"),
        (FRENCH.encode(), "skipped"),
        (b"3.14 2.72 1.41 1.62 " * 50, "skipped"),
        (b"\xef\xbb\xbf", "skipped"),
        (("日本語" * 1000).encode(), "skipped"),
        (b"x" * 10_000_000, "skipped"),
        (b"\n" * 1_000_000, "skipped"),
        (b"." * 1_000_000, "skipped"),
    ],
)
def test_what_is_no_article_says_so(content: bytes, status: str, score: Score) -> None:
    code, (report,), complaints = score(odd=content)
    assert (code, complaints) == (ExitCode.DONE, [])
    assert report["status"] == status
    assert report["reason"]


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"\x7fELF\x02\x01\x01\0\0\0" + bytes(range(256)) * 20, "binary"),
        (random.Random(0).randbytes(5000), "binary"),
        (b"The caf\xe9 is open.", "offset 7"),
        (b"\xff\xfeT\0h", "offset"),
    ],
)
def test_what_cannot_be_read_is_one_line(content: bytes, hint: str, score: Score) -> None:
    code, reports, (complaint,) = score(odd=content)
    assert (code, reports) == (ExitCode.ERROR, [])
    assert complaint.startswith("score: odd: ")
    assert hint in complaint


def test_a_missing_file(score: Score) -> None:
    code, reports, (complaint,) = score("missing.txt")
    assert (code, reports) == (ExitCode.ERROR, [])
    assert "missing.txt: there is no such file" in complaint


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_a_folder_without_permission(score: Score, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o000)
    try:
        code, reports, (complaint,) = score("locked")
    finally:
        locked.chmod(0o700)
    assert (code, reports) == (ExitCode.ERROR, [])
    assert "locked: no permission" in complaint


def test_a_folder_that_refuses(
    score: Score, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for root, whom no mode of a folder stops."""
    (tmp_path / "locked").mkdir()
    scan = os.scandir

    def refuse(path: str) -> Any:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    code, reports, (complaint,) = score("locked")
    assert (code, reports) == (ExitCode.ERROR, [])
    assert "locked: no permission" in complaint


def test_a_long_line_of_prose(score: Score) -> None:
    code, (report,), complaints = score(long=(ENGLISH + " ").encode() * 400)
    assert (code, complaints, report["status"]) == (ExitCode.DONE, [], "scored")


def test_rows_that_are_no_articles(score: Score, tmp_path: Path) -> None:
    rows = [
        json.dumps({"id": "a", "text": ENGLISH}),
        "{",
        "[1]",
        '{"text": 1}',
        "",
        '{"text": ""}',
        "1",
    ]
    (tmp_path / "feed.jsonl").write_text("\n".join(rows), encoding="utf-8")
    code, reports, complaints = score("feed.jsonl")
    assert code == ExitCode.ERROR
    assert [(report["record"], report["status"]) for report in reports] == [
        ("a", "scored"),
        (6, "skipped"),
    ]
    assert [complaint.split(":")[1] for complaint in complaints] == [
        f" feed.jsonl, line {line}" for line in (2, 3, 4, 7)
    ]


def test_standard_input_beside_files(score: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ENGLISH.encode())))
    code, (report,), complaints = score("-")
    assert (code, complaints, report["source"]) == (ExitCode.DONE, [], "-")


def test_lone_surrogates_and_control_characters(score: Score, tmp_path: Path) -> None:
    text = f"{ENGLISH} \ud800 \x00 \x1b[31m \u202e {ENGLISH}"
    (tmp_path / "feed.jsonl").write_text(json.dumps({"text": text}), encoding="utf-8")
    code, (report,), complaints = score("feed.jsonl")
    assert (code, complaints, report["status"]) == (ExitCode.DONE, [], "scored")


def test_the_first_founding_article(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (spun,) = seeds.glob("000_*.txt")
    assert main(["--format", "jsonl", str(spun)]) == ExitCode.DONE
    report = json.loads(capsys.readouterr().out)
    text = spun.read_text(encoding="utf-8")
    assert report["findings"]
    for finding in report["findings"]:
        assert text[finding["start"] : finding["end"]] == finding["actual"]
        assert finding["evidence"]


def test_processes_change_nothing(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [str(path) for path in sorted(seeds.glob("*.txt"))] * 3
    outputs = []
    for jobs in "12":
        assert main(["--format", "jsonl", "--jobs", jobs, *names]) == ExitCode.DONE
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
