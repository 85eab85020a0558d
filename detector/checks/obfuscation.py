"""Flags words whose letters are not what they look like, or that hold characters nobody sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, NamedTuple, Self

import numpy as np

from detector.analysis import Analysis
from detector.config import Config
from detector.document import Document, Span, TokenFlag
from detector.folding import fold
from detector.function_words import FUNCTION_WORDS
from detector.report import Evidence, Finding, Suggestion
from detector.resources import Resources

# Set by judgement: no dev text, spun or clean, has a finding. In 4.7 million words of the training
# corpora there are 2, both slips of a keyboard with two layouts; poor hyphenators exist, too.
PROBABILITY = 0.9
HYPHEN_PROBABILITY = 0.8

# Letters of other scripts with the shape of a Latin one, by their Unicode names: in the source code
# they could not be told from it either.
_CAPITALS = {
    "CYRILLIC": (
        "A=A VE=B IE=E DZE=S BYELORUSSIAN-UKRAINIAN_I=I JE=J KA=K EM=M EN=H O=O ER=P ES=C TE=T "
        "U=Y STRAIGHT_U=Y HA=X QA=Q WE=W"
    ),
    "GREEK": (
        "ALPHA=A BETA=B EPSILON=E ZETA=Z ETA=H IOTA=I KAPPA=K MU=M NU=N OMICRON=O RHO=P TAU=T "
        "UPSILON=Y CHI=X"
    ),
    "ARMENIAN": "OH=O SEH=U",
}
_SMALL = {
    "CYRILLIC": (
        "A=a IE=e DZE=s BYELORUSSIAN-UKRAINIAN_I=i JE=j KA=k O=o ER=p ES=c U=y STRAIGHT_U=y HA=x "
        "SHHA=h KOMI_DE=d QA=q WE=w IZHITSA=v PALOCHKA=l"
    ),
    "GREEK": "ALPHA=a GAMMA=y IOTA=i KAPPA=k NU=v OMICRON=o RHO=p UPSILON=u CHI=x",
    "ARMENIAN": "CO=g HO=h OH=o SEH=u VO=n",
}


def _letters(script: str, size: str, rows: str) -> dict[str, str]:
    pairs = (row.split("=") for row in rows.split())
    return {
        unicodedata.lookup(f"{script} {size} LETTER {name.replace('_', ' ')}"): latin
        for name, latin in pairs
    }


LOOKALIKES: dict[str, str] = {
    letter: latin
    for size, scripts in (("CAPITAL", _CAPITALS), ("SMALL", _SMALL))
    for script, rows in scripts.items()
    for letter, latin in _letters(script, size, rows).items()
}
"""Letters of other scripts, each with the Latin letter that it looks like."""

# Fullwidth forms and mathematical alphanumerics: Latin letters by compatibility.
_STYLED = "\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d6a3"
_HYPHEN = "\u00ad"
_INVISIBLE = "\u034f\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
_SUSPECT = re.compile(rf"[{''.join(LOOKALIKES)}{_STYLED}{_HYPHEN}{_INVISIBLE}]")
_UNSEEN = re.compile(rf"[{_HYPHEN}{_INVISIBLE}]+")
_WORD = re.compile(rf"[^\W\d_](?:[{_HYPHEN}{_INVISIBLE}]*[^\W\d_])*")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_VOWEL = re.compile(r"[aeiouy\u00e0-\u017e]")
_FORMULA = frozenset("=+*/<>^_()[]{}|\u2208\u2211\u00d7\u00b7\u2212\u2264\u2265")

# The least that a word must have to be called disguised; formulas and symbols are shorter.
_SHORTEST = 3
# Greek small letters other than omicron are symbols first ("TNF\u03b1", "\u03bdmax").
_SHORTEST_GREEK = 5
_SHORTEST_STYLED = 4
# Publishers' systems put zero-width spaces into what is too long for a line.
_TOO_LONG_FOR_A_LINE = 20
# A hyphenator leaves short words alone; one at work reaches at least half of the long ones.
_LONG = 8
_SYSTEMATIC = 0.5
# Letters named in the evidence.
_NAMED = 3


@dataclass(frozen=True)
class Obfuscation:
    r"""Words disguised against plagiarism software.

    A Cyrillic letter in a Latin word ("rep\u043ert"), a zero-width space or a soft hyphen between
    its letters ("mo\u00adre"), letters borrowed from mathematics ("\U0001d5ff\U0001d5f2port").
    People do none of this by hand; those who want a copy not to match its original do. Honest
    uses stay untouched: words of another script as a whole, symbols ("\u03bcm", "TNF\u03b1"),
    joiners of Arabic and Indic scripts and emoji, zero-width spaces in what is too long for a line,
    soft hyphens where a syllable ends, and any soft hyphens where half of the long words have
    one: a typesetter's program did that. In short words ("mo\u00adre") no program would.

    The table of lookalikes is made by hand from names in the Unicode Character Database: the
    letters of Cyrillic, Greek and Armenian that fonts draw like a Latin one. Unicode's
    confusables.txt (UTS 39) has thousands of pairs, most of them merely similar, for a purpose
    where a false alarm is cheap; the package confusable-homoglyphs would add it as a dependency.

    Parameters
    ----------
    known : callable
        Whether a folded form is an English word.
    """

    known: Callable[[str], bool]
    name: ClassVar[str] = "obfuscation"

    @classmethod
    def build(cls, resources: Resources, config: Config) -> Self:
        """The check with the lexicon's words."""
        lexicon = resources.lexicon
        return cls(lambda form: form in FUNCTION_WORDS or bool(lexicon.ids([form])[0] >= 0))

    def find(self, analysis: Analysis) -> Iterator[Finding]:
        """A finding for each disguised word, with the plain word expected."""
        document = analysis.document
        if document.text.isascii() or not _SUSPECT.search(document.text):
            return
        words = [
            Span(*match.span())
            for match in _WORD.finditer(document.text)
            if not match.group().isascii()
        ]
        habits = _Habits.of(document.text)
        for span in words:
            if _SUSPECT.search(span.of(document.text)) and _is_running_text(document, span):
                plain, reasons = self._judge(document, span, habits)
                if reasons:
                    yield _finding(document, span, plain, reasons)

    def _judge(self, document: Document, span: Span, habits: _Habits) -> tuple[str, list[Evidence]]:
        """The plain word, and the reasons to call this one disguised."""
        word = span.of(document.text)
        seen = _UNSEEN.sub("", word)
        plain = _plain(seen)
        reasons = []
        if seen != plain and self._is_disguised(document, span, seen, habits):
            reasons.append(_lookalike_evidence(seen))
        else:
            plain = seen
        if seen != word and _LATIN.search(seen):
            reasons += self._unseen(word, plain, habits)
        return plain, reasons

    def _is_disguised(self, document: Document, span: Span, seen: str, habits: _Habits) -> bool:
        plain = _plain(seen)
        if not plain.isascii() or plain[1:] not in {plain[1:].lower(), plain.upper()[1:]}:
            return False
        known = self.known(plain.lower())
        borrowed = [char for char in seen if not char.isascii()]
        if not all(char in LOOKALIKES for char in borrowed):
            long_enough = len(plain) >= _SHORTEST_STYLED
            return known and long_enough and not habits.cjk and _is_in_prose(document.text, span)
        if len(borrowed) == len(seen):
            return not habits.cyrillic and _is_lone_function_word(document, span, seen)
        if any("\u0370" <= char <= "\u03ff" for char in borrowed):
            symbols = any(char.islower() and LOOKALIKES[char] != "o" for char in borrowed)
            return known and len(plain) >= (_SHORTEST_GREEK if symbols else _SHORTEST)
        return len(plain) >= _SHORTEST and (known or len(plain) > _SHORTEST)

    def _unseen(self, word: str, plain: str, habits: _Habits) -> Iterator[Evidence]:
        pieces = _UNSEEN.split(word)
        if all(_HYPHEN in gap for gap in _UNSEEN.findall(word)):
            if _is_odd_hyphenation(pieces, plain, hyphenated=habits.hyphenated):
                yield Evidence(
                    "soft hyphen", f"soft hyphens at {'|'.join(pieces)}, where no syllable ends"
                )
            return
        glued = all(self.known(fold(piece)) for piece in pieces) and not self.known(fold(plain))
        camel = any(a[-1].islower() and b[0].isupper() for a, b in pairwise(pieces))
        if len(plain) < _TOO_LONG_FOR_A_LINE and not glued and not camel:
            names = dict.fromkeys(map(_name, "".join(_UNSEEN.findall(word))))
            yield Evidence("invisible character", f"{', '.join(names)} at {'|'.join(pieces)}")


