"""The synthetic sets, spun by a pack of one family."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")
pytest.importorskip("tokenizers")

from detector.errors import SourceError
from detector.evaluation import synthetic
from detector.evaluation.synthetic import (
    ARTICLE_WORDS,
    CURVE_SHARES,
    SHARE_WORDS,
    clean_articles,
    load_curves,
    load_synthetic,
)
from detector.segment import segment
from detector.training.pack import Family, Types, load_families, save_family, save_types
from detector.training.spin import Spinner


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with twelve documents of 250 words in two registers."""
    sentence = "The old crane stands beside the harbour wall, calm. "
    rows = [
        {"register": register, "corpus": "c", "text": f"Page {number}. " + sentence * 30}
        for register in ("news", "fiction", "non-native")
        for number in range(6)
    ]
    path = tmp_path / "benchmarks/clean_registers_dev.jsonl.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    return tmp_path


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack whose family turns every "crane" into "derrick"."""
    surfaces = ["</document>", "</paragraph>", "crane", "derrick"]
    empty = np.zeros(0, dtype=np.uint16)
    offsets = np.zeros(5, dtype=np.uint32)
    types = Types(surfaces, empty, offsets, empty.astype(np.bool_), offsets[:4])
    save_types(tmp_path / "pack", types, ["news"])
    targets = np.array([0, 0, 0, 1, 1], dtype=np.uint32)
    one = np.array([3], dtype=np.uint32)
    save_family(tmp_path / "pack", Family("example", targets, one, np.ones(1, dtype=np.float32)))
    return tmp_path / "pack"


def test_articles_have_one_length_and_take_the_registers_in_turn(folder: Path) -> None:
    articles = clean_articles(folder)
    assert [article.register for article in articles] == ["fiction", "news"] * 2
    assert all(segment(article.text).n_tokens == ARTICLE_WORDS for article in articles)


def test_each_family_spins_the_clean_articles(folder: Path, pack: Path) -> None:
    heavy, light = load_synthetic(folder, pack)
    assert (heavy.name, light.name) == ("synthetic-heavy", "synthetic-light")
    spun = [text for text in heavy.texts if text.spun]
    assert {text.group for text in spun} == {"example"}
    for text in spun:
        assert text.replaced is not None
        assert {entry.span.of(text.text) for entry in text.replaced} == {"derrick"}
        assert {entry.expected for entry in text.replaced} == {("crane",)}
    clusters = {text.cluster for text in heavy.texts if not text.spun}
    assert not heavy.unseen
    assert {text.cluster for text in spun} == clusters


def test_families_go_on_where_the_one_before_ended(
    folder: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [family] = load_families(pack)
    save_family(pack, replace(family, name="second"))
    monkeypatch.setattr(synthetic, "N_SPUN", 2)
    monkeypatch.setattr(synthetic, "N_UNSEEN", 3)
    heavy, _ = load_synthetic(folder, pack)
    clean = [text.cluster for text in heavy.texts if not text.spun]
    by_family = {
        name: [text.cluster for text in heavy.texts if text.spun and text.group == name]
        for name in ("example", "second")
    }
    assert len(clean) == 4
    assert by_family == {"example": clean[:2], "second": clean[2:]}
    known = {text for text in heavy.texts if text.group != "second"}
    heavy, _ = load_synthetic(folder, pack, frozenset({"second"}))
    assert heavy.unseen == {"second"}
    assert {text for text in heavy.texts if text.group != "second"} == known
    unseen = [text.cluster for text in heavy.texts if text.group == "second"]
    assert unseen == [*clean[2:], clean[0]]  # more of them, from the same one on


def test_more_and_more_is_spun_by_a_family_that_knows_enough_words(
    folder: Path, tmp_path: Path
) -> None:
    """The words of one family run out at one in nine; of the other, at five."""
    known = ["crane", "old", "stands", "harbour", "wall"]
    surfaces = ["</document>", "</paragraph>", "derrick", *known]
    empty = np.zeros(0, dtype=np.uint16)
    types = Types(
        surfaces, empty, np.zeros(9, np.uint32), empty.astype(np.bool_), np.zeros(8, np.uint32)
    )
    pack = tmp_path / "wide"
    save_types(pack, types, ["news"])
    for name, words in (("few", 1), ("many", len(known))):
        offsets = np.array([0, 0, 0, 0, *(min(at, words) for at in range(1, 6))], dtype=np.uint32)
        targets = np.full(words, 2, dtype=np.uint32)
        save_family(pack, Family(name, offsets, targets, np.ones(words, dtype=np.float32)))
    few, many = (Spinner(types, [family], seed=0) for family in load_families(pack))
    text = "The old crane stands beside the harbour wall, calm."
    assert few.reach(text) == pytest.approx(1 / 9)
    assert many.reach(text) == pytest.approx(5 / 9)

    curves = load_curves(folder, pack)
    articles = {entry.cluster for entry in curves.texts}
    assert len(articles) > 5
    for article in articles:
        counts = [
            entry.text.casefold().count("derrick")
            for entry in curves.texts
            if entry.cluster == article
        ]
        words = segment(next(e.text for e in curves.texts if e.cluster == article)).n_words
        assert 0.9 * SHARE_WORDS <= words <= SHARE_WORDS
        assert counts == [round(share * words) for share in CURVE_SHARES]


def test_the_same_seed_spins_the_same_text(folder: Path, pack: Path) -> None:
    assert load_synthetic(folder, pack) == load_synthetic(folder, pack)


def test_without_a_pack(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DETECTOR_PACK", raising=False)
    with pytest.raises(SourceError, match="detector train spin"):
        load_synthetic(folder)
