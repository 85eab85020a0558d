from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.config import Config
from detector.errors import ConfigError
from detector.options import OPTIONS
from detector.settings import Configuration, Settings, show

Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file below the working folder."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, content: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    return write


def of(source: str, given: dict[str, Any] | None = None) -> Settings:
    return Configuration(given).of(source)


class TestFinding:
    def test_upward_from_the_article(self, write: Write) -> None:
        write("detector.toml", "fail-under = 10")
        write("new/pyproject.toml", "[tool.detector]\nfail-under = 20")
        write("new/deep/er/a.txt", "")
        assert of("a.txt").fail_under == 10
        assert of("-").fail_under == 10
        assert of("new/a.txt").fail_under == 20
        assert of("new/deep/er/a.txt").fail_under == 20
        assert of("new").fail_under == 20  # a folder is asked about what lies in it

    def test_the_nearest_counts_alone(self, write: Write) -> None:
        write("detector.toml", "fail-under = 10\nmin-probability = 0.9")
        write("new/detector.toml", "fail-under = 20")
        assert of("new/a.txt").config.min_probability is None

    def test_detector_toml_before_pyproject(self, write: Write) -> None:
        write("detector.toml", "fail-under = 10")
        write("pyproject.toml", "[tool.detector]\nfail-under = 20")
        assert of("a.txt").fail_under == 10

    def test_a_project_of_others_is_passed_by(self, write: Write) -> None:
        write("detector.toml", "fail-under = 10")
        write("new/pyproject.toml", "[tool.ruff]\nline-length = 100")
        assert of("new/a.txt").fail_under == 10

    def test_none(self, write: Write) -> None:
        write("detector.toml", "fail-under = 10")
        assert Configuration(read_files=False).of("a.txt").fail_under is None
        assert Configuration(read_files=False).file_of("a.txt") is None

    def test_the_same_object_for_the_same_settings(self, write: Write) -> None:
        write("detector.toml", "fail-under = 10\n[[overrides]]\npaths=['b*']\nfail-under=20")
        configuration = Configuration()
        assert configuration.of("a.txt") is configuration.of("new/c.txt")
        assert configuration.of("a.txt") is not configuration.of("b.txt")


class TestOptions:
    def test_all_of_them(self, write: Write) -> None:
        write("house/names.txt", "MRSA\n")
        write("house/phrases.tsv", "bosom peril\tbreast cancer\n")
        write(
            "house/detector.toml",
            """
            min-probability = 0.7
            fail-under = 50
            disable = ["spintax"]
            severity = {inflection = "error", obfuscation = "off"}
            allow = ["names.txt"]
            allow-words = ["writ structures"]
            phrases = ["phrases.tsv"]
            baseline = "known.json"
            skip-quotes = true
            base-rate = 0.2
            no-ignores = true
            """,
        )
        settings = of("house/a.txt")
        assert settings.config == Config(
            min_probability=0.7,
            disable=frozenset({"spintax", "obfuscation"}),
            severity=(("inflection", "error"),),
            allow=frozenset({"MRSA", "writ structures"}),
            phrases=(("bosom peril", "breast cancer"),),
            skip_quotes=True,
            base_rate=0.2,
        )
        assert settings.fail_under == 50
        assert settings.baseline == Path("house/known.json")
        assert settings.allow == (Path("house/names.txt"),)
        assert settings.no_ignores
        assert set(OPTIONS) - {entry.option for entry in settings.entries} == {"disable"}

    def test_defaults(self, write: Write) -> None:
        settings = of("a.txt")
        assert settings.config == Config()
        assert (settings.fail_under, settings.baseline, settings.allow) == (None, None, ())
        assert not settings.no_ignores


