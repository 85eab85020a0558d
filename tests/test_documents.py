"""Three documents of each kind, made by other software and by hand (`make_documents`): all of their
prose is read, and nothing else.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from detector import Detector
from detector.cli import main
from detector.document import Lines
from detector.folding import fold
from detector.sources import KINDS, Article, read

DOCUMENTS = Path(__file__).parent / "data/documents"
# What is no prose of these documents says so: none of it may be read.
TRAPS = ("it has wilt.", "has wilt\n", "pull quote", "a note:", "if (has", "lifts()", "journal of")
FULL_TEXT = ["txt", "md", "html", "docx", "pdf", "xml"]


def articles(name: str) -> list[Article]:
    column = "body" if name.startswith("bodies") else "text"
    encoding = "cp1252" if name == "bodies.csv" else None
    found = read([DOCUMENTS / name], text_column=column, encoding=encoding)
    return [each for each in found if isinstance(each, Article)]


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", fold(text))


def plain(name: str) -> list[str]:
    return words((DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", FULL_TEXT)
@pytest.mark.parametrize("name", ["spun", "honest", "harbour"])
def test_all_of_the_prose_is_read(name: str, kind: str) -> None:
    if kind in ("docx", "xml") and name == "harbour":
        kind = {"docx": "docx", "xml": "nxml"}[kind]
    [article] = articles(f"{name}.{kind}")
    expected = plain(name)
    found = words(article.prose)
    if name == "harbour" and kind == "pdf":
        expected = expected[4:]  # it has no title
    start = found.index(expected[2]) - 2 if expected[2] in found else 0
    if name == "spun" and kind == "pdf":  # hyphens at the ends of lines are not its text's
        assert "".join(expected) in "".join(found)
    elif name == "harbour" and kind in ("md", "html"):  # "lifts" stands as code there
        without = [word for word in expected if word != "lifts"]
        assert [word for word in found if word in expected][: len(without)] == without
    else:
        assert found[start : start + len(expected)] == expected


@pytest.mark.parametrize("path", sorted(DOCUMENTS.iterdir()), ids=lambda path: path.name)
def test_nothing_else_is_read(path: Path) -> None:
    for article in articles(path.name):
        text = fold(article.prose)
        assert not [trap for trap in TRAPS if trap in text]
        # Each text has this word so often; the others stand in what is to be left out.
        most = 3 if path.name == "spun.pdf" else 2
        assert text.count("wilt") <= most


def test_three_of_each_kind() -> None:
    endings = [path.suffix for path in DOCUMENTS.iterdir()]
    for module in {*KINDS.values(), "plain"}:
        suffixes = [suffix for suffix, kind in KINDS.items() if kind == module] or [".txt"]
        assert sum(map(endings.count, suffixes)) >= 3, module


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "tsv", "parquet"])
def test_tables_hold_the_same_articles(kind: str) -> None:
    found = articles(f"rows.{kind}")
    assert [article.record for article in found] == ["spun-2024", "honest-2025", "harbour-2026"]
    for article, name in zip(found, ("spun", "honest", "harbour"), strict=True):
        assert words(article.text) == plain(name)
        assert article.extract is None


@pytest.mark.parametrize("name", ["harbour.md", "harbour.html", "harbour.nxml", "harbour.docx"])
def test_findings_of_a_document(name: str, detector: Detector) -> None:
    [article] = articles(name)
    report = detector.score(article)
    [wilt, *others] = [finding for finding in report.findings if finding.actual == "wilt"]
    assert len(others) <= 1
    if name == "harbour.docx":
        assert article.text[wilt.start : wilt.end] == "wilt"
        assert wilt.line == 3  # the paragraph
    else:
        source = (DOCUMENTS / name).read_text(encoding="utf-8")
        assert report.text == source
        marks = {"harbour.md": "wi*lt*", "harbour.html": "wi<b>lt</b>"}
        assert source[wilt.start : wilt.end] == marks.get(name, "wi<italic>lt</italic>")
        assert (wilt.line, wilt.column) == Lines(source).position(wilt.start)


def test_the_same_findings_whatever_the_kind(detector: Detector) -> None:
    found = {}
    for kind in FULL_TEXT:
        [article] = articles(f"spun.{kind}")
        report = detector.score(article)
        found[kind] = [finding.actual for finding in report.findings]
        assert report.verdict == "spun"
    plain_text = set(found.pop("txt"))
    for kind, actual in found.items():
        assert len(plain_text & set(actual)) >= 0.85 * len(plain_text), kind


def test_the_text_format_shows_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(DOCUMENTS / "harbour.html")]) == 0
    shown = capsys.readouterr().out
    assert ">>wilt<<" in shown
    assert "</b>" not in shown


def test_quotations_can_be_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (DOCUMENTS / "spun.txt").read_text(encoding="utf-8")
    first, *rest = text.split("\n\n")
    (tmp_path / "a.md").write_text("\n\n".join([f"> {first}", *rest]), encoding="utf-8")
    (tmp_path / "b.txt").write_text("\n\n".join([f"\u201c{first}\u201d", *rest]), encoding="utf-8")
    assert "wilt" in first
    for name in ("a.md", "b.txt"):
        path = str(tmp_path / name)
        found = {}
        for options in ([], ["--skip-quotes"]):
            main(["--format", "json", *options, path])
            [report] = json.loads(capsys.readouterr().out)
            found[bool(options)] = [finding["actual"] for finding in report["findings"]]
        assert "wilt" in found[False]
        assert "wilt" not in found[True]
        assert "writ" in found[True]


def test_columns_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(DOCUMENTS / "bodies.csv")
    options = ["--format", "jsonl", "--encoding", "cp1252", "--text-column", "body"]
    assert main([*options, "--id-column", "key", path]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [report["record"] for report in reports] == ["2024", "2025", "2026"]
    assert main([*options, "--id-column", "ky", path]) == 2
    assert "no column 'ky', the columns are 'body', 'key'" in capsys.readouterr().err
