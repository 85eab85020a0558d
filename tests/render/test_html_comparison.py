from __future__ import annotations

import random
from collections import Counter

import pytest
from comparing import ARTICLE, SOURCE, compare
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import ELEMENTS, read, words

from detector.render import Look
from detector.render.comparison import COMPARISONS
from detector.render.html.comparison import comparison_fragment

SIDES = ("original", "suspect")
EVIL = "<script>alert(1)</script> </div> \x1b[31m"


def test_both_texts_side_by_side() -> None:
    page = read(comparison_fragment(compare(SOURCE, ARTICLE)))
    assert page.said["original"].replace("‸", "").split() == words(SOURCE)
    assert page.said["suspect"].replace("‸", "").split() == words(ARTICLE)


def test_a_change_is_marked_on_both_sides_and_listed() -> None:
    rendered = comparison_fragment(compare(SOURCE, ARTICLE))
    assert '<a class="mark s3" href="#c-n1" tabindex="-1">become</a>' in rendered
    assert '<a class="mark s3" href="#c-n1" id="c-m1" data-n="1"' in rendered
    notes = read(rendered).said["note"]
    assert "become" in notes
    assert "wilt" in notes
    assert "only in the article" in notes


def test_lines_that_both_texts_begin_stand_abreast() -> None:
    rendered, _, _ = comparison_fragment(compare(SOURCE, ARTICLE)).partition("<h3>Changes")
    (row,) = [row for row in rendered.split('<div class="pair') if ">Older</a>" in row]
    assert ">Earlier</a>" in row
    assert "committee" not in row
    assert "Fishermen" not in row


@pytest.mark.parametrize("text", ["", EVIL, f"{EVIL} has wilt. " * 9])
def test_evil_stays_text(text: str) -> None:
    for comparison in (compare(SOURCE, text, EVIL), compare(text, ARTICLE), compare(text, text)):
        page = read(COMPARISONS["html"](comparison, Look(date="2026-11-21T12:00:00+00:00")))
        assert set(page.elements) <= ELEMENTS
        assert page.elements["script"] == page.elements["style"] == 1
        assert set(page.targets) <= set(page.ids)


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 9))
def test_nothing_is_lost_whatever_was_moved_and_swapped(rng: random.Random, n_swaps: int) -> None:
    source = SOURCE.replace("\n\n", " ").split(". ")
    article = rng.sample(source, len(source))
    swapped = ". ".join(article).split(" ")
    for _ in range(n_swaps):
        swapped[rng.randrange(len(swapped))] = rng.choice(["wilt", "", "one two three", "\n\n"])
    comparison = compare(". ".join(source), " ".join(swapped))
    page = read(comparison_fragment(comparison))
    said = {side: "".join(page.said[side].replace("‸", "").split()) for side in SIDES}
    said["suspect"] = said["suspect"].replace("Standselsewhereinthesource", "")
    assert said["suspect"] == "".join(words(comparison.suspect_text))
    assert Counter(said["original"]) == Counter("".join(words(comparison.original_text)))
    assert max(Counter(page.ids).values()) == 1
