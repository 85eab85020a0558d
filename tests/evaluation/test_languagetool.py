"""The LanguageTool baseline against a server that answers like one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from detector.errors import SourceError
from detector.evaluation.languagetool import LanguageToolBaseline, named_server


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
    with pytest.raises(SourceError, match="--grammar-server"):
        named_server(None)
    monkeypatch.setenv("DETECTOR_GRAMMAR_SERVER", "http://localhost:8081")
    assert named_server(None) == "http://localhost:8081"
