"""The ``score`` command: arguments, files, exit codes. It decides nothing about a text.

Results go to standard output or ``--output``; everything else goes to standard error.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from enum import IntEnum
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import NoReturn, TextIO

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from detector import __version__
from detector.checks import CHECKS
from detector.completion import SHELLS, completion
from detector.config import SEVERITIES
from detector.desk import Desk
from detector.errors import (
    ConfigError,
    DetectorError,
    FaultError,
    ModelError,
    SourceError,
    is_fault,
    outline,
)
from detector.files import open_part
from detector.options import OFF
from detector.pipeline import Detector
from detector.render import EXPLAINERS, RENDERERS, RESTORERS, SUMMARIES, VERBOSE, Look, Renderer
from detector.render.base import name
from detector.render.layout import harmless, inert, spelled
from detector.render.text import Text
from detector.report import Report
from detector.resources import Manifest, default_folder
from detector.review import Review
from detector.settings import Configuration, show
from detector.sources import STDIN, Article, read

# Below this many characters, about two batches, starting processes takes longer than it saves.
SMALL_CHARACTERS = 100_000
# A progress bar is for a wait: not for this many articles.
FEW_ARTICLES = 4
# Columns of text where there is no terminal, and the least and most on one.
WIDTH, NARROWEST, WIDEST = 80, 40, 100

_DESCRIPTION = "Flag the odd word substitutions of spun (machine-paraphrased) English text."
_EPILOG = """\
Each finding has a suggested original word, a probability and a reason. The
reliability of an article is 100 times the probability that it was not spun;
'provisional' means that it is not calibrated.

