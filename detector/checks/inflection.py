"""Flags a word in a form that its frame does not allow: "has wilt", "these drill are"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.analysis import Analysis
from detector.config import Config
from detector.document import Document, Span, TokenFlag
from detector.function_words import FUNCTION_WORDS
from detector.report import Evidence, Finding, Suggestion
from detector.resources import Resources

# Findings per 10,000 words: 1.0 in the spun dev texts (SpinBot, wild and tortured: 24 in 237,000
# words), 0.3 in the clean ones (20 in 574,000, of which 15 in the essays of learners).
PROBABILITY = 0.7

# How often the word itself was right and only its form wrong.
MENDED = 0.2

_MOST_CANDIDATES = 3
_MOST_BETWEEN = 2

# A pair that occurs more often than this, or than one in so many of the mended ones, is no slip.
_FEW = 3
_RARE = 100

# Where the form has a reading that would fit, the mended one must be so many times as usual.
_ODDS = 20

Tags = frozenset[str]


class Forms(Protocol):
    """What the check asks of a lexicon; `detector.lexicon.Lexicon` answers."""

    def tags(self, form: str) -> Tags:
        """Penn tags that a form may have; none where it is unknown."""

    def lemmas(self, form: str) -> frozenset[str]:
        """Lemmas that it may belong to."""

    def inflect(self, lemma: str, tag: str) -> str | None:
        """The form of a lemma under a tag."""


class Pairs(Protocol):
    """What it asks of collocations; `detector.collocations.Collocations` answers."""

    def ids(self, forms: Sequence[str]) -> NDArray[np.int32]:
        """Id of each form, -1 where it is unknown."""

    def counts(self, left: ArrayLike, right: ArrayLike) -> NDArray[np.int64]:
        """How often each pair of adjacent forms occurred in the reference corpus."""


# Readings. A form counts as misplaced only if no reading of it would fit, so "has change in its
# pocket", "to drills" and "the can opened" are left alone.


def _base(form: str, tags: Tags) -> bool:
    """Nothing but a verb's base form: "wilt"."""
    return bool(tags) and tags <= {"VB", "VBP"}


def _third(form: str, tags: Tags) -> bool:
    """Nothing but a third person: "writes"."""
    return tags == {"VBZ"}


def _third_or_plural(form: str, tags: Tags) -> bool:
    """A third person that may be a plural noun: "drills"."""
    return tags == {"VBZ", "NNS"}


def _past(form: str, tags: Tags) -> bool:
    """Nothing but a simple past that differs from the participle: "went"."""
    return tags == {"VBD"} and not form.endswith("ed")


def _past_or_participle(form: str, tags: Tags) -> bool:
    """Nothing but a past or a participle: "decided", "gave", "given"."""
    return bool(tags) and tags <= {"VBD", "VBN"}


def _base_or_noun(form: str, tags: Tags) -> bool:
    """A base form that may be a noun: "change"."""
    return {"VB", "NN"} <= tags <= {"VB", "VBP", "NN", "NNS"}


def _singular_or_base(form: str, tags: Tags) -> bool:
    """A singular noun that may be a verb, or be plural too: "exercise", "decision"."""
    return "NN" in tags and tags <= {"VB", "VBP", "NN", "NNS"}


def _plural(form: str, tags: Tags) -> bool:
    """Nothing but a plural noun: "decisions"."""
    return bool(tags) and tags <= {"NNS", "VBZ"} and "NNS" in tags


# Guards: what stands around must not explain the form.


def _always(document: Document, opener: int, word: int) -> bool:
    return True


def _no_cleft(document: Document, opener: int, word: int) -> bool:
    """Not "all I did was wait": a form of "do" before the verb "to be" allows a base form."""
    first = int(document.sentence_bounds[document.sentence_of[opener]])
    before = document.forms[first:opener]
    return not _CLEFT.intersection(before)


def _verbal(document: Document, opener: int, word: int) -> bool:
    """Neither a noun ("there is hope", "they are use cases") nor a cleft."""
    there = document.forms[opener - 1 : opener] == ["there"]
    return not there and _heads_phrase(document, opener, word) and _no_cleft(document, opener, word)


def _transitive(document: Document, opener: int, word: int) -> bool:
    """Before a determiner or pronoun: "had knock the boat", but not "had influence on"."""
    return _follows(document, word) and document.forms[word + 1] in _OBJECTS


def _auxiliary(document: Document, opener: int, word: int) -> bool:
    """Not the nouns "the can", "his will", "with all her might"."""
    return opener == 0 or document.forms[opener - 1] not in _BEFORE_NOUN


def _before_object(document: Document, opener: int, word: int) -> bool:
    """Before a determiner or pronoun: "to expanded the port", but not "due to expanded trade"."""
    return (
        _follows(document, word)
        and document.forms[word + 1] in _OBJECTS
        and document.forms[opener - 1 : opener] not in (["used"], ["according"], ["due"])
    )


