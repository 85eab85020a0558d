"""The loaders of the dev sets, on tiny files of the same form."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from detector.document import Span
from detector.errors import SourceError
from detector.evaluation import datasets
from detector.evaluation.labelled import (
    IGNORED,
    Dataset,
    Kind,
    LabelledText,
    Replaced,
    token_labels,
)
from detector.segment import segment


def write_jsonl(path: Path, *rows: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def test_spinbot_pairs_are_aligned(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    pytest.importorskip("lemminflect")
    original = "The harbour\nThe crane has become more regular, and old walls stand."
    spun = "The harbour\nThe crane has wilt more regular, and elderly dividers stand."
    write_jsonl(tmp_path / "spun/spinbot_dev.jsonl.gz", {"id": 7, "orig": original, "spun": spun})
    clean, odd = datasets.load_spinbot(tmp_path).texts
    assert (clean.spun, clean.replaced, clean.cluster) == (False, (), odd.cluster)
    assert odd.replaced is not None
    found = [(entry.span.of(spun), entry.expected) for entry in odd.replaced if entry.certain]
    assert found == [("wilt", ("become",)), ("elderly", ("old",)), ("dividers", ("walls",))]


def test_a_change_of_form_alone_is_uncertain(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    pytest.importorskip("lemminflect")
    row = {"id": 7, "orig": "The old wall stood there.", "spun": "The old walls stood there."}
    write_jsonl(tmp_path / "spun/spinbot_dev.jsonl.gz", row)
    _, spun = datasets.load_spinbot(tmp_path).texts
    assert spun.replaced == (Replaced(Span(8, 13), (), certain=False),)


def test_one_paragraph_in_ten_is_spun(tmp_path: Path) -> None:
    originals = [f"Page {number}. " + "The old crane stands. " * 10 for number in range(12)]
    spun = [text.replace("crane", "derrick") for text in originals]
    row = {"id": 1, "orig": "\n".join(["Title", *originals]), "spun": "\n".join(["Title", *spun])}
    write_jsonl(tmp_path / "spun/spinbot_dev.jsonl.gz", row)
    texts = datasets.load_pasted(tmp_path).texts
    assert len(texts) == 3
    for text in texts:
        (pasted,) = text.watched
        assert pasted.of(text.text) in spun
        assert text.text.count("\n") == 9
        assert text.text.count("derrick") == 10


def test_wild_documents_and_honest_ones(tmp_path: Path) -> None:
    for folder, row in (
        ("wild_dev", {"file": "1.txt", "spinner_family_guess": "free rewriter"}),
        ("clean_dev", {"file": "1.txt", "class": "native"}),
    ):
        write_jsonl(tmp_path / "spun" / folder / "index.jsonl", row)
        (tmp_path / "spun" / folder / "1.txt").write_text("A text.\r\n", newline="")
    wild, clean = datasets.load_wild(tmp_path).texts
    assert (wild.name, wild.spun, wild.group) == ("wild_dev/1.txt", True, "free")
    assert (clean.name, clean.spun, clean.group) == ("clean_dev/1.txt", False, "native")
    assert clean.text == "A text.\r\n"
    assert datasets.load_clean_web(tmp_path).texts == (clean,)


def test_registers_tell_the_variety_of_english(tmp_path: Path) -> None:
    rows = [
        {"register": "news", "corpus": corpus, "text": "A text."}
        for corpus in ("lk_news_en", "somewhere")
    ]
    write_jsonl(tmp_path / "benchmarks/clean_registers_dev.jsonl.gz", *rows)
    dataset = datasets.load_registers(tmp_path)
    assert dataset.kind is Kind.CLEAN
    assert [text.variety for text in dataset.texts] == ["South Asian", ""]


def test_special_kinds_are_groups_of_honest_documents(tmp_path: Path) -> None:
    row = {"register": "minutes", "corpus": "a_council", "text": "A text."}
    write_jsonl(tmp_path / "benchmarks/specialist_dev.jsonl.gz", row, row | {"register": "chess"})
    dataset = datasets.load_specialist(tmp_path)
    assert (dataset.name, dataset.kind) == ("specialist", Kind.CLEAN)
    assert [text.group for text in dataset.texts] == ["minutes", "chess"]
    assert {(text.spun, text.corpus) for text in dataset.texts} == {(False, "a_council")}
    assert len({text.cluster for text in dataset.texts}) == 2


def test_hard_honest_texts(tmp_path: Path) -> None:
    row = {"id": "h1", "register": "sailing", "text": "We tacked."}
    write_jsonl(tmp_path / "benchmarks/honest_dev.jsonl", row)
    dataset = datasets.load_honest(tmp_path)
    assert dataset.kind is Kind.CLEAN
    assert dataset.texts == (
        LabelledText("h1", "We tacked.", False, cluster="h1", group="sailing"),
    )


def test_a_swap_by_hand_that_fits_is_uncertain(tmp_path: Path) -> None:
    row = {
        "id": "K3_09",
        "kind": "K3",
        "spun": "The aged crane really wilt.",
        "clean": "The old crane stood.",
        "swaps": [[4, 8], [15, 21], [22, 26]],
        "originals": ["old", "", "stood"],
        "fits": [True, False, False],
    }
    write_jsonl(tmp_path / "benchmarks/handspun_dev.jsonl", row)
    dataset = datasets.load_handspun(tmp_path)
    clean, spun = dataset.texts
    assert dataset.kind is Kind.ARTICLES
    assert (clean.text, clean.spun, clean.replaced) == ("The old crane stood.", False, ())
    assert clean.cluster == spun.cluster
    assert (clean.group, spun.group) == ("K3", "K3")
    assert spun.spun
    assert spun.replaced == (
        Replaced(Span(4, 8), ("old",), certain=False),
        Replaced(Span(15, 21)),
        Replaced(Span(22, 26), ("stood",)),
    )


def test_tortured_sentences_watch_their_phrase(tmp_path: Path) -> None:
    common = {"expected": "deep learning", "source": "x:1", "kind": "k"}
    write_jsonl(
        tmp_path / "spun/tortured_sentences_dev.jsonl",
        {"text": "Profound Learning works.", "label": 1, "phrase": "profound learning"} | common,
        {"text": "Nothing here.", "label": 0, "phrase": "deep learning"} | common,
    )
    dataset = datasets.load_tortured(tmp_path)
    (text,) = dataset.texts
    assert not dataset.lists
    assert text.watched[0].of(text.text) == "Profound Learning"


def test_the_founding_articles() -> None:
    spun, honest = datasets.load_founding(Path()).texts
    assert spun.replaced is not None
    assert sum(entry.certain for entry in spun.replaced) == 32
    assert sum(not entry.certain for entry in spun.replaced) == 4
    assert all(entry.span.of(spun.text).strip() for entry in spun.replaced)
    assert (honest.spun, honest.replaced) == (False, ())


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="--shared"):
        datasets.load_registers(tmp_path)


def test_the_data_folder_is_named_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETECTOR_DATA", "elsewhere")
    assert datasets.default_data_folder() == Path("elsewhere")
    monkeypatch.delenv("DETECTOR_DATA")
    assert datasets.default_data_folder() == Path("../shared")


def test_token_labels() -> None:
    text = "It has wilt, or so: skills."
    replaced = (Replaced(Span(7, 11)), Replaced(Span(20, 26), certain=False))
    document = segment(text)
    assert token_labels(document, replaced).tolist() == [0, 0, 1, 0, 0, IGNORED]


def test_a_certain_label_outranks_an_uncertain_one() -> None:
    replaced = (Replaced(Span(0, 4)), Replaced(Span(0, 4), certain=False))
    assert token_labels(segment("wilt"), replaced).tolist() == [1]


def test_a_sample_keeps_pairs_together() -> None:
    texts = tuple(
        LabelledText(f"{number}/{side}", "A text.", side == "b", cluster=str(number))
        for number in range(50)
        for side in "ab"
    )
    dataset = Dataset("pairs", Kind.ARTICLES, "", texts)
    sampled = dataset.sample(20, seed=1)
    assert len(sampled.texts) == 20
    assert len({text.cluster for text in sampled.texts}) == 10
    assert sampled == dataset.sample(20, seed=1)
    assert dataset.sample(1000, seed=1) is dataset


def test_names_are_unique() -> None:
    text = LabelledText("a", "A text.")
    with pytest.raises(ValueError, match="several texts named 'a'"):
        Dataset("twice", Kind.CLEAN, "", (text, text))


def test_the_dev_sets_load(shared: Path) -> None:
    assert len(datasets.load_registers(shared).texts) > 800
    assert len(datasets.load_tortured(shared).texts) > 1_800
    assert {text.spun for text in datasets.load_wild(shared).texts} == {True, False}
    assert len({text.group for text in datasets.load_specialist(shared).texts}) > 30
    assert len(datasets.load_honest(shared).texts) == 12
    for text in datasets.load_handspun(shared).texts:
        for entry in text.replaced or ():
            assert entry.span.of(text.text).strip()
