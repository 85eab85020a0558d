"""Segmentation: table-driven cases, the offset contract on any text, and linear time."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from detector.boundaries import LONGEST_SENTENCE
from detector.document import Document, TokenFlag
from detector.segment import TOKEN, segment

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "segmentation.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_case(case: dict[str, object]) -> None:
    text = str(case["text"])
    document = segment(text)
    assert [sentence.span.of(text) for sentence in document.sentences()] == case["sentences"]
    if "tokens" in case:
        assert [token.text for token in document.tokens()] == case["tokens"]
    if "paragraphs" in case:
        assert document.n_paragraphs == case["paragraphs"]


# Prose-like texts reach the rules for sentences; any text must keep the promises.
PIECES = (
    "Dr. Mr U.S. e.g. a.m. No. 3. 1. I A. word Word WORD don't rock-solid 3.5 ... . ? ! ; , : ( ) "
    "\" ' \u201c \u201d \u2018 \u2019 [1] \u2014 - \u2022 \n \n\n \r\n \t \f www.example.org"
)
prose = st.lists(st.sampled_from(PIECES.split(" ")), max_size=60).map(" ".join)


@given(texts | prose)
def test_promises_on_any_text(text: str) -> None:
    document = segment(text)
    _check_arrays(document)
    for token in document.tokens():
        assert token.text
        assert token.text == token.text.strip()
    for sentence in document.sentences():
        assert sentence.first < sentence.last
        assert document.span(sentence.first).start >= sentence.span.start
        assert document.span(sentence.last - 1).end <= sentence.span.end
        surface = sentence.span.of(text)
        assert surface == surface.strip()
        assert sentence.last - sentence.first <= LONGEST_SENTENCE


def _check_arrays(document: Document) -> None:
    starts, ends = document.starts, document.ends
    assert (starts < ends).all()
    assert (ends[:-1] <= starts[1:]).all()
    spans = document.sentence_spans
    assert (spans[:-1, 1] <= spans[1:, 0]).all()
    assert document.sentence_bounds[0] == 0
    assert document.sentence_bounds[-1] == document.n_tokens
    assert (np.diff(document.sentence_bounds) > 0).all()
    assert document.paragraph_bounds[0] == 0
    assert document.paragraph_bounds[-1] == document.n_sentences
    assert (np.diff(document.paragraph_bounds) > 0).all()
    kinds = document.flags & 15
    assert np.isin(kinds, [1, 2, 4, 8]).all()


@given(prose)
def test_sentences_do_not_change_tokens(text: str) -> None:
    found = [match.span() for match in TOKEN.finditer(text)]
    assert [tuple(token.span) for token in segment(text).tokens()] == found


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("word", TokenFlag.WORD),
        ("Word", TokenFlag.WORD | TokenFlag.CAPITALISED),
        ("WORD", TokenFlag.WORD | TokenFlag.CAPITALISED | TokenFlag.UPPER),
        ("I", TokenFlag.WORD | TokenFlag.CAPITALISED),
        ("U.N.", TokenFlag.WORD | TokenFlag.CAPITALISED | TokenFlag.UPPER),
        ("\u00c9T\u00c9", TokenFlag.WORD | TokenFlag.CAPITALISED | TokenFlag.UPPER),
        ("3.5%", TokenFlag.NUMBER),
        ("2,000", TokenFlag.NUMBER),
        ("1990s", TokenFlag.NUMBER),
        ("www.example.org", TokenFlag.ADDRESS),
        ("#tide", TokenFlag.ADDRESS),
        ("max_size", TokenFlag.CODE),
        ("os.path", TokenFlag.CODE),
        ("B2B", TokenFlag.CODE | TokenFlag.CAPITALISED | TokenFlag.UPPER),
        ("A" * 80, TokenFlag.CODE | TokenFlag.CAPITALISED | TokenFlag.UPPER),
    ],
)
def test_flags(text: str, flags: TokenFlag) -> None:
    assert [token.flags for token in segment(text).tokens()] == [flags]


def test_adjacent_means_white_space_alone_within_a_sentence() -> None:
    document = segment("One two,  three\nfour. Five")
    adjacent = [token.text for token in document.tokens() if token.flags & TokenFlag.ADJACENT]
    assert adjacent == ["two", "four"]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('He said "go home now" and left.', "go home now"),
        ("He said \u201cgo home\u201d and \u201cstay\u201d too.", "go home stay"),
        ("He said 'go home' and left.", "go home"),
        ("It's the ministers' plan, don't you think?", ""),
        ("'Tis the dogs' dinner.", ""),
        ("She called it \u2018the ministers\u2019 folly\u2019 again.", "the ministers folly"),
        ("\u00abPartons\u00bb, dit-il.", "Partons"),
        ('An unclosed " mark here.', ""),
        ('It is 6" wide and 4" deep.', ""),
        ('"One.\n\nTwo" three.', "One Two"),
        ('"One.\n\n"Two.\n\n"Three," four.', "One Two Three"),
        ("\u201cOne.\n\n\u201cTwo.\n\n\u201cThree,\u201d four.", "One Two Three"),
        ("\u2018One.\n\n\u2018Two,\u2019 three.", "One Two"),
        ('"One. "Two. "Three," four.', "One Two Three"),
        ('"One.\n\nTwo.\n\n"Three," four.', "One Two Three"),
        ('"One.\n\n' + "Two. " * 200 + 'Three" four.', ""),
        ("The word 'glass' is short.", "glass"),
        ("The phrase 'pure glass' has two words.", "pure glass"),
        ("The phrase 'pure happiness' has two words.", "pure happiness"),
        ('"Yes," she said, "we can."', "Yes we can"),
        ('The sign ("Keep out") fell.', "Keep out"),
    ],
)
def test_quoted(text: str, quoted: str) -> None:
    found = [token.text for token in segment(text).tokens() if token.flags & TokenFlag.QUOTED]
    assert " ".join(found) == quoted


def test_a_sentence_without_end_is_cut_at_commas() -> None:
    text = ", ".join(f"word{'s' * (number % 3)}" for number in range(400))
    document = segment(text)
    lengths = np.diff(document.sentence_bounds)
    assert lengths.max() <= LONGEST_SENTENCE
    assert document.n_paragraphs == 1
    assert all(sentence.span.of(text)[-1] in ",sd" for sentence in document.sentences())


HARD = {
    "one line": "The cat sat, e.g. on Mr. Smith's \u201cold\u201d mat. ",
    "letters": "a",
    "dotted": "a.b",
    "capitalised pairs": "Ab.Cd",
    "hyphens": "a--",
    "stops": ". ",
    "ellipses": ".",
    "open quotes": '"a ',
    "apostrophes": "'a ",
    "brackets": "(",
    "footnotes": "[1]",
    "at signs": "a@",
    "slashes": "/.",
    "line breaks": "\n",
    "short lines": "word\n",
    "white space": " ",
    "marks": "a\u0301",
    "zero width": "\u200b",
}


@pytest.mark.parametrize("unit", HARD.values(), ids=HARD.keys())
def test_time_is_linear(unit: str) -> None:
    text = unit * (500_000 // len(unit))
    started = time.perf_counter()
    segment(text)
    # About half a second; quadratic time would be hours.
    assert time.perf_counter() - started < 15
