"""Executes the notebooks: ``python notebooks/run.py [NAME ...]``, by default all of them.

Each ``NAME.py`` is the source of a notebook (cells after ``# %%``) and becomes ``NAME.ipynb`` with
its output. Needs the extra ``notebook``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
LONGEST_CELL = 600
"""Seconds."""


def sources() -> list[Path]:
    """The sources of all notebooks, in order."""
    return sorted(FOLDER.glob("0*.py"))


def executed(source: Path) -> Any:
    """The notebook of a source with its output.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    notebook = jupytext.read(source)
    place = {"metadata": {"path": str(source.parent)}}
    NotebookClient(
        notebook, timeout=LONGEST_CELL, kernel_name="python3", resources=place, record_timing=False
    ).execute()
    # Nothing that differs from run to run or from machine to machine.
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {}
        if "outputs" in cell:  # progress bars are no output worth keeping
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]
    return notebook


def main(names: Sequence[str]) -> None:
    """Execute the notebooks of these names, or all, and write them beside their sources."""
    for source in sources():
        if not names or source.stem in names:
            nbformat.write(executed(source), source.with_suffix(".ipynb"))
            print(source.with_suffix(".ipynb"), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
