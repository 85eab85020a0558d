"""JSON: an array of articles, as in JSON Lines; one article; or a Jupyter notebook.

Of a notebook the cells in Markdown are read, one after the other. Code and its output are not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from detector.errors import SourceError
from detector.sources.article import BODY, Article, Options
from detector.sources.decoding import decode
from detector.sources.json_lines import LONGEST_LINE, article_of
from detector.sources.markdown import read_markdown


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article | SourceError]:
    """The articles of a file; a row that holds none becomes an error.

    Raises
    ------
    SourceError
        If it is no JSON, or neither rows nor a notebook.
    """
    content = _parsed(source, file)
    if isinstance(content, dict) and isinstance(content.get("cells"), list):
        text = "\n\n".join(_markdown(content["cells"]))
        yield Article(source, text, BODY, read_markdown(text))
    elif isinstance(content, dict):
        yield article_of(source, source, content, 1, options)
    elif isinstance(content, list):
        for number, row in enumerate(content, start=1):
            yield article_of(source, f"{source}, row {number}", row, number, options)
    else:
        raise SourceError(
            source, "expected an array of objects with a text, or a notebook: found neither"
        )


def _parsed(source: str, file: BinaryIO) -> Any:
    data = file.read(LONGEST_LINE + 1)
    if len(data) > LONGEST_LINE:
        raise SourceError(
            source, f"it has more than {LONGEST_LINE:,} bytes: give JSON Lines, an object a line"
        )
    try:
        return json.loads(decode(data, name=source))
    except (ValueError, RecursionError) as error:
        raise SourceError(source, f"this is not JSON ({error}): check where it is cut") from None


def _markdown(cells: list[Any]) -> Iterator[str]:
    """The sources of the cells in Markdown, which are texts or lists of lines."""
    for cell in cells:
        if isinstance(cell, Mapping) and cell.get("cell_type") == "markdown":
            lines = cell.get("source")
            lines = [lines] if isinstance(lines, str) else lines
            if isinstance(lines, list):
                yield "".join(line for line in lines if isinstance(line, str))
