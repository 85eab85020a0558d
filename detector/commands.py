"""The ``detector`` command: train, calibrate, evaluate, models. It decides nothing about a text."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from detector import __version__
from detector.errors import DetectorError, SourceError
from detector.resources import Manifest, damaged, default_folder

if TYPE_CHECKING:
    from detector.sources import Article


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``detector`` with `argv` (default: the arguments of the process); return an exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["train"]:
        from detector.training.__main__ import main as train

        return train(arguments[1:], prog="detector train")
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except DetectorError as error:
        print(f"detector: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        reason = error.strerror or str(error)
        print(f"detector: {error.filename or 'standard output'}: {reason}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="detector",
        description="Train, measure and check the models behind 'score'.",
    )
    parser.add_argument("--version", action="version", version=f"detector {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    commands.add_parser("train", help="train one part of the models ('detector train --help')")
    _calibrate(commands)
    _evaluate(commands)
    _compare(commands)
    _models(commands)
    return parser


def _calibrate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "calibrate",
        help="calibrate the reliability; needed after every new encoder",
        description="Fit the reliability on human-written articles and spun versions of them, "
        "choose the default threshold and the thresholds of the verdict, write them and the "
        "manifest to the folder of models, and test the acceptance criteria on the development "
        "sets (docs/calibration.md).",
    )
    command.add_argument("--shared", type=Path, help="data folder (default: ../shared)")
    command.add_argument(
        "--pack",
        type=Path,
        help="training set, with the spinner types to use (default: $DETECTOR_PACK)",
    )
    command.add_argument(
        "--cache",
        type=Path,
        required=True,
        help="folder where analysed articles are kept between runs",
    )
    command.add_argument("--models", type=Path, help="folder of models to read and update")
    command.add_argument(
        "--articles",
        type=int,
        default=500,
        metavar="N",
        help="number of human-written articles (default: 500)",
    )
    command.add_argument(
        "--leave-out",
        action="append",
        metavar="FAMILY",
        help="spinner type to leave out; 'none' uses all of them (default: leave out the "
        "types that the encoder was not trained on)",
    )
    command.add_argument(
        "--min-probability",
        type=float,
        metavar="P",
        help="default threshold of findings (default: chosen on the human-written articles)",
    )
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument(
        "--no-musts", action="store_true", help="do not test the acceptance criteria"
    )
    command.set_defaults(run=_run_calibrate)


def _run_calibrate(options: argparse.Namespace) -> int:
    from detector.evaluation import render_musts, run
    from detector.evaluation.musts import MUST_SETS
    from detector.training.calibration.calibrate import calibrate, find_sources

    models = options.models or default_folder()
    leave_out = None if options.leave_out is None else frozenset(options.leave_out) - {"none"}
    calibrate(
        find_sources(models, shared=options.shared, pack=options.pack, leave_out=leave_out),
        models,
        cache=options.cache,
        n_articles=options.articles,
        seed=options.seed,
        jobs=options.jobs,
        min_probability=options.min_probability,
    )
    if not options.no_musts:
        measured = run(
            shared=options.shared,
            sets=MUST_SETS,
            pack=options.pack,
            quick=True,
            models=models,
            with_baselines=False,
            jobs=options.jobs,
        )
        print(render_musts(measured))
    return 0


def _evaluate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from detector.evaluation.run import SETS

    command = commands.add_parser(
        "evaluate",
        help="measure the detector on labelled texts",
        description="Measure the detector and some baselines on labelled texts, and print one "
        "table (docs/evaluation.md).",
    )
    command.add_argument("--shared", type=Path, help="data folder (default: ../shared)")
    command.add_argument("--data", type=Path, help="labelled texts of your own")
    command.add_argument("--sets", nargs="+", default=[], metavar="SET", help=", ".join(SETS))
    command.add_argument("--pack", type=Path, help="training set, for synthetic spun texts")
    command.add_argument("--models", type=Path, help="folder of models")
    command.add_argument("--quick", action="store_true", help="measure a sample of each set")
    command.add_argument("--no-baselines", action="store_true", help="measure the detector only")
    command.add_argument("--grammar-server", metavar="URL", help="measure LanguageTool as well")
    command.add_argument(
        "--grammar", action="store_true", help="measure what 'score --grammar' adds and costs"
    )
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    command.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON too")
    command.add_argument(
        "--diagram", type=Path, metavar="FILE.svg", help="draw the reliability diagram in this file"
    )
    command.add_argument(
        "--curves",
        type=Path,
        metavar="FILE.svg",
        help="draw AUC against length and proportion of replaced words",
    )
    command.add_argument(
        "--diff", type=Path, metavar="OLD.json", help="show what changed since this evaluation"
    )
    command.set_defaults(run=_run_evaluate)


def _run_evaluate(options: argparse.Namespace) -> int:
    from detector.evaluation import (
        compare,
        read_evaluation,
        render_curves,
        render_diagram,
        render_difference,
        render_musts,
        render_table,
        run,
        to_json,
    )

    earlier = read_evaluation(options.diff) if options.diff else None
    evaluation = run(
        shared=options.shared,
        data=options.data,
        sets=options.sets,
        pack=options.pack,
        quick=options.quick,
        models=options.models,
        with_baselines=not options.no_baselines,
        grammar=options.grammar,
        grammar_server=options.grammar_server,
        jobs=options.jobs,
    )
    print(render_table(evaluation))
    print(render_musts(evaluation))
    if options.diagram:
        options.diagram.write_text(render_diagram(evaluation), encoding="utf-8")
    if options.curves:
        options.curves.write_text(render_curves(evaluation), encoding="utf-8")
    if options.json:
        options.json.write_text(to_json(evaluation), encoding="utf-8")
    if earlier is not None:
        print(render_difference(compare(earlier, evaluation)))
    return 0


def _compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from detector.render.comparison import COMPARISONS

    command = commands.add_parser(
        "compare",
        help="compare an article with its source: list what was replaced",
        description="Align an article with its source and list what was replaced "
        "(docs/compare.md). Order and length of the two may differ.",
    )
    command.add_argument("original", metavar="ORIGINAL", help="the source; - is standard input")
    command.add_argument("suspect", metavar="SUSPECT", help="the article; - is standard input")
    command.add_argument(
        "--format", choices=list(COMPARISONS), default="text", help="format (default: text)"
    )
    command.add_argument("--output", type=Path, metavar="FILE", help="write the result to FILE")
    command.add_argument(
        "--encoding",
        metavar="NAME",
        help="encoding of both texts (default: from the BOM, else UTF-8)",
    )
    command.add_argument("--models", type=Path, help="folder of models")
    command.set_defaults(run=_run_compare)


def _run_compare(options: argparse.Namespace) -> int:
    from threadpoolctl import threadpool_limits

    from detector.pipeline import Detector
    from detector.render import Look
    from detector.render.comparison import COMPARISONS

    original, suspect = (
        _article(path, options.encoding) for path in (options.original, options.suspect)
    )
    with threadpool_limits(1, user_api="blas"):
        comparison = Detector(models=options.models).compare(original, suspect)
    look = Look(date=datetime.now(UTC).isoformat(timespec="seconds"))
    rendered = COMPARISONS[options.format](comparison, look)
    if options.output:
        options.output.write_text(rendered, encoding="utf-8")
    else:
        sys.stdout.write(rendered)
    return 0


def _article(path: str, encoding: str | None) -> Article:
    """The one article that a path names."""
    from detector.sources import read

    articles = list(islice(read([path], encoding=encoding), 2))
    if len(articles) != 1:
        found = "several articles" if articles else "no article"
        raise SourceError(path, f"holds {found}: name one file for each side")
    if isinstance(articles[0], SourceError):
        raise articles[0]
    return articles[0]


def _models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("models", help="list or verify the files of the models")
    command.add_argument("action", choices=["list", "verify"])
    command.add_argument("--models", type=Path, default=None, help="folder of models")
    command.set_defaults(run=_run_models)


def _run_models(options: argparse.Namespace) -> int:
    folder = options.models or default_folder()
    manifest = Manifest.read(folder)
    if options.action == "list":
        print(f"models {manifest.model_version} in {folder}")
        for name, entry in manifest.files.items():
            print(f"{entry['size']:>12,}  {name}")
        return 0
    problems = list(damaged(folder, manifest, digests=True))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 2
    print(f"models {manifest.model_version} in {folder}: {len(manifest.files)} files are intact")
    return 0
