from __future__ import annotations

import json
import random
from pathlib import Path

import comparing
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import detector
from detector import Change, Comparison, Detector
from detector.commands import main
from detector.render import Look
from detector.render.comparison import COMPARISONS
from detector.segment import segment
from detector.swaps import align

SOURCE = [
    "The committee has become more regular since the election last autumn.",
    "Earlier this year both navies agreed on common command structures.",
    "Fishermen along the coast complained about the noise of the exercises.",
    "A spokesman for the ministry promised that the matter would be studied.",
    "Nobody in the harbour expects an answer before the winter storms arrive.",
    "The mayor invited all parties to a meeting in the old town hall.",
]
SPUN = [
    "The committee has wilt more regular since the election last autumn.",
    "Older this year both navies agreed on common writ structures.",
    "Fishermen along the coast complained about the clamour of the exercises.",
    "A spokesman for the ministry promised that the matter would be studied.",
    "Nobody in the harbour expects an answer before the winter storms arrive.",
    "The mayor asked every party to a meeting in the old town hall.",
]
PAIRS = {("become", "wilt"), ("Earlier", "Older"), ("command", "writ"), ("noise", "clamour")}


def no_lemmas(form: str) -> frozenset[str]:
    return frozenset({form})


def pairs(comparison: Comparison) -> set[tuple[str, str]]:
    return {(swap.original.text, swap.suspect.text) for swap in comparison.swaps}


def test_each_swap_has_both_sides(detector: Detector) -> None:
    source, suspect = " ".join(SOURCE), "\n\n".join(SPUN)
    comparison = detector.compare(source, suspect)
    others = {("invited", "asked"), ("all", "every"), ("parties", "party")}
    assert pairs(comparison) == PAIRS | others
    for swap in comparison.swaps:
        assert swap.original.span.of(source) == swap.original.text
        assert swap.suspect.span.of(suspect) == swap.suspect.text
        assert swap.probability is None or 0 <= swap.probability <= 1
    assert comparison.matched_share == 1
    assert comparison.n_replaced == 6  # the party is one of the parties
    assert not any(passage.moved for passage in comparison.passages)


def test_moved_and_missing_sentences(detector: Detector) -> None:
    suspect = " ".join([SPUN[4], SPUN[0], SPUN[1], "Whales sang under a purple moon.", SPUN[5]])
    comparison = detector.compare("\n".join(SOURCE), suspect)
    assert pairs(comparison) >= {("become", "wilt"), ("Earlier", "Older"), ("command", "writ")}
    assert sum(passage.moved for passage in comparison.passages) == 1
    covered = [passage.suspect.of(suspect) for passage in comparison.passages]
    assert any(text.startswith("Nobody") for text in covered)


def test_unrelated_texts_have_nothing_in_common(detector: Detector) -> None:
    other = "Bake the loaf for forty minutes. Let it cool on a rack, then slice thinly."
    comparison = detector.compare(" ".join(SOURCE), other)
    assert comparison.passages == ()
    assert (comparison.n_matched, comparison.replaced_share) == (0, 0)


@pytest.mark.parametrize(("source", "suspect"), [("", ""), ("", SPUN[0]), (SOURCE[0], "")])
def test_empty_texts(detector: Detector, source: str, suspect: str) -> None:
    assert detector.compare(source, suspect).swaps == ()


def test_inflections_count_for_nothing(detector: Detector) -> None:
    source = "The walls of the harbour were painted white before the winter storms."
    suspect = "The wall of the harbour was coated white before the winter storms."
    comparison = detector.compare(source, suspect)
    changes = {swap.suspect.text: swap.change for swap in comparison.swaps}
    assert changes["wall"] is Change.INFLECTED
    assert changes["coated"] is Change.REPLACED
    assert comparison.n_replaced == 1


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(6)), st.lists(st.sampled_from(range(6)), unique=True))
def test_order_and_length_do_not_matter(order: list[int], dropped: list[int]) -> None:
    source = segment("\n\n".join(SOURCE))
    kept = [number for number in order if number not in dropped]
    suspect = segment("\n\n".join(SOURCE[number] for number in kept))
    passages = align(source, suspect, None, no_lemmas)
    changes = {swap.change for passage in passages for swap in passage.swaps}
    assert changes <= {Change.DELETED}  # whole sentences that the suspect leaves out
    assert "".join(one.suspect.of(suspect.text) for one in passages).replace("\n", "") == "".join(
        SOURCE[number] for number in kept
    )
    assert sum(one.moved for one in passages) == 0 or kept != sorted(kept)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_undoing_the_swaps_gives_the_source(seed: int) -> None:
    words = " ".join(SOURCE).split()
    chance = random.Random(seed)
    changed = [
        chance.choice(["lantern", "", "drift slowly", word]) if chance.random() < 0.3 else word
        for word in words
    ]
    source, suspect = segment(" ".join(words)), segment(" ".join(filter(None, changed)))
    for passage in align(source, suspect, None, no_lemmas):
        undone, at = [], passage.suspect.start
        for swap in passage.swaps:
            undone += [suspect.text[at : swap.suspect.start], " ", swap.original.text, " "]
            at = swap.suspect.end
        undone.append(suspect.text[at : passage.suspect.end])
        forms = segment("".join(undone)).forms
        assert forms == segment(passage.original.of(source.text)).forms


def test_library_call() -> None:
    assert detector.compare(" ".join(SOURCE), " ".join(SOURCE)).replaced_share == 0


@pytest.mark.parametrize("name", COMPARISONS)
def test_formats_show_every_swap(detector: Detector, name: str) -> None:
    comparison = detector.compare(" ".join(SOURCE), " ".join(SPUN))
    shown = COMPARISONS[name](comparison, Look())
    assert all(word in shown for pair in PAIRS for word in pair)
    if name == "json":
        assert json.loads(shown)["n_replaced"] == comparison.n_replaced


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, suspect = tmp_path / "source.txt", tmp_path / "suspect.txt"
    source.write_text(" ".join(SOURCE), encoding="utf-8")
    suspect.write_text(" ".join(SPUN), encoding="utf-8")
    assert main(["compare", str(source), str(suspect)]) == 0
    assert "become -> wilt (replaced" in capsys.readouterr().out
    out = tmp_path / "out.json"
    assert (
        main(["compare", "--format", "json", "--output", str(out), *map(str, (source, suspect))])
        == 0
    )
    assert json.loads(out.read_text(encoding="utf-8"))["passages"]
    assert main(["compare", str(source), str(tmp_path)]) == 2
    assert "several articles" in capsys.readouterr().err
    assert main(["compare", str(source), str(tmp_path / "none.txt")]) == 2


def test_text_says_all_of_the_words_where_it_is_all() -> None:
    comparison = comparing.compare(SOURCE[0], SOURCE[0])
    said = " ".join(COMPARISONS["text"](comparison, Look()).split())
    assert "100% of its 11 words stand in sentences from source.txt" in said
    assert "changes: none" in said
