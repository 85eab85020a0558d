from __future__ import annotations

import socket
import subprocess
import sys
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.readability import MEASURES, readability

EASY = "The cat sat on the mat. It was warm there. She slept all day long in the sun."
HARD = (
    "Notwithstanding considerable methodological heterogeneity, contemporary investigations "
    "demonstrate systematically increasing concentrations throughout metropolitan environments."
)


def _refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("a measure reached for the network")


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_hard_text_is_harder_without_a_network(
    measure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", _refuse)
    monkeypatch.setattr(socket, "getaddrinfo", _refuse)
    assert readability(HARD)[measure] > readability(EASY)[measure]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_finite_measures(text: str) -> None:
    assert all(abs(value) < 1e6 for value in readability(text).values())


def test_textstat_is_imported_only_when_it_is_asked() -> None:
    code = (
        "import sys, detector.pipeline, detector.readability; "
        "sys.exit(any(name in sys.modules for name in ('textstat', 'nltk')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
