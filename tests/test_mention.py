from __future__ import annotations

import time

import pytest

from detector import Config, Detector
from detector.document import TokenFlag
from detector.mention import mentioned
from detector.segment import segment

ABOUT = """\
Editors have met odd wordings in papers for years, and a small group of readers began to collect \
them. The phrase 'counterfeit consciousness' stands where everybody else writes artificial \
intelligence, and "colossal information" stands for big data. Software that evades plagiarism \
checks puts them there: it takes a thesaurus and replaces each word by a synonym, without a look \
at the term as a whole.

The collectors call them tortured phrases. Their list has grown to thousands of entries, among \
them {0}bosom peril{0} for breast cancer and {0}irregular woodland{0} for random forest. Other \
examples are:

- profound neural organization (deep neural network)
- flag to clamor (signal to noise)
- haze figuring -> cloud computing

Not every odd phrase betrays a machine. An author who writes in a second language may use a \
strange term in good faith, and reviewers should ask before they decide. Journals now search new \
papers for phrases such as leftover vitality and subterranean insect state, and a question goes \
to the authors when one turns up. Some have answered that a friend had paraphrased the text, and \
that nobody had read it since.
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The term bosom peril stands for it.", "bosom peril stands"),
        ("They wrote *bosom peril* in it.", "bosom peril"),
        ("They wrote _bosom peril_ in it.", "bosom peril"),
        ("Use a * b * c and snake_case_names here.", ""),
        ("Odd phrases such as leftover vitality, or worse.", "leftover vitality or worse"),
        ("Some examples:\n\n- leftover vitality\n- bosom peril\n", "leftover vitality bosom peril"),
        ("We read haze figuring -> cloud computing.", "We read haze figuring cloud computing"),
        ("Their terms of office ended, and words were had.", ""),
        ("He wrote a letter instead of a book.", ""),
    ],
)
def test_what_is_mentioned(text: str, said: str) -> None:
    tokens = segment(text).tokens()
    words = [token.text.strip("_") for token in tokens if token.flags & TokenFlag.QUOTED]
    assert " ".join(words) == said


@pytest.mark.parametrize("mark", ["", "*", "_", '"'])
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("joined", [False, True])
def test_an_article_about_tortured_phrases_is_not_spun(mark: str, skip: bool, joined: bool) -> None:
    text = ABOUT.format(mark)
    report = Detector(Config(skip_quotes=skip)).score(" ".join(text.split()) if joined else text)
    assert report.verdict == "clean"
    assert report.reliability is not None
    assert report.reliability >= 50
    if skip:
        assert not any(finding.check == "listed_phrase" for finding in report.findings)


@pytest.mark.parametrize("text", ["a" * 300_000, "a " * 150_000, "a-" * 150_000, "(" * 300_000])
def test_the_time_is_linear(text: str) -> None:
    started = time.perf_counter()
    assert list(mentioned(text)) == []
    assert time.perf_counter() - started < 5
