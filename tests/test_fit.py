"""Slots, vectors, features and the fit model, on the models that ship."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.collocations import EDGE, PAUSE, Collocations
from detector.document import Document, TokenFlag
from detector.errors import ModelError
from detector.features import FEATURES, elsewhere, judgeable
from detector.fit import CollocationFit
from detector.lexicon import Lexicon
from detector.segment import segment
from detector.slots import DISTANCES, SlotReader, Slots
from detector.training.encoding import encode
from detector.training.fit import Spinner, SpunText, held_out

MODELS = Path(__file__).parent.parent / "models"


@pytest.fixture(scope="module")
def collocations() -> Collocations:
    return Collocations.open(MODELS / "collocations")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.open(MODELS / "lexicon")


@pytest.fixture(scope="module")
def fit(collocations: Collocations, lexicon: Lexicon) -> CollocationFit:
    return CollocationFit.open(MODELS / "fit", collocations, lexicon)


@pytest.fixture(scope="module")
def reader(collocations: Collocations) -> SlotReader:
    return SlotReader.over(collocations)


def probabilities(fit: CollocationFit, text: str) -> dict[str, float]:
    """The probability of each token; of the last where a form occurs twice."""
    document = segment(text)
    ids = fit.features.collocations.ids(document.forms)
    return dict(zip(document.forms, fit.p_replaced(document, ids).tolist(), strict=True))


def slots_of(reader: SlotReader, document: Document, ids: NDArray[np.int32]) -> Slots:
    adjacent = (document.flags & TokenFlag.ADJACENT) > 0
    return reader.slots(ids, document.sentence_of, adjacent)


def test_slots_name_the_neighbours(collocations: Collocations, reader: SlotReader) -> None:
    document = segment("Officers rarely study the command structures, they say. Fleets differ.")
    slots = slots_of(reader, document, collocations.ids(document.forms))

    def word(form_id: int) -> str | None:
        return None if form_id < 0 else collocations.word(form_id)

    left = [word(form_id) for form_id in slots.left.tolist()]
    right = [word(form_id) for form_id in slots.right.tolist()]
    assert left == [
        EDGE,
        "officers",
        "rarely",
        "study",
        "the",
        "command",
        PAUSE,
        "they",
        EDGE,
        "fleets",
    ]
    assert right == [
        "rarely",
        "study",
        "the",
        "command",
        "structures",
        PAUSE,
        "say",
        EDGE,
        "differ",
        EDGE,
    ]
    command = document.forms.index("command")
    before = [word(form_id) for form_id in slots.before[command].tolist()]
    after = [word(form_id) for form_id in slots.after[command].tolist()]
    # Two to five tokens away, in the sentence, and no function words.
    assert before == ["study", "rarely", "officers", None]
    assert after == [None, "say", None, None]
    assert slots.before.shape == (document.n_tokens, len(DISTANCES))


def test_slots_of_nothing(reader: SlotReader) -> None:
    empty = segment("")
    slots = slots_of(reader, empty, np.empty(0, np.int32))
    assert slots.left.shape == (0,)
    assert slots.after.shape == (0, len(DISTANCES))


def test_attraction_is_positive_for_what_is_seen_together(
    collocations: Collocations, reader: SlotReader
) -> None:
    has, become, of = collocations.ids(["has", "become", "of"]).astype(np.int64)
    seen, unseen, unknown = reader.drawn(np.array([has, has, has]), np.array([become, of, -1]))
    assert seen > 1
    assert unseen < -1
    assert unknown == 0


def test_fillers_stand_between_the_neighbours(
    collocations: Collocations, reader: SlotReader
) -> None:
    has, increasingly = collocations.ids(["has", "increasingly"]).tolist()
    left, right = np.array([-1, has]), np.array([has, increasingly])
    row, word = reader.fillers(left, right, 3)
    assert row.tolist() == [1, 1, 1]
    assert collocations.word(int(word[0])) == "become"
    again = reader.fillers(left, right, 3)
    assert np.array_equal(again[1], word)


def test_features_are_finite_and_named(fit: CollocationFit) -> None:
    document = segment("Zzyzx 42 has wilt, see https://example.org or x_1. Oh!")
    ids = fit.features.collocations.ids(document.forms)
    words, places = fit.features.read(document.forms, ids, document.flags, document.sentence_of)
    features = fit.features.features(words, places)
    assert features.shape == (document.n_tokens, len(FEATURES))
    assert np.isfinite(features).all()


def test_odd_words_stand_out(fit: CollocationFit) -> None:
    clean = probabilities(fit, "Over the years it has become more and more common in towns.")
    odd = probabilities(fit, "Over the years it has wilt more and more common in towns.")
    assert max(odd, key=lambda form: odd[form]) == "wilt"
    assert odd["wilt"] > 0.25
    assert clean["become"] < 0.02


def test_well_attested_neighbours_clear_a_rare_word(fit: CollocationFit) -> None:
    assert probabilities(fit, "The judge issued a writ of habeas corpus on Monday.")["writ"] < 0.1


@pytest.mark.parametrize("word", ["Wilt", "WILT", "42", "x_9", "https://example.org/wilt"])
def test_what_cannot_be_judged_is_silent(fit: CollocationFit, word: str) -> None:
    text = f"Over the years it has {word} more and more common."
    document = segment(text)
    p = fit.p_replaced(document, fit.features.collocations.ids(document.forms))
    assert p[document.text[: text.index(word)].count(" ")] == 0


def test_judgeable() -> None:
    document = segment("Older ships met NATO and Paul's fleet. ABC won 3.5%.")
    allowed = judgeable(document.flags, document.sentence_of)
    forms = [form for form, is_judged in zip(document.forms, allowed, strict=True) if is_judged]
    assert forms == ["older", "ships", "met", "and", "fleet", "won"]
    assert document.flags[document.forms.index("nato")] & TokenFlag.UPPER


def test_probability_depends_on_the_text_alone(fit: CollocationFit, seeds: Path) -> None:
    document = segment(next(seeds.glob("000*.txt")).read_text(encoding="utf-8"))
    ids = fit.features.collocations.ids(document.forms)
    first = fit.p_replaced(document, ids)
    assert first.dtype == np.float32
    assert first.shape == (document.n_tokens,)
    assert ((first >= 0) & (first <= 1)).all()
    assert np.array_equal(first, fit.p_replaced(document, ids))


def test_chunks_change_nothing(
    fit: CollocationFit, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = segment(next(seeds.glob("000*.txt")).read_text(encoding="utf-8"))
    ids = fit.features.collocations.ids(document.forms)
    whole = fit.p_replaced(document, ids)
    monkeypatch.setattr("detector.fit.CHUNK", 100)
    assert fit.p_replaced(document, ids) == pytest.approx(whole, abs=1e-4)


def test_text_without_words(fit: CollocationFit) -> None:
    document = segment("")
    assert fit.p_replaced(document, np.empty(0, np.int32)).shape == (0,)


def test_other_collocations_are_refused(
    collocations: Collocations, lexicon: Lexicon, tmp_path: Path
) -> None:
    copy = tmp_path / "fit"
    shutil.copytree(MODELS / "fit", copy)
    header = json.loads((copy / "header.json").read_text())
    header["collocations"]["forms"] += 1
    (copy / "header.json").write_text(json.dumps(header))
    with pytest.raises(ModelError, match="trained with collocations"):
        CollocationFit.open(copy, collocations, lexicon)


@pytest.fixture(scope="module")
def clean_text() -> SpunText:
    document = segment("The judge said on Monday that Paul's case was clear. " * 20)
    none = np.zeros(document.n_tokens, bool)
    forms = document.forms
    return SpunText(forms, forms, none, document.flags, document.sentence_of)


def test_spinner_replaces_what_may_be_judged(lexicon: Lexicon, clean_text: SpunText) -> None:
    spinner = Spinner(lexicon)
    spun = [spinner.spin(clean_text, np.random.default_rng(seed)) for seed in range(20)]
    shares = [text.replaced.mean() for text in spun]
    assert min(shares) == 0.0
    assert 0.05 < max(shares) < 0.4
    allowed = judgeable(clean_text.flags, clean_text.sentence)
    for text in spun:
        assert not (text.replaced & ~allowed).any()
        assert text.originals == clean_text.forms
        for form, original, replaced in zip(
            text.forms, text.originals, text.replaced.tolist(), strict=True
        ):
            assert replaced or form == original


def test_spinner_is_deterministic(lexicon: Lexicon, clean_text: SpunText) -> None:
    once, again = (
        Spinner(lexicon).spin(clean_text, np.random.default_rng(5)).forms for _ in range(2)
    )
    assert once == again


def test_held_out_documents_are_those_not_counted(tmp_path: Path) -> None:
    path = tmp_path / "news.txt"
    path.write_text("\n\n".join(f"Document number {n} here." for n in range(60)))
    texts = list(held_out([encode(path)], 10_000, np.random.default_rng(0)))
    numbers = {form for text in texts for form in text.forms if form.isdigit()}
    assert numbers == {"0", "25", "50"}


def test_repetitions_are_counted_elsewhere() -> None:
    ids = np.array([7, -1, 7, 3, -1, 7])
    drawn = np.array([1.0, 9.0, 5.0, 2.0, 9.0, 3.0], np.float32)
    repeated, best = elsewhere(ids, drawn)
    assert repeated == pytest.approx(np.log([3, 1, 3, 1, 1, 3]))
    assert best.tolist() == [5.0, 0.0, 3.0, 0.0, 0.0, 5.0]
