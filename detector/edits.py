"""What changed between two runs of tokens: the edit script, as blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Block:
    """A stretch that changed: ``original[first:last]`` became ``spun[spun_first:spun_last]``."""

    first: int
    last: int
    spun_first: int
    spun_last: int

    @property
    def is_one_to_one(self) -> bool:
        """Whether as many tokens came as went, and at least one."""
        return self.last - self.first == self.spun_last - self.spun_first > 0


def changed_blocks(original: Sequence[str], spun: Sequence[str]) -> list[Block]:
    """The stretches that differ, in order, as short as the longest common runs leave them.

    Examples
    --------
    >>> changed_blocks("he has become more regular".split(), "he has wilt more regular".split())
    [Block(first=2, last=3, spun_first=2, spun_last=3)]
    """
    matcher = SequenceMatcher(None, original, spun, autojunk=False)
    return [
        Block(first, last, spun_first, spun_last)
        for operation, first, last, spun_first, spun_last in matcher.get_opcodes()
        if operation != "equal"
    ]
