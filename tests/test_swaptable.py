from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector import Detector
from detector.edits import changed_blocks
from detector.swaptable import SwapTable
from detector.training import swaptable
from detector.training.spin.pairs import AlignedPair

ORIGINAL = "if it rains , the fleet will not sail"
SPUN = "on the off chance that it rains , the armada won't sail"


def aligned(original: str, spun: str, document: int = 0) -> AlignedPair:
    before, after = original.split(), spun.split()
    return AlignedPair(document, before, after, changed_blocks(before, after))


@pytest.fixture(scope="module")
def counted() -> swaptable.Swaps:
    pairs = [aligned(ORIGINAL, SPUN)] * 4
    pairs += [aligned("the armada sails", "the armada sails")] * 4
    pairs += [aligned("the navy sails", "the armada sails")]
    return swaptable.count(pairs)


def test_swaps_are_counted(counted: swaptable.Swaps) -> None:
    assert counted.originals["on the off chance that"] == {"if": 4}
    assert counted.shares["on the off chance that"] == 1.0
    assert "armada" not in counted.shares  # a single word has no share
    assert all("," not in run.split() for run in counted.originals)


def test_rare_swaps_are_left_out(counted: swaptable.Swaps) -> None:
    assert "navy" not in counted.originals.get("armada", {})


def test_what_is_written_is_read(
    counted: swaptable.Swaps, detector: Detector, tmp_path: Path
) -> None:
    swaptable.write(counted, detector.resources.collocations, tmp_path)
    table = SwapTable.open(tmp_path)
    ((words, row),) = table.runs(["on", "the", "off", "chance", "that", "it", "rains"])
    assert words == 5
    assert table.share(row) == 1.0
    assert table.times(row) == 4
    at, choice, share = table.swaps(np.array([-1, row]), 5)
    assert at.tolist() == [1]
    assert detector.resources.collocations.word(int(choice[0])) == "if"
    assert share.tolist() == [4 / 5]
    assert table.ids(["on the off chance that", "no such run"]).tolist() == [row, -1]
    assert list(table.runs(["on", "the", "off", "chance", "thats", "it"])) == []