def _heads_phrase(document: Document, opener: int, word: int) -> bool:
    """The noun ends its phrase: not "these school buildings", "a sports car", "both sugar and"."""
    if not _follows(document, word):
        return _pauses(document, word)
    following = document.forms[word + 1]
    return following in _AFTER_PHRASE and document.forms[word] not in _KINDS


def _follows(document: Document, word: int) -> bool:
    """Whether another token follows in the sentence, with only white space between."""
    return word + 1 < document.n_tokens and bool(document.flags[word + 1] & TokenFlag.ADJACENT)


def _pauses(document: Document, word: int) -> bool:
    """Whether a stop, comma or bracket follows, or the sentence ends."""
    end = int(document.ends[word])
    return document.text[end : end + 1] in {"", ".", "?", "!", ";", ":", ")", "\n"}


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


_CLEFT = _words("do does did doing done don't didn't what all thing things least way trick wait")
_BEFORE_NOUN = _words("a an the this that his her its my our your their free of with by in no")
_OBJECTS = _words("the a an his her its their our my your them him us me it this these those")
_AFTER_PHRASE = _words(
    "is are was were has have had will would can could may might must should of in on at for from "
    "with by to out up down off that which who between during about into under over through "
    "because when while if"
)
_KINDS = _words("kind sort type manner")
_HAVE = _words("has have had having hasn't haven't hadn't i've you've we've they've")
_BE = _words("am is are was were been being isn't aren't wasn't weren't")
_MODAL = _words(
    "would could should must shall will can may might cannot won't wouldn't can't couldn't "
    "shouldn't i'll you'll he'll she'll it'll we'll they'll"
)
_NOT = _words("don't doesn't didn't")
_BETWEEN = _words("not also never always already often only just ever still now soon even")


@dataclass(frozen=True)
class _Frame:
    """Words that ask for certain forms of the word after them."""

    openers: frozenset[str]
    misfit: Callable[[str, Tags], bool]
    wanted: tuple[str, ...]
    demand: str
    guard: Callable[[Document, int, int], bool] = _always
    adverbs: bool = True
    odds: int = 1
    """How many times as often the mended form must occur here in the reference corpus."""


_FRAMES = (
    _Frame(_HAVE, _base, ("VBN",), "a past participle"),
    _Frame(_HAVE, _past, ("VBN",), "a past participle", odds=2),
    _Frame(_HAVE, _base_or_noun, ("VBN",), "a past participle", _transitive, odds=_ODDS),
    _Frame(_BE, _base, ("VBN", "VBG"), "a participle", _no_cleft),
    _Frame(_BE, _base_or_noun, ("VBN", "VBG"), "a participle", _verbal, odds=_ODDS),
    _Frame(_BE, _past, ("VBN", "VBG"), "a participle", _no_cleft, odds=2),
    _Frame(_words("to"), _past, ("VB",), "the base form", adverbs=False),
    _Frame(_words("to"), _third, ("VB",), "the base form", adverbs=False),
    _Frame(
        _words("to"), _past_or_participle, ("VB",), "the base form", _before_object, adverbs=False
    ),
    _Frame(_MODAL, _third, ("VB",), "the base form", _auxiliary),
    _Frame(_MODAL, _third_or_plural, ("VB",), "the base form", _auxiliary, odds=_ODDS),
    _Frame(_MODAL, _past_or_participle, ("VB",), "the base form", _auxiliary),
    _Frame(_NOT, _third, ("VB",), "the base form"),
    _Frame(_NOT, _third_or_plural, ("VB",), "the base form", odds=_ODDS),
    _Frame(_NOT, _past_or_participle, ("VB",), "the base form"),
    _Frame(
        _words("these those both many several"),
        _singular_or_base,
        ("NNS",),
        "a plural",
        _heads_phrase,
        adverbs=False,
        odds=_ODDS,
    ),
    _Frame(
        _words("a an each every another"),
        _plural,
        ("NN",),
        "a singular",
        _heads_phrase,
        adverbs=False,
    ),
)
_BY_OPENER: dict[str, list[_Frame]] = {}
for _frame in _FRAMES:
    for _opener in _frame.openers:
        _BY_OPENER.setdefault(_opener, []).append(_frame)


