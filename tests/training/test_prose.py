from __future__ import annotations

from pathlib import Path

import pytest

from detector.running_prose import SHARES, RunningProse
from detector.segment import segment
from detector.training.__main__ import main

PROSE = (
    "The keeper of the light had a cat that would not go near the sea.",
    "She asked him what he wanted, and he said that it was only a cup of tea.",
    "It was late when they came back to the house at the end of the lane.",
    "We have been told that there will be a bus, but nobody knows when it is to come.",
    "He could not have seen her.",
)
NOTES = (
    "Lighthouse Cat Shuns Sea",
    "Tea row splits village hall",
    "Late Bus Misery Continues",
    "Library hours cut, fees up",
    "Update build scripts, remove old_config.py",
)


@pytest.fixture
def corpora(tmp_path: Path) -> tuple[Path, Path]:
    prose, notes = tmp_path / "fiction.made.txt", tmp_path / "headlines.made.txt"
    prose.write_text("\n".join(PROSE * 3) + "\n\n" + "\n".join(PROSE), encoding="utf-8")
    notes.write_text("\n".join(NOTES * 4), encoding="utf-8")
    return prose, notes


def test_the_command_learns_to_tell_them(
    corpora: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prose, notes = map(str, corpora)
    assert main(["prose", prose, "--notes", notes, "--models", str(tmp_path / "models")]) == 0
    assert "AUC of" in capsys.readouterr().out
    learnt = RunningProse.open(tmp_path / "models" / "prose")
    weights = dict(zip(SHARES, learnt.weights, strict=True))
    assert weights["function_words"] < 0 < weights["capitals"]
    assert learnt.paragraphs(segment("\n\n".join(PROSE))).all()
    assert not learnt.paragraphs(segment("\n\n".join(NOTES * 2))).any()
    header = (tmp_path / "models" / "prose" / "header.json").read_text(encoding="utf-8")
    assert all(sentence not in header for sentence in (*PROSE, *NOTES))


def test_the_same_text_gives_the_same_weights(corpora: tuple[Path, Path], tmp_path: Path) -> None:
    arguments = ["prose", str(corpora[0]), "--notes", str(corpora[1]), "--models"]
    for name in ("one", "other"):
        assert main([*arguments, str(tmp_path / name)]) == 0
    one, other = (tmp_path / name / "prose" / "header.json" for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
