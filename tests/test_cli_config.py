"""The command line with configuration files, ignores, baselines and reviews."""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_detector import FAKE, FakeDetector

from detector import cli, parallel
from detector.cli import ExitCode, main
from detector.completion import SHELLS, completion
from detector.options import OF_A_RUN, OPTIONS

CLEAN = "The ministers met again, and both sides said that the talks went well. " * 5
SPUN = f"{CLEAN}Talks between both sides have wilt increasingly regular over time."

Write = Callable[[str, str], str]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "Detector", FakeDetector)
    monkeypatch.setattr(parallel, "DETECTOR", FAKE)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file below the working folder, and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, content: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return name

    return write


@pytest.fixture
def found(capsys: Capture) -> Callable[..., dict[str, int]]:
    """Run the command; the number of findings of each article."""

    def found(*argv: str) -> dict[str, int]:
        capsys.readouterr()
        main(["--format", "jsonl", *argv])
        reports = map(json.loads, capsys.readouterr().out.splitlines())
        return {report["source"]: len(report["findings"]) for report in reports}

    return found


Found = Callable[..., dict[str, int]]


class TestConfiguration:
    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_each_folder_has_its_own(self, jobs: str, write: Write, found: Found) -> None:
        write("detector.toml", "allow-words = ['wilt']\n[[overrides]]\npaths=['x*']\ndisable=[]")
        write("new/detector.toml", "severity.substitution = 'error'")
        for name in ("a.txt", "new/a.txt", "new/deep/a.txt", "x.txt"):
            write(name, SPUN)
        assert found("--jobs", jobs, ".") == {
            "./a.txt": 0, "./new/a.txt": 1, "./new/deep/a.txt": 1, "./x.txt": 0,
        }  # fmt: skip
        assert found("--no-config", "a.txt") == {"a.txt": 1}
        assert found("--min-probability", "0.95", "new/a.txt") == {"new/a.txt": 0}

    def test_severity_is_reported(self, write: Write, capsys: Capture) -> None:
        write("detector.toml", "severity.substitution = 'error'")
        write("a.txt", SPUN)
        for argv, severity in (([], "error"), (["--severity", "substitution=notice"], "notice")):
            main(["--format", "json", *argv, "a.txt"])
            [report] = json.loads(capsys.readouterr().out)
            assert [finding["severity"] for finding in report["findings"]] == [severity]

    def test_severity_off(self, write: Write, found: Found) -> None:
        write("a.txt", SPUN)
        assert found("--severity", "substitution=off", "a.txt") == {"a.txt": 0}

    def test_fail_under_by_folder(self, write: Write) -> None:
        write("new/detector.toml", "fail-under = 50")
        write("a.txt", SPUN)
        write("new/a.txt", SPUN)
        assert main(["a.txt"]) == ExitCode.DONE
        assert main(["a.txt", "new/a.txt"]) == ExitCode.UNRELIABLE
        assert main(["--fail-under", "5", "new/a.txt"]) == ExitCode.DONE

    def test_nought_is_something_said(self, write: Write, capsys: Capture) -> None:
        write("detector.toml", "fail-under = 50\nmin-probability = 0.95")
        write("a.txt", SPUN)
        assert main(["--fail-under", "0", "--min-probability", "0", "a.txt"]) == ExitCode.DONE
        assert "1 finding" in capsys.readouterr().out

    def test_a_wrong_file_spoils_its_own_articles_and_is_named_once(
        self, write: Write, capsys: Capture
    ) -> None:
        write("new/detector.toml", "fail-undr = 50")
        for name in ("a.txt", "new/a.txt", "new/b.txt", "z.txt"):
            write(name, CLEAN)
        assert main([".", "--format", "jsonl"]) == ExitCode.ERROR
        captured = capsys.readouterr()
        reports = map(json.loads, captured.out.splitlines())
        assert [report["source"] for report in reports] == ["./a.txt", "./z.txt"]
        assert captured.err == (
            "score: ./new/a.txt: not scored, nor are other articles with the same configuration: "
            'new/detector.toml: there is no option fail-undr (did you mean "fail-under"?): the '
            "options are min-probability, fail-under, severity, disable, allow, allow-words, "
            "phrases, baseline, skip-quotes, base-rate, no-ignores, overrides\n"
        )

    @pytest.mark.parametrize(
        ("argv", "message"),
        [
            (["--severity", "spintax"], "the levels are error, warning, notice and off"),
            (["--severity", "spintax=bad"], "'spintax=bad' is not CHECK=LEVEL"),
            (["--severity", "spintx=error"], 'did you mean "spintax"'),
            (["--disable", "spintx"], 'did you mean "spintax"'),
            (["--baseline", "none.json"], "make it with --write-baseline none.json"),
            (["--review", "--output", "b.txt"], "leave --output out"),
            (["--completion", "cmd"], "'bash', 'zsh', 'fish'"),
        ],
    )
    def test_an_error_on_the_command_line(
        self, argv: list[str], message: str, write: Write, capsys: Capture
    ) -> None:
        assert main([*argv, write("a.txt", SPUN)]) == ExitCode.ERROR
        captured = capsys.readouterr()
        assert message in captured.err
        assert captured.out == ""


