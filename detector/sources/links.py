"""Which blocks of an HTML page are but lists of links: menus, related articles, tags."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from detector.extract import Mark

# So many links, and such a share of the characters in links, make a block a list of them.
_MANY, _MOSTLY = 3, 0.7


class Block(NamedTuple):
    """An open block: where it begins in what is written, and the links before it."""

    tag: str
    mark: Mark
    links: int
    characters: int


class Links:
    """Counts the links in each open block, and the text in them; linear however they are nested."""

    def __init__(self) -> None:
        self._links = self._characters = 0
        self._begin: int | None = None
        self._blocks: list[Block] = []
        self._open: Counter[str] = Counter()

    def open(self, length: int) -> None:
        """A link begins, where so many characters are written."""
        self.close(length)
        self._begin = length

    def close(self, length: int) -> None:
        """A link ends."""
        if self._begin is not None and length > self._begin:
            self._links += 1
            self._characters += length - self._begin
        self._begin = None

    def end_paragraph(self) -> Block | None:
        """End a paragraph that no tag has ended, before another block begins."""
        return self._pop() if self._blocks and self._blocks[-1].tag == "p" else None

    def open_block(self, tag: str, mark: Mark) -> None:
        """A block begins."""
        self._blocks.append(Block(tag, mark, self._links, self._characters))
        self._open[tag] += 1

    def close_block(self, tag: str) -> Block | None:
        """End the innermost block of that name, and those left open inside it."""
        while self._open[tag]:
            block = self._pop()
            if block.tag == tag:
                return block
        return None

    def are_most(self, block: Block, length: int) -> bool:
        """Whether a block that ends here is but links; those of it then count no more."""
        links, characters = self._links - block.links, self._characters - block.characters
        if links < _MANY or characters < _MOSTLY * (length - block.mark.length):
            return False
        self._links, self._characters, self._begin = block.links, block.characters, None
        return True

    def forget(self, mark: Mark) -> None:
        """What was written since then was taken back: no block begins in it."""
        while self._blocks and self._blocks[-1].mark.length > mark.length:
            self._pop()
        self._begin = None

    def _pop(self) -> Block:
        block = self._blocks.pop()
        self._open[block.tag] -= 1
        return block
