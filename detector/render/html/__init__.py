"""Reports as a page for people: self-contained, without network, readable on paper.

`fragment` is the part about one article; the page, notebooks and the comparison with a source are
built from it.
"""

from __future__ import annotations

from detector.render.html.article import fragment
from detector.render.html.page import Html, standalone, standalone_note

__all__ = ["Html", "fragment", "standalone", "standalone_note"]
