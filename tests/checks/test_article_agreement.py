"""What stands before the words that an article goes with."""

from __future__ import annotations

import pytest
from analyses import unjudged

from detector.analysis import Candidate
from detector.checks.article_agreement import ArticleAgreement
from detector.indefinite import sound


@pytest.mark.parametrize(
    ("expected", "forms"),
    [
        ("vowel", "apple hour honest heir honour umbrella unaware unimportant unidentified uphill"),
        ("vowel", "urgent onerous ongoing outage yttrium announced interviewee"),
        ("consonant", "pear house high union unanimous unidirectional usual utopian useful eulogy"),
        ("consonant", "ewe once one one-way year knight psalm schism ubiquitous xylophone"),
        (None, "historic hotel herb homage url x x-ray 18 npm ssh"),
    ],
)
def test_sound(expected: str | None, forms: str) -> None:
    assert {form: sound(form) for form in forms.split()} == dict.fromkeys(forms.split(), expected)


def test_candidates_that_agree_with_the_article_are_expected() -> None:
    text = "They signed an treaty."
    offered = (Candidate("agreement", 0.6), Candidate("contract", 0.3), Candidate("accord", 0.1))
    [finding] = ArticleAgreement().find(unjudged(text, {3: offered}))
    assert finding.actual == "treaty"
    assert [suggestion.text for suggestion in finding.expected] == ["agreement", "accord"]


def test_an_unsuspected_word_is_flagged_with_its_article() -> None:
    [finding] = ArticleAgreement().find(unjudged("They signed an treaty."))
    assert finding.actual == "an treaty"
    assert [suggestion.text for suggestion in finding.expected] == ["a treaty"]