class TestShowConfig:
    def test_each_path(self, write: Write, capsys: Capture) -> None:
        write("detector.toml", "fail-under = 10")
        write("new/detector.toml", "fail-under = 20")
        assert main(["--show-config", "--min-probability", "0.5", "a.txt", "new/a.txt"]) == 0
        first, second = capsys.readouterr().out.split("\n\n", maxsplit=1)
        assert first.startswith("# a.txt: detector.toml\nmin-probability = 0.5  # command line\n")
        assert tomllib.loads(first)["fail-under"] == 10
        assert tomllib.loads(second)["fail-under"] == 20

    def test_here_where_there_is_no_path(self, write: Write, capsys: Capture) -> None:
        write("detector.toml", "fail-under = 10")
        assert main(["--show-config"]) == ExitCode.DONE
        assert capsys.readouterr().out.startswith("# .: detector.toml\n")

    def test_a_wrong_file(self, write: Write, capsys: Capture) -> None:
        write("new/detector.toml", "fail-undr = 10")
        assert main(["--show-config", "new/a.txt", "b.txt"]) == ExitCode.ERROR
        captured = capsys.readouterr()
        assert captured.err.startswith("score: new/a.txt: new/detector.toml: there is no option")
        assert captured.out.startswith("# b.txt: no configuration file")


class TestIgnores:
    TEXT = f"{SPUN} <!-- score: ignore -->\nThey wilt.\nAll is well. <!-- score: ignore -->\n"

    def test_findings_are_silenced_and_counted(self, write: Write, capsys: Capture) -> None:
        main(["--format", "json", write("a.md", self.TEXT)])
        [report] = json.loads(capsys.readouterr().out)
        assert [finding["line"] for finding in report["findings"]] == [2]
        assert report["n_ignored"] == 1
        main(["a.md"])
        assert "1 ignored" in capsys.readouterr().out.splitlines()[0]

    def test_no_ignores(self, write: Write, found: Found) -> None:
        write("a.md", self.TEXT)
        assert found("a.md") == {"a.md": 1}
        assert found("--no-ignores", "a.md") == {"a.md": 2}
        write("detector.toml", "no-ignores = true")
        assert found("a.md") == {"a.md": 2}

    def test_those_that_silence_nothing_are_reported_on_request(
        self, write: Write, capsys: Capture
    ) -> None:
        write("a.md", f"{self.TEXT}\n\n<!-- score: ignroe -->\n")
        assert main(["a.md"]) == ExitCode.DONE
        assert capsys.readouterr().err == ""
        assert main(["--report-unused-ignores", "a.md"]) == ExitCode.DONE
        assert capsys.readouterr().err.splitlines() == [
            "score: a.md:3:14: 'ignore' silences nothing: remove it",
            "score: a.md:6:1: 'ignroe' is no instruction (did you mean \"ignore\"?): write one of "
            "ignore, ignore-next-line, ignore-start, ignore-end",
        ]


