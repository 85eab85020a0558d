"""What an article, its name or a planted file could make of an output."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from fake_detector import FakeDetector

from detector import cli
from detector.cli import ExitCode, main

FORGED = "::error file=a.txt::forged"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "Detector", FakeDetector)
    (tmp_path / "a.txt").write_text(
        f"It has wilt.\n\n   {FORGED}\n\n##[error]wilt more.\r{FORGED}\n"
    )


@pytest.mark.parametrize("options", [[], ["--restore"], ["--summary"]])
def test_no_line_of_a_text_is_a_command_of_a_runner(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = tmp_path / "::error::.txt"
    named.write_text("It has wilt.")
    main([*options, "a.txt", named.name, "::error::missing.txt", "##[error]missing.txt"])
    captured = capsys.readouterr()
    for line in (captured.out + captured.err).replace("\r", "\n").split("\n"):
        assert not line.strip().startswith("::")
        assert "##[" not in line


def test_a_planted_part_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "out.json.part").symlink_to(victim)
    assert main(["--format", "json", "--output", "out.json", "a.txt"]) == ExitCode.DONE
    assert victim.read_text() == "mine"
    assert not (tmp_path / "out.json").is_symlink()


@pytest.mark.parametrize("option", ["--allow", "--phrases", "--baseline"])
def test_an_output_overwrites_no_input(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list").write_text("wilt")
    assert main([option, "list", "--output", "list", "a.txt"]) == ExitCode.ERROR
    (tmp_path / "x.part").write_text("It has wilt.")
    assert main(["--output", "x", "x.part"]) == ExitCode.ERROR
    assert (tmp_path / "list").read_text() == "wilt"
    assert (tmp_path / "x.part").read_text() == "It has wilt."
    assert capsys.readouterr().err.count("name another file") == 2


@pytest.mark.skipif(not hasattr(os, "fchmod"), reason="this system has no modes")
def test_an_output_keeps_the_mode_of_its_file(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    out.write_text("")
    out.chmod(0o640)
    assert main(["--format", "json", "--output", "out.json", "a.txt"]) == ExitCode.DONE
    assert stat.S_IMODE(out.stat().st_mode) == 0o640


def test_paths_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--show-config", "\x1b[31m\u202ea.txt"])
    main(["--version", "--models", "\x1b[31m\u202e"])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
