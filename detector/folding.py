"""Typography folded away: one written form for what a reader takes as the same word.

Spun text has often lost its curly quotes and accents. The models must not learn that, so they see
every text, training text included, through `fold`.
"""

from __future__ import annotations

import unicodedata

UNSEEN = "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
"""What a reader does not see inside a word: soft hyphen, joiners, marks of direction."""

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\uff07`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys(UNSEEN, None),
        "\u2026": "...",
        "\u00a0": " ",
        # Letters that Unicode does not decompose into a plain one and its accent.
        **dict(zip("\u00f8\u00d8\u0142\u0141\u0111\u0110\u0131", "oOlLdDi", strict=True)),
        "\u00e6": "ae",
        "\u00c6": "Ae",
        "\u0153": "oe",
        "\u0152": "Oe",
        "\u00df": "ss",
    }
)


def fold(text: str) -> str:
    r"""Lower-case `text`; straighten quotes and dashes; drop accents, soft hyphens, joiners.

    The result may be shorter or longer than `text`: never use offsets into it.

    Examples
    --------
    >>> fold("Don\u2019t")
    "don't"
    >>> fold("Caf\u00e9\u2014so\u00adlo")
    'cafe-solo'
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    decomposed = unicodedata.normalize("NFKD", text.translate(_TYPOGRAPHY))
    kept = (char for char in decomposed if not unicodedata.combining(char))
    return "".join(kept).lower()