class TestOverrides:
    def test_they_hold_for_the_paths_that_fit(self, write: Write) -> None:
        write(
            "detector.toml",
            """
            fail-under = 10
            allow-words = ["wilt"]
            disable = ["spintax"]
            [[overrides]]
            paths = ["letters/**", "*.draft.md"]
            fail-under = 20
            allow-words = ["writ"]
            severity.spintax = "notice"
            [[overrides]]
            paths = ["letters/old/*"]
            fail-under = 30
            """,
        )
        plain, letter, old = of("a.md"), of("letters/a.md"), of("letters/old/a.md")
        assert (plain.fail_under, letter.fail_under, old.fail_under) == (10, 20, 30)
        assert of("b/a.draft.md").entries == letter.entries
        assert plain.config == Config(allow=frozenset({"wilt"}), disable=frozenset({"spintax"}))
        assert letter.config == Config(
            allow=frozenset({"wilt", "writ"}), severity=(("spintax", "notice"),)
        )

    def test_the_command_line_has_the_last_word(self, write: Write) -> None:
        write(
            "detector.toml",
            "fail-under = 10\nallow-words = ['wilt']\nseverity.spintax = 'error'\n"
            "[[overrides]]\npaths = ['*']\nfail-under = 20",
        )
        write("names.txt", "MRSA")
        settings = of("a.md", {"fail-under": 30, "disable": ["spintax"], "allow": ["names.txt"]})
        assert settings.fail_under == 30
        assert settings.config == Config(
            allow=frozenset({"wilt", "MRSA"}), disable=frozenset({"spintax"})
        )


class TestErrors:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("fail_under = 5", "detector.toml: there is no option fail_under "
             '(did you mean "fail-under"?): the options are min-probability, fail-under, '),
            ("xyz = 5", "detector.toml: there is no option xyz: the options are"),
            ("format = 'json'",
             "format applies to a whole run: give it on the command line, as --format"),
            ("fail-under = 101", "detector.toml: fail-under is 101: give a number from 0 to 100"),
            ("fail-under = true", "fail-under is true: give a number from 0 to 100"),
            ("min-probability = 'high'", 'min-probability is "high": give a number from 0 to 1'),
            ("base-rate = 1", "detector.toml: base-rate is 1: give a share above 0 and below 1"),
            ("min-probability = nan", "min-probability is NaN: give a number from 0 to 1"),
            ("no-ignores = 1", "no-ignores is 1: give true or false"),
            ("disable = 'spintax'", 'disable is "spintax": give a list of strings'),
            ("disable = ['spintx']", "there is no check named 'spintx' (did you mean "
             '"spintax"?): the checks are article_agreement, '),
            ("severity = 'error'", 'severity is "error": give a table of checks, such as'),
            ("severity.spintax = 'fatal'", 'severity.spintax is "fatal": give one of error, '
             "warning, notice, off"),
            ("severity.spintx = 'error'", 'did you mean "spintax"'),
            ("allow = ['MRSA']", "detector.toml: MRSA cannot be read (No such file or directory): "
             "give the path of a text file with one row per line; words themselves go under "
             "allow-words"),
            ("allow = [1]", "allow is [1]: give a list of strings"),
            ("allow-words = ['!']",
             "detector.toml: the entry '!' of the allow list contains no word"),
            ("phrases = ['p.tsv']", "detector.toml: p.tsv cannot be read"),
            ("baseline = 5", "baseline is 5: give the path of a file"),
            ("overrides = 5", "detector.toml: overrides is 5: give a list of tables"),
            ("[[overrides]]\nfail-under = 5", "detector.toml, overrides 1: it has no paths: add "
             'some patterns, such as paths = ["letters/**"]'),
            ("[[overrides]]\npaths = ['*']\nfail-undr = 5", "overrides 1: there is no option "
             'fail-undr (did you mean "fail-under"?)'),
            ("[[overrides]]\npaths = '*'", 'overrides 1: paths is "*": give a list of strings'),
            ("fail-under =", "detector.toml is not TOML: Invalid value"),
        ],
    )  # fmt: skip
    def test_a_file(self, content: str, message: str, write: Write) -> None:
        write("detector.toml", content)
        with pytest.raises(ConfigError) as caught:
            of("a.txt")
        assert message in str(caught.value)

    def test_not_utf_8(self, write: Write, tmp_path: Path) -> None:
        (tmp_path / "detector.toml").write_bytes(b"# caf\xe9")
        with pytest.raises(ConfigError, match=r"detector.toml is not UTF-8 \(offset 5\)"):
            of("a.txt")

    def test_a_project_that_is_no_toml(self, write: Write) -> None:
        write("pyproject.toml", "[tool")
        with pytest.raises(ConfigError, match=r"pyproject.toml is not TOML"):
            of("a.txt")

    def test_a_table_that_is_none(self, write: Write) -> None:
        write("pyproject.toml", "tool.detector = 5")
        with pytest.raises(ConfigError, match=r"detector is 5: write a table \[tool.detector\]"):
            of("a.txt")

    def test_a_folder_cannot_be_read_as_a_file(self, write: Write, tmp_path: Path) -> None:
        (tmp_path / "detector.toml").mkdir()
        assert of("a.txt").config == Config()

    def test_one_folder_does_not_spoil_another(self, write: Write) -> None:
        write("detector.toml", "fail-under = 10")
        write("new/detector.toml", "fail-undr = 20")
        configuration = Configuration()
        for _ in range(2):
            with pytest.raises(ConfigError, match=r"new/detector.toml: there is no option"):
                configuration.of("new/a.txt")
        assert configuration.of("a.txt").fail_under == 10

    def test_the_command_line_is_checked_at_once(self, write: Write) -> None:
        with pytest.raises(ConfigError, match=r"^missing cannot be read.* row per line$"):
            Configuration({"allow": ["missing"]})


