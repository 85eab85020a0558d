from __future__ import annotations

from dataclasses import replace

import numpy as np
from analyses import unjudged

from detector import Span
from detector.analysis import Analysis, Candidate
from detector.checks import CHECKS
from detector.evidence import RESIDUE, ArticleEvidence
from detector.report import Finding

TEXT = "See https://a.b/c now. Prices have wilt more. An structuring rose 3 %."


def finding(analysis: Analysis, word: str, check: str, probability: float) -> Finding:
    start = TEXT.index(word)
    span = Span(start, start + len(word))
    return Finding.at(analysis.document, span, check=check, probability=probability)


def test_every_check_but_substitution_is_residue() -> None:
    assert set(RESIDUE) == {check.name for check in CHECKS} - {"substitution"}
    assert len(RESIDUE) <= 8  # bits of a byte


def test_words_carry_what_speaks_against_them() -> None:
    analysis = unjudged(TEXT)
    found = [
        finding(analysis, "wilt", "substitution", 0.9),
        finding(analysis, "have wilt", "inflection", 0.7),
        finding(analysis, "An", "article_agreement", 0.6),
        finding(analysis, "https", "obfuscation", 0.5),
    ]
    evidence = ArticleEvidence.of(analysis, found)
    words = [TEXT[start:].split(maxsplit=1)[0] for start in evidence.starts]
    assert " ".join(words) == "See now. Prices have wilt more. An structuring rose 3"
    marked = {
        word: (round(float(p), 1), int(kinds))
        for word, p, kinds in zip(words, evidence.residue, evidence.kinds, strict=True)
        if p
    }
    # What stands on an address, which is no running word, counts with the next one.
    assert marked == {"now.": (0.5, 16), "have": (0.7, 2), "An": (0.6, 4)}


def test_only_likely_words_count_as_restored() -> None:
    candidates = {4: (Candidate("gone", 0.8),), 5: (Candidate("less", 0.9),)}
    analysis = unjudged(TEXT, candidates)
    posterior = np.full(analysis.document.n_tokens, 0.4, dtype=np.float32)
    posterior[4] = 0.6
    evidence = ArticleEvidence.of(replace(analysis, p_posterior=posterior), [])
    assert np.flatnonzero(evidence.restored).tolist() == [3]


def test_a_stretch_is_what_its_sentences_would_give() -> None:
    analysis = unjudged(TEXT)
    whole = ArticleEvidence.of(analysis, [finding(analysis, "An", "article_agreement", 0.6)])
    part = whole.stretch(1, 3)
    alone = unjudged(part.text)
    start = part.text.index("An")
    span = Span(start, start + 2)
    again = ArticleEvidence.of(
        alone,
        [Finding.at(alone.document, span, check="article_agreement", probability=0.6)],
    )
    assert part.text == TEXT[TEXT.index("Prices") :]
    for name in ("sentences", "starts", "sentence", "p", "residue", "kinds", "flags"):
        np.testing.assert_array_equal(getattr(part, name), getattr(again, name))


def test_a_text_without_words_has_none() -> None:
    assert ArticleEvidence.of(unjudged("https://a.b/c"), []).n_words == 0
    assert ArticleEvidence.of(unjudged(""), []).n_words == 0
