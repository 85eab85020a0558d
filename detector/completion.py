"""Scripts that complete the options of a command in a shell, made by shtab from its parser."""

from __future__ import annotations

import argparse
from pathlib import Path

from detector.errors import DetectorError

SHELLS = ("bash", "zsh", "fish")


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script for a shell; files and folders are completed where an option takes them.

    Parameters
    ----------
    parser : ArgumentParser
        Of the command.
    shell : {"bash", "zsh", "fish"}
        The shell that is to read it.

    Raises
    ------
    DetectorError
        If shtab is not installed.
    """
    try:
        import shtab
    except ImportError:
        raise DetectorError(
            "completion scripts need shtab: pip install 'detector[completion]'"
        ) from None
    for action in parser._actions:
        if action.dest == "models":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.dest == "paths" or action.metavar == "FILE" or action.type is Path:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    script: str = shtab.complete(parser, shell)
    return script.rstrip("\n")
