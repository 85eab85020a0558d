import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from detector.training.pack import load_stream, load_types
from detector.training.spin.clean import Leaks, read_clean
from detector.training.spin.leakage import development_texts, shingle_hashes
from detector.training.spin.reading import TypeIndex, encode_texts, is_word

SHARED = Path(__file__).parents[3] / "shared"
DEVELOPMENT = ("benchmarks", "spun/spinbot_dev.jsonl.gz", "spun/wild_dev", "spun/clean_dev",
               "spun/tortured_sentences_dev.jsonl", "seeds")  # fmt: skip
SENTENCE = "the quiet harbour town had not seen a ferry come in since march"


def test_paragraphs_that_share_ten_words_are_dropped(tmp_path: Path) -> None:
    (tmp_path / "dev.jsonl").write_text(json.dumps({"text": f"Well, {SENTENCE}.", "n": 1}))
    corpus = tmp_path / "news.test.txt.gz"
    shorter = " ".join(SENTENCE.split()[:9])
    with gzip.open(corpus, "wt") as out:
        out.write(
            f"Keep this.\nThen {SENTENCE.title()}!\n\n{shorter} \u2014 nothing.\n\n{SENTENCE}\n"
        )
    index = TypeIndex()
    clean = read_clean([corpus], index, Leaks([tmp_path / "dev.jsonl"], index))
    kept = " ".join(index.surfaces[number] for number in clean.ids)
    assert kept == f"keep this . </document> {shorter} - nothing . </document>"
    assert len(clean.registers) == len(clean.document_bounds) - 1 == 2
    assert clean.register_names == ["news"]


def test_a_shingle_does_not_span_documents_but_spans_punctuation() -> None:
    index = TypeIndex()
    words = SENTENCE.split()
    whole = encode_texts([SENTENCE], index)
    parted = encode_texts([" ".join(words[:8]), " ".join(words[8:])], index)
    pointed = encode_texts([", ".join(words)], index)
    is_words = np.array([is_word(surface) for surface in index.surfaces])
    assert len(shingle_hashes(parted, is_words)[0]) == 0
    expected = shingle_hashes(whole, is_words)[0].tolist()
    assert shingle_hashes(pointed, is_words)[0].tolist() == expected


def test_pack_shares_no_ten_words_with_a_development_text(request: pytest.FixtureRequest) -> None:
    """The real pack, if there is one: its folder in the environment variable DETECTOR_PACK."""
    import os

    pack = Path(os.environ.get("DETECTOR_PACK", "no-pack"))
    if not (pack / "types.npz").exists() or not SHARED.exists():
        pytest.skip("needs ../shared and the folder of a training pack in DETECTOR_PACK")
    types = load_types(pack)
    index = TypeIndex()
    for surface in types.surfaces[2:]:
        index.add(surface)
    leaks = Leaks([SHARED / name for name in DEVELOPMENT], index)
    assert len(leaks.forbidden) > 500_000
    for path in [*pack.glob("shard-*.npz"), *pack.glob("spinbot_*.npz")]:
        assert not leaks.touched(load_stream(path).ids).any(), path.name


def test_development_texts_reads_json_of_any_shape(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"contexts": {"1": {"context": "One."}}}))
    (tmp_path / "b.txt").write_text("Two.\n")
    assert list(development_texts([tmp_path])) == ["One.", "Two.\n"]
