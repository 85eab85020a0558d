"""Substitutes put into their contexts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

pytest.importorskip("lemminflect")

from detector.evaluation.substitutes import agreeing, inflect_like, load_swords


@pytest.mark.parametrize(
    ("substitute", "word", "pos", "expected"),
    [
        ("carry", "continued", "VERB", "carried"),
        ("go on", "continues", "VERB", "goes on"),
        ("vessel", "ships", "NOUN", "vessels"),
        ("sailing vessel", "Ships", "NOUN", "Sailing vessels"),
        ("vessels", "ships", "NOUN", "vessels"),
        ("vessel", "ship", "NOUN", "vessel"),
        ("small", "larger", "ADJ", "smaller"),
        ("quickly", "soon", "ADV", "quickly"),
    ],
)
def test_a_substitute_takes_the_form_of_the_word(
    substitute: str, word: str, pos: str, expected: str
) -> None:
    assert inflect_like(substitute, word, pos) == expected


def test_articles_agree() -> None:
    assert agreeing("She saw a ", "eagle") == "She saw an "
    assert agreeing("An ", "hawk") == "A "
    assert agreeing("She saw the ", "eagle") == "She saw the "


def test_refused_and_accepted_substitutes(tmp_path: Path) -> None:
    context = "  The crew\n\tsaw a ship there."
    labels = {"s:1": ["FALSE"] * 3, "s:2": ["TRUE"] * 7 + ["FALSE"] * 3, "s:3": ["TRUE", "FALSE"]}
    words = {"s:1": "omen", "s:2": "vessel", "s:3": "boat"}
    swords = {
        "contexts": {"c": {"context": context}},
        "targets": {
            "t": {
                "context_id": "c",
                "target": "ship",
                "offset": context.index("ship"),
                "pos": "NOUN",
            }
        },
        "substitutes": {key: {"target_id": "t", "substitute": word} for key, word in words.items()},
        "substitute_labels": labels,
    }
    path = tmp_path / "benchmarks/swords_dev.json.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(json.dumps(swords).encode()))
    accepted, refused = load_swords(tmp_path).texts
    assert (accepted.spun, accepted.text) == (False, "The crew saw a vessel there.")
    assert (refused.spun, refused.text) == (True, "The crew saw an omen there.")
    assert [span.of(refused.text) for span in refused.watched] == ["omen"]
