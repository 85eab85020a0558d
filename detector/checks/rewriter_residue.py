"""Flags sentences that a rewriting tool or a chatbot said and nobody took out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

from detector.analysis import Analysis
from detector.config import Config
from detector.document import Document, Span, TokenFlag
from detector.folding import fold
from detector.report import Evidence, Finding
from detector.resources import Resources

# Judgement, below certainty: of the 116 million words of the training corpora no sentence is
# flagged, and too few spun articles are at hand to count hits in.
PROBABILITY = 0.95
# What a chatbot says and people say as well, where the article holds a sentence of the first kind.
COMPANION_PROBABILITY = 0.8

# An article about chatbots and paraphrasing tools quotes them, not always in quotation marks.
_TOPIC = re.compile(
    r"\b(?:chat ?gpt|chatbots?|language models?|llms?|paraphras\w*|rewrit(?:er|ers|ing)|spinners?"
    r"|plagiari\w*|generative ai|prompts?)\b"
)
_ON_TOPIC = 3
# A list whose introduction ends in a colon shows examples.
_LIST_ENTRY = re.compile(r"[ \t]*(?:[-*+>\u2022\u2013\u2014]|\d+[.)])\s|\s*$")
_LONGEST_LIST = 5_000
_MARKUP = re.compile(r"(?:[\s#*_>\u2022-]|\d+[.)]\s)*")
_OPENING_QUOTE = frozenset("\"'\u2018\u201c\u00ab")

_CHANGED = r"(?:paraphrased|reformulated|rephrased|reworded|rewritten|humanized|humanised|spun)"
_TEXT = r"(?:article|content|copy|essay|paragraph|passage|post|sentence|text|version)s?"
_CHANGE = r"(?:paraphrase|rephrase|reword|rewrite|humanize|humanise|spin)"
_COUNT = r"an?|some|the|your|\d|two|three|four|five"
_HERE = r"here(?:'s| are| is)"
_MACHINE = (
    r"(?:a large language model|an (?:ai|artificial intelligence)(?:[- ]powered)?(?: language)?"
    r"(?: assistant| chatbot| model)?)"
)
_SORRY = r"(?:i'm sorry|i am sorry|sorry|i apologi[sz]e)"
_TOOL = (
    r"(?:article (?:rewriter|spinner)|chatgpt|paraphrasing tool|quillbot|rewriting tool|spinbot"
    r"|spinner ?chief|spin ?rewriter|wordai)"
)
_YES = r"(?:absolutely|certainly|of course|sure)"


class Residue(NamedTuple):
    """A kind of sentence: what says it and the pattern, on the folded text from its start on."""

    speaker: str
    pattern: re.Pattern[str]
    alone: bool = True
    """Whether one sentence is enough; if not, it counts only beside one that is."""


def _residue(speaker: str, pattern: str, *, alone: bool = True) -> Residue:
    return Residue(speaker, re.compile(pattern), alone)


RESIDUES: tuple[Residue, ...] = (
    _residue(
        "announces its rewriting",
        rf"(?:{_YES}\W+)?{_HERE} (?:{_COUNT})\b(?: \w+){{0,3}}? {_CHANGED} (?:\w+ )?{_TEXT}"
        rf"(?: of (?:the|your)(?: \w+){{0,2}} {_TEXT}\b.*|(?: (?:for|in|that|with)\b[^.]{{0,60}})?:"
        r"|[.!]?)$",
    ),
    _residue(
        "announces its rewriting",
        rf"{_YES}\W+{_HERE} (?:{_COUNT})(?: \w+){{0,4}} "
        rf"(?:draft|paraphrase|rewrite|summary|{_TEXT})\b",
    ),
    _residue(
        "announces its rewriting",
        rf"i(?:'ve| have) {_CHANGED} (?:your|the (?:above|following|given|provided)) {_TEXT}\b",
    ),
    _residue("labels its output", rf"{_CHANGED} {_TEXT}(?: ?\(?\d+\)?)?:"),
    _residue(
        "speaks of itself", rf"as {_MACHINE}(?: (?:created|developed|trained) by \w+)?, (?:i|my)\b"
    ),
    _residue(
        "speaks of itself",
        rf"(?:{_SORRY}\W+)?(?:but )?(?:i am|i'm) (?:just |only )?{_MACHINE}"
        r"(?:,| and| so| that| without)",
    ),
    _residue(
        "speaks of itself",
        r"(?:as of|since|up to) my (?:last|latest|most recent)?\s?(?:knowledge|training)"
        r"(?: cutoff| data| update)",
    ),
    _residue(
        "refuses a request",
        rf"(?:{_SORRY}\W+)?(?:but )?i (?:am not able to|am unable to|can't|cannot) "
        r"(?:assist with|complete|comply with|fulfill?|help with) (?:that|this|your) request\b",
    ),
    _residue(
        "refuses a request",
        rf"(?:{_SORRY}\W+)?(?:but )?i (?:am not able to|am unable to|can't|cannot) {_CHANGE} "
        rf"(?:that|the|this|your) {_TEXT}\b",
    ),
    _residue(
        "asks for the text",
        rf"please (?:enter|paste|provide|share)(?: me with)? (?:the|your) {_TEXT} (?:that )?"
        rf"(?:for me to|you(?:'d| would)? (?:like|need|want) (?:me to|{_CHANGED})"
        rf"|to (?:be )?{_CHANGE})",
    ),
    _residue(
        "addresses its user",
        r"(?:would you like me to|let me know if you(?:'d| would) like me to) "
        rf"(?:adjust|expand|make|refine|revise|shorten|simplify|{_CHANGE})\b"
        rf".*\b(?:further|it|tone|{_TEXT})\b",
    ),
    _residue(
        "addresses its user",
        rf"(?:the|this) {_CHANGED} {_TEXT} (?:conveys|keeps|maintains|preserves|retains) the "
        r"(?:original|same) (?:\w+ ){0,3}(?:content|intent|meaning|message|tone)",
    ),
    _residue(
        "signs its work",
        rf"(?:the above|this) {_TEXT} (?:has been|is|was) (?:\w+ )?{_CHANGED} "
        rf"(?:by|through|using|with) (?:an? )?(?:\w+ ){{0,2}}{_TOOL}\b",
    ),
    _residue(
        "signs its work",
        rf"\W*(?:generated|powered|{_CHANGED}) (?:by|using|with) {_TOOL}\W*$",
    ),
    _residue("left its controls", r"(?:chatgpt said:|regenerate response|you said:)\W*$"),
    _residue(
        "left its references", r".*(?:contentreference\[oaicite|\boaicite:\d|\bturn\d+search\d+)"
    ),
    _residue(
        "closes its answer",
        r"i hope this (?:\w+ )?(?:helps|meets|version)\b"
        r"|(?:please )?(?:feel free to )?let me know if "
        r"(?:there|you)(?:'d| would)? (?:have|is|like|need|want) (?:any|anything|further|more)\b",
        alone=False,
    ),
    _residue("opens its answer", rf"{_YES}(?: thing)?!$", alone=False),
)
"""What rewriting tools leave behind. Sources: the tools' own notices and their everyday replies."""


