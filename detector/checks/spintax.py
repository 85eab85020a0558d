"""Flags spintax that nobody resolved: ``{good|great|fine}``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from detector.analysis import Analysis
from detector.config import Config
from detector.document import Document, Span
from detector.extract import NOT_PROSE
from detector.function_words import FUNCTION_WORDS
from detector.report import Evidence, Finding, Suggestion
from detector.resources import Resources

# Judgement: the 116 million words of the training corpora hold none, and neither do the dev texts,
# clean or spun, so there is nothing to measure it by.
PROBABILITY = 0.98
# Templates for whole paragraphs exist, but what is longer than this is some other use of braces.
LONGEST = 2000
FEWEST_FUNCTION_WORDS = 2

_BRACE = re.compile(r"[{}]")
# Characters that code, formulas, JSON and regular expressions have and prose lacks.
_CODE = re.compile(r"[\\<>=^_*+@#`~\[\]]|\|\||\$[A-Za-z{]|[{|]\s*[\"']?[\w-]+[\"']?\s*:|;\s*$")
_CODE_BEFORE = re.compile(r"[\\$#%@=&/_^`|<>][^\s}]*$")
_CODE_AFTER = frozenset("$*+=^_`")
# How far back a command or path is looked for.
_REACH = 40
# "{x | x is even}", "{a|b}": sets and grammars speak of single letters.
_VARIABLE = re.compile(r"[b-hj-zB-HJ-Z]|\d+")
# "{string|Buffer} The bytes to write": so documentation of code says which types it takes. The name
# of a built-in type, or a stand-in of code before the braces, tells it from "{YouTube|Facebook}".
_BUILT_IN = frozenset(
    {"any", "array", "bigint", "bool", "boolean", "bytes", "dict", "double", "float", "function"}
    | {"int", "integer", "list", "null", "number", "object", "str", "string", "symbol", "undefined"}
    | {"void"}
)
_CLASS = re.compile(r"(?:[a-z]\w*\.)*[A-Z]\w*")
_LETTER = re.compile(r"[^\W\d_]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Spintax:
    """The template language of article spinners, left in the text: ``a {good|great|fine} idea``.

    A spinner picks one of the alternatives between braces for each copy; where a brace is
    misplaced, or the template itself is published, they stay. Nested alternatives are one finding
    with the outermost braces. Braces with alternatives also occur in code, LaTeX, JSON, wiki
    templates (doubled braces), synopses of commands, types of parameters and set-builder notation:
    those are told by what stands inside and before the braces.

    Source: the syntax is common to The Best Spinner, Spin Rewriter, WordAi and other tools.
    """

    name: ClassVar[str] = "spintax"

    @classmethod
    def build(cls, resources: Resources, config: Config) -> Self:
        """The check; it needs no model."""
        return cls()

    def find(self, analysis: Analysis) -> Iterator[Finding]:
        """A finding for each outermost pair of braces that holds alternatives in prose."""
        document = analysis.document
        if "{" not in document.text:
            return
        for span in _outermost(document.text):
            if span.end - span.start <= LONGEST:
                alternatives = _alternatives(span.of(document.text)[1:-1])
                if _is_prose(document.text, span, alternatives):
                    yield _finding(document, span, alternatives)


def _outermost(text: str) -> Iterator[Span]:
    """Balanced outermost braces, none across an empty line."""
    depth = start = previous = 0
    for match in _BRACE.finditer(text):
        if depth and text.find("\n\n", previous, match.start()) >= 0:
            depth = 0
        previous = match.start()
        if match.group() == "{":
            start = start if depth else match.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield Span(start, match.end())


def _alternatives(body: str) -> list[str]:
    """`body` cut at the bars of its own level."""
    depth = 0
    pieces = [""]
    for char in body:
        depth += (char == "{") - (char == "}")
        if char == "|" and not depth:
            pieces.append("")
        else:
            pieces[-1] += char
    return pieces


def _is_prose(text: str, span: Span, alternatives: list[str]) -> bool:
    surface = span.of(text)
    flat = [_first_choice(alternative) for alternative in alternatives]
    return (
        len(alternatives) > 1
        and not _CODE_BEFORE.search(text[max(span.start - _REACH, 0) : span.start])
        and text[span.end : span.end + 1] not in _CODE_AFTER
        and not _CODE.search(surface)
        and not any(_VARIABLE.fullmatch(choice) for choice in flat)
        and any(_LETTER.search(choice) for choice in flat)
        and len(set(flat)) > 1
        and not _are_types(text[: span.start], flat)
        and (any(" " in choice for choice in flat) or _in_sentence(text, span))
    )


def _are_types(before: str, choices: list[str]) -> bool:
    """Whether the alternatives are the types of a parameter."""
    built_in = [choice in _BUILT_IN for choice in choices]
    return (any(built_in) or before.rstrip().endswith(NOT_PROSE)) and all(
        known or _CLASS.fullmatch(choice) for choice, known in zip(choices, built_in, strict=True)
    )


def _in_sentence(text: str, span: Span) -> bool:
    """Whether the line around the braces reads like a sentence, not like a command's synopsis."""
    before = text[max(span.start - LONGEST, 0) : span.start].rpartition("\n")[2]
    after = text[span.end : span.end + LONGEST].partition("\n")[0]
    words = (word.strip(".,;:!?\"'()").lower() for word in f"{before} {after}".split())
    return sum(word in FUNCTION_WORDS for word in words) >= FEWEST_FUNCTION_WORDS


def _first_choice(template: str) -> str:
    """A template with every inner choice resolved to its first alternative."""
    while "{" in template and (spans := list(_outermost(template))):
        for span in reversed(spans):
            inner = _alternatives(span.of(template)[1:-1])[0]
            template = template[: span.start] + inner + template[span.end :]
    return _SPACES.sub(" ", template).strip()


def _finding(document: Document, span: Span, alternatives: list[str]) -> Finding:
    choices = list(dict.fromkeys(filter(None, map(_first_choice, alternatives))))
    return Finding.at(
        document,
        span,
        check=Spintax.name,
        probability=PROBABILITY,
        expected=tuple(Suggestion(choice, 1 / len(choices)) for choice in choices),
        evidence=(
            Evidence(
                "spintax",
                f"{len(alternatives)} alternatives between braces: a spinner's template, of which "
                "a reader should see only one",
                f"{len(alternatives)} alternatives between braces",
            ),
        ),
    )