exit codes: 0 done; 1 an article is under --fail-under; 2 usage or input error
(the other inputs are still scored); 3 internal error; 130 interrupted
"""


class ExitCode(IntEnum):
    """How ``score`` ends; where two apply, the higher."""

    DONE = 0
    UNRELIABLE = 1
    ERROR = 2
    FAULT = 3
    INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``score`` with `argv` (default: the arguments of the process); return its exit code."""
    run = Run()
    try:
        with _signals():
            _main(run, argv)
    except SystemExit as stop:  # argparse, which has said why
        return int(stop.code or 0)
    except KeyboardInterrupt:
        run.complain("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        _silence_stdout()
    except OSError as error:
        run.complain(f"{error.filename or 'standard output'}: {error.strerror or error}")
        run.fail(ExitCode.ERROR)
        _silence_stdout()
    except DetectorError as error:
        run.complain(str(error))
        run.fail(ExitCode.ERROR)
    except BaseException as error:
        if not is_fault(error):
            raise
        run.complain(f"{outline(error)}: this is a bug, please report it")
        run.fail(ExitCode.FAULT)
        _silence_stdout()
    return run.exit_code


def _main(run: Run, argv: Sequence[str] | None) -> None:
    parser = _parser()
    options = parser.parse_args(argv)
    if options.version:
        print(spelled(_versions(options.models)))
    elif options.list_checks:
        print(_checks())
    elif options.completion:
        print(completion(parser, options.completion))
    elif options.show_config:
        run.show_config(options)
    elif options.paths:
        # A job uses one thread: for matrices as small as ours a second doubles the cost.
        with threadpool_limits(1, user_api="blas"):
            run.score(options)
    else:
        parser.error("no PATH given: name a file or a folder, or - for standard input")


@contextmanager
def _signals() -> Iterator[None]:
    """Let a request to end, or the end of the terminal, do what Ctrl-C does."""

    def interrupt(number: int, frame: object) -> NoReturn:
        raise KeyboardInterrupt

    before = {}
    for asked in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, asked, None)
        # What is ignored, as under nohup, stays so; in another thread nobody may ask.
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            with suppress(ValueError):
                before[number] = signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Run:
    """One run of the command: its exit code so far, and its standard error."""

    def __init__(self) -> None:
        self.exit_code = ExitCode.DONE
        self._bar: tqdm[NoReturn] | None = None

    def score(self, options: argparse.Namespace) -> None:
        """Score the inputs and write the results, as `options` ask."""
        lists = [*options.allow, *options.phrases, *filter(None, [options.baseline])]
        _refuse_output(options.paths, lists, options.output)
        _refuse_mismatch(options)
        configuration = _configuration(options)
        desk = Desk(configuration, options.write_baseline, review=options.review)
        config = replace(
            configuration.command_line.config,
            grammar=options.grammar or options.grammar_server is not None,
            grammar_server=options.grammar_server,
        )
        detector = Detector(config, models=options.models)
        articles = self._readable(desk.prepare(_inputs(options)))
        jobs, articles = _jobs(options.jobs, articles)
        if options.review:
            attempted = self._scored(detector.attempt_many(articles, jobs=jobs))
            reports = self._settled(attempted, desk, options)
            self._review(reports, desk, options)
            return
        with self._destination(options.output) as stream:
            look = replace(
                _look(stream, options.output),
                explain=options.explain,
                summary=options.summary,
                restore=options.restore,
                verbose=options.verbose,
                date=datetime.now(UTC).isoformat(timespec="seconds"),
                settings=config.settings(),
            )
            renderer = RENDERERS[options.format].build(look)
            scored = self._scored(detector.attempt_many(articles, jobs=jobs))
            settled = self._settled(scored, desk, options)
            with closing(self._watched(settled, bar=not stream.isatty())) as reports:
                del scored, settled  # so that closing the reports ends the processes too
                write(renderer, reports, stream, lost=self._lost)
        desk.close()

    def _review(self, reports: Iterator[Report], desk: Desk, options: argparse.Namespace) -> None:
        """Ask about each finding, on standard output and input."""
        if STDIN in options.paths:
            raise DetectorError("--review reads answers from standard input: name files, not -")
        if options.output is not None:
            raise DetectorError("--review asks in the terminal: leave --output out")
        look = Text.build(_look(_stdout(), None))
        Review(desk.places, ask=_ask, tell=_tell, look=look).walk(reports)

    def show_config(self, options: argparse.Namespace) -> None:
        """Print the settings of each path, and the place that said each."""
        configuration = _configuration(options)
        for path in options.paths or ["."]:
            try:
                shown = show(path, configuration.of(path), configuration.file_of(path))
                print(inert(harmless(shown)))
            except ConfigError as error:
                self.complain(f"{path}: {error}")
                self.fail(ExitCode.ERROR)

    def fail(self, code: ExitCode) -> None:
        """Remember that something went wrong; the higher code outranks the lower."""
        self.exit_code = max(self.exit_code, code)

    def complain(self, message: str) -> None:
        """One line on standard error, above the progress bar if there is one."""
        line = inert(f"score: {spelled(message)}")
        if self._bar is not None:
            self._bar.write(line, file=sys.stderr)
        elif sys.stderr is not None:
            print(line, file=sys.stderr)

    def _readable(self, articles: Iterable[Article | SourceError]) -> Iterator[Article]:
        for article in articles:
            if isinstance(article, SourceError):
                self._lost(article)
            else:
                yield article

    def _scored(self, results: Iterable[Report | FaultError]) -> Iterator[Report]:
        for result in results:
            if isinstance(result, FaultError):
                self._lost(result)
            else:
                yield result

    def _lost(self, error: SourceError) -> None:
        """Say that an article has no report."""
        self.complain(str(error))
        self.fail(ExitCode.FAULT if isinstance(error, FaultError) else ExitCode.ERROR)

    def _settled(
        self, reports: Iterable[Report], desk: Desk, options: argparse.Namespace
    ) -> Iterator[Report]:
        """The reports without what is known, each compared with its ``fail-under``."""
        for report in reports:
            for warning in report.warnings:
                self.complain(f"{name(report)}: {warning}")
            settled = desk.settle(report)
            if settled.failed is not None:
                self.complain(
                    f"{name(report)} fails: reliability {report.reliability:.1f} is under "
                    f"{settled.failed:g} (fail-under)"
                )
                self.exit_code = max(self.exit_code, ExitCode.UNRELIABLE)
            if options.report_unused_ignores:
                for ignore in report.unused_ignores:
                    self.complain(f"{report.source}:{ignore.line}:{ignore.column}: {ignore.advice}")
            yield settled.report

    def _watched(self, reports: Iterable[Report], *, bar: bool) -> Generator[Report]:
        """The reports, counted by the bar once written."""
        bar = bar and sys.stderr is not None and sys.stderr.isatty()
        try:
            for count, report in enumerate(reports, start=1):
                yield report
                if bar and count > FEW_ARTICLES:
                    self._advance(count)
        finally:
            if self._bar is not None:
                self._bar.close()
                self._bar = None

    def _advance(self, count: int) -> None:
        if self._bar is None:
            self._bar = tqdm(desc="score", unit=" articles", file=sys.stderr, leave=False)
        self._bar.update(count - self._bar.n)

    @contextmanager
    def _destination(self, path: Path | None) -> Iterator[TextIO]:
        """Where the results go. A file appears when all of it is written, else as ``.part``."""
        if path is None:
            yield _stdout()
        elif path.exists() and not path.is_file():  # a device or a named pipe
            with path.open("w", encoding="utf-8") as device:
                yield device
        else:
            target = path.resolve()
            part, written = _open(target, path)
            with written as stream:
                try:
                    yield stream
                except BaseException:
                    self.complain(f"{path} is unchanged; {part} holds the results so far")
                    raise
            part.replace(target)


