"""The reliability does not hang on how a text is laid out, nor on how often it is pasted."""

from __future__ import annotations

import gzip
import json
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from detector import Detector, Report
from detector.boundaries import paragraphs
from detector.repeats import distinct
from detector.repeats import repeated as said_before
from detector.segment import segment

MOST = 5.0
"""Points of the reliability that a layout may move."""

N_WORDS = 80
LEAST_SHARE = 0.97
"""Of the development texts. The others have headings or rows of a table that a joined text takes
for sentences: their words are the same, what they say is not."""

SMALL = {
    "honest": (
        "The ferry was late again on Monday, and the people on the quay had stopped asking why. A "
        "clerk came out of the office with a list and read the names of those who had booked.\n\n"
        '"We can take forty," he said. "The others have to wait for the evening boat."\n\n'
        "Nobody complained. They had brought bread and cheese, and the wind had turned to the "
        "south, so that the harbour was warm for the first time that year. Two boys fished from "
        "the wall until a man in a blue cap told them to stop.\n\n"
        "In the evening the second boat came in on time. It had carried sheep in the morning, and "
        "the deck smelt of them, but it was clean and there was room for everybody."
    ),
    "spun": (
        "The ferry was late again on Monday, and the populace on the quay had stopped asking why. "
        "A representative came out of the workplace with a rundown and read the monikers of those "
        "who had held.\n\n"
        "The gathering of the harbor has wilt a writ structure for the neighborhood, said the "
        "mayor, and the financing of the new jetty will be taken care of by the locale. An "
        "structuring of the expenses is awaited in the harvest time.\n\n"
        "Older this year the locale had guaranteed to amend the divider, which the tempest of "
        "February had harmed. The designers have inspected it multiple times from that point "
        "forward, and the fisher people are sitting tight for an answer.\n\n"
        "In the nightfall the second pontoon came in on time. It had conveyed sheep toward the "
        "beginning of the day, and the deck noticed them, yet it was perfect."
    ),
}


def joined(text: str) -> str:
    return " ".join(text.split())


def split(text: str) -> str:
    """A paragraph of two sentences at most."""
    document = segment(text)
    spans = document.sentence_spans.tolist()
    said = [joined(text[start:end]) for start, end in spans]
    return "\n\n".join(" ".join(said[at : at + 2]) for at in range(0, len(said), 2))


def wrapped(text: str) -> str:
    blocks = (joined(text[start:end]) for start, end in paragraphs(text))
    return "\n\n".join(textwrap.fill(block, 72, break_on_hyphens=False) for block in blocks)


def repeated(text: str) -> str:
    return "\n\n".join([text] * 3)


LAYOUTS = [joined, split, wrapped, repeated]


def moved(before: list[Report], after: list[Report]) -> NDArray[np.float64]:
    """Points by which the reliability of each text moves that has one either way."""
    pairs = [(one.reliability, other.reliability) for one, other in zip(before, after, strict=True)]
    return np.array([abs(a - b) for a, b in pairs if a is not None and b is not None])


def beginning(text: str) -> str:
    """The first sentences, `N_WORDS` words or a few more, so that 200 texts do not take long."""
    document = segment(text)
    last = int(np.searchsorted(document.sentence_bounds[1:-1], N_WORDS))
    return text[: int(document.sentence_spans[last, 1])]


@pytest.fixture(scope="module")
def development(shared: Path, detector: Detector) -> tuple[list[str], list[Report]]:
    """Clean and spun development texts, and the reports on them as they are."""
    with gzip.open(shared / "benchmarks" / "clean_registers_dev.jsonl.gz", "rt") as lines:
        clean = [json.loads(line)["text"] for line in lines]
    with gzip.open(shared / "spun" / "spinbot_dev.jsonl.gz", "rt") as lines:
        spun = [json.loads(line)["spun"] for line in lines]
    chosen = [*clean[:: len(clean) // 150][:150], *spun[:: len(spun) // 50][:50]]
    texts = [beginning(text) for text in chosen]
    return texts, list(detector.score_many(texts))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", SMALL)
def test_the_layout_moves_the_reliability_by_little(
    detector: Detector, name: str, layout: Callable[[str], str]
) -> None:
    text = SMALL[name]
    assert moved([detector.score(text)], [detector.score(layout(text))]).max() <= MOST


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_moves_development_texts_by_little(
    detector: Detector,
    development: tuple[list[str], list[Report]],
    layout: Callable[[str], str],
) -> None:
    texts, before = development
    points = moved(before, list(detector.score_many(map(layout, texts))))
    assert np.mean(points <= MOST) >= LEAST_SHARE


def test_a_repeat_says_what_was_said_first(detector: Detector) -> None:
    text = SMALL["spun"]
    once, thrice = detector.analyse(text), detector.analyse(repeated(text))
    np.testing.assert_array_equal(thrice.p_replaced, np.tile(once.p_replaced, 3))
    n = once.document.n_tokens
    assert sorted(thrice.candidates) == sorted(
        token + n * copy for token in once.candidates for copy in range(3)
    )
    first, again = detector.score(text), detector.score(repeated(text))
    assert len(again.findings) == 3 * len(first.findings)
    assert again.verdict == first.verdict != "clean"


def test_a_short_refrain_is_read_each_time() -> None:
    document = segment("He laughed. The rain had stopped. He laughed. Nobody knew why.")
    assert not said_before(document).any()
    assert distinct(document)[0] is document
