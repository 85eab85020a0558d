from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fake_detector import FAKE, FakeDetector
from jsonschema import Draft202012Validator
from threadpoolctl import threadpool_info

from detector import __version__, cli, parallel
from detector.checks import CHECKS
from detector.cli import ExitCode, main
from detector.config import Config
from detector.errors import FaultError, ModelError
from detector.render import RENDERERS, Look
from detector.report import Report
from detector.sources import Article

ROOT = Path(__file__).parent.parent
SENTENCE = "The ministers met again, and both sides said that the talks went well. "
CLEAN = SENTENCE * 5
SPUN = f"{CLEAN}Talks between both sides have wilt increasingly regular over time."

Write = Callable[..., str]


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "Detector", FakeDetector)
    monkeypatch.setattr(parallel, "DETECTOR", FAKE)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file into the working folder, and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, content: str | bytes) -> str:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(data)
        return name

    return write


def _interrupted(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """What a process still writes once Ctrl-C is pressed; pressed again if Python lost it.

    Python drops an interrupt that arrives while it runs a finalizer.
    """
    for _ in range(5):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=8)
    raise AssertionError("the process does not heed Ctrl-C")


class Seen(FakeDetector):
    """Remembers how it was built and called."""

    config: Config
    models: Path | None
    jobs: int
    threads: set[int]

    def __init__(self, config: Config | None = None, *, models: Path | None = None) -> None:
        Seen.config, Seen.models = config or Config(), models

    def attempt_many(
        self, texts: Iterable[Article], *, jobs: int = 1
    ) -> Iterator[Report | FaultError]:
        Seen.jobs = jobs
        Seen.threads = {
            pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"
        }
        return super().attempt_many(texts, jobs=jobs)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> type[Seen]:
    monkeypatch.setattr(cli, "Detector", Seen)
    return Seen


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestOutput:
    def test_text_is_the_default(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([write("a.txt", SPUN)]) == ExitCode.DONE
        captured = capsys.readouterr()
        assert "Talks between both sides have >>wilt<< increasingly" in captured.out
        assert captured.out.startswith("a.txt: spun, reliability 10.0 of 100")
        assert captured.err == ""

    @pytest.mark.parametrize("form", ["json", "jsonl"])
    def test_json_follows_the_schema(
        self, form: str, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", SPUN)
        write("b.txt", "Short.")
        assert main(["--format", form, "a.txt", "b.txt"]) == ExitCode.DONE
        out = capsys.readouterr().out
        values = json.loads(out) if form == "json" else list(map(json.loads, out.splitlines()))
        schema = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
        assert [value["status"] for value in values] == ["scored", "short"]
        for value in values:
            Draft202012Validator(schema).validate(value)
        finding = values[0]["findings"][0]
        assert SPUN[finding["start"] : finding["end"]] == finding["actual"] == "wilt"

    def test_a_summary_is_a_line_an_article(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", SPUN)
        write("b.txt", "Short.")
        for form, lines in (("text", 2), ("csv", 3)):
            assert main(["--summary", "--format", form, "a.txt", "b.txt"]) == ExitCode.DONE
            assert len(capsys.readouterr().out.splitlines()) == lines

    def test_a_page_records_when_and_with_what_it_was_made(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", SPUN)
        main(["--format", "html", "--min-probability", "0.7", "a.txt"])
        out = capsys.readouterr().out
        assert f"<dd>{datetime.now(UTC).date()}T" in out
        assert "<dd>min_probability 0.7</dd>" in out

    @pytest.mark.parametrize("form", ["csv", "github", "html", "sarif"])
    def test_an_interrupted_output_ends_as_it_should(
        self, form: str, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", SPUN)
        write("b.txt", "interrupt")
        main(["--format", form, "--jobs", "1", "a.txt", "b.txt"])
        out = capsys.readouterr().out
        assert "wilt" in out
        assert out.endswith(RENDERERS[form].build(Look()).footer)

    def test_the_article_is_restored(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", SPUN)
        assert main(["--restore", "a.txt"]) == ExitCode.DONE
        assert capsys.readouterr().out == SPUN.replace("wilt", "become") + "\n"
        assert main(["--restore", "--format", "json", "a.txt"]) == ExitCode.DONE
        (report,) = json.loads(capsys.readouterr().out)
        schema = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
        Draft202012Validator(schema).validate(report)
        (edit,) = report["restored"]["edits"]
        assert (edit["actual"], edit["text"]) == ("wilt", "become")

    @pytest.mark.parametrize(
        "other", [["--format", "csv"], ["--summary"], ["--explain"], ["--verbose"]]
    )
    def test_restoring_goes_with_some_options_only(
        self, other: list[str], write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", SPUN)
        assert main(["--restore", *other, "a.txt"]) == ExitCode.ERROR
        assert "--restore" in capsys.readouterr().err

    def test_every_renderer_is_a_format(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--help"]) == 0
        assert "{" + ",".join(RENDERERS) + "}" in capsys.readouterr().out

    def test_json_is_an_array_whatever_the_inputs(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", b"caf\xe9")
        assert main(["--format", "json", "a.txt", "missing.txt"]) == ExitCode.ERROR
        captured = capsys.readouterr()
        assert json.loads(captured.out) == []
        assert len(captured.err.splitlines()) == 2

    def test_standard_input(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SPUN.encode())))
        assert main(["--format", "jsonl", "-"]) == ExitCode.DONE
        assert len(json.loads(capsys.readouterr().out)["findings"]) == 1

    def test_a_report_is_out_before_the_next_article_is_read(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        printed = 0

        def endless(paths: Iterable[str], **options: str | None) -> Iterator[Article]:
            nonlocal printed
            for number in count():
                printed += capsys.readouterr().out.count("\n")
                assert printed == number
                if number == 100:
                    raise KeyboardInterrupt
                yield Article("feed.jsonl", SPUN, number)

        monkeypatch.setattr(cli, "read", endless)
        assert main(["--format", "jsonl", "--jobs", "1", "feed.jsonl"]) == ExitCode.INTERRUPTED
        assert printed == 100


class TestOutputFile:
    def test_the_results_and_nothing_on_standard_output(
        self, write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert main(["--output", "out.txt", write("a.txt", SPUN)]) == ExitCode.DONE
        assert ">>wilt<<" in Path("out.txt").read_text(encoding="utf-8")
        assert "\x1b" not in Path("out.txt").read_text(encoding="utf-8")
        assert capsys.readouterr().out == ""
        assert sorted(path.name for path in Path().iterdir()) == ["a.txt", "out.txt"]

    def test_a_hyphen_is_standard_output(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["--output", "-", write("a.txt", SPUN)]) == ExitCode.DONE
        assert ">>wilt<<" in capsys.readouterr().out

    def test_an_interrupted_run_leaves_the_old_file_and_says_where_the_new_part_is(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("out.json", "old")
        write("a.txt", SPUN)
        write("b.txt", "interrupt")
        code = main(["--format", "json", "--output", "out.json", "a.txt", "b.txt"])
        assert code == ExitCode.INTERRUPTED
        assert Path("out.json").read_text(encoding="utf-8") == "old"
        assert len(json.loads(Path("out.json.part").read_text(encoding="utf-8"))) == 1
        assert "out.json.part holds the results so far" in capsys.readouterr().err

    def test_an_input_is_not_overwritten(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", SPUN)
        Path("link.txt").symlink_to("a.txt")
        assert main(["--output", "link.txt", "a.txt"]) == ExitCode.ERROR
        assert "name another file" in capsys.readouterr().err
        assert Path("a.txt").read_text(encoding="utf-8") == SPUN

    def test_what_an_earlier_run_wrote_into_a_folder_is_no_article_of_it(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", SPUN)
        for _ in range(2):
            assert main(["--summary", "--output", "out.txt", "."]) == ExitCode.DONE
            summary = Path("out.txt").read_text(encoding="utf-8")
            assert [line.partition(":")[0] for line in summary.splitlines()] == ["./a.txt"]

    def test_a_folder_is_no_file(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--output", ".", write("a.txt", SPUN)]) == ExitCode.ERROR
        assert capsys.readouterr().err == "score: --output . is a folder: name a file\n"

    def test_a_folder_that_is_not_there(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["--output", "nowhere/out.txt", write("a.txt", SPUN)]) == ExitCode.ERROR
        message = capsys.readouterr().err
        assert message.startswith("score: nowhere/out.txt cannot be written")
        assert "in a folder that exists" in message

    def test_a_device_is_written_to_and_not_replaced(self, write: Write) -> None:
        assert main(["--output", os.devnull, write("a.txt", SPUN)]) == ExitCode.DONE
        assert not Path(os.devnull).is_file()


class TestExitCodes:
    @pytest.mark.parametrize(
        ("limit", "code"), [("10", ExitCode.DONE), ("10.1", ExitCode.UNRELIABLE)]
    )
    def test_fail_under(self, limit: str, code: int, write: Write) -> None:
        write("a.txt", SPUN)
        write("b.txt", CLEAN)
        assert main(["--fail-under", limit, "a.txt", "b.txt"]) == code

    def test_an_article_that_fails_is_named(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", SPUN)
        write("b.txt", CLEAN)
        main(["--fail-under", "50", "--format", "json", "a.txt", "b.txt"])
        captured = capsys.readouterr()
        assert captured.err == "score: a.txt fails: reliability 10.0 is under 50 (fail-under)\n"
        assert len(json.loads(captured.out)) == 2

    def test_a_null_reliability_never_fails(self, write: Write) -> None:
        assert main(["--fail-under", "100", write("a.txt", "It has wilt.")]) == ExitCode.DONE

    def test_the_number_that_is_printed_is_compared(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        almost = Report("a", "1", "scored", None, "en", 100, 49.96, "suspect", ())
        monkeypatch.setattr(FakeDetector, "attempt_many", lambda *_, **__: iter([almost]))
        assert main(["--fail-under", "50", write("a.txt", CLEAN)]) == ExitCode.DONE

    def test_an_input_error_outranks_a_failing_article_and_the_rest_is_scored(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", SPUN)
        write("b.txt", CLEAN)
        assert main(["--fail-under", "50", "a.txt", "missing.txt", "b.txt"]) == ExitCode.ERROR
        captured = capsys.readouterr()
        assert captured.out.splitlines()[-1].startswith("b.txt: clean")
        assert captured.err.startswith("score: missing.txt: there is no such file")

    def test_interrupted(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write("a.txt", SPUN)
        write("b.txt", "interrupt")
        assert main(["--format", "json", "a.txt", "b.txt"]) == ExitCode.INTERRUPTED
        captured = capsys.readouterr()
        assert [report["source"] for report in json.loads(captured.out)] == ["a.txt"]
        assert captured.err == "score: interrupted\n"


class TestUsage:
    @pytest.mark.parametrize(
        ("argv", "hint"),
        [
            ([], "name a file or a folder"),
            (["--format", "xml", "a.txt"], "jsonl"),
            (["--fail-under", "101", "a.txt"], "between 0 and 100"),
            (["--fail-under", "nan", "a.txt"], "between 0 and 100"),
            (["--min-probability", "50%", "a.txt"], "between 0 and 1"),
            (["--jobs", "0", "a.txt"], "from 1 up"),
            (["--encoding", "cp1525", "a.txt"], "cp1252"),
            (["--encoding", "rot13", "a.txt"], "cp1252"),
            (["--allow", "missing", "a.txt"], "missing cannot be read"),
            (["--phrases", "missing", "a.txt"], "missing cannot be read"),
            (["--unknown", "a.txt"], "--unknown"),
            (["--form", "json", "a.txt"], "--form"),
            (["--summary", "--format", "json", "a.txt"], "csv or text"),
            (["--explain", "--format", "csv", "a.txt"], "json or jsonl or text"),
            (["--verbose", "--format", "json", "a.txt"], "--verbose works with --format text"),
            (["--verbose", "--quiet", "a.txt"], "choose one"),
        ],
    )
    def test_an_error_says_what_to_do(
        self, argv: list[str], hint: str, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("a.txt", CLEAN)
        assert main(argv) == ExitCode.ERROR
        captured = capsys.readouterr()
        assert hint in captured.err
        assert captured.out == ""

    def test_help_fits_80_columns(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        assert main(["--help"]) == 0
        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= 80

    def test_the_documentation_covers_every_option(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["--help"])
        shown = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
        described = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
        assert not {option for option in shown if f"`{option}" not in described}

    def test_options_reach_the_detector(self, write: Write, seen: type[Seen]) -> None:
        write("a.txt", CLEAN)
        write("allow.txt", "wilt\n# a comment\nwrit structures\n")
        main(["--min-probability", "0.7", "--disable", "spintax", "--disable", "inflection",
              "--allow", "allow.txt", "--models", "folder", "--no-config", "a.txt"])  # fmt: skip
        assert seen.config == Config(
            min_probability=0.7,
            disable=frozenset({"spintax", "inflection"}),
            allow=frozenset({"wilt", "writ structures"}),
        )
        assert seen.models == Path("folder")

    def test_damaged_models_are_one_line(
        self, write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise ModelError("the models are damaged")

        monkeypatch.setattr(cli, "Detector", refuse)
        assert main([write("a.txt", CLEAN)]) == ExitCode.ERROR
        assert capsys.readouterr().err == "score: the models are damaged\n"

    def test_checks_are_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--list-checks"]) == ExitCode.DONE
        out = capsys.readouterr().out
        assert [line.split()[0] for line in out.splitlines() if line[0] != " "] == [
            check.name for check in CHECKS
        ]
        assert max(map(len, out.splitlines())) <= 80

    def test_versions(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--version", "--models", str(tmp_path)]) == ExitCode.DONE
        assert f"detector {__version__}, models not found" in capsys.readouterr().out


class TestJobs:
    @pytest.fixture(autouse=True)
    def _cores(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cli, "_cores", lambda: 8)
        monkeypatch.setattr(cli, "SMALL_CHARACTERS", 2 * len(CLEAN))

    def test_little_text_starts_no_process(self, write: Write, seen: type[Seen]) -> None:
        main([write("a.txt", CLEAN)])
        assert seen.jobs == 1

    def test_much_text_uses_the_cores_and_loses_no_article(
        self, write: Write, seen: type[Seen], capsys: pytest.CaptureFixture[str]
    ) -> None:
        names = [write(f"{number}.txt", CLEAN) for number in range(5)]
        main(names)
        assert seen.jobs == 8
        assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == names

    def test_one_long_article_needs_one_process(self, write: Write, seen: type[Seen]) -> None:
        main([write("a.txt", CLEAN * 9)])
        assert seen.jobs == 1

    def test_a_job_uses_one_thread(self, write: Write, seen: type[Seen]) -> None:
        main(["--jobs", "1", write("a.txt", CLEAN)])
        assert seen.threads == {1}

    def test_a_number_is_taken_at_its_word(self, write: Write, seen: type[Seen]) -> None:
        main(["--jobs", "3", write("a.txt", CLEAN)])
        assert seen.jobs == 3


class TestTerminal:
    @pytest.mark.parametrize(
        ("environment", "terminal", "coloured"),
        [
            ({}, True, True),
            ({}, False, False),
            ({"NO_COLOR": "1"}, True, False),
            ({"NO_COLOR": ""}, True, True),
            ({"FORCE_COLOR": "1"}, False, True),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
            ({"TERM": "dumb"}, True, False),
        ],
    )
    def test_colour(
        self,
        environment: dict[str, str],
        terminal: bool,
        coloured: bool,
        write: Write,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("TERM", "xterm")
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        out = Terminal() if terminal else io.StringIO()
        monkeypatch.setattr(sys, "stdout", out)
        main([write("a.txt", SPUN)])
        assert ("\x1b[" in out.getvalue()) == coloured

    @pytest.mark.parametrize(("given", "used"), [("60", 60), ("20", 40), ("500", 100)])
    def test_width(self, given: str, used: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", given)
        assert cli._look(Terminal(), None) == Look(colour=True, width=used)

    @pytest.mark.parametrize(("articles", "shown"), [(9, True), (3, False)])
    def test_progress(
        self, articles: int, shown: bool, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = [write(f"{number}.txt", SPUN) for number in range(articles)]
        err = Terminal()
        monkeypatch.setattr(sys, "stderr", err)
        main([*names, "missing.txt"])
        assert ("articles" in err.getvalue()) == shown
        assert "score: missing.txt: there is no such" in err.getvalue()

    def test_no_progress_in_a_log(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        main([write(f"{number}.txt", SPUN) for number in range(9)])
        assert capsys.readouterr().err == ""

    def test_no_progress_among_results_on_the_same_terminal(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        err = Terminal()
        monkeypatch.setattr(sys, "stdout", Terminal())
        monkeypatch.setattr(sys, "stderr", err)
        main([write(f"{number}.txt", SPUN) for number in range(9)])
        assert err.getvalue() == ""

    def test_messages_cannot_steer_the_terminal(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["\x1b[31m.txt"])
        assert "<U+001B>[31m.txt" in capsys.readouterr().err


def command(*arguments: str, prelude: str = "pass") -> list[str]:
    """A process that runs ``score`` with the fake detector."""
    code = f"""
import sys
from detector import cli, parallel
from fake_detector import FAKE, FakeDetector
cli.Detector, parallel.DETECTOR = FakeDetector, FAKE
{prelude}
sys.exit(cli.main())
"""
    return [sys.executable, "-c", code, *arguments]


# Undoes what a suite that runs in the background hands down: there, shells ignore Ctrl-C.
HEED_INTERRUPTS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


@pytest.fixture
def environment() -> dict[str, str]:
    folders = [str(ROOT), str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(folders)}


JOBS = pytest.mark.parametrize("jobs", ["1", "2"])


class TestProcess:
    """What only a real process shows."""

    @JOBS
    def test_a_reader_that_has_seen_enough_is_no_error(
        self, jobs: str, write: Write, environment: dict[str, str]
    ) -> None:
        rows = [json.dumps({"text": SPUN}) for _ in range(500)]
        write("feed.jsonl", "\n".join(rows))
        with subprocess.Popen(
            command("--format", "jsonl", "--jobs", jobs, "feed.jsonl"),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            json.loads(process.stdout.readline())
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait() == ExitCode.DONE

    @pytest.mark.skipif(os.name != "posix", reason="sends a signal")
    @JOBS
    def test_ctrl_c(self, jobs: str, write: Write, environment: dict[str, str]) -> None:
        write("a.txt", SPUN)
        write("b.txt", "sleep 60")
        write("c.txt", SPUN)
        with subprocess.Popen(
            command(
                *("--format", "json", "--jobs", jobs, *["a.txt"] * 9, "b.txt", "c.txt"),
                prelude=HEED_INTERRUPTS,
            ),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        ) as process:
            assert process.stdout is not None
            start = b"".join(process.stdout.readline() for _ in range(5))
            rest, complaint = _interrupted(process)
            written = json.loads(start + rest)
            assert {report["source"] for report in written} == {"a.txt"}
            assert complaint == b"score: interrupted\n"
            assert process.returncode == ExitCode.INTERRUPTED

    @pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
    def test_any_encoding_of_standard_output(
        self, encoding: str, write: Write, environment: dict[str, str]
    ) -> None:
        write("a.txt", "The café’s prices have wilt in 日本.")
        done = subprocess.run(
            command("a.txt"),
            env=environment | {"PYTHONIOENCODING": encoding},
            capture_output=True,
            check=True,
        )
        expected = "The café’s prices have >>wilt<< in 日本."
        assert expected.encode(encoding, errors="backslashreplace") in done.stdout
        assert done.stderr == b""

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
    def test_a_full_disk_is_one_line(self, write: Write, environment: dict[str, str]) -> None:
        write("a.txt", SPUN)
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                command("a.txt"), env=environment, stdout=full, stderr=subprocess.PIPE, check=False
            )
        assert done.returncode == ExitCode.ERROR
        assert done.stderr.startswith(b"score: standard output: ")
        assert done.stderr.count(b"\n") == 1

    def test_closed_standard_output_is_one_line(
        self, write: Write, environment: dict[str, str]
    ) -> None:
        done = subprocess.run(
            command(write("a.txt", SPUN), prelude="sys.stdout = None"),
            env=environment,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr.count(b"\n")) == (ExitCode.ERROR, 1)

    def test_closed_standard_input_says_what_to_do(self, environment: dict[str, str]) -> None:
        done = subprocess.run(
            command("-", prelude="sys.stdin = None"),
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == ExitCode.ERROR
        assert done.stderr == b"score: standard input is closed: name a file instead of -\n"

    def test_python_m_detector(self, environment: dict[str, str]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "detector", "--help"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith("usage: score")