def _open(target: Path, path: Path) -> tuple[Path, TextIO]:
    """The file that is to become `target`, which the user calls `path`."""
    try:
        return open_part(target)
    except OSError as error:
        raise DetectorError(
            f"{path} cannot be written ({error.strerror}): name a file in a folder that exists "
            "and that you may write to"
        ) from None


def write(
    renderer: Renderer,
    reports: Iterable[Report],
    stream: TextIO,
    *,
    lost: Callable[[SourceError], None],
) -> None:
    """Write each report as soon as it is there; whatever happens, the output ends as it should.

    Hands a report that cannot be rendered to `lost`, as an error.
    """
    stream.write(renderer.header)
    try:
        separator = ""
        for report in reports:
            try:
                rendered = renderer.report(report)
            except Exception as error:
                lost(FaultError.of(name(report), error))
                continue
            if rendered:
                stream.write(separator + rendered)
                stream.flush()
                separator = renderer.separator
    finally:
        stream.write(renderer.footer)
        stream.flush()


def _refuse_output(paths: Iterable[str], lists: Iterable[str | Path], output: Path | None) -> None:
    """Say at once what cannot be written to, and not after the articles were scored."""
    if output is None:
        return
    if output.is_dir():
        raise DetectorError(f"--output {output} is a folder: name a file")
    part = output.with_name(f"{output.name}.part")
    for path in (*paths, *map(str, lists)):
        if _is_same(path, output):
            raise DetectorError(f"--output {output} is also an input: name another file")
        if _is_same(path, part):
            raise DetectorError(
                f"--output {output} is first written to {part}, which is an input: name "
                "another file"
            )


def _refuse_mismatch(options: argparse.Namespace) -> None:
    known = (
        ("summary", SUMMARIES),
        ("restore", RESTORERS),
        ("explain", EXPLAINERS),
        ("verbose", VERBOSE),
    )
    for option, formats in known:
        if getattr(options, option) and options.format not in formats:
            raise DetectorError(
                f"--{option} works with --format {' or '.join(sorted(formats))}, not "
                f"{options.format}: leave it out, or choose another format"
            )
    for other in ("summary", "explain", "verbose"):
        if options.restore and options.format == "text" and getattr(options, other):
            raise DetectorError(f"--{other} cannot be combined with --restore: choose one")
    if options.summary and options.verbose:
        raise DetectorError("--verbose cannot be combined with --quiet: choose one")


def _inputs(options: argparse.Namespace) -> Iterator[Article | SourceError]:
    if STDIN in options.paths:
        if sys.stdin is None:
            raise DetectorError("standard input is closed: name a file instead of -")
        if sys.stdin.isatty():
            print("score: reading standard input; Ctrl-D ends it", file=sys.stderr)
    articles = read(
        options.paths,
        encoding=options.encoding,
        text_column=options.text_column,
        id_column=options.id_column,
    )
    # A folder may hold what an earlier run wrote, which is about to be replaced: no article.
    return (article for article in articles if not _is_same(article.source, options.output))


def _is_same(source: str, output: Path | None) -> bool:
    """Whether a source is the file that results go to; neither need exist."""
    if output is None or not (output.exists() and os.path.exists(source)):  # noqa: PTH110
        return False
    return output.samefile(source)


def _configuration(options: argparse.Namespace) -> Configuration:
    """The settings: options of the command line, by their names there, over those of files."""
    given = {
        "min-probability": options.min_probability,
        "fail-under": options.fail_under,
        "severity": dict(options.severity),
        "disable": options.disable,
        "allow": options.allow,
        "phrases": options.phrases,
        "baseline": options.baseline,
        "skip-quotes": options.skip_quotes,
        "base-rate": options.base_rate,
        "no-ignores": options.no_ignores,
    }
    said = {name: value for name, value in given.items() if _was_given(value)}
    return Configuration(said, read_files=not options.no_config)