class TestDocumentation:
    PAGE = (Path(__file__).parent.parent / "docs/configuration.md").read_text(encoding="utf-8")

    def test_its_example(self, write: Write) -> None:
        [example] = re.findall(r"```toml\n(.*?)```", self.PAGE, flags=re.DOTALL)
        write("house/names.txt", "MRSA\n")
        write("house/phrases.tsv", "bosom peril\tbreast cancer\n")
        write("detector.toml", example)
        plain, letter = of("a.txt"), of("letters/a.md")
        assert (plain.fail_under, letter.fail_under) == (50, 20)
        assert letter.config.disable == {"rewriter_residue", "article_agreement"}
        shown = re.search(
            r"```console\n\$ score --show-config.*?\n(.*?)\.\.\.", self.PAGE, re.DOTALL
        )
        assert shown is not None
        given = Configuration({"min-probability": 0.7})
        lines = show("letters/a.md", given.of("letters/a.md"), given.file_of("letters/a.md"))
        assert set(shown[1].splitlines()) <= set(lines.splitlines())

    def test_every_option_is_described(self) -> None:
        described = set(re.findall(r"^\| `([a-z-]+)` \|", self.PAGE, flags=re.MULTILINE))
        assert described == {*OPTIONS, "overrides"}


class TestShow:
    def test_what_holds_and_who_said_it(self, write: Write) -> None:
        write("names.txt", "MRSA")
        write(
            "detector.toml",
            "fail-under = 10\ndisable = ['spintax']\nallow-words = ['wilt', '\"writ\"']\n"
            "[[overrides]]\npaths = ['*.md']\nfail-under = 20",
        )
        configuration = Configuration({"min-probability": 0.5, "allow": ["names.txt"]})
        shown = show("a.md", configuration.of("a.md"), configuration.file_of("a.md"))
        assert shown.splitlines() == [
            "# a.md: detector.toml",
            "min-probability = 0.5  # command line",
            "fail-under = 20.0  # detector.toml, overrides 1",
            'severity.spintax = "off"  # detector.toml',
            "allow = [",
            '    "names.txt",  # command line',
            "]",
            "allow-words = [",
            '    "wilt",  # detector.toml',
            r'    "\"writ\"",  # detector.toml',
            "]",
            "# phrases: default",
            "# baseline: default",
            "# skip-quotes: default",
            "# base-rate: default",
            "# no-ignores: default",
        ]

    def test_it_is_a_configuration_file(self, write: Write) -> None:
        write("detector.toml", "fail-under = 10\ndisable = ['spintax']\nallow-words = ['wilt']")
        configuration = Configuration()
        before = configuration.of("a.md")
        shown = show("a.md", before, configuration.file_of("a.md"))
        assert tomllib.loads(shown)["fail-under"] == 10
        write("detector.toml", shown)
        assert of("a.md").entries == before.entries

    def test_nothing_said(self, write: Write) -> None:
        assert show("-", of("-"), None).startswith("# -: no configuration file\n# min-prob")
