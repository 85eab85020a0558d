"""Compiling a small lexicon, the files it leaves, and what it answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from detector.errors import ModelError
from detector.lexicon import CROSSED, TAGS, Lexicon
from detector.training import lexicon as training
from detector.training.thesauri import Link, Thesaurus

pytest.importorskip("lemminflect")

TEXT = """
He decrees what she commands. The decrees, the commands and the orders bind. Order it or command it.
They ordered and decreed; nobody commanded. A decree, a command, an order. Dogs! A hound and a dog.
The across-the-board cut runs across. Width matters widely. It is wide, wider, widest. Canines? No.
"""


def thesaurus(name: str, links: dict[str, dict[str, float]]) -> Thesaurus:
    return Thesaurus(
        name,
        {
            source: tuple(Link("", target, "", "synonym", weight) for target, weight in to.items())
            for source, to in links.items()
        },
    )


MOBY = thesaurus(
    "moby",
    {
        "command": {"decree": 0.8, "order": 0.5, "at hand": 0.9, "fiat": 0.9},
        "dog": {"hound": 0.6},
        "across": {"width": 0.4},
    },
)
WORDNET = thesaurus("wordnet", {"decree": {"command": 0.5}, "pay dirt": {"order": 1.0}})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("lexicon")
    (base / "news.txt").write_text((TEXT.replace("\n", " ") + "\n\n") * 2, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "read_moby", lambda _: MOBY)
        patch.setattr(training, "read_wordnet", lambda _: WORDNET)
        training.train([base / "news.txt"], base, base / "out", cache=base / "cache", processes=1)
    return base / "out"


@pytest.fixture(scope="module")
def lexicon(folder: Path) -> Lexicon:
    return Lexicon.open(folder)


def test_readings(lexicon: Lexicon) -> None:
    assert lexicon.tags("decrees") == {"NNS", "VBZ"}
    assert lexicon.lemmas("decrees") == {"decree"}
    assert lexicon.tags("widest") == {"JJS", "RBS"}
    assert lexicon.tags("unheard") == frozenset()
    assert lexicon.lemmas("unheard") == frozenset()


def test_inflect(lexicon: Lexicon) -> None:
    assert lexicon.inflect("decree", "VBD") == "decreed"
    assert lexicon.inflect("dog", "NNS") == "dogs"
    assert lexicon.inflect("wide", "JJS") == "widest"
    assert lexicon.inflect("command", "VBG") is None  # no text has "commanding"
    assert lexicon.inflect("unheard", "NN") is None


def test_links_carry_the_inflection(lexicon: Lexicon) -> None:
    assert set(lexicon.links("decrees")) == {"commands"}
    assert set(lexicon.links("decreed")) == {"commanded"}
    assert set(lexicon.links("command")) == {"decree", "order"}


def test_links_run_both_ways(lexicon: Lexicon) -> None:
    assert set(lexicon.links("hound")) == {"dog"}
    assert set(lexicon.links("dog")) == {"hound"}


def test_closeness_combines_thesauri(lexicon: Lexicon) -> None:
    forward = lexicon.links("command")["decree"]
    assert forward == pytest.approx(1 - (1 - 0.8) * (1 - 0.5 * training.REVERSED), abs=0.003)
    backward = lexicon.links("decree")["command"]
    assert backward == pytest.approx(1 - (1 - 0.8 * training.REVERSED) * (1 - 0.5), abs=0.003)


def test_links_cross_parts_of_speech_at_a_discount(lexicon: Lexicon) -> None:
    expected = 0.4 * training.REVERSED * CROSSED
    assert lexicon.links("width")["across"] == pytest.approx(expected, abs=0.003)


def test_links_of_many_are_those_of_each(lexicon: Lexicon) -> None:
    forms = ["decrees", "unheard", "dog", "command"]
    links = lexicon.links_of(lexicon.ids(forms))
    found = [
        {lexicon.word(form) for form in links.form[links.row == row]} for row in range(len(forms))
    ]
    assert found == [set(lexicon.links(form)) for form in forms]
    assert (np.diff(links.row) >= 0).all()
    assert ((links.closeness > 0) & (links.closeness <= 1)).all()


def test_tag_matrix_agrees_with_tags(lexicon: Lexicon) -> None:
    matrix = lexicon.tag_matrix()
    for form_id in range(lexicon.n_forms):
        tags = {tag for tag, has in zip(TAGS, matrix[form_id].tolist(), strict=True) if has}
        assert tags == lexicon.tags(lexicon.word(form_id))


def test_frequency(lexicon: Lexicon) -> None:
    (form_id,) = lexicon.ids(["hound"])
    assert lexicon.frequency[form_id] == 2
    assert lexicon.log_frequency("hound") == pytest.approx(np.log10(2e6 / lexicon.words))
    assert lexicon.log_frequency("unheard") == float("-inf")


def test_header_names_the_sources(lexicon: Lexicon) -> None:
    assert set(lexicon.header["notices"]) == set(training.NOTICES)


def test_other_format_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    header = json.loads((copy / "header.json").read_text())
    (copy / "header.json").write_text(json.dumps({**header, "format": 0}))
    with pytest.raises(ModelError, match=r"format 0.*detector train lexicon"):
        Lexicon.open(copy)


def test_shipped_lexicon_answers() -> None:
    shipped = Lexicon.open(Path(__file__).parent.parent / "models" / "lexicon")
    assert "VB" in shipped.tags("become")
    assert shipped.inflect("drill", "NNS") == "drills"
    assert "continue" in shipped.links("protract")
    assert shipped.log_frequency("make") > 2 > shipped.log_frequency("drill") > 0
