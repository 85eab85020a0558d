from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from detector import Config, ConfigError, Detector, Span
from detector import grammar as grammar_module
from detector.grammar import Grammar, GrammarError, GrammarMatch, installation
from detector.report import Evidence, Finding
from detector.segment import segment

ODD = "The comittee \U0001f600 have decided \U0001f600 that it are an good idea. "


@pytest.fixture(scope="module")
def server() -> Iterator[Grammar]:
    """A real LanguageTool."""
    pytest.importorskip("language_tool_python", reason="needs the extra 'grammar'")
    if "LTP_PATH" not in os.environ or shutil.which("java") is None:
        pytest.skip('needs Java and an installation: export LTP_PATH="$(.ci/languagetool)"')
    grammar = Grammar()
    yield grammar
    grammar.close()


def test_offsets_count_code_points_whatever_stands_before(server: Grammar) -> None:
    found = [match.span.of(ODD) for match in server.matches(ODD)]
    assert "an" in found
    assert all("\U0001f600" not in text for text in found)


def test_threads_get_their_own_matches(server: Grammar) -> None:
    texts = ["Padding. " * at + ODD for at in range(12)]
    alone = [server.matches(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(server.matches, texts)) == alone


def test_a_server_that_dies_costs_one_article_at_most(server: Grammar) -> None:
    assert server.matches(ODD)
    assert server._local is not None
    process = server._local._process
    assert process is not None
    process.kill()
    process.wait()
    with pytest.raises(GrammarError, match="did not answer"):
        server.matches(ODD)
    assert server.matches(ODD)  # started again


def test_matches_become_evidence_of_what_they_touch(server: Grammar) -> None:
    document = segment(ODD)
    start = ODD.index("an good")
    on, off = (
        Finding.at(document, Span(at, at + 2), check="inflection", probability=0.9)
        for at in (start, 0)
    )
    touched, untouched = server.supported([on, off], ODD)
    assert [entry.kind for entry in touched.evidence] == ["grammar"]
    assert "'a'" in touched.evidence[0].message
    assert untouched.evidence == ()


def test_without_java_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ConfigError, match="install Java 17"):
        installation()


def test_without_languagetool_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/java")
    monkeypatch.delenv("LTP_PATH", raising=False)
    monkeypatch.setenv("LTP_JAR_DIR_PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"LTP_JAR_DIR_PATH alone is not enough.*LTP_PATH"):
        installation()
    monkeypatch.setenv("LTP_PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="no LanguageTool-"):
        installation()


def test_the_newest_installation_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/java")
    monkeypatch.setenv("LTP_PATH", str(tmp_path))
    for version in ("6.6", "6.10", "5.9"):
        jar = tmp_path / f"LanguageTool-{version}" / "languagetool-server.jar"
        jar.parent.mkdir()
        jar.touch()
    assert installation().parent.name == "LanguageTool-6.10"


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "language_tool_python", None)
    with pytest.raises(ConfigError, match=r"pip install 'detector\[grammar\]'"):
        Detector(Config(grammar=True, grammar_server="http://127.0.0.1:9"))


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Grammar:
    """Asks a server that is not there."""
    monkeypatch.setattr(grammar_module, "_require_extra", lambda: None)
    return Grammar("http://127.0.0.1:9")


def test_no_answer_is_a_warning_in_the_report_and_the_findings_stay(
    silent: Grammar, monkeypatch: pytest.MonkeyPatch, seeds: Path
) -> None:
    def fail(_: Grammar, __: str) -> list[GrammarMatch]:
        raise GrammarError("LanguageTool did not answer (timed out)")

    monkeypatch.setattr(Grammar, "_ask", fail)
    text = sorted(seeds.glob("*.txt"))[0].read_text(encoding="utf-8")
    plain = Detector().score(text)
    asked = Detector(Config(grammar=True, grammar_server="http://127.0.0.1:9")).score(text)
    assert asked.findings == plain.findings
    assert asked.reliability == plain.reliability
    assert asked.warnings == ("no grammar evidence: LanguageTool did not answer (timed out)",)


def test_a_server_that_never_answers_is_given_up(
    silent: Grammar, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fail(_: Grammar, text: str) -> list[GrammarMatch]:
        asked.append(text)
        raise GrammarError("timed out")

    monkeypatch.setattr(Grammar, "_ask", fail)
    for number in range(10):
        with pytest.raises(GrammarError):
            silent.matches(f"Article {number}.")
    assert len(asked) == grammar_module.MOST_FAILURES


def test_a_match_alone_makes_no_finding(silent: Grammar, monkeypatch: pytest.MonkeyPatch) -> None:
    match = GrammarMatch(Span(0, 3), "Not good.", ("A",))
    monkeypatch.setattr(Grammar, "_ask", lambda *_: [match])
    assert silent.supported([], "The end.") == ()
    document = segment("The end.")
    finding = Finding.at(document, Span(4, 7), check="substitution", probability=0.9)
    assert silent.supported([finding], "The end.") == (finding,)
    finding = Finding.at(document, Span(0, 7), check="substitution", probability=0.9)
    [supported] = silent.supported([finding], "The end.")
    assert supported.evidence == (Evidence("grammar", "LanguageTool: Not good. ('A')"),)


def test_lengths_hold_after_four_byte_characters(
    silent: Grammar, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    def check(text: str) -> list[SimpleNamespace]:
        sent.append(text)
        return []

    silent._client = SimpleNamespace(check=check)
    pytest.importorskip("language_tool_python", reason="needs the extra 'grammar'")
    silent.matches("a \U0001f600 b")
    assert len(sent[0]) == 5
    assert all(len(character.encode()) < 4 for character in sent[0])
