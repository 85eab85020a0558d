from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from detector.commands import main
from detector.resources import default_folder

PARTS = [
    "segmentation",
    "tagger",
    "lexicon",
    "collocations",
    "fit",
    "spin",
    "encoder",
    "export",
    "restoration",
    "manifest",
]
HELPS = [[], ["compare"], ["evaluate"], ["models"], ["train"], *(["train", part] for part in PARTS)]


@pytest.mark.parametrize("command", HELPS, ids=" ".join)
def test_help_fits_80_columns(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help"])
    assert stop.value.code == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_intact_models_are_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "verify"]) == 0
    assert "files are intact" in capsys.readouterr().out


def test_a_damaged_model_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "models"
    shutil.copytree(default_folder(), folder, ignore=shutil.ignore_patterns("encoder", "fit"))
    with (folder / "phrases.tsv").open("ab") as file:
        file.write(b"#")
    assert main(["models", "verify", "--models", str(folder)]) == 2
    complaint = capsys.readouterr().err
    assert "phrases.tsv has" in complaint
    assert "encoder/encoder.onnx is missing" in complaint


def test_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    assert "collocations/vocabulary.marisa" in capsys.readouterr().out


def test_a_wrong_folder_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--models", str(tmp_path)]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_training_without_data_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    treebank = tmp_path / "nowhere.conllu.gz"
    assert main(["train", "tagger", str(treebank), "--models", str(tmp_path)]) == 2
    assert "nowhere.conllu.gz" in capsys.readouterr().err


def test_ones_own_labelled_texts_are_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seeds: Path
) -> None:
    first, second = sorted(seeds.glob("*.txt"))
    rows = [
        {"text": first.read_text(encoding="utf-8"), "label": "spun"},
        {"text": second.read_text(encoding="utf-8"), "label": "clean"},
    ]
    data = tmp_path / "mine.jsonl"
    data.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    figures = tmp_path / "figures.json"
    code = main(
        ["evaluate", "--data", str(data), "--json", str(figures), "--jobs", "1", "--no-baselines"]
    )
    assert code == 0
    assert "AUC" in capsys.readouterr().out
    assert json.loads(figures.read_text(encoding="utf-8"))
