"""The LanguageTool baseline against a server that answers like one."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest

from detector.errors import SourceError
from detector.evaluation.datasets import load_founding
from detector.evaluation.languagetool import LanguageToolBaseline, grammar_server


class FakeServer(BaseHTTPRequestHandler):
    """Matches every "wilt", with offsets in UTF-16 units."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        text = parse_qs(body)["text"][0]
        units = len(text[: text.index("wilt")].encode("utf-16-le")) // 2
        match = {"offset": units, "length": 4, "replacements": [{"value": "become"}]}
        answer = json.dumps({"matches": [match, match]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), FakeServer) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
        thread.join()


def test_matches_become_findings_in_code_points(server: str) -> None:
    text = "\U0001f642 It has wilt, caf\u00e9."
    (judgement,) = LanguageToolBaseline(server).judge([text])
    (finding,) = judgement.flagged
    assert finding.span.of(text) == "wilt"
    assert finding.expected == ("become",)
    assert judgement.scores.sum() == 1


def test_no_server() -> None:
    with pytest.raises(SourceError, match="start one there"):
        list(LanguageToolBaseline("http://127.0.0.1:9").judge(["It has wilt."]))


def test_a_server_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DETECTOR_GRAMMAR_SERVER", raising=False)
    monkeypatch.delenv("LTP_PATH", raising=False)
    with pytest.raises(SourceError, match="--grammar-server"), grammar_server():
        pass
    monkeypatch.setenv("DETECTOR_GRAMMAR_SERVER", "http://localhost:8081")
    with grammar_server() as url:
        assert url == "http://localhost:8081"
    with grammar_server("http://localhost:8082") as url:
        assert url == "http://localhost:8082"


@pytest.mark.skipif(shutil.which("java") is None, reason="needs Java")
def test_a_folder_without_installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DETECTOR_GRAMMAR_SERVER", raising=False)
    monkeypatch.setenv("LTP_PATH", str(tmp_path))
    with pytest.raises(SourceError, match="holds no LanguageTool"), grammar_server():
        pass


@pytest.mark.skipif(shutil.which("java") is None, reason="needs Java")
def test_a_server_that_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DETECTOR_GRAMMAR_SERVER", raising=False)
    monkeypatch.setenv("LTP_PATH", str(tmp_path))
    (tmp_path / "languagetool-server.jar").write_bytes(b"no jar")
    with pytest.raises(SourceError, match="does not start"), grammar_server():
        pass


@pytest.fixture(scope="module", name="real")
def _real() -> Iterator[LanguageToolBaseline]:
    if "LTP_PATH" not in os.environ or shutil.which("java") is None:
        pytest.skip('needs Java and an installation: export LTP_PATH="$(.ci/languagetool)"')
    with grammar_server() as url:
        yield LanguageToolBaseline(url)


def test_a_real_server_finds_errors_of_spelling_and_agreement(real: LanguageToolBaseline) -> None:
    text = "\U0001f642 She recieve a answer. The command structures changed."
    (judgement,) = real.judge([text])
    found = {finding.span.of(text): finding.expected for finding in judgement.flagged}
    assert "receive" in found["recieve"]
    assert "an" in found["a"]
    words = {judgement.document.forms[at] for at in np.flatnonzero(judgement.scores)}
    assert words == {"recieve", "a"}


def test_a_real_server_knows_no_odd_substitution(real: LanguageToolBaseline) -> None:
    spun = next(text for text in load_founding(Path()).texts if text.spun)
    (judgement,) = real.judge([spun.text])
    hard = [replaced.span for replaced in spun.replaced or () if replaced.certain]
    assert len(hard) == 32
    assert not any(
        span.start < finding.span.end and finding.span.start < span.end
        for span in hard
        for finding in judgement.flagged
    )
