"""Opening what a user names, without trusting what it is.

A link may lead to a device that never ends or to a named pipe that nobody writes to, and a file may
hold more than memory does. What goes wrong is an `OSError` whose text says so, as the system's own.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO

LARGEST_LIST = 1 << 22
"""Bytes of a list, a configuration file or another small file that somebody writes by hand."""


def open_regular(path: Path | str) -> BinaryIO:
    """Open a regular file, or a link to one, for reading.

    Raises
    ------
    OSError
        If it cannot be opened, or is a folder, a pipe, a socket or a device.
    """
    # Without O_NONBLOCK a named pipe would wait here for somebody to write to it.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return os.fdopen(number, "rb")
    except BaseException:
        os.close(number)
        raise


def open_part(target: Path) -> tuple[Path, TextIO]:
    """A new file beside `target`, which is to become it, with the mode of what is there.

    What stands in its place is taken away, never written to: it may be a link to another file.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    part = target.with_name(f"{target.name}.part")
    with suppress(FileNotFoundError):
        part.unlink()
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    if target.is_file() and hasattr(os, "fchmod"):
        os.fchmod(number, stat.S_IMODE(target.stat().st_mode))
    return part, os.fdopen(number, "w", encoding="utf-8", newline="\n")


def read_regular(path: Path | str, most: int = LARGEST_LIST) -> bytes:
    """The content of a regular file of at most `most` bytes.

    Raises
    ------
    OSError
        As `open_regular`, or if the file is larger.
    """
    with open_regular(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
    return content