@dataclass(frozen=True)
class Inflection:
    """The form of a word that its frame does not allow: "has wilt", "will protracts".

    A spinner looks a word up in a thesaurus and puts the entry in as it stands, or inflects it by
    a rule that does not hold for it: "has become" turns to "has wilt", "are continuing" to "are
    protract", "these exercises" to "these drill". People slip, too, most of all in a language
    that they are learning, so one such place is a weak reason; the frames are few and sure, and
    words with any reading that would fit are left alone, as are names and quotations.

    Source: the founding article; the frames are those of any grammar (Huddleston & Pullum, *The
    Cambridge Grammar of the English Language*, 2002, chapter 3, section 1).
    """

    name: ClassVar[str] = "inflection"

    lexicon: Forms
    pairs: Pairs

    @classmethod
    def build(cls, resources: Resources, config: Config) -> Self:
        """The check with the lexicon and the collocations of the models."""
        return cls(resources.lexicon, resources.collocations)

    def find(self, analysis: Analysis) -> Iterator[Finding]:
        """A finding for each word in a form that its frame does not allow."""
        document = analysis.document
        last = -1
        for opener, form in enumerate(document.forms):
            for frame in _BY_OPENER.get(form, ()):
                word = self._misplaced(document, opener, frame)
                if word is not None and word > last:
                    last = word
                    yield self._finding(analysis, opener, word, frame)

    def _misplaced(self, document: Document, opener: int, frame: _Frame) -> int | None:
        """The token that does not fit into the frame opened at `opener`, if there is one."""
        if not _is_plain(document, opener) and not _opens_sentence(document, opener):
            return None
        word = opener + 1
        while _follows(document, word - 1):
            form = document.forms[word]
            tags = self.lexicon.tags(form)
            if frame.adverbs and word - opener <= _MOST_BETWEEN and _is_adverb(form, tags):
                word += 1
                continue
            misfit = (
                form not in FUNCTION_WORDS
                and _is_plain(document, word)
                and frame.misfit(form, tags)
                and frame.guard(document, opener, word)
                and self._is_unusual(document, opener, word, frame)
            )
            return word if misfit else None
        return None

    def _is_unusual(self, document: Document, opener: int, word: int, frame: _Frame) -> bool:
        """Whether the reference corpus hardly has the form right after the opener.

        That clears idioms ("as is", "let go"), variants ("was burnt") and readings that the
        lexicon does not know.
        """
        frame_word, form = document.forms[opener], document.forms[word]
        others = self._mended(form, frame)
        ids = self.pairs.ids([frame_word, form, *others])
        counts = self.pairs.counts(ids[0], ids[1:]).tolist()
        usual = sum(counts[1:])
        few = counts[0] <= _FEW + usual // _RARE
        return bool(few and usual >= (frame.odds - 1) * (counts[0] + 1))

    def _finding(self, analysis: Analysis, opener: int, word: int, frame: _Frame) -> Finding:
        document = analysis.document
        span = document.span(word)
        opening = document.span(opener).of(document.text)
        phrase = Span(int(document.starts[opener]), span.end).of(document.text)
        return Finding.at(
            document,
            span,
            check=self.name,
            probability=PROBABILITY,
            expected=tuple(self._expected(analysis, word, frame)),
            evidence=(
                Evidence(
                    "grammar",
                    f"'{' '.join(phrase.split())}': '{opening}' needs {frame.demand} here, "
                    f"which '{span.of(document.text)}' is not",
                    f"'{opening}' needs {frame.demand}",
                ),
            ),
        )

    def _expected(self, analysis: Analysis, word: int, frame: _Frame) -> Iterator[Suggestion]:
        """What the models would put there in a form that fits, and the word itself mended."""
        found = 0
        for candidate in analysis.candidates.get(word, ()):
            if found < _MOST_CANDIDATES and self.lexicon.tags(candidate.form) & set(frame.wanted):
                found += 1
                yield Suggestion(candidate.form, (1 - MENDED) * candidate.confidence)
        mended = self._mended(analysis.document.forms[word], frame)
        for form in mended:
            yield Suggestion(form, MENDED / len(mended))

    def _mended(self, form: str, frame: _Frame) -> list[str]:
        """The forms of the same word that the frame asks for."""
        found = {
            self._inflected(lemma, tag)
            for lemma in self.lexicon.lemmas(form)
            for tag in frame.wanted
        }
        return sorted(text for text in found if text and text != form)

    def _inflected(self, lemma: str, tag: str) -> str | None:
        """A form of a lemma; a regular participle is written as the past is."""
        found = self.lexicon.inflect(lemma, tag)
        if found is None and tag == "VBN":
            past = self.lexicon.inflect(lemma, "VBD")
            return past if past and past.endswith("ed") else None
        return found


def _is_adverb(form: str, tags: Tags) -> bool:
    return form in _BETWEEN or (tags == {"RB"} and form not in FUNCTION_WORDS)


def _is_plain(document: Document, index: int) -> bool:
    """A lower-case word outside quotation marks."""
    unwanted = TokenFlag.CAPITALISED | TokenFlag.UPPER | TokenFlag.QUOTED
    flags = document.flags[index]
    return bool(flags & TokenFlag.WORD) and not flags & unwanted


def _opens_sentence(document: Document, index: int) -> bool:
    """A capitalised first word of a sentence, outside quotation marks."""
    first = document.sentence_bounds[document.sentence_of[index]]
    return index == first and not document.flags[index] & (TokenFlag.UPPER | TokenFlag.QUOTED)
