"""Labelled data to a table that says how good the detector is: ``detector evaluate``."""

from detector.evaluation.curve_diagram import render_curves
from detector.evaluation.diagram import render_diagram
from detector.evaluation.evaluation import (
    Difference,
    Evaluation,
    compare,
    from_json,
    read_evaluation,
    to_json,
)
from detector.evaluation.musts import render_musts
from detector.evaluation.run import evaluate, run
from detector.evaluation.sample import Figure
from detector.evaluation.tables import render_difference, render_table

__all__ = [
    "Difference",
    "Evaluation",
    "Figure",
    "compare",
    "evaluate",
    "from_json",
    "read_evaluation",
    "render_curves",
    "render_diagram",
    "render_difference",
    "render_musts",
    "render_table",
    "run",
    "to_json",
]