def _plain(seen: str) -> str:
    """A word with every borrowed letter replaced by the Latin one that it looks like."""
    return "".join(
        LOOKALIKES.get(char) or (unicodedata.normalize("NFKC", char) if _is_styled(char) else char)
        for char in seen
    )


def _is_styled(char: str) -> bool:
    return "\uff21" <= char <= "\uff5a" or "\U0001d400" <= char <= "\U0001d6a3"


def _is_running_text(document: Document, span: Span) -> bool:
    """Whether the word is part of no address, identifier or formula."""
    index = int(np.searchsorted(document.starts, span.start, side="right")) - 1
    if index < 0 or int(document.ends[index]) <= span.start:
        return True
    return not document.flags[index] & (TokenFlag.ADDRESS | TokenFlag.CODE)


def _is_in_prose(text: str, span: Span) -> bool:
    """Whether no operator or bracket touches the word."""
    around = text[max(span.start - 2, 0) : span.start] + text[span.end : span.end + 2]
    return _FORMULA.isdisjoint(around)


def _is_lone_function_word(document: Document, span: Span, seen: str) -> bool:
    """Whether Cyrillic letters spell an English function word outside quotation marks."""
    words = FUNCTION_WORDS - {"i"}  # "Nicholas I" is often typed on a Cyrillic keyboard
    if _plain(seen).lower() not in words or not all(map(_CYRILLIC.match, seen)):
        return False
    index = int(np.searchsorted(document.starts, span.start))
    return not (index < document.n_tokens and document.flags[index] & TokenFlag.QUOTED)