class TestBaseline:
    def test_written_then_read(self, write: Write, found: Found, capsys: Capture) -> None:
        write("a.txt", SPUN)
        assert found("--write-baseline", "known.json", "a.txt") == {"a.txt": 1}
        assert found("--baseline", "known.json", "a.txt") == {"a.txt": 0}
        main(["--baseline", "known.json", "a.txt"])
        summary = capsys.readouterr().out
        assert "reliability 10.0 of 100 (provisional), no findings in 75 words, 1 known" in summary
        write("a.txt", f"A new beginning.\n\n{SPUN}\n\nAnd they wilt.\n")
        assert found("--baseline", "known.json", "a.txt") == {"a.txt": 1}

    def test_an_article_fails_for_what_is_new(self, write: Write) -> None:
        argv = ["--fail-under", "50", "--baseline", "known.json"]
        write("a.txt", SPUN)
        assert main(["--fail-under", "50", "--write-baseline", "known.json", "a.txt"]) == 0
        assert main([*argv, "a.txt"]) == ExitCode.DONE
        assert main([*argv, write("b.txt", SPUN)]) == ExitCode.UNRELIABLE
        write("a.txt", f"{SPUN}\n\nAnd they wilt.\n")
        assert main([*argv, "a.txt"]) == ExitCode.UNRELIABLE

    def test_by_configuration(self, write: Write, found: Found) -> None:
        write("new/a.txt", SPUN)
        write("new/detector.toml", "baseline = 'known.json'")
        assert found("--write-baseline", "new/known.json", "new/a.txt") == {"new/a.txt": 1}
        assert found("new/a.txt") == {"new/a.txt": 0}
        # Written anew, what is known already stays known.
        assert found("--write-baseline", "new/known.json", "new/a.txt") == {"new/a.txt": 0}
        assert found("new/a.txt") == {"new/a.txt": 0}

    def test_missing(self, write: Write, capsys: Capture) -> None:
        write("new/detector.toml", "baseline = 'known.json'")
        assert main([write("new/a.txt", SPUN)]) == ExitCode.ERROR
        assert "the baseline new/known.json does not exist: make it" in capsys.readouterr().err

    def test_nothing_is_written_after_an_interruption(self, write: Write) -> None:
        write("a.txt", SPUN)
        write("b.txt", "interrupt")
        argv = ["--write-baseline", "known.json", "a.txt", "b.txt"]
        assert main(argv) == ExitCode.INTERRUPTED
        assert not Path("known.json").exists()