def _was_given(value: object) -> bool:
    """Whether an option was named: 0 is something said, an empty list is not."""
    return bool(value) or (isinstance(value, float) and value == 0)


def _jobs(asked: int | None, articles: Iterator[Article]) -> tuple[int, Iterator[Article]]:
    """How many processes to use: as asked, else the cores, else one for little text."""
    jobs = _cores() if asked is None else asked
    if asked is not None or jobs == 1:
        return jobs, articles
    ahead: list[Article] = []
    characters = 0
    for article in articles:
        ahead.append(article)
        characters += len(article.prose)
        if characters >= SMALL_CHARACTERS and len(ahead) > 1:
            return jobs, chain(ahead, articles)
    return 1, iter(ahead)


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _stdout() -> TextIO:
    """Standard output, which shows a character that its encoding lacks as an escape."""
    if sys.stdout is None:
        raise DetectorError("standard output is closed: open it, or name a file with --output")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return sys.stdout


def _ask(prompt: str) -> str:
    """What is typed, or read from a pipe and shown as if it were typed."""
    try:
        answer = input(prompt)
    except EOFError:
        print()
        raise
    if not sys.stdin.isatty():
        print(answer)
    return answer


def _tell(text: str) -> None:
    print(text, end="", flush=True)


def _silence_stdout() -> None:
    """Let Python's own flush at exit succeed where nobody reads, or nothing can be written."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
        return
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _look(stream: TextIO, output: Path | None) -> Look:
    if not stream.isatty():
        return Look(colour=output is None and _colour(terminal=False), width=WIDTH)
    width = shutil.get_terminal_size((WIDTH, 24)).columns
    return Look(colour=_colour(terminal=True), width=min(max(width, NARROWEST), WIDEST))


def _colour(*, terminal: bool) -> bool:
    """Whether to colour: https://no-color.org first, then https://force-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"


def _versions(models: Path | None) -> str:
    try:
        version = Manifest.read(models or default_folder()).model_version
    except ModelError as error:
        version = f"not found ({error})"
    return f"detector {__version__}, models {version}"


def _checks() -> str:
    widest = max(len(check.name) for check in CHECKS)
    return "\n".join(
        textwrap.fill(
            _first_line(check.__doc__),
            width=WIDTH,
            initial_indent=f"{check.name:{widest}}  ",
            subsequent_indent=" " * (widest + 2),
        )
        for check in CHECKS
    )


def _first_line(docstring: str | None) -> str:
    """The first line of a description, which ``python -OO`` leaves out."""
    return next(iter((docstring or "").strip().splitlines()), "(no description under python -OO)")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="score",
        usage="score [OPTIONS] PATH...",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="file, folder, or - for standard input"
    )
    _add_input_options(parser.add_argument_group("input"))
    _add_output_options(parser.add_argument_group("output"))
    _add_detection_options(parser.add_argument_group("detection"))
    _add_known_options(parser.add_argument_group("known findings"))
    _add_running_options(parser.add_argument_group("running"))
    return parser


def _add_input_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--text-column",
        metavar="NAME",
        default="text",
        help="column that holds the text, in JSONL, CSV and Parquet (default: text)",
    )
    group.add_argument(
        "--id-column",
        metavar="NAME",
        help="column that identifies a row (default: id, else the row number)",
    )
    group.add_argument(
        "--encoding", metavar="NAME", help="input encoding (default: from the BOM, else UTF-8)"
    )


def _add_output_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--format", choices=list(RENDERERS), default="text", help="output format (default: text)"
    )
    group.add_argument(
        "--output", metavar="FILE", type=_output, help="write to FILE instead of standard output"
    )
    group.add_argument(
        "--summary",
        action="store_true",
        help="one line per article, without its findings (text, csv)",
    )
    group.add_argument(
        "-q", "--quiet", dest="summary", action="store_true", help="the same as --summary"
    )
    group.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="show every suggestion and all evidence (text)",
    )
    group.add_argument(
        "--restore",
        action="store_true",
        help="print the article with the original words restored (text, json, jsonl)",
    )
    group.add_argument(
        "--fail-under",
        metavar="N",
        type=_number("reliability", 100),
        help="exit with 1 if the reliability of an article is under N (0 to 100)",
    )
    group.add_argument("--explain", action="store_true", help="explain each reliability (text)")


