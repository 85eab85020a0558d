"""``python -m detector.training PART ...``, also ``detector train PART ...``: one model each."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from detector.errors import DetectorError

DATA = Path(os.environ.get("DETECTOR_DATA", "../shared"))
CACHE = Path("~/.cache/detector/training").expanduser()
MODELS = Path("models")


def main(argv: Sequence[str] | None = None, *, prog: str = "python -m detector.training") -> int:
    """Train one part; returns an exit code."""
    options = parser(prog).parse_args(argv)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except (DetectorError, ImportError, OSError, ValueError) as error:
        print(f"{prog}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


def parser(prog: str) -> argparse.ArgumentParser:
    """The arguments of all parts."""
    result = argparse.ArgumentParser(
        prog=prog,
        description="Train one part of the models from plain text. Parts build on those before "
        "them: segmentation, prose, tagger, lexicon, collocations, fit; spin, encoder, export; "
        "restoration. At the end run 'manifest', which lists what the folder holds.",
    )
    parts = result.add_subparsers(metavar="PART", required=True)
    starts = _corpus_part(
        parts, "segmentation", _segmentation, "what ends a sentence, what does not"
    )
    starts.add_argument("--test", type=Path, action="append", default=[], help="measure on it")
    prose = _part(parts, "prose", _prose, "what tells running prose from headlines and notes")
    prose.add_argument(
        "corpora",
        metavar="PROSE",
        nargs="+",
        type=Path,
        help="running prose: corpus files, or folders",
    )
    prose.add_argument(
        "--notes", nargs="+", type=Path, required=True, help="corpora of headlines and notes"
    )
    tagger = _part(parts, "tagger", _tagger, "part-of-speech tagger, from a CoNLL-U treebank")
    tagger.add_argument("treebank", type=Path)
    tagger.add_argument("--test", type=Path, action="append", default=[], help="measure on it")
    lexicon = _corpus_part(parts, "lexicon", _lexicon, "frequencies, inflections, synonym links")
    _thesauri(lexicon)
    _corpus_part(parts, "collocations", _collocations, "what stands beside a word, and how often")
    fit = _corpus_part(parts, "fit", _fit, "the judge over collocations, on spun clean text")
    fit.add_argument("--seed", type=int, default=0)
    _spin(parts)
    _insertions(parts)
    _weights(parts)
    _encoder(parts)
    _bundle(parts)
    _relay(parts)
    export = _part(parts, "export", _export, "the trained encoder, as the runtime reads it")
    export.add_argument("checkpoint", type=Path, help="last.pt of a training run")
    export.add_argument("pack", type=Path, help="training pack to calibrate on")
    _restoration(parts)
    manifest = _part(parts, "manifest", _manifest, "list all files of the folder of models")
    manifest.add_argument("--model-version", help="default: as it is")
    return result


def _part(
    parts: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], None],
    summary: str,
) -> argparse.ArgumentParser:
    part = parts.add_parser(name, help=summary, description=f"Train: {summary}.")
    part.add_argument("--models", type=Path, default=MODELS, help="folder to write into")
    part.set_defaults(run=run)
    return part


def _corpus_part(
    parts: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], None],
    summary: str,
) -> argparse.ArgumentParser:
    part = _part(parts, name, run, summary)
    part.add_argument(
        "corpora",
        metavar="CORPUS",
        nargs="+",
        type=Path,
        help="text files (.txt, .txt.gz, .txt.xz; a paragraph a line, an empty line between "
        "documents), or folders of them",
    )
    part.add_argument("--cache", type=Path, default=CACHE, help="folder for segmented corpora")
    part.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    return part


def _thesauri(part: argparse.ArgumentParser) -> None:
    part.add_argument(
        "--thesauri",
        type=Path,
        default=DATA / "thesauri",
        help="folder of moby.txt.gz and wordnet30.tar.gz (default: %(default)s)",
    )


def _segmentation(options: argparse.Namespace) -> None:
    from detector.training.segmentation import train_segmentation

    train_segmentation(options.corpora, options.models / "segmentation", tests=options.test)


def _prose(options: argparse.Namespace) -> None:
    from detector.training.prose import train_prose

    figures = train_prose(options.corpora, options.notes, options.models / "prose")
    print(f"AUC of {figures['paragraphs']:,.0f} paragraphs: {figures['auc']:.4f}")  # noqa: T201


def _tagger(options: argparse.Namespace) -> None:
    from detector.training.tagging import train_tagger

    figures = train_tagger(options.treebank, options.models / "tagger", tests=options.test)
    for name, accuracy in figures.items():
        print(f"{name}: word accuracy {accuracy:.4f}")  # noqa: T201


def _lexicon(options: argparse.Namespace) -> None:
    from detector.training.lexicon import train

    train(
        options.corpora,
        options.thesauri,
        options.models / "lexicon",
        cache=options.cache,
        processes=options.jobs,
    )


def _collocations(options: argparse.Namespace) -> None:
    from detector.training.collocations import train

    train(
        options.corpora,
        options.models / "collocations",
        cache=options.cache,
        processes=options.jobs,
    )


def _fit(options: argparse.Namespace) -> None:
    from detector.training.fit import train

    train(
        options.corpora,
        options.thesauri,
        options.models / "collocations",
        options.models / "lexicon",
        options.models / "fit",
        cache=options.cache,
        seed=options.seed,
        processes=options.jobs,
    )


def _spin(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = parts.add_parser(
        "spin",
        help="the synthetic spinner and its training pack, for the encoder",
        description="Make a training pack: clean text as type ids, and how each family of "
        "spinners replaces a type. Keep it outside the repository.",
    )
    part.add_argument("corpora", metavar="CORPUS", nargs="+", type=Path, help="clean text")
    part.add_argument("--out", type=Path, required=True, help="folder for the pack")
    _thesauri(part)
    part.add_argument("--spun", type=Path, help="folder with spinbot_train.jsonl.gz")
    part.add_argument("--treebank", type=Path, action="append", default=[], help="CoNLL-U file")
    part.add_argument(
        "--exclude", type=Path, action="append", default=[], help="evaluation texts to keep out"
    )
    part.add_argument("--leave-out", action="append", default=[], help="name of a family")
    part.set_defaults(run=_make_pack)


def _make_pack(options: argparse.Namespace) -> None:
    from detector.training.spin.build import build_pack

    build_pack(
        options.corpora,
        options.out,
        thesauri=options.thesauri,
        spun=options.spun,
        treebank=options.treebank,
        exclude=options.exclude,
        leave_out=frozenset(options.leave_out),
    )


def _insertions(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = parts.add_parser(
        "insertions",
        help="the family of insertions, into a training pack that exists",
        description="Make the family of insertions from the text and the families of a training "
        "pack, and add it to the pack. 'spin' does so by itself.",
    )
    part.add_argument("pack", type=Path, help="folder of the training pack")
    _thesauri(part)
    part.add_argument("--treebank", type=Path, action="append", default=[], help="CoNLL-U file")
    part.set_defaults(run=_add_insertions)


def _add_insertions(options: argparse.Namespace) -> None:
    from detector.training.spin.build import add_insertions

    add_insertions(options.pack, thesauri=options.thesauri, treebank=options.treebank)


def _weights(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = parts.add_parser(
        "weights",
        help="starting weights as a small file, to train elsewhere",
        description="Write the weights that training starts from as a small file, for a machine "
        "that has no package of them.",
    )
    part.add_argument("out", type=Path, help="file to write, .npz")
    part.add_argument("--bits", type=int, default=8, help="a weight (default: %(default)s)")
    part.add_argument(
        "--mpnet", type=Path, metavar="FOLDER", help="of a teacher: an MPNet's model.safetensors"
    )
    part.set_defaults(run=_write_weights)


def _write_weights(options: argparse.Namespace) -> None:
    from detector.training.model import mpnet_weights, package_weights, save_weights

    state = package_weights() if options.mpnet is None else mpnet_weights(options.mpnet)
    save_weights(options.out, state, options.bits)


def _bundle(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = parts.add_parser(
        "bundle",
        help="a pack and starting weights in parts, to train elsewhere",
        description="Write a training pack and starting weights in parts of a size.",
    )
    part.add_argument("pack", type=Path, help="folder of the training pack")
    part.add_argument("--out", type=Path, required=True, help="folder for the parts")
    part.add_argument("--weights", type=Path, nargs="*", default=[], help="files from 'weights'")
    part.add_argument(
        "--part-mb", type=float, default=60, help="megabytes of a part (default: %(default)s)"
    )
    part.set_defaults(run=_write_bundle)
    part = parts.add_parser(
        "unbundle", help="the pack from its parts", description="Put a bundled pack together."
    )
    part.add_argument("parts", type=Path, nargs="+", help="all parts")
    part.add_argument("--out", type=Path, required=True, help="folder for the pack")
    part.set_defaults(run=_read_bundle)


def _write_bundle(options: argparse.Namespace) -> None:
    from detector.training.bundle import bundle

    bundle(
        options.pack,
        options.out,
        weights=options.weights,
        part_bytes=round(options.part_mb * 1e6),
    )


def _read_bundle(options: argparse.Namespace) -> None:
    from detector.training.bundle import unbundle

    unbundle(options.parts, options.out)


def _relay(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = parts.add_parser(
        "relay",
        help="teacher, unseen and shipped encoder, in minutes of an accelerator",
        description="Train a teacher, the unseen encoder and the shipped one, one after the other.",
    )
    part.add_argument("pack", type=Path, help="folder of the training pack")
    part.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    part.add_argument("--small", type=Path, required=True, help="starting weights, from 'weights'")
    part.add_argument("--base", type=Path, required=True, help="the teacher's, from 'weights'")
    part.add_argument("--minutes", type=float, required=True, help="for everything")
    part.add_argument("--device", default="cuda", help="as torch calls it (default: %(default)s)")
    part.add_argument("--loaders", type=int, default=12, help="processes that draw windows")
    part.add_argument("--seed", type=int, default=0)
    part.set_defaults(run=_run_relay)


def _run_relay(options: argparse.Namespace) -> None:
    from detector.training.relay import relay

    relay(
        options.pack,
        options.out,
        small=options.small,
        base=options.base,
        minutes=options.minutes,
        device=options.device,
        loaders=options.loaders,
        seed=options.seed,
    )


def _encoder(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = parts.add_parser(
        "encoder",
        help="the encoder, on a training pack",
        description="Train the encoder on a pack that 'spin' made. Checkpoints stay outside the "
        "repository; a run that was stopped goes on from the last one.",
    )
    part.add_argument("pack", type=Path, help="folder of the training pack")
    part.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    part.add_argument("--minutes", type=float, help="length of the run")
    part.add_argument("--steps", type=int, help="length of the run")
    part.add_argument("--start", type=Path, help="checkpoint of another run to begin with")
    part.add_argument("--weights", type=Path, help="starting weights, from 'weights'")
    part.add_argument("--teacher", type=Path, help="checkpoint of a model to learn from")
    part.add_argument("--leave-out", action="append", default=[], help="name of a family")
    part.add_argument("--loaders", type=int, default=0, help="processes that draw windows")
    part.add_argument("--device", default="cpu", help="as torch calls it (default: %(default)s)")
    part.add_argument("--jobs", type=int, default=1, help="processes of one thread each")
    part.add_argument("--batch", type=int, default=32, help="windows a step and process")
    part.add_argument(
        "--frozen", type=int, help="keep the embeddings and so many of the first layers"
    )
    part.add_argument(
        "--hard",
        type=float,
        default=0.125,
        help="clean windows with false findings, for each drawn (default: %(default)s; 0 saves "
        "a quarter of the time)",
    )
    part.add_argument("--seed", type=int, default=0)
    part.set_defaults(run=_train_encoder)


def _train_encoder(options: argparse.Namespace) -> None:
    from detector.training.encoder import Training, train_encoder

    train_encoder(
        options.pack,
        options.out,
        start=options.start,
        weights=options.weights,
        teacher=options.teacher,
        loaders=options.loaders,
        training=Training(batch=options.batch, frozen=options.frozen, hard=options.hard),
        leave_out=frozenset(options.leave_out),
        steps=options.steps,
        minutes=options.minutes,
        device=options.device,
        workers=options.jobs,
        seed=options.seed,
    )


def _export(options: argparse.Namespace) -> None:
    from detector.training.export import export_encoder

    export_encoder(options.checkpoint, options.models / "encoder", pack=options.pack)


def _restoration(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = _part(parts, "restoration", _train_restoration, "what names the word that stood there")
    part.add_argument("corpora", metavar="CORPUS", nargs="+", type=Path, help="clean text")
    part.add_argument("--pack", type=Path, required=True, help="training pack, to spin the text")
    part.add_argument(
        "--pairs",
        type=Path,
        default=DATA / "spun/spinbot_train.jsonl.gz",
        help="articles and their spun versions (default: %(default)s)",
    )
    part.add_argument("--without-pairs", action="store_true", help="for a measure without them")
    part.add_argument("--limit", type=int, metavar="N", help="read N pairs (default: all)")
    part.add_argument(
        "--exclude", type=Path, action="append", default=[], help="evaluation texts to keep out"
    )
    part.add_argument("--seed", type=int, default=0)


def _train_restoration(options: argparse.Namespace) -> None:
    from detector.training.restoration import train

    train(
        options.models,
        pairs=None if options.without_pairs else options.pairs,
        corpora=options.corpora,
        pack=options.pack,
        exclude=options.exclude,
        limit=options.limit,
        seed=options.seed,
    )


def _manifest(options: argparse.Namespace) -> None:
    from detector.training.manifest import write_manifest

    write_manifest(options.models, model_version=options.model_version)


if __name__ == "__main__":
    sys.exit(main())
