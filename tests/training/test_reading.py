from pathlib import Path

import pytest

from detector.segment import segment
from detector.training.spin.reading import TypeIndex, encode_file, is_word

SEEDS = Path(__file__).parents[2] / "seeds"
TEXT = (
    "\u201cDon\u2019t,\u201d said Zo\u00eb\u2014twice\u2026 It cost $3.50 "
    "(see www.example.org/a,b); the 18-year-old\u2019s e-mail, "
    "a.b@example.com, said: co\u00adoperate! 50% of x_1."
)


@pytest.mark.parametrize("text", [TEXT, *(path.read_text() for path in SEEDS.glob("*.txt"))])
def test_words_are_those_of_the_segmenter(text: str) -> None:
    index = TypeIndex()
    words = [index.surfaces[number] for number in index.encode(text)]
    assert [word for word in words if is_word(word)] == segment(text).forms


def test_marks_end_paragraphs_and_documents(tmp_path: Path) -> None:
    path = tmp_path / "news.test.txt"
    path.write_text("One two.\nThree.\n\nFour.\n")
    index = TypeIndex()
    ids = encode_file(path, index, seen=set(), cap=100)
    assert " ".join(index.surfaces[number] for number in ids) == (
        "one two . </paragraph> three . </document> four . </document>"
    )


def test_long_documents_are_cut_and_repeats_left_out(tmp_path: Path) -> None:
    path = tmp_path / "news.test.txt"
    line = (
        "A sentence that is long enough to be known again when it is printed a second time, twice."
    )
    path.write_text("\n".join([line, "Other words.", line, "And others again."]))
    ids = encode_file(path, TypeIndex(), seen=set(), cap=20)
    assert (ids == 0).nonzero()[0].tolist() == [20, len(ids) - 1]
    assert int((ids == 1).sum()) == 1