def _add_detection_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--min-probability",
        metavar="P",
        type=_number("probability", 1),
        help="threshold: report findings with at least this probability (0 to 1)",
    )
    group.add_argument(
        "--allow",
        metavar="FILE",
        action="append",
        default=[],
        help="words and phrases never to flag, one per line; repeatable",
    )
    group.add_argument(
        "--phrases",
        metavar="FILE",
        action="append",
        default=[],
        help="phrases to flag, one per line: phrase, tab, suggestion; repeatable",
    )
    group.add_argument(
        "--disable",
        metavar="CHECK",
        action="append",
        default=[],
        help="do not run this check; repeatable",
    )
    group.add_argument(
        "--severity",
        metavar="CHECK=LEVEL",
        type=_severity,
        action="append",
        default=[],
        help="set a check's severity: error, warning, notice or off; repeatable",
    )
    group.add_argument(
        "--skip-quotes",
        action="store_true",
        help="report no findings in quotations and mentioned words",
    )
    group.add_argument(
        "--base-rate",
        metavar="P",
        type=_base_rate,
        help="proportion of your articles that are spun (default: 0.5)",
    )
    group.add_argument(
        "--grammar",
        action="store_true",
        help="add evidence from LanguageTool (extra 'grammar'; docs/grammar.md)",
    )
    group.add_argument(
        "--grammar-server",
        metavar="URL",
        help="use this running LanguageTool server; implies --grammar",
    )
    group.add_argument("--list-checks", action="store_true", help="list the checks and exit")


def _add_known_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--baseline", metavar="FILE", type=Path, help="do not report the findings in FILE"
    )
    group.add_argument(
        "--write-baseline",
        metavar="FILE",
        type=Path,
        help="record the current findings in FILE as the baseline",
    )
    group.add_argument(
        "--review",
        action="store_true",
        help="review the findings one by one, instead of printing them",
    )
    group.add_argument(
        "--no-ignores",
        action="store_true",
        help="report findings that a comment in the article would silence",
    )
    group.add_argument(
        "--report-unused-ignores",
        action="store_true",
        help="list the comments that silence nothing",
    )


def _add_running_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--jobs",
        metavar="N",
        type=_positive,
        help="number of processes (default: one per core; 1 for little text)",
    )
    group.add_argument(
        "--models", metavar="DIR", type=Path, help="folder of models (default: $DETECTOR_MODELS)"
    )
    group.add_argument(
        "--no-config",
        action="store_true",
        help="read no configuration file",
    )
    group.add_argument(
        "--show-config",
        action="store_true",
        help="show the options for each PATH and where they were set, and exit",
    )
    group.add_argument(
        "--completion",
        metavar="SHELL",
        choices=SHELLS,
        help=f"print a completion script for {', '.join(SHELLS[:-1])} or {SHELLS[-1]}",
    )
    group.add_argument("--version", action="store_true", help="show the versions and exit")


def _number(name: str, highest: int) -> Callable[[str], float]:
    """A converter for a number from 0 to `highest`."""

    def convert(given: str) -> float:
        with suppress(ValueError):
            if 0 <= (number := float(given)) <= highest:
                return number
        raise argparse.ArgumentTypeError(f"{given!r} is not a {name} between 0 and {highest}")

    return convert


def _severity(given: str) -> tuple[str, str]:
    check, _, level = given.partition("=")
    if not check or level not in (*SEVERITIES, OFF):
        raise argparse.ArgumentTypeError(
            f"{given!r} is not CHECK=LEVEL: the levels are {', '.join(SEVERITIES)} and {OFF}, "
            "for example spintax=error"
        )
    return check, level


def _base_rate(given: str) -> float:
    with suppress(ValueError):
        if 0 < (share := float(given)) < 1:
            return share
    raise argparse.ArgumentTypeError(f"{given!r} is not a base rate above 0 and below 1")


def _positive(given: str) -> int:
    with suppress(ValueError):
        if (number := int(given)) > 0:
            return number
    raise argparse.ArgumentTypeError(f"{given!r} is not a whole number from 1 up")


def _output(given: str) -> Path | None:
    return None if given == "-" else Path(given)