class TestReview:
    TEXT = f"{SPUN}\n\nThe roses wilt.\n\nSo do the wilt lilies.\n"

    @pytest.fixture
    def answer(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        return lambda typed: monkeypatch.setattr(sys, "stdin", io.StringIO(typed))

    def test_words_go_to_the_allow_list(
        self, write: Write, answer: Callable[[str], None], capsys: Capture
    ) -> None:
        write("names.txt", "MRSA")
        write("a.txt", self.TEXT)
        answer("w\n")
        assert main(["--review", "--allow", "names.txt", "a.txt"]) == ExitCode.DONE
        assert Path("names.txt").read_text(encoding="utf-8") == "MRSA\nwilt\n"
        out = capsys.readouterr().out
        assert "have >>wilt<< increasingly regular" in out
        assert "[a]ccept, [w]ords, [q]uit, or ? for help: w\n" in out
        assert out.endswith("1 added to the allow list\n")  # nobody is asked about the others

    def test_findings_go_to_the_baseline(
        self, write: Write, answer: Callable[[str], None], found: Found, capsys: Capture
    ) -> None:
        write("a.txt", self.TEXT)
        answer("a\nbaseline\nq\n")
        assert main(["--review", "--write-baseline", "known.json", "a.txt"]) == ExitCode.DONE
        assert capsys.readouterr().out.endswith("1 accepted, 1 added to the baseline\n")
        assert found("--baseline", "known.json", "a.txt") == {"a.txt": 2}
        answer("b\nb\n")
        main(["--review", "--write-baseline", "known.json", "a.txt"])
        assert found("--baseline", "known.json", "a.txt") == {"a.txt": 0}

    def test_the_baseline_of_the_configuration(
        self, write: Write, answer: Callable[[str], None], found: Found
    ) -> None:
        write("detector.toml", "baseline = 'known.json'\nallow = ['names.txt']")
        write("names.txt", "")
        write("known.json", '{"version": 1, "articles": {}}')
        write("a.txt", self.TEXT)
        answer("b\n")  # and then the input ends
        assert main(["--review", "a.txt"]) == ExitCode.DONE
        assert found("a.txt") == {"a.txt": 2}
        answer("w\n")
        assert main(["--review", "a.txt"]) == ExitCode.DONE
        assert Path("names.txt").read_text(encoding="utf-8") == "wilt\n"

    def test_help(self, write: Write, answer: Callable[[str], None], capsys: Capture) -> None:
        write("a.txt", self.TEXT)
        answer("?\nnonsense\nq\n")
        main(["--review", "--write-baseline", "known.json", "a.txt"])
        out = capsys.readouterr().out
        assert out.count("  b  do not report this finding again: add it to the baseline\n") == 2
        assert "put them on the allow list" not in out
        assert out.endswith("nothing decided\n")
        assert not Path("known.json").exists()

    def test_there_must_be_a_place_for_them(self, write: Write, capsys: Capture) -> None:
        assert main(["--review", write("a.txt", self.TEXT)]) == ExitCode.ERROR
        assert "name an allow list with --allow FILE, or a baseline" in capsys.readouterr().err

    def test_standard_input_is_for_answers(self, write: Write, capsys: Capture) -> None:
        assert main(["--review", "--write-baseline", "known.json", "-"]) == ExitCode.ERROR
        assert "name files, not -" in capsys.readouterr().err

    def test_an_article_that_fails(self, write: Write, answer: Callable[[str], None]) -> None:
        write("a.txt", self.TEXT)
        write("known.json", '{"version": 1, "articles": {}}')
        answer("a\na\na\n")
        argv = ["--review", "--fail-under", "50", "--baseline", "known.json", "a.txt"]
        assert main(argv) == ExitCode.UNRELIABLE


class TestCompletion:
    @pytest.mark.parametrize("shell", SHELLS)
    def test_the_shell_accepts_it(self, shell: str, write: Write, capsys: Capture) -> None:
        assert main(["--completion", shell]) == ExitCode.DONE
        script = capsys.readouterr().out
        assert "write-baseline" in script
        if shutil.which(shell) is None:
            pytest.skip(f"there is no {shell}: the script is made, not tried")
        write("script", script)
        subprocess.run([shell, "-n", "script"], check=True)

    @pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
    def test_bash_completes_options_and_choices(self, write: Write, capsys: Capture) -> None:
        main(["--completion", "bash"])
        write("script", capsys.readouterr().out)
        complete = """
. ./script
COMP_WORDS=(score "$@") COMP_CWORD=$#
_shtab_score 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""
        for typed, completed in (
            (["--write-b"], ["--write-baseline"]),
            (["--format", "jso"], ["json", "jsonl"]),
            (["--format", "json", "--no-"], ["--no-ignores", "--no-config"]),
        ):
            done = subprocess.run(
                ["bash", "-c", complete, "bash", *typed], capture_output=True, text=True, check=True
            )
            assert set(completed) <= set(done.stdout.split()), done

    def test_without_shtab(
        self, write: Write, capsys: Capture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "shtab", None)
        assert main(["--completion", "bash"]) == ExitCode.ERROR
        assert "pip install 'detector[completion]'" in capsys.readouterr().err

    def test_files_and_folders(self) -> None:
        parser = argparse.ArgumentParser(prog="x")
        parser.add_argument("paths", nargs="*")
        parser.add_argument("--models", type=Path)
        parser.add_argument("--allow", metavar="FILE")
        parser.add_argument("--jobs")
        script = completion(parser, "bash")
        assert "_shtab_x___models_COMPGEN=_shtab_compgen_dirs" in script
        assert "_shtab_x___allow_COMPGEN=_shtab_compgen_files" in script
        assert "___jobs_COMPGEN" not in script


FAILED = "score: a.txt fails: reliability 10.0 is under 50 (fail-under)\n"
# An example of each option, and what it must lead to: an exit code, and some output.
EXAMPLES: dict[str, tuple[list[str], int, str]] = {
    "--help": ([], 0, "usage: score"),
    "--format": (["jsonl", "a.txt"], 0, '"actual": "wilt"'),
    "--output": (["out.txt", "a.txt"], 0, ""),
    "--summary": (["a.txt"], 0, "a.txt: spun"),
    "--quiet": (["a.txt"], 0, "a.txt: spun"),
    "--verbose": (["a.txt"], 0, "a.txt:1:"),
    "--restore": (["a.txt"], 0, SPUN.split(" wilt", maxsplit=1)[0]),
    "--fail-under": (["50", "a.txt"], 1, "a.txt: spun"),
    "--min-probability": (["0.95", "a.txt"], 0, "no findings"),
    "--allow": (["allow.txt", "a.txt"], 0, "no findings"),
    "--phrases": (["phrases.tsv", "a.txt"], 0, "1 finding"),
    "--disable": (["substitution", "a.txt"], 0, "no findings"),
    "--severity": (["substitution=off", "a.txt"], 0, "no findings"),
    "--skip-quotes": (["a.txt"], 0, "1 finding"),
    "--explain": (["a.txt"], 0, "not calibrated"),
    "--base-rate": (["0.1", "a.txt"], 0, "1 finding"),
    "--grammar": (["a.txt"], 0, "1 finding"),
    "--grammar-server": (["http://127.0.0.1:9", "a.txt"], 0, "1 finding"),
    "--text-column": (["body", "a.csv"], 0, "a.csv#1"),
    "--id-column": (["key", "b.csv"], 0, "b.csv#seven"),
    "--list-checks": ([], 0, "substitution"),
    "--baseline": (["known.json", "a.txt"], 0, "1 finding"),
    "--write-baseline": (["new.json", "a.txt"], 0, "1 finding"),
    "--review": (["--baseline", "known.json", "b.txt"], 0, "nothing decided"),
    "--no-ignores": (["ignored.txt"], 0, "1 finding"),
    "--report-unused-ignores": (["b.txt"], 0, "b.txt: clean"),
    "--encoding": (["utf-8", "a.txt"], 0, "1 finding"),
    "--jobs": (["2", "a.txt"], 0, "1 finding"),
    "--models": (["models", "a.txt"], 0, "1 finding"),
    "--no-config": (["a.txt"], 0, "1 finding"),
    "--show-config": (["a.txt"], 0, "# a.txt: no configuration file"),
    "--completion": (["bash"], 0, "complete"),
    "--version": ([], 0, "detector "),
}


def option_names() -> list[str]:
    return [
        next(name for name in action.option_strings if name.startswith("--"))
        for action in cli._parser()._actions
        if action.option_strings
    ]


class TestHelp:
    def test_every_option_is_one_of_an_article_or_of_a_run(self) -> None:
        """A new option needs a decision: may a configuration file set it?"""
        named = {name.removeprefix("--") for name in option_names()}
        assert named - OF_A_RUN == set(OPTIONS) - {"allow-words"}
        assert named >= OF_A_RUN

    def test_every_option_has_an_example(self) -> None:
        assert set(option_names()) == set(EXAMPLES)

    @pytest.mark.parametrize("option", sorted(EXAMPLES))
    def test_every_option_runs(self, option: str, write: Write, capsys: Capture) -> None:
        write("a.txt", SPUN)
        write("b.txt", CLEAN)
        write("ignored.txt", f"{SPUN} <!-- score: ignore -->")
        write("a.csv", f'body\n"{SPUN}"\n')
        write("b.csv", f'key,text\nseven,"{SPUN}"\n')
        write("allow.txt", "wilt")
        write("phrases.tsv", "bosom peril\tbreast cancer")
        write("known.json", '{"version": 1, "articles": {}}')
        arguments, code, expected = EXAMPLES[option]
        assert main([option, *arguments]) == code
        captured = capsys.readouterr()
        assert expected in captured.out
        assert captured.err == ("" if code == 0 else FAILED)

    def test_it_fits_80_columns_and_names_every_option(
        self, capsys: Capture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        main(["--help"])
        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= 80
        assert [option for option in option_names() if option not in out] == []


def test_the_hook_is_a_command_that_exists() -> None:
    """`.pre-commit-hooks.yaml` names the entry point and options that it has."""
    root = Path(__file__).parent.parent
    hook = (root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    [entry] = re.findall(r"^  entry: (\S+)$", hook, flags=re.MULTILINE)
    [arguments] = re.findall(r"^  args: \[(.*)\]$", hook, flags=re.MULTILINE)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"][entry] == "detector.cli:main"
    given = [argument.strip(' "') for argument in arguments.split(",")]
    assert cli._parser().parse_args([*given, "a.txt"]).fail_under == 50
