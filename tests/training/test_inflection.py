import pytest

from detector.training.inflection import Reading, build_inflections

pytest.importorskip("lemminflect")

FORMS = {
    "structure": 50,
    "structures": 40,
    "structured": 9,
    "writ": 3,
    "writs": 2,
    "goes": 30,
    "went": 30,
    "go": 80,
    "better": 40,
    "good": 90,
    "information": 99,
}


@pytest.fixture(scope="module", name="inflections")
def _inflections():  # type: ignore[no-untyped-def]
    return build_inflections(FORMS)


def test_same_tag_of_another_lemma(inflections) -> None:  # type: ignore[no-untyped-def]
    assert Reading("structure", "NNS") in inflections.read("structures")
    assert inflections.inflect("writ", "NNS") == "writs"


def test_forms_outside_the_list_do_not_exist(inflections) -> None:  # type: ignore[no-untyped-def]
    assert inflections.inflect("information", "NNS") != "informations"
    assert inflections.inflect("go", "VBG") is None


def test_inflections_of_one_lemma_are_told(inflections) -> None:  # type: ignore[no-untyped-def]
    assert inflections.are_inflections("goes", "went")
    assert inflections.are_inflections("better", "good")
    assert not inflections.are_inflections("structure", "writ")
    assert inflections.are_inflections("towards", "towards")
