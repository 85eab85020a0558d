"""What is English prose, and enough of it?"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from detector.language import ENOUGH_WORDS, prose
from detector.segment import segment

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "language.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_case(case: dict[str, str | None]) -> None:
    judged = prose(segment(str(case["text"])))
    assert judged.status == case["status"]
    if case["language"]:
        assert judged.language == case["language"]
    if case["reason"]:
        assert case["reason"] in str(judged.reason)
    assert (judged.reason is None) == (judged.status == "scored")


def test_forty_words_are_enough() -> None:
    sentence = "the old man and the sea went on and on until it was dark "
    words = (sentence * 4).split()
    assert prose(segment(" ".join(words[: ENOUGH_WORDS - 1]))).status == "short"
    assert prose(segment(" ".join(words[:ENOUGH_WORDS]))).status == "scored"


def test_clear_cases_load_no_library() -> None:
    code = (
        "import sys; from detector.language import prose; from detector.segment import segment;"
        "prose(segment('The old man and the sea went on until it was dark. ' * 9));"
        "prose(segment('1 2 3 4'));"
        "sys.exit('py3langid' in sys.modules or 'nltk' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_all_english_texts_are_scored(shared: Path) -> None:
    found = [path.read_text("utf-8") for path in sorted(shared.glob("spun/*_dev/*.txt"))]
    for name in ("benchmarks/clean_registers_dev.jsonl.gz", "spun/spinbot_dev.jsonl.gz"):
        with gzip.open(shared / name, "rt", encoding="utf-8") as rows:
            found += [row.get("text") or row["spun"] for row in map(json.loads, rows)]
    judged = [prose(segment(text)) for text in found]
    assert {one.status for one in judged} == {"scored"}
