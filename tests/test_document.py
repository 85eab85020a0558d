"""Document: views onto the arrays."""

from __future__ import annotations

from detector.document import Span, TokenFlag
from detector.segment import segment

TEXT = "A title\n\nThe fox ran. It hid in the \u201cold\u201d barn.\nNight fell on 3 hills."
DOCUMENT = segment(TEXT)


def test_counts() -> None:
    assert DOCUMENT.n_tokens == 16
    assert DOCUMENT.n_sentences == 4
    assert DOCUMENT.n_paragraphs == 3
    assert DOCUMENT.n_words == 16
    assert segment("See www.example.org and max_size, 3 times").n_words == 4


def test_forms_are_folded_tokens() -> None:
    assert DOCUMENT.forms[:3] == ["a", "title", "the"]


def test_views() -> None:
    token = DOCUMENT.token(3)
    assert (token.index, token.text, token.span) == (3, "fox", Span(13, 16))
    assert token.flags == TokenFlag.WORD | TokenFlag.ADJACENT
    sentence = DOCUMENT.sentence(1)
    assert (sentence.index, sentence.first, sentence.last) == (1, 2, 5)
    assert sentence.span.of(TEXT) == "The fox ran."
    assert [view.text for view in DOCUMENT.tokens()] == [
        TEXT[start:end] for start, end in zip(DOCUMENT.starts, DOCUMENT.ends, strict=True)
    ]
    assert [view.index for view in DOCUMENT.sentences()] == [0, 1, 2, 3]


def test_paragraphs() -> None:
    assert DOCUMENT.paragraph_span(1).of(TEXT) == "The fox ran. It hid in the \u201cold\u201d barn."
    assert DOCUMENT.paragraph_of.tolist() == [0, 1, 1, 2]
    assert DOCUMENT.sentence_of.tolist() == [0] * 2 + [1] * 3 + [2] * 6 + [3] * 5


def test_fragments() -> None:
    text = (
        "Usage\n\nTime between polls\n\nHe left.\n\n(\u201cStay!\u201d)\n\nTime between two polls"
    )
    document = segment(text)
    fragments = [document.token(at).text for at in document.fragmentary.nonzero()[0].tolist()]
    assert fragments == ["Usage", "Time", "between", "polls"]
    assert segment("").fragmentary.shape == (0,)
    assert not segment("Older this year").fragmentary.any()


def test_spans() -> None:
    assert Span(1, 3).overlaps(Span(2, 4))
    assert not Span(1, 3).overlaps(Span(3, 4))


def test_tokens_in_a_span_share_a_character_with_it() -> None:
    for start in range(len(TEXT)):
        for end in range(start + 1, len(TEXT) + 1):
            tokens = DOCUMENT.tokens_in(Span(start, end))
            expected = [
                token.index
                for token in DOCUMENT.tokens()
                if max(start, token.span.start) < min(end, token.span.end)
            ]
            assert list(range(DOCUMENT.n_tokens))[tokens] == expected
    assert DOCUMENT.tokens_in(Span(14, 14)) == slice(3, 4)  # inside "fox"


def test_empty() -> None:
    document = segment("")
    assert (document.n_tokens, document.n_sentences, document.n_paragraphs) == (0, 0, 0)
    assert document.forms == []
    assert document.n_words == 0
