"""Pictures of reports, analyses and measurements, with matplotlib. Needs the extra ``notebook``.

>>> from detector import plot

Every function draws on the axes given, or on new ones, and returns them. No picture needs its
colours: what they say, a shape, a shade or a label says too.
"""

from __future__ import annotations

from detector.plot.article import probabilities, strip
from detector.plot.corpus import checks, flagged, lengths, reliabilities
from detector.plot.measures import calibration, precision_recall

__all__ = [
    "calibration",
    "checks",
    "flagged",
    "lengths",
    "precision_recall",
    "probabilities",
    "reliabilities",
    "strip",
]
