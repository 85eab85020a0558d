"""What to say where an optional library is not installed."""

from __future__ import annotations

from detector.errors import SourceError


def missing(source: str, kind: str, library: str, extra: str) -> SourceError:
    """An error for an input of a `kind` that needs a `library`, which the `extra` installs."""
    return SourceError(
        source,
        f"{kind} is read with {library}, which is not installed: pip install 'detector[{extra}]'",
    )
