"""Flags "a" or "an" before a word that asks for the other one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Self

from detector.analysis import Analysis, Candidate
from detector.config import Config
from detector.document import Document, Span, TokenFlag
from detector.function_words import FUNCTION_WORDS
from detector.indefinite import CORRECTED, Sound, sound
from detector.report import Evidence, Finding, Suggestion
from detector.resources import Resources

# Findings per 10,000 words: 0.5 in the spun dev texts (SpinBot and wild: 11 in 210,000 words), 0.2
# in the clean ones (6 in 353,000); so of 100 findings 75 are right where every second word is read
# in a spun article. In the wild texts alone it is 99: SpinBot mends its articles. The training
# corpora have 0.13, all of them slips.
PROBABILITY = 0.7

# How often the word was right and its article wrong: in none of the 9 findings in wild texts (rule
# of succession: 1 in 11).
MENDED = 0.1

_MOST_CANDIDATES = 3

# Not after the article, but after "an" that is "if", or the German preposition.
_NOT_AFTER = frozenset({"das", "dem", "den", "der", "die", "thou", "ye"})


@dataclass(frozen=True)
class ArticleAgreement:
    """The residue that a swap leaves behind: "an structuring" once was "an alignment".

    A spinner swaps the word and leaves its article. People slip, too, so this is a weak reason to
    suspect the word by itself and a strong one beside another. Where the models suspect the word,
    the finding is on it, and candidates that the article goes with are expected; elsewhere it
    covers article and word, since either may be wrong, and expects the other article.

    Quotations are left alone: they keep slips, dialect and what a letter or screen reader says.
    Only lower-case words are judged: spinners leave names and initialisms alone, and their sounds
    are anybody's guess; nor do function words follow an article except by a slip ("an the") or
    where "a" is a letter ("grade A is").

    Source: the founding article's own residues; the rule is any grammar's (Huddleston & Pullum,
    *The Cambridge Grammar of the English Language*, 2002, chapter 18, section 6.4).
    """

    name: ClassVar[str] = "article_agreement"

    @classmethod
    def build(cls, resources: Resources, config: Config) -> Self:
        """The check; it needs no model."""
        return cls()

    def find(self, analysis: Analysis) -> Iterator[Finding]:
        """A finding for each article at odds with the word after it."""
        document = analysis.document
        forms = document.forms
        for index, form in enumerate(forms[:-1]):
            if (
                form in {"a", "an"}
                and _is_article(document, index)
                and _judged(document, index + 1)
            ):
                found = sound(forms[index + 1])
                if found is not None and (found == "vowel") != (form == "an"):
                    yield _finding(analysis, index, found)


def _is_article(document: Document, index: int) -> bool:
    """Whether the token is written as an article: no option "-a"; "A" where a sentence begins."""
    token = document.token(index)
    if document.text[max(token.span.start - 1, 0) : token.span.start] in {"-", "/", "."}:
        return False
    if token.text in {"a", "an"}:
        return True
    first = document.sentence_bounds[document.sentence_of[index]]
    return token.text in {"A", "An"} and index == first


def _judged(document: Document, index: int) -> bool:
    """Whether a token is the kind of word that a spinner puts in."""
    wanted = TokenFlag.WORD | TokenFlag.ADJACENT
    surface = document.span(index).of(document.text)
    return (
        document.flags[index] & (wanted | TokenFlag.QUOTED) == wanted
        and surface.islower()
        and document.forms[index] not in FUNCTION_WORDS | _NOT_AFTER
    )


def _finding(analysis: Analysis, index: int, found: Sound) -> Finding:
    document = analysis.document
    article, word = document.token(index), document.token(index + 1)
    corrected = CORRECTED[article.text]
    suspected = index + 1 in analysis.candidates
    return Finding.at(
        document,
        word.span if suspected else Span(article.span.start, word.span.end),
        check=ArticleAgreement.name,
        probability=PROBABILITY,
        expected=(
            _agreeing(analysis.candidates[index + 1], found)
            if suspected
            else (Suggestion(f"{corrected} {word.text}", MENDED),)
        ),
        evidence=(
            Evidence(
                "grammar",
                f"'{word.text}' begins with a {found} sound and needs '{corrected.lower()}': "
                f"the original word may have gone with '{article.text.lower()}'",
                f"'{word.text}' needs '{corrected.lower()}', not '{article.text.lower()}'",
            ),
        ),
    )


def _agreeing(candidates: Iterable[Candidate], found: Sound) -> tuple[Suggestion, ...]:
    """The models' candidates for the word, as far as the article goes with them."""
    agreeing = (one for one in candidates if sound(one.form) not in {found, None})
    return tuple(Suggestion(*one) for one in islice(agreeing, _MOST_CANDIDATES))
