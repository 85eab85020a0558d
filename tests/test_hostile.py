"""Inputs that were made to crash, hang or fill memory: one line each, and the others are scored."""

from __future__ import annotations

import io
import os
import runpy
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_detector import FakeDetector

from detector import cli, parallel, resources
from detector.baseline import Baseline
from detector.cli import ExitCode, main
from detector.errors import ConfigError, FaultError, ModelError, SourceError
from detector.header import read_header
from detector.report import Report
from detector.rows import read_rows
from detector.settings import Configuration
from detector.sources import Article, docx, read, reading
from detector.sources.decoding import LARGEST_TEXT

ROOT = Path(__file__).parent.parent
WORD = 'xmlns:w="w"'
GOOD = "The old crane stood by the harbour. " * 12


def word(path: Path, xml: str | bytes, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("word/document.xml", xml)
    return path


def error_of(path: Path | str, **options: Any) -> str:
    """The one error that reading a path comes to."""
    (error,) = read([path], **options)
    assert isinstance(error, SourceError)
    assert not isinstance(error, FaultError)
    assert "\n" not in str(error)
    return str(error)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_word_parts_that_unpack_as_a_whole_are_refused(tmp_path: Path, method: int) -> None:
    bomb = word(tmp_path / "a.docx", b"<a>" + b" " * 10_000_000, method)
    assert "which Word never does" in error_of(bomb)


def test_a_word_file_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", "<a/>")
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\5\6")
    content[at + 12 : at + 16] = struct.pack("<I", docx.LARGEST_DIRECTORY + 1)
    path.write_bytes(content)
    assert "list of parts" in error_of(path)


@pytest.mark.parametrize(
    "encoding", ["gbk", "hex", "rot13", "utf-7", "idna", "punycode", "undefined", "base64", "nope"]
)
def test_encodings_that_xml_cannot_be_in(tmp_path: Path, encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?><w:document {WORD}/>'
    assert f"the encoding '{encoding}'" in error_of(word(tmp_path / "a.docx", xml))


@pytest.mark.parametrize(
    ("xml", "hint"),
    [
        ('<!DOCTYPE a [<!ATTLIST a b CDATA "%s">]><a/>' % ("x" * 1000), "document type"),
        ('<!DOCTYPE a SYSTEM "a.dtd"><a/>', "document type"),
        ('<a b="{}"/>'.format("x" * 5_000_000), "a tag of more than"),
        ("<!--{}".format("x" * 5_000_000), "a tag of more than"),
        ("<a>" * 200_000, "in each other"),
        ("<a>" + "".join(f"<a{n}/>" for n in range(50_000)), "different names"),
    ],
    ids=["default", "external", "attribute", "comment", "depth", "names"],
)
def test_xml_that_would_fill_memory(tmp_path: Path, xml: str, hint: str) -> None:
    assert hint in error_of(word(tmp_path / "a.docx", xml))


def test_jats_may_name_its_document_type_but_not_define_one(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    article = "<article><body><p>It stood there.</p></body></article>"
    path.write_text(f'<!DOCTYPE article PUBLIC "-//NLM//DTD" "a.dtd">{article}')
    (found,) = read([path])
    assert isinstance(found, Article)
    path.write_text(f'<!DOCTYPE article [<!ATTLIST p a CDATA "x">]>{article}')
    assert "document type of its own" in error_of(path)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.xml", "a"])
def test_a_file_that_is_no_article_by_its_size(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(LARGEST_TEXT + 1)
    assert f"more than {LARGEST_TEXT:,} bytes" in error_of(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_device_that_never_ends(tmp_path: Path) -> None:
    assert "more than" in error_of("/dev/zero")
    link = tmp_path / "a.txt"
    link.symlink_to("/dev/zero")
    (refused,) = read([tmp_path])
    assert "not a regular file" in str(refused)


@pytest.mark.parametrize(
    ("content", "encoding", "hint"),
    [
        (b"x" * 2_000_000, None, "should name the columns"),
        (b'id,text\n1,"' + b"x" * (LARGEST_TEXT + 1) + b'"\n', None, "characters"),
        ("id,text\n1,old\n".encode("utf-16-le"), "utf-16", "damaged or cut off"),
    ],
    ids=["header", "field", "utf-16"],
)
def test_csv(tmp_path: Path, content: bytes, encoding: str | None, hint: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert hint in error_of(path, encoding=encoding)


@pytest.mark.parametrize("encoding", ["punycode", "idna", "unicode_escape", "undefined", "hex"])
def test_encodings_that_no_file_is_in(encoding: str) -> None:
    with pytest.raises(SourceError, match="no text encoding of this name"):
        read(["a.txt"], encoding=encoding)


class TestParquet:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")

    def test_two_columns_of_one_name(self, tmp_path: Path) -> None:
        text = self.pa.array(["old"])
        table = self.pa.Table.from_arrays([text, text], names=["text", "text"])
        self.pq.write_table(table, tmp_path / "a.parquet")
        assert "2 columns 'text'" in error_of(tmp_path / "a.parquet")

    def test_bytes_that_are_no_text_cost_their_row(self, tmp_path: Path) -> None:
        bounds = self.pa.py_buffer(struct.pack("<3i", 0, 2, 5))
        content = self.pa.py_buffer(b"\xff\xfeold")
        odd = self.pa.Array.from_buffers(self.pa.string(), 2, [None, bounds, content])
        path = tmp_path / "a.parquet"
        self.pq.write_table(self.pa.table({"text": odd}), path, use_dictionary=False)
        wrong, right = read([path])
        assert "row 1: its 'text' is not UTF-8" in str(wrong)
        assert isinstance(right, Article)
        assert (right.text, right.record) == ("old", 2)

    def test_a_date_that_python_has_no_name_for(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        late = self.pa.array([1 << 62], self.pa.timestamp("us"))
        self.pq.write_table(self.pa.table({"text": ["old"], "id": late}), path)
        (found,) = read([path])
        assert isinstance(found, Article)
        assert found.record == 1

    def test_a_library_that_ends_its_process_costs_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.parquet"
        self.pq.write_table(self.pa.table({"text": ["old"]}), path)
        monkeypatch.setattr(
            "detector.sources.parquet._COMMAND", ("-c", "import os; os.kill(os.getpid(), 6)")
        )
        assert "the library that reads it ended" in error_of(path)


def test_many_rows_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": 5}\n' * 5_000)
    *named, counted = read([path])
    assert len(named) == reading.MOST_ERRORS
    assert "4,980 more of its rows could not be read" in str(counted)


BRACKETS = "[" * 100_000


@pytest.mark.parametrize("content", [BRACKETS, "[]", "null", "1", "{"])
def test_json_of_models_and_baselines(tmp_path: Path, content: str) -> None:
    for name in (resources.MANIFEST, "header.json", "known.json"):
        (tmp_path / name).write_text(content)
    with pytest.raises(ModelError, match=r"manifest\.json"):
        resources.Manifest.read(tmp_path)
    with pytest.raises(ModelError, match=r"header\.json"):
        read_header(tmp_path, "fit", 1)
    with pytest.raises(ConfigError, match=r"known\.json"):
        Baseline.read(tmp_path / "known.json")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("detector.toml", f"disable = {BRACKETS}"),
        ("detector.toml", f"fail-under = {'9' * 5_000}"),
        ("detector.toml", f"{'.'.join('a' * 20_000)} = 1"),
        ("detector.toml", " . ".join(['"a b"'] * 20_000) + " = 1"),
        ("detector.toml", "#" * 5_000_000),
        ("pyproject.toml", BRACKETS),
    ],
    ids=["brackets", "digits", "parts", "quoted parts", "size", "project"],
)
def test_configuration_files(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ConfigError, match=name):
        Configuration().of(str(tmp_path / "a.txt"))


@pytest.mark.parametrize("content", ["tool = 3", "[tool]\ndetector-like = 1", "[[tool]]\na = 1"])
def test_projects_that_are_not_about_us(tmp_path: Path, content: str) -> None:
    (tmp_path / "pyproject.toml").write_text(content)
    assert Configuration().of(str(tmp_path / "a.txt")).entries == ()


def test_lists_are_regular_files_of_a_bounded_size(tmp_path: Path) -> None:
    pipe, large = tmp_path / "pipe", tmp_path / "large"
    os.mkfifo(pipe)
    with large.open("wb") as file:
        file.truncate(1 << 23)
    refused = {
        pipe: "not a regular file",
        Path("/dev/zero"): "not a regular file",
        large: "more than",
    }
    for path, hint in refused.items():
        with pytest.raises(ConfigError, match=hint):
            list(read_rows(path))


def test_a_folder_outlives_its_odd_entries(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to("b.txt")
    (tmp_path / "b.txt").symlink_to("a.txt")
    (tmp_path / "c.txt").symlink_to("/nowhere/at/all")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "d.txt").symlink_to("pipe")
    (tmp_path / "e.txt").symlink_to(tmp_path)
    (tmp_path / "f.txt").write_text(GOOD)
    *errors, good = read([tmp_path])
    assert isinstance(good, Article)
    assert [Path(str(error).partition(":")[0]).name for error in errors] == [
        "a.txt",
        "b.txt",
        "c.txt",
        "d.txt",
    ]


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(resources, "user_cache_path", nowhere)
    if not (resources.default_folder() / resources.MANIFEST).is_file():
        pytest.skip("no models: train them first")
    resources.Resources.open()


def test_the_checks_without_docstrings() -> None:
    run = subprocess.run(
        [sys.executable, "-OO", "-m", "detector", "--list-checks"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "substitution" in run.stdout


class Panic(BaseException):
    """As a library in Rust raises it."""


Panic.__name__ = "PanicException"


class TestWhatNobodyForesaw:
    @pytest.fixture(autouse=True)
    def _files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(cli, "Detector", FakeDetector)
        monkeypatch.setattr(parallel, "DETECTOR", "fake_detector:FakeDetector")
        (tmp_path / "a.txt").write_text("raise")
        (tmp_path / "b.txt").write_text(GOOD)

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_scoring(self, jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
        code = main(["--summary", "--format", "csv", "--jobs", jobs, "a.txt", "b.txt"])
        captured = capsys.readouterr()
        assert code == ExitCode.FAULT
        assert "b.txt" in captured.out
        (complaint,) = captured.err.splitlines()
        assert complaint.startswith("score: a.txt: it failed unexpectedly (ValueError: as ordered")

    @pytest.mark.parametrize("order", ["die", "exit 3"])
    def test_a_worker_that_dies_costs_its_article(
        self, order: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "a.txt").write_text(order)
        code = main(["--summary", "--format", "csv", "--jobs", "2", "b.txt", "a.txt", "b.txt"])
        captured = capsys.readouterr()
        assert code == ExitCode.FAULT
        assert captured.out.count("b.txt") == 2
        assert "score: a.txt: the process that scored it" in captured.err

    @pytest.mark.parametrize(
        "raised", [MemoryError(), RecursionError(), KeyError("x"), Panic("x")], ids=repr
    )
    def test_reading(
        self,
        raised: BaseException,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def articles(source: str, file: io.BytesIO, options: object) -> Iterator[Article]:
            if source == "a.txt":
                raise raised
            yield Article(source, file.read().decode())

        monkeypatch.setattr("detector.sources.plain.articles", articles)
        assert main(["--summary", "a.txt", "b.txt"]) == ExitCode.FAULT
        captured = capsys.readouterr()
        assert "b.txt: clean" in captured.out
        assert len(captured.err.splitlines()) == 1

    def test_rendering(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        to_dict: Callable[[Report], dict[str, Any]] = Report.to_dict

        def fails(report: Report) -> dict[str, Any]:
            if report.source == "a.txt":
                raise KeyError("x")
            return to_dict(report)

        monkeypatch.setattr(Report, "to_dict", fails)
        Path("a.txt").write_text(GOOD)
        assert main(["--format", "jsonl", "a.txt", "b.txt"]) == ExitCode.FAULT
        captured = capsys.readouterr()
        assert captured.out.count("\n") == 1
        assert "a.txt: it failed unexpectedly (KeyError" in captured.err

    def test_the_run_itself(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(cli, "_jobs", lambda *_: 1 / 0)
        assert main(["b.txt"]) == ExitCode.FAULT
        assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_list_of_parts_that_points_before_the_file(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", "<a/>")
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\5\6")
    content[at + 16 : at + 20] = struct.pack("<I", 0xFFFF)
    with pytest.raises(SourceError, match="the Word file is damaged"):
        docx.read_docx("a.docx", io.BytesIO(content))


def test_a_little_of_the_fuzzing_of_benchmarks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not (resources.default_folder() / resources.MANIFEST).is_file():
        pytest.skip("no models: train them first")
    pytest.importorskip("pypdf")
    monkeypatch.setattr(sys, "argv", ["fuzz.py", "--seed", "1", "--count", "1000"])
    runpy.run_path(str(ROOT / "benchmarks" / "fuzz.py"), run_name="__main__")
    assert "faults 0," in capsys.readouterr().out
