"""Lists of phrases: matching and reading."""

from __future__ import annotations

from pathlib import Path

import pytest
from analyses import unjudged

from detector.checks.listed_phrase import COLUMNS, ListedPhrase, Phrase, load_phrases
from detector.errors import ConfigError
from detector.report import Finding
from detector.resources import default_folder


class Plurals:
    """A morphology of regular plurals in -s."""

    def lemmas(self, form: str) -> frozenset[str]:
        return frozenset({form.removesuffix("s")})

    def tags(self, form: str) -> frozenset[str]:
        return frozenset({"NNS" if form.endswith("s") else "NN"})

    def inflect(self, lemma: str, tag: str) -> str | None:
        return lemma + "s" if tag == "NNS" else lemma


def find(text: str, *rows: tuple[str, str]) -> list[Finding]:
    phrases = [Phrase(tuple(phrase.split()), expected, "a test") for phrase, expected in rows]
    return list(ListedPhrase(phrases, Plurals()).find(unjudged(text)))


def test_the_longest_phrase_wins() -> None:
    [finding] = find("The heart assault ward.", ("heart assault", "x"), ("heart assault ward", "y"))
    assert (finding.actual, finding.expected[0].text) == ("heart assault ward", "y")


def test_a_shorter_phrase_is_found_where_the_longer_one_fails() -> None:
    [finding] = find("A heart assault war.", ("heart assault", "x"), ("heart assault ward", "y"))
    assert finding.actual == "heart assault"


def test_the_later_row_counts() -> None:
    [finding] = find("A heart assault.", ("heart assault", "x"), ("heart assault", "y"))
    assert finding.expected[0].text == "y"


def test_a_phrase_without_expected_words() -> None:
    [finding] = find("A heart assault.", ("heart assault", ""))
    assert finding.expected == ()
    assert "known spun phrase (a test)" in finding.evidence[0].message


def test_number_follows_the_text() -> None:
    [plural] = find("Two heart assaults.", ("heart assault", "heart attack"))
    [singular] = find("One heart assault.", ("heart assaults", "heart attacks"))
    assert plural.expected[0].text == "heart attacks"
    assert singular.expected[0].text == "heart attack"


def test_possessives_are_found() -> None:
    [finding] = find("The heart assault's cause.", ("heart assault", "heart attack"))
    assert finding.actual == "heart assault's"


def test_neighbouring_phrases() -> None:
    found = find("heart assault heart assault", ("heart assault", "x"))
    assert [finding.start for finding in found] == [0, 14]


def test_the_curated_rows_are_complete_and_sorted_out() -> None:
    lines = (default_folder() / "phrases.tsv").read_text(encoding="utf-8").splitlines()
    header, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert tuple(header) == COLUMNS
    assert all(len(row) == len(COLUMNS) and all(row) for row in rows)
    phrases = [row[0] for row in rows]
    assert len(set(phrases)) == len(phrases)
    assert all(len(phrase.split()) > 1 for phrase in phrases if "-" not in phrase)


def test_load_phrases(tmp_path: Path) -> None:
    path = tmp_path / "phrases.tsv"
    path.write_text(
        "# ours\nheart assault\theart attack\tseen in May\n\nwell known\n", encoding="utf-8"
    )
    assert load_phrases(path) == (("heart assault", "heart attack"), ("well known", ""))


def test_load_phrases_teaches(tmp_path: Path) -> None:
    path = tmp_path / "phrases.tsv"
    path.write_text("heart assault\theart attack\n!!!\tshouting\n", encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"phrases\.tsv:2: '!!!.*contains no phrase: write a phrase"
    ):
        load_phrases(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_phrases(tmp_path / "absent.tsv")
