"""Read damaged and random files of every kind, and count what becomes of them.

    python benchmarks/fuzz.py --seed 20 --count 100000

Files are made from a few small ones of each kind by changing bytes, cutting, repeating and joining
pieces. Each is read and cut into tokens; every n-th is scored as well (``--score``), with all
offsets of its findings checked. A *fault* is anything but an article or an error that names the
file: it is printed with the kind and the number of the input, which the seed makes again. *Slow* is
what takes more than ten seconds.
"""

from __future__ import annotations

import argparse
import io
import random
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from importlib import import_module

from detector import Detector
from detector.boundaries import Table
from detector.document import Span
from detector.errors import SourceError
from detector.resources import default_folder
from detector.segment import segment
from detector.sources import KINDS, Article
from detector.sources.article import Options

SLOW = 10
PROSE = "The old crane stood by the harbour. It has wilt more regular, and nobody knows why. "
WORD = '<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>'
JATS = "<article><body><p>{} <italic>wilt</italic> [<xref>1</xref>] &#233;</p></body></article>"
PIECES = [
    *("<b>", "</b>", "<!--", "-->", "<script>", "&lt", "&#x110000;", "\u200b", "\u0301", "\x00"),
    *('"', "'", "{a|b}", "[", "](", "```", "~~", "<sup>1</sup>", "1,", "Ab-", "a'", ". ", "!"),
    *("\r\n", "\n\n", "\ufeff", "\ud800", "http://", "::error::", "=1+1", "| a |", "> ", "---\n"),
]


def word(xml: str) -> bytes:
    """A Word file around its main part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml.encode("utf-8", "replace"))
    return stream.getvalue()


def encoded(text: str) -> bytes:
    """In UTF-8, lone surrogates too."""
    return text.encode("utf-8", "surrogatepass")


MAKERS: dict[str, Callable[[str], bytes]] = {
    "plain": encoded,
    "markdown": lambda text: encoded(f"# A title\n\n{text}\n\n- `code`\n\n| a | b |\n|---|---|\n"),
    "html": lambda text: encoded(f"<main><p>{text}</p><ul><li>one</ul></main>"),
    "jats": lambda text: encoded(JATS.format(text)),
    "json_lines": lambda text: encoded(f'{{"id": 1, "text": "{text}"}}\n' * 2),
    "delimited": lambda text: encoded(f'id,text\n1,"{text}"\n2,wilt\n'),
    "docx": lambda text: word(WORD.format(text)),
    "pdf": lambda text: encoded(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        f"4 0 obj<</Length {len(text) + 40}>>stream\nBT /F1 12 Tf 72 700 Td ({text}) Tj ET\n"
        "endstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    ),
}


def mutated(rng: random.Random, kind: str) -> bytes:
    """An input of a kind."""
    text = PROSE * rng.randrange(1, 4)
    for _ in range(rng.randrange(6)):
        place = rng.randrange(len(text))
        piece = rng.choice(PIECES) * rng.choice([1, 1, 2, 50])
        text = text[:place] + piece + text[place + rng.randrange(3) :]
    content = bytearray(MAKERS[kind](text))
    for _ in range(rng.choice([0, 0, 1, 2, 8, 64])):
        place = rng.randrange(len(content))
        match rng.randrange(4):
            case 0:
                content[place] = rng.randrange(256)
            case 1:
                del content[place : place + rng.randrange(1, 20)]
            case 2:
                content[place:place] = content[place : place + rng.randrange(1, 40)]
            case _:
                content[place:place] = rng.randbytes(rng.randrange(1, 5))
        if not content:
            content += b"x"
    return bytes(content[: rng.randrange(1, len(content) + 1)] if rng.random() < 0.1 else content)


def check(article: Article, table: Table, detector: Detector | None) -> None:
    """Read a text as far as is asked; raise if an offset lies outside of it."""
    document = segment(article.prose, table)
    for start, end in zip(document.starts.tolist(), document.ends.tolist(), strict=True):
        if not 0 <= start < end <= len(article.prose):
            raise IndexError(f"a token from {start} to {end}")
        if article.extract is not None:
            first, last = article.extract.source_span(Span(start, end))
            if not 0 <= first <= last <= len(article.text):
                raise IndexError(f"a source from {first} to {last}")
    if detector is not None:
        for finding in detector.score(article).findings:
            if not 0 <= finding.start <= finding.end <= len(article.text):
                raise IndexError(f"a finding from {finding.start} to {finding.end}")


def main() -> None:
    """Make, read, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--score", type=int, default=500, help="score every n-th input")
    options = parser.parse_args()
    kinds = sorted(MAKERS)
    table, detector = Table.open(default_folder()), Detector()
    counts: Counter[str] = Counter()
    slowest = 0.0
    for number in range(options.count):
        kind = kinds[number % len(kinds)]
        content = mutated(random.Random(f"{options.seed} {number}"), kind)
        started = time.monotonic()
        try:
            module = import_module(f"detector.sources.{kind}")
            scorer = detector if number // len(kinds) % options.score == 0 else None
            for article in module.articles("a", io.BytesIO(content), Options()):
                if isinstance(article, SourceError):
                    counts["rows refused"] += 1
                else:
                    check(article, table, scorer)
                    counts["articles"] += 1
                    counts["scored"] += scorer is not None
            counts["read"] += 1
        except SourceError:
            counts["refused"] += 1
        except Exception as error:
            counts["faults"] += 1
            print(f"{kind} {number}: {type(error).__name__}: {error}", flush=True)
        slowest = max(slowest, time.monotonic() - started)
        if time.monotonic() - started > SLOW:
            counts["slow"] += 1
            print(f"{kind} {number}: slow", flush=True)
    left = sorted(set(KINDS.values()) - set(kinds))
    print(f"seed {options.seed}: {options.count:,} inputs of {len(kinds)} kinds (not {left})")
    print(f"{dict(counts)}; faults {counts['faults']}, slowest {slowest:.2f} s")


if __name__ == "__main__":
    main()
