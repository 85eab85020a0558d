"""Folded forms and their ids: a memory-mapped MARISA trie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import marisa_trie
import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1
"""The id of a form that is not in the vocabulary."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The opened trie. Reading only: safe to share between threads."""

    _trie: marisa_trie.Trie

    @classmethod
    def open(cls, path: Path) -> Vocabulary:
        """Map a file that ``marisa_trie.Trie.save`` wrote."""
        trie = marisa_trie.Trie()
        trie.mmap(str(path))
        return cls(trie)

    def ids(self, forms: Sequence[str]) -> NDArray[np.int32]:
        """Id of each form, shape (n_forms,); `UNKNOWN` where it is not in the vocabulary."""
        get = self._trie.get
        return np.fromiter((get(form, UNKNOWN) for form in forms), np.int32, len(forms))

    def id(self, form: str) -> int:
        """Id of one form; `UNKNOWN` where it is not in the vocabulary."""
        found: int = self._trie.get(form, UNKNOWN)
        return found

    def prefixes(self, text: str) -> list[tuple[str, int]]:
        """The forms that a text begins with, the shortest first, and their ids."""
        found: list[tuple[str, int]] = list(self._trie.iter_prefixes_with_ids(text))
        return found

    def word(self, form_id: int) -> str:
        """The form of an id."""
        form: str = self._trie.restore_key(int(form_id))
        return form