@dataclass(frozen=True)
class RewriterResidue:
    """A sentence that the rewriting software said: "Here is the rewritten version:".

    Who publishes it did not read the article, let alone write it. The whole sentence is flagged.
    Sentences in quotation marks, in lists of examples, and in articles about such software are
    spared, and so are those that only contain such a sentence ("It replied that, as an AI...").
    """

    name: ClassVar[str] = "rewriter_residue"

    @classmethod
    def build(cls, resources: Resources, config: Config) -> Self:
        """The check; its patterns are `RESIDUES`."""
        return cls()

    def find(self, analysis: Analysis) -> Iterator[Finding]:
        """A finding for each sentence of a rewriting tool."""
        document = analysis.document
        found = list(_matches(document))
        if not any(residue.alone for _, residue in found):
            return
        if _is_about_rewriting(document, {index for index, _ in found}):
            return
        for index, residue in found:
            yield _finding(document, _without_markup(document, index), residue)


def _matches(document: Document) -> Iterator[tuple[int, Residue]]:
    """The sentences that a pattern fits, unless they are quoted or listed."""
    for index in range(document.n_sentences):
        text = " ".join(fold(_without_markup(document, index).of(document.text)).split())
        residue = next((row for row in RESIDUES if row.pattern.match(text)), None)
        if residue is not None and not _is_shown(document, index):
            yield index, residue


def _without_markup(document: Document, index: int) -> Span:
    """The span of a sentence without the Markdown or the number before it."""
    span = document.sentence(index).span
    markup = _MARKUP.match(document.text, span.start, span.end)
    return Span(markup.end() if markup else span.start, span.end)


def _is_shown(document: Document, index: int) -> bool:
    """Whether the sentence is there to be looked at: in quotation marks, or listed."""
    sentence = document.sentence(index)
    if document.text[sentence.span.start] in _OPENING_QUOTE:
        return True
    if document.flags[sentence.first] & TokenFlag.QUOTED:
        return True
    reach = max(sentence.span.start - _LONGEST_LIST, 0)
    *before, line = document.text[reach : sentence.span.end].splitlines()
    if not _LIST_ENTRY.match(line):
        return False
    introduction = next((above for above in reversed(before) if not _LIST_ENTRY.match(above)), "")
    return introduction.rstrip().endswith(":")


def _is_about_rewriting(document: Document, matched: set[int]) -> bool:
    """Whether the other sentences speak of rewriting tools and chatbots."""
    rest = (s.span.of(document.text) for s in document.sentences() if s.index not in matched)
    mentions = 0
    for text in rest:
        mentions += len(_TOPIC.findall(text.lower()))
        if mentions >= _ON_TOPIC:
            return True
    return False


def _finding(document: Document, span: Span, residue: Residue) -> Finding:
    return Finding.at(
        document,
        span,
        check=RewriterResidue.name,
        probability=PROBABILITY if residue.alone else COMPANION_PROBABILITY,
        evidence=(
            Evidence(
                "rewriter residue",
                f"a rewriting tool or chatbot {residue.speaker} here: "
                f"'{_shortened(span.of(document.text))}'",
                f"a rewriting tool or chatbot {residue.speaker} here",
            ),
        ),
    )


def _shortened(text: str, length: int = 80) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "\u2026"
