"""Optional libraries: found, or an error that says how to install them."""

from __future__ import annotations

from importlib.util import find_spec

from detector.errors import MissingExtraError


def require(*modules: str, extra: str) -> None:
    """Make sure that modules can be imported, which the `extra` of this package installs.

    Raises
    ------
    MissingExtraError
        If one of them is not installed.

    Examples
    --------
    >>> require("json", extra="notebook")
    >>> require("json", "no_such_one", extra="pdf")
    Traceback (most recent call last):
    detector.errors.MissingExtraError: no_such_one is not installed: pip install 'detector[pdf]'
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise MissingExtraError(
            f"{', '.join(missing)} {are} not installed: pip install 'detector[{extra}]'"
        )