class _Habits(NamedTuple):
    """What the text as a whole does with the characters in question."""

    cyrillic: bool
    """It has Cyrillic letters of their own shape."""
    cjk: bool
    """It has Chinese, Japanese or Korean, whose typography uses wide Latin letters."""
    hyphenated: bool
    """Soft hyphens stand in so many long words that a program put them there."""

    @classmethod
    def of(cls, text: str) -> _Habits:
        cyrillic = any(letter not in LOOKALIKES for letter in set(_CYRILLIC.findall(text)))
        return cls(cyrillic, _CJK.search(text) is not None, _is_hyphenated(text))


def _is_hyphenated(text: str) -> bool:
    if _HYPHEN not in text:
        return False
    words = [match.group() for match in _WORD.finditer(text)]
    long_words = [word for word in words if len(word.replace(_HYPHEN, "")) >= _LONG]
    hyphenated = sum(_HYPHEN in word for word in long_words)
    return hyphenated >= _SYSTEMATIC * max(len(long_words), 1)


def _is_odd_hyphenation(pieces: list[str], plain: str, *, hyphenated: bool) -> bool:
    """Whether a soft hyphen stands where no hyphenator for English would put one."""
    if hyphenated and len(plain) > 4:
        return False
    pieces = [piece.lower() for piece in pieces]
    *_, last = pieces
    silent_e = last.endswith("e") and not _VOWEL.search(last[:-1]) and not last.endswith("le")
    return silent_e or any(len(piece) < 2 or not _VOWEL.search(piece) for piece in pieces)


def _name(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, 'UNNAMED')}"


def _lookalike_evidence(seen: str) -> Evidence:
    borrowed = dict.fromkeys(char for char in seen if not char.isascii())
    names = [f"'{_plain(char)}' is {_name(char)}" for char in borrowed]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return Evidence("lookalike letter", ", ".join(names[:_NAMED]) + more)


def _finding(document: Document, span: Span, plain: str, reasons: list[Evidence]) -> Finding:
    hyphens_only = all(reason.kind == "soft hyphen" for reason in reasons)
    return Finding.at(
        document,
        span,
        check=Obfuscation.name,
        probability=HYPHEN_PROBABILITY if hyphens_only else PROBABILITY,
        expected=(Suggestion(plain, 1.0),),
        evidence=tuple(reasons),
    )
