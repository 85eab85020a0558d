"""Parquet: a table, an article in each row. Read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from detector.errors import SourceError
from detector.sources.article import DEFAULT_ID, Article, Options, no_column
from detector.sources.extras import missing

if TYPE_CHECKING:
    from pyarrow import Schema
    from pyarrow.parquet import ParquetFile

_ROWS = 64
# A page of a column is unpacked as a whole. Text shrinks to a third or a tenth, a bomb to nothing.
_LARGE = 1 << 28
_MOST_SHRUNK = 200


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article | SourceError]:
    """The articles of a table; a row without a text becomes an error.

    Raises
    ------
    SourceError
        If pyarrow is not installed, the file is damaged, or a column is missing or holds no text.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise missing(source, "Parquet", "pyarrow", "parquet") from None
    try:
        columns = _columns(source, pyarrow.parquet.read_schema(file), options)
        file.seek(0)
        # A text that many rows share stays one text until its row is read.
        table = pyarrow.parquet.ParquetFile(
            file, read_dictionary=columns[:1], pre_buffer=False, buffer_size=1 << 16
        )
        yield from _rows(source, table, columns)
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise SourceError(
            source, f"the Parquet file is damaged ({reason}): write it again"
        ) from None


def _rows(
    source: str, table: ParquetFile, columns: Sequence[str]
) -> Iterator[Article | SourceError]:
    for index in range(table.metadata.num_row_groups):
        _refuse_bomb(source, table.metadata.row_group(index))
    number = 0
    for batch in table.iter_batches(batch_size=_ROWS, columns=list(columns), use_threads=False):
        for row in range(batch.num_rows):
            number += 1
            text = batch.column(0)[row].as_py()
            identity = batch.column(1)[row].as_py() if len(columns) > 1 else None
            if isinstance(text, str):
                yield Article(source, text, _record(identity, number))
            else:
                yield SourceError(f"{source}, row {number}", f"its {columns[0]!r} is null")


def _columns(source: str, schema: Schema, options: Options) -> list[str]:
    """The column of the text, and that of the identifier if there is one."""
    import pyarrow.types as kinds

    names, text = schema.names, options.text_column
    if text not in names:
        raise SourceError(source, no_column(names, text, "--text-column"))
    found = kind = schema.field(text).type
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    if not (kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind)):
        raise SourceError(
            source, f"the column {text!r} holds {found}, not text: name one with --text-column"
        )
    if options.id_column is not None and options.id_column not in names:
        raise SourceError(source, no_column(names, options.id_column, "--id-column"))
    identifier = options.id_column or (DEFAULT_ID if DEFAULT_ID in names else None)
    return [text] if identifier in (None, text) else [text, identifier]


def _record(value: Any, number: int) -> int | str:
    """What names a row: its identifier as it is, or written out; its number where it has none."""
    if value is None:
        return number
    usable = isinstance(value, int | str) and not isinstance(value, bool)
    return value if usable else str(value)


def _refuse_bomb(source: str, rows: Any) -> None:
    for index in range(rows.num_columns):
        column = rows.column(index)
        packed, unpacked = column.total_compressed_size, column.total_uncompressed_size
        if unpacked > _LARGE and unpacked > _MOST_SHRUNK * max(packed, 1):
            raise SourceError(
                source,
                f"the column {column.path_in_schema!r} unpacks from {packed:,} to {unpacked:,} "
                "bytes: that is no text",
            )
