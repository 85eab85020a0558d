"""Child processes that end when their parent does, however it ends."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Ask the system to kill this process when `parent`, a process id, ends.

    Linux does so even while the process is deep in a library. Elsewhere a child ends when it next
    reads from its parent or writes to it.
    """
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended before
        os._exit(1)
