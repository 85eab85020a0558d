"""From places that parsers tell to code points, in which this package counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def code_point_offsets(text: str) -> Callable[[int], int]:
    """From offsets into the UTF-8 bytes of `text` to offsets into `text`.

    Examples
    --------
    >>> offset = code_point_offsets("caf\u00e9 au lait")
    >>> offset(3), offset(5)
    (3, 4)
    """
    if text.isascii():
        return lambda offset: offset
    data = np.frombuffer(text.encode("utf-8", "replace"), dtype=np.uint8)
    before = np.zeros(len(data) + 1, dtype=np.int32)
    # All but the first byte of a code point are 0b10xxxxxx.
    np.cumsum((data & 0xC0) != 0x80, dtype=np.int32, out=before[1:])
    return lambda offset: int(before[offset])
