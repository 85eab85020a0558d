"""LanguageTool as a second opinion: its matches support findings, and never make one.

Off by default. The extra ``grammar`` brings language-tool-python (GPL-3.0-only), which is imported
only here and only when grammar is asked for; LanguageTool itself is the user's own installation, or
a server that runs already. Nothing is ever downloaded.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from detector.document import Span
from detector.errors import ConfigError, DetectorError
from detector.report import Evidence, Finding

if TYPE_CHECKING:
    from language_tool_python import LanguageTool

INSTALLATION = "LTP_PATH"
"""Names the folder that holds ``LanguageTool-6.6`` or the like, as language-tool-python has it."""

START_SECONDS = 300.0
"""It takes 5 s on an idle machine. language-tool-python waits 15 s, too little on a busy one, and
then tries the next of 900 ports. So we start the server, and hand it over as a remote one."""

ANSWER_SECONDS = 60.0
MOST_FAILURES = 3
"""After so many articles in a row without an answer, grammar is given up for the rest."""

_JAR = "languagetool-server.jar"
_MEMORY = "-Xmx2g"
_LANGUAGE = "en-US"

# LanguageTool counts in UTF-16 and language-tool-python corrects the offsets for it, but not the
# lengths. Without such characters there is nothing to correct.
_FOUR_BYTES = re.compile(r"[\U00010000-\U0010ffff]")
_STAND_IN = "\u25a1"

_HOW_TO_INSTALL = (
    f"unpack a release of LanguageTool and name the folder that holds it with ${INSTALLATION}, or "
    "name a running server with --grammar-server (docs/grammar.md)"
)


class GrammarError(DetectorError):
    """LanguageTool did not answer. It costs the article its grammar evidence, no more."""


class GrammarMatch(NamedTuple):
    """What LanguageTool says of a span, in its own words."""

    span: Span
    message: str
    replacements: tuple[str, ...]


class Grammar:
    """Asks LanguageTool. One server for a process; safe to share between threads.

    Parameters
    ----------
    server : str, optional
        URL of a running server; default: one is started from the installation in ``$LTP_PATH``
        when the first article comes, and ends with the process.

    Raises
    ------
    ConfigError
        If the extra, Java or LanguageTool is missing: says what to install.
    """

    def __init__(self, server: str | None = None) -> None:
        _require_extra()
        self._local = None if server else LocalServer(installation())
        self._server = server
        self._failures = 0
        self._client: LanguageTool | None = None
        # language-tool-python keeps the last text and its offsets in its class: one at a time.
        self._lock = Lock()

    def url(self) -> str:
        """The server that answers; started if need be."""
        if self._local is None:
            assert self._server is not None
            return self._server
        return self._local.url()

    def matches(self, text: str) -> list[GrammarMatch]:
        """What LanguageTool flags in a text, in order; spelling is left to others.

        Raises
        ------
        GrammarError
            If no server answers in time. A local one that died is started again for the next text.
        """
        with self._lock:
            if self._failures >= MOST_FAILURES:
                raise GrammarError("LanguageTool has not answered before: not asked again")
            try:
                found = self._ask(_FOUR_BYTES.sub(_STAND_IN, text))
            except GrammarError:
                self._failures += 1
                self._client = None
                raise
            self._failures = 0
            return found

    def supported(self, findings: Sequence[Finding], text: str) -> tuple[Finding, ...]:
        """The findings, those that a match touches with its message as evidence, weakest last."""
        if not findings:
            return ()
        matches = self.matches(text)
        return tuple(_with_evidence(finding, matches) for finding in findings)

    def close(self) -> None:
        """Stop the local server, if there is one."""
        with self._lock:
            self._client = None
            if self._local is not None:
                self._local.stop()

    def _ask(self, text: str) -> list[GrammarMatch]:
        from language_tool_python.exceptions import LanguageToolError

        try:
            if self._client is None:
                self._client = _client(self.url())
            matches = self._client.check(text)
        except (LanguageToolError, OSError, ValueError, KeyError, TypeError) as error:
            raise GrammarError(f"LanguageTool did not answer ({_short(error)})") from None
        return [
            GrammarMatch(
                Span(match.offset, match.offset + match.error_length),
                match.message,
                tuple(match.replacements),
            )
            for match in matches
        ]


class LocalServer:
    """A LanguageTool server of an installation, on a free port of this machine.

    Started when its URL is first asked for, again if it died, and stopped with the interpreter.
    """

    def __init__(self, jar: Path) -> None:
        self._jar = jar
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        atexit.register(self.stop)

    def url(self) -> str:
        """``http://127.0.0.1:PORT``, where it answers.

        Raises
        ------
        GrammarError
            If it does not start.
        """
        if self._process is None or self._process.poll() is not None:
            self._start()
        return f"http://127.0.0.1:{self._port}"

    def stop(self) -> None:
        """End it and wait for its end."""
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)
            self._process = None

    def _start(self) -> None:
        java = shutil.which("java")
        if java is None:
            raise ConfigError(f"LanguageTool needs Java 17, and there is no 'java': {_JAVA_ADVICE}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        command = [java, _MEMORY, "-cp", str(self._jar), "org.languagetool.server.HTTPServer"]
        self._process = subprocess.Popen(
            [*command, "--port", str(self._port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                self._warm_up(deadline - time.monotonic())
            except (URLError, OSError):
                time.sleep(0.2)
            else:
                return
        self.stop()
        raise GrammarError(
            f"{self._jar} does not start a server that answers: try it with 'java -cp'"
        )

    def _warm_up(self, seconds: float) -> None:
        """Let it read its rules, at the first text that it checks, before an article waits."""
        text = urlencode({"text": "Ready.", "language": _LANGUAGE}).encode()
        with urlopen(f"http://127.0.0.1:{self._port}/v2/check", text, timeout=seconds):
            pass


_JAVA_ADVICE = "install Java 17 or later, or name a running server with --grammar-server"


def installation() -> Path:
    """The server's jar of the newest LanguageTool in ``$LTP_PATH``.

    Raises
    ------
    ConfigError
        If there is none, or no Java.
    """
    if shutil.which("java") is None:
        raise ConfigError(f"LanguageTool needs Java 17, and there is no 'java': {_JAVA_ADVICE}")
    named = os.environ.get(INSTALLATION)
    if not named:
        alone = (
            " (LTP_JAR_DIR_PATH alone is not enough)" if "LTP_JAR_DIR_PATH" in os.environ else ""
        )
        raise ConfigError(f"LanguageTool is not installed{alone}: {_HOW_TO_INSTALL}")
    folder = Path(named)
    jars = sorted([*folder.glob(_JAR), *folder.glob(f"LanguageTool-*/{_JAR}")], key=_version)
    if not jars:
        raise ConfigError(
            f"${INSTALLATION} is {folder}, which holds no LanguageTool-*/{_JAR}: {_HOW_TO_INSTALL}"
        )
    return jars[-1]


def _version(jar: Path) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", jar.parent.name)))


def _require_extra() -> None:
    try:
        import language_tool_python  # noqa: F401
    except ImportError:
        raise ConfigError(
            "grammar needs language-tool-python (GPL-3.0-only), which is not installed: "
            "pip install 'detector[grammar]'"
        ) from None


def _client(url: str) -> LanguageTool:
    from language_tool_python import LanguageTool

    client = LanguageTool(_LANGUAGE, remote_server=url)
    # Of the instance: its class would make every other user of the library as impatient.
    client._TIMEOUT = ANSWER_SECONDS
    client.disable_spellchecking()
    return client


def _short(error: BaseException) -> str:
    """The first words of an error; a server may answer with a whole page."""
    return " ".join(str(error).split())[:120]


def _with_evidence(finding: Finding, matches: Iterable[GrammarMatch]) -> Finding:
    evidence = [
        Evidence("grammar", _in_words(match))
        for match in matches
        if match.span.overlaps(finding.span)
    ]
    return replace(finding, evidence=(*finding.evidence, *evidence)) if evidence else finding


def _in_words(match: GrammarMatch) -> str:
    offered = ", ".join(f"'{text}'" for text in match.replacements[:3])
    return f"LanguageTool: {match.message}" + (f" ({offered})" if offered else "")
