"""The one door to onnxruntime: its telemetry is switched off before it is imported.

By default onnxruntime writes a device id and a database below the user's home when it is imported,
and some seconds later asks the network for a host of its maker. It reads the variable only then, so
nothing else in this project imports it, which a test asserts.
"""

from __future__ import annotations

import os
from types import ModuleType

TELEMETRY_OFF = {"ORT_DISABLE_TELEMETRY": "1"}
"""What the environment of each process must say before onnxruntime is imported."""


def load() -> ModuleType:
    """onnxruntime, silent towards the network and the disk.

    A program that imported onnxruntime itself has decided about its telemetry; events are switched
    off here all the same.

    Raises
    ------
    ImportError
        If onnxruntime is not installed.
    """
    os.environ.update(TELEMETRY_OFF)
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module
