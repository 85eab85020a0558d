"""Each notebook runs from top to bottom, and is committed as its source says, with output."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

for library in ("ipykernel", "jupytext", "matplotlib", "nbclient", "pandas", "sklearn"):
    pytest.importorskip(library, reason="the extra 'notebook' is not installed")

import nbformat  # noqa: E402

FOLDER = Path(__file__).parent.parent / "notebooks"
SOURCES = sorted(FOLDER.glob("0*.py"))
LARGEST = 2_000_000
"""Bytes."""


@pytest.fixture(scope="module")
def run() -> ModuleType:
    """The script that executes them, ``notebooks/run.py``."""
    spec = importlib.util.spec_from_file_location("run_notebooks", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=SOURCES, ids=lambda source: source.stem)
def source(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.mark.filterwarnings("ignore")  # the libraries of Jupyter warn of each other
def test_it_runs_from_top_to_bottom(
    run: ModuleType, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parent))
    monkeypatch.setenv("TRAINING_SECONDS", "5")
    notebook = run.executed(source)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert cells
    assert all(cell.execution_count for cell in cells)
    errors = [out for cell in cells for out in cell.outputs if out.output_type == "error"]
    assert not errors


def test_it_is_committed_as_its_source_says(run: ModuleType, source: Path) -> None:
    import jupytext

    committed = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    wanted = [(cell.cell_type, cell.source) for cell in jupytext.read(source).cells]
    again = f"run 'python notebooks/run.py {source.stem}' and commit the notebook"
    assert [(cell.cell_type, cell.source) for cell in committed.cells] == wanted, again
    assert source.with_suffix(".ipynb").stat().st_size < LARGEST
    assert any(cell.get("outputs") for cell in committed.cells), again


def test_all_five_are_there() -> None:
    assert [source.stem for source in SOURCES] == [
        "01_one_article",
        "02_collocations",
        "03_a_newsroom",
        "04_measure_it",
        "05_train_your_own",
    ]
