"""Parquet: a table, an article in each row. Read some rows at a time, in a process of its own.

The library behind it is written in C++, and a damaged file can end the whole process inside it. So
a child process reads the file, which is its standard input, and writes a line of JSON for each row;
if it dies, this input is an error and no more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from io import BufferedReader
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO

from detector.errors import SourceError, is_fault, outline
from detector.lifeline import die_with
from detector.sources.article import DEFAULT_ID, Article, Options, no_column
from detector.sources.extras import missing

if TYPE_CHECKING:
    from pyarrow import Schema
    from pyarrow.parquet import ParquetFile

_ROWS = 64
# A page of a column is unpacked as a whole. Text shrinks to a third or a tenth, a bomb to nothing.
_LARGE = 1 << 28
_MOST_SHRUNK = 200
# Bytes that the child may allocate, where the system can be told; pyarrow itself reserves two.
_MEMORY = 1 << 33
# -P: nothing in the working folder is taken for a module of the standard library.
_COMMAND = (
    "-P",
    "-c",
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from detector.sources.parquet import serve; serve(*sys.argv[2:])",
)


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article | SourceError]:
    """The articles of a table; a row that cannot be read becomes an error.

    Raises
    ------
    SourceError
        If pyarrow is not installed, the file is damaged, or a column is missing or holds no text.
    """
    if find_spec("pyarrow") is None:
        raise missing(source, "Parquet", "pyarrow", "parquet")
    told = [json.dumps(asdict(options)), json.dumps(_limits()), str(os.getpid())]
    arguments = (json.dumps(sys.path), source, *told)
    with _on_disk(file) as stdin:
        child = subprocess.Popen(
            [sys.executable, *_COMMAND, *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    ended = False
    try:
        assert child.stdout is not None
        for line in child.stdout:
            content = _parsed(line)
            if content is None:
                ended = True
            elif "error" in content:
                error = SourceError(*content["error"])
                if content["last"]:
                    raise error
                yield error
            else:
                yield Article(source, content["text"], content["record"])
    finally:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    if not ended:
        raise SourceError(
            source, "the Parquet file is damaged (the library that reads it ended): write it again"
        )


def _limits() -> tuple[int, int]:
    return _LARGE, _MOST_SHRUNK


def _parsed(line: bytes) -> dict[str, Any] | None:
    content: dict[str, Any] | None = json.loads(line)
    return content


def _on_disk(file: BinaryIO) -> BinaryIO:
    """A file that a child process can read from its beginning."""
    try:
        at = os.lseek(file.fileno(), 0, os.SEEK_SET)
    except (OSError, AttributeError):
        at = -1
    if at == 0 and isinstance(file, BufferedReader):
        return os.fdopen(os.dup(file.fileno()), "rb")
    copy = TemporaryFile()  # noqa: SIM115 - the caller closes it
    while chunk := file.read(1 << 20):
        copy.write(chunk)
    copy.flush()
    os.lseek(copy.fileno(), 0, os.SEEK_SET)
    return copy


def serve(source: str, options: str, limits: str, parent: str) -> None:
    """Be the child: write the rows of the file on standard input to standard output."""
    die_with(int(parent))
    _bound_memory()
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # a stray print must not look like a row

    def write(content: Any) -> None:
        out.write(json.dumps(content) + "\n")

    try:
        with open(0, "rb", closefd=False) as file:
            for article in read_parquet(source, file, Options(**json.loads(options)), limits):
                if isinstance(article, SourceError):
                    write({"error": (article.source, article.reason), "last": False})
                else:
                    write({"text": article.text, "record": article.record})
        write(None)
    except SourceError as error:
        write({"error": (error.source, error.reason), "last": True})
    except BaseException as error:
        if not is_fault(error):
            raise
        reason = f"the Parquet file is damaged ({outline(error)}): write it again"
        write({"error": (source, reason), "last": True})
    out.flush()
    os._exit(0)  # the threads of the library need not end in order


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_parquet(
    source: str, file: BinaryIO, options: Options, limits: str
) -> Iterator[Article | SourceError]:
    """The rows of a file, read in this process."""
    import pyarrow
    import pyarrow.parquet

    try:
        columns = _columns(source, pyarrow.parquet.read_schema(file), options)
        file.seek(0)
        # A text that many rows share stays one text until its row is read.
        table = pyarrow.parquet.ParquetFile(
            file, read_dictionary=columns[:1], pre_buffer=False, buffer_size=1 << 16
        )
        large, most_shrunk = json.loads(limits)
        for index in range(table.metadata.num_row_groups):
            _refuse_bomb(source, table.metadata.row_group(index), large, most_shrunk)
        yield from _rows(source, table, columns)
    except (pyarrow.ArrowException, OSError, MemoryError) as error:
        reason = str(error).partition("\n")[0].rstrip(".") or "memory ran out"
        raise SourceError(
            source, f"the Parquet file is damaged ({reason}): write it again"
        ) from None


def _rows(
    source: str, table: ParquetFile, columns: Sequence[str]
) -> Iterator[Article | SourceError]:
    number = 0
    for batch in table.iter_batches(batch_size=_ROWS, columns=list(columns), use_threads=False):
        for row in range(batch.num_rows):
            number += 1
            try:
                text = batch.column(0)[row].as_py()
            except UnicodeDecodeError as error:
                yield SourceError(
                    f"{source}, row {number}",
                    f"its {columns[0]!r} is not UTF-8 (byte {error.start}): write it again",
                )
                continue
            record = _record(batch.column(1)[row], number) if len(columns) > 1 else number
            # A null is an article without words, as an empty cell of a CSV is.
            yield Article(source, text if isinstance(text, str) else "", record)


def _columns(source: str, schema: Schema, options: Options) -> list[str]:
    """The column of the text, and that of the identifier if there is one."""
    import pyarrow.types as kinds

    names, text = schema.names, options.text_column
    if text not in names:
        raise SourceError(source, no_column(names, text, "--text-column"))
    if options.id_column is not None and options.id_column not in names:
        raise SourceError(source, no_column(names, options.id_column, "--id-column"))
    identifier = options.id_column or (DEFAULT_ID if DEFAULT_ID in names else None)
    for wanted in (text, identifier):
        if names.count(wanted) > 1:
            raise SourceError(
                source, f"there are {names.count(wanted)} columns {wanted!r}: rename all but one"
            )
    found = kind = schema.field(text).type
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    if not (kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind)):
        raise SourceError(
            source, f"the column {text!r} holds {found}, not text: name one with --text-column"
        )
    return [text] if identifier in (None, text) else [text, identifier]


def _record(scalar: Any, number: int) -> int | str:
    """What names a row: its identifier as it is, or written out; its number where it has none."""
    try:
        value = scalar.as_py()
    except (ValueError, OverflowError):  # a date that Python has no name for, or bytes of no text
        return number
    if value is None:
        return number
    usable = isinstance(value, int | str) and not isinstance(value, bool)
    return value if usable else str(value)


def _refuse_bomb(source: str, rows: Any, large: int, most_shrunk: int) -> None:
    for index in range(rows.num_columns):
        column = rows.column(index)
        packed, unpacked = column.total_compressed_size, column.total_uncompressed_size
        if unpacked > large and unpacked > most_shrunk * max(packed, 1):
            raise SourceError(
                source,
                f"the column {column.path_in_schema!r} unpacks from {packed:,} to {unpacked:,} "
                "bytes: that is no text",
            )
