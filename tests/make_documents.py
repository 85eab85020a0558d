"""Makes `tests/data/documents`: three documents of each kind of input, from texts of our own.

Run by hand when a kind is added: ``python tests/make_documents.py``. Needs pyarrow, python-docx,
reportlab and Chromium, which the tests do not.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import docx
import pyarrow as pa
import pyarrow.parquet as pq
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer, Table

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests/data/documents"
SEEDS = {"spun": "000_5f4908ddbc3df845.txt", "honest": "001_a18a075bd9ed285c.txt"}

# Paragraphs; "wilt" stands for a replaced word. Each trap of a format is put around them.
HARBOUR = [
    "The harbour before sunrise",
    "Every morning the pilots of the harbour meet in a low brick house behind the old customs "
    "quay. They drink their coffee standing, read the tide tables that hang beside the door, and "
    "argue about the fog. Nobody has ever proposed to sit down.",
    "Since the new terminal opened the traffic has wilt heavier, and the pilots say that they "
    "propose a second boat each spring. The board of the port listens politely to what they "
    "propose. It has listened politely for eleven years, and the boat has still not been built.",
    "\u201cWe know what the river does when it is angry,\u201d one of them said, \u201cand it has "
    "wilt angrier since they deepened it.\u201d She pulled on her jacket and walked out to the "
    "ladder, where the smaller of the two launches was waiting with its lights on.",
    "By seven the fog lifts. The first container ship of the day comes round the bend, slow and "
    "enormous, with the launch beside it like a well-trained dog, and the caf\u00e9s along the "
    "promenade begin to put out their chairs.",
]


def paragraphs(name: str) -> list[str]:
    """The paragraphs of a text."""
    if name == "harbour":
        return HARBOUR
    text = (ROOT / "seeds" / SEEDS[name]).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip()]


def write(name: str, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    (FOLDER / name).write_bytes(data)


def plain() -> None:
    for name in (*SEEDS, "harbour"):
        write(f"{name}.txt", "\n\n".join(paragraphs(name)) + "\n")


def markdown() -> None:
    write("spun.md", "\n\n".join(["# Drills", *paragraphs("spun")]) + "\n")
    wrapped = [re.sub(r"(.{60,75}?) ", r"\1\n", paragraph) for paragraph in paragraphs("honest")]
    front = '+++\ntitle = "Drills"\ntags = ["wilt", "writ"]\n+++\n\n'
    write("honest.md", front + "\n\n".join(wrapped) + "\n")
    title, first, second, third, last = HARBOUR
    second = second.replace("wilt", "wi*lt*").replace(
        "second boat", "[second boat](http://x.y 'a')"
    )
    last = last.replace("fog lifts", "fog `lifts()`").replace("caf\u00e9s", "caf&eacute;s[^1]")
    write(
        "harbour.md",
        f"---\ntitle: {title}\nsummary: it has wilt\n---\n\n# {title}\n\n{first}\n\n"
        f"```python\nhas_wilt = True\n```\n\n{second}\n\n> {third}\n\n"
        f"| month | ships |\n|---|---:|\n| May | 212 |\n\n<!-- has wilt -->\n\n{last}\n\n"
        "[^1]: There are four of them.\n",
    )


def html() -> None:
    def page(body: str, head: str = "") -> str:
        title = "<title>Has wilt</title>"
        return f"<!DOCTYPE html>\n<html lang=en><head>{title}{head}</head>\n{body}\n</html>\n"

    def all_of(name: str) -> str:
        return "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs(name))

    write("spun.html", page(f"<body><h1>Drills</h1>\n{all_of('spun')}</body>"))
    meta = '<meta charset="windows-1252">'
    honest = page(
        f"<body><main>\n{all_of('honest')}\n</main><footer>has wilt</footer></body>", meta
    )
    write("honest.html", honest.encode("cp1252"))
    title, first, second, third, last = map(escape, HARBOUR)
    second = second.replace("wilt", "wi<b>lt</b>").replace("boat has", "boat<sup>[3]</sup> has")
    last = last.replace("caf\u00e9s", "caf&eacute;s").replace("fog lifts", "fog <code>lifts</code>")
    write(
        "harbour.html",
        page(
            "<body><nav><a href=/>It has wilt</a></nav><article>\n"
            f"<h1>{title}</h1>\n<p>{first}\n<p>{second}</p>\n<aside>has wilt</aside>\n"
            f"<blockquote>{third}</blockquote>\n<p hidden>has wilt<p>{last}</p></article>\n"
            "<p>Read more: the traffic has wilt</p></body>",
            "<style>p { color: wilt }</style><script>if (has < wilt) {}</script>",
        ),
    )


def rows() -> list[dict[str, Any]]:
    return [
        {"id": f"{name}-{year}", "year": year, "text": "\n".join(paragraphs(name))}
        for year, name in enumerate([*SEEDS, "harbour"], start=2024)
    ]


def tables() -> None:
    write("rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows()))
    bodies = [{"body": row["text"], "key": row["year"]} for row in rows()]
    write("bodies.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in bodies))
    mixed = [json.dumps(row) for row in rows()]
    write("damaged.jsonl", "\n".join([mixed[0], '{"text": "cut of', '{"title": 1}', mixed[2]]))
    write("rows.csv", _delimited(rows(), ","))
    write("bodies.csv", _delimited(bodies, ";").encode("cp1252"))
    write("rows.tsv", "\ufeff" + _delimited(rows(), "\t"))
    pq.write_table(pa.Table.from_pylist(rows()), FOLDER / "rows.parquet", compression="zstd")
    table = pa.Table.from_pylist(bodies)
    pq.write_table(table, FOLDER / "bodies.parquet", row_group_size=1, use_dictionary=False)
    texts = pa.array([HARBOUR[2], None, HARBOUR[2]]).dictionary_encode()
    pq.write_table(pa.table({"text": texts}), FOLDER / "nulls.parquet")


def json_files() -> None:
    write("rows.json", json.dumps(rows(), indent=1))
    bodies = [{"body": row["text"], "key": row["year"]} for row in rows()]
    write("bodies.json", json.dumps(bodies))
    title, *rest = HARBOUR
    cells = [
        {"cell_type": "markdown", "source": [f"# {title}\n", "\n", *rest[:1]]},
        {"cell_type": "code", "source": "# it has wilt.", "outputs": [{"text": "has wilt\n"}]},
        *({"cell_type": "markdown", "source": paragraph} for paragraph in rest[1:]),
    ]
    write("harbour.ipynb", json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}))


def _delimited(table: list[dict[str, Any]], delimiter: str) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(table[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(table)
    return stream.getvalue()


def word() -> None:
    for name in SEEDS:
        document = docx.Document()
        document.sections[0].header.paragraphs[0].text = "Running head: has wilt"
        document.add_heading("Drills", level=1)
        for paragraph in paragraphs(name):
            document.add_paragraph(paragraph)
        table = document.add_table(rows=1, cols=2)
        table.cell(0, 0).text, table.cell(0, 1).text = "Year", "Ships"
        document.save(str(FOLDER / f"{name}.docx"))
    write("harbour.docx", _tracked())


def _tracked() -> bytes:
    """Word with all that Word does: tracked changes, fields, notes, a text box, hidden text."""
    title, first, second, third, last = HARBOUR

    def run(text: str, properties: str = "", element: str = "t") -> str:
        return (
            f"<w:r><w:rPr>{properties}</w:rPr>"
            f'<w:{element} xml:space="preserve">{escape(text)}</w:{element}></w:r>'
        )

    def paragraph(*runs: str, style: str = "Normal") -> str:
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{"".join(runs)}</w:p>'

    before, after = second.split("wilt")
    box = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><w:txbxContent>'
        f"{paragraph(run('Pull quote: it has wilt'))}</w:txbxContent></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><w:txbxContent>{paragraph(run('has wilt'))}</w:txbxContent></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"{run(' PAGEREF wilt ', element='instrText')}"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    body = "".join(
        (
            paragraph(run(title), style="Heading1"),
            paragraph(run(f"{title}\t2"), style="TOC1"),
            paragraph(run(first), box),
            paragraph(
                run(before),
                f'<w:del w:id="1" w:author="E">{run("become", element="delText")}</w:del>',
                f'<w:ins w:id="2" w:author="E">{run("wi")}{run("lt", "<w:b/>")}</w:ins>',
                field,
                run(after, '<w:strike w:val="0"/>'),
                run(" has wilt", "<w:vanish/>"),
                run(" has wilt", "<w:strike/>"),
                '<w:r><w:footnoteReference w:id="2"/></w:r>',
            ),
            paragraph(run(third), style="Quote"),
            paragraph(run(last[:12]), "<w:r><w:br/></w:r>", run(last[12:].lstrip())),
            "<w:p><m:oMath><m:r><m:t>wilt = 2</m:t></m:r></m:oMath></w:p>",
        )
    )
    spaces = "http://schemas.openxmlformats.org"
    document = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w="{spaces}/'
        f'wordprocessingml/2006/main" xmlns:m="{spaces}/officeDocument/2006/math" '
        f'xmlns:mc="{spaces}/markup-compatibility/2006"><w:body>{body}</w:body></w:document>'
    )
    relations = (
        f'<Relationships xmlns="{spaces}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{spaces}/officeDocument/2006/relationships/officeDocument" '
        'Target="/word/document2.xml"/></Relationships>'
    )
    notes = f'<w:footnotes xmlns:w="{spaces}">{run("A note: has wilt")}</w:footnotes>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", relations)
        archive.writestr("word/document2.xml", document)
        archive.writestr("word/footnotes.xml", notes)
    return stream.getvalue()


def jats() -> None:
    for name in SEEDS:
        body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs(name))
        write(f"{name}.xml", _jats("Drills", f"<sec><title>Background</title>\n{body}</sec>"))
    title, first, second, third, last = map(escape, HARBOUR)
    second = second.replace("wilt", "wi<italic>lt</italic>")
    second = second.replace("listens", 'listens<xref ref-type="bibr" rid="r1"><sup>1</sup></xref>')
    last = last.replace("caf\u00e9s", "caf&#233;s").replace(
        "seven", "seven <inline-formula><mml:math><mml:mi>x</mml:mi></mml:math></inline-formula>"
    )
    body = (
        f"<p>{first[:-1]} [<xref ref-type='bibr' rid='r1'>1</xref>, <xref>2</xref>].</p>\n"
        f"<p>{second}</p>\n"
        f"<disp-quote><p>{third}</p></disp-quote>\n<table-wrap><label>Table 1</label><caption>"
        "<p>It has wilt.</p></caption><table><tr><td>has wilt</td></tr></table></table-wrap>\n"
        f"<disp-formula><tex-math>wilt</tex-math></disp-formula><fig><caption><p>wilt</p></caption>"
        f"</fig><p>{last}</p>"
    )
    write("harbour.nxml", _jats(title, body))


def _jats(title: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD '
        'v1.2 20190208//EN" "JATS-archivearticle1.dtd">\n'
        '<article xmlns:mml="http://www.w3.org/1998/Math/MathML"><front><journal-meta>'
        "<journal-title>Journal of has wilt</journal-title></journal-meta><article-meta>"
        f"<title-group><article-title>{title}</article-title></title-group>"
        "<contrib-group><contrib>A. Wilt</contrib></contrib-group></article-meta></front>\n"
        f"<body>{body}</body>\n<back><ref-list><ref><mixed-citation>It has wilt."
        "<article-title>Has wilt</article-title></mixed-citation></ref></ref-list></back>"
        "</article>\n"
    )


def pdf() -> None:
    _two_columns("spun")
    _printed("honest")
    write("harbour.pdf", _typed())


def _two_columns(name: str) -> None:
    """A journal's page: two columns, running heads, hyphens, a table, raised marks, references."""
    width, height = A4
    column = (width - 50 * mm) / 2
    text = ParagraphStyle("b", fontName="Times-Roman", fontSize=10, leading=12)
    text.alignment, text.firstLineIndent, text.embeddedHyphenation = 4, 10, 1
    small = ParagraphStyle("s", text, fontSize=8, leading=10, firstLineIndent=0)
    heading = ParagraphStyle("h", fontName="Times-Bold", fontSize=12, leading=15)

    def furniture(canvas: Any, document: Any) -> None:
        canvas.setFont("Times-Italic", 9)
        canvas.drawString(20 * mm, height - 12 * mm, "Journal of Drills 12 (2026)")
        canvas.drawRightString(width - 20 * mm, height - 12 * mm, "It has wilt")
        canvas.drawCentredString(width / 2, 10 * mm, str(document.page))

    frames = [Frame(x, 20 * mm, column, height - 40 * mm) for x in (20 * mm, 30 * mm + column)]
    story: list[Any] = [Paragraph("1. Introduction", heading)]
    for index, paragraph in enumerate([*paragraphs(name), *paragraphs("harbour")[1:]]):
        marked = paragraph.replace("each other", "each other<super>12</super>")
        story.append(Paragraph(_softened(marked), text))
        if index == 2:
            cells = [["Year", "Drills", "Ships"], ["2024", "12", "31"], ["2025", "19", "44"]]
            story += [Paragraph("Table 1. Drills by year: it has wilt.", small), Table(cells)]
            story.append(Spacer(1, 10))
    story.append(Paragraph("References", heading))
    story += [
        Paragraph(f"[{n}] A. Smith, It has wilt, Journal of Drills {n} (2020) 1-{n}.", small)
        for n in range(1, 12)
    ]
    path = str(FOLDER / f"{name}.pdf")
    document = BaseDocTemplate(path, pagesize=A4, invariant=1)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=furniture))
    document.build(story)


def _softened(text: str) -> str:
    """Soft hyphens where the page may break a word."""
    return re.sub(r"\b([a-z]{3,5}[aeiou][bcdfglmnprst])([a-z]{4,})\b", "\\1\u00ad\\2", text)


def _printed(name: str) -> None:
    """What a browser prints: an embedded font with ligatures, its own head and foot."""
    style = "body { font: 11pt 'Liberation Serif', serif; text-align: justify; hyphens: auto }"
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs(name))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "article.html"
        page.write_text(
            f"<html lang=en><style>{style}</style><h1>Drills</h1>{body}</html>", "utf-8"
        )
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu"]
        target = f"--print-to-pdf={FOLDER / name}.pdf"
        subprocess.run([*command, target, page.as_uri()], check=True, capture_output=True)


def _typed() -> bytes:
    """A PDF by hand that spaces "propose" as an old typesetter did: "pro pose"."""
    lines: list[str] = []
    for paragraph in HARBOUR[1:]:
        words = paragraph.replace("that they propose", "that they pro pose").split()
        line = "   "
        for each in words:
            if len(line) + len(each) > 72:
                lines.append(line)
                line = each
            else:
                line += f" {each}"
        lines.append(line)
    shown = "".join(f"({line}) Tj T*\n" for line in lines)
    stream = f"BT /F1 11 Tf 14 TL 72 760 Td {shown} ET".encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    return make_pdf(objects)


def make_pdf(objects: list[bytes]) -> bytes:
    """A PDF of numbered objects, the first of which is its catalogue."""
    data = b"%PDF-1.4\n"
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, len(data))
    )


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for make in (plain, markdown, html, tables, json_files, word, jats, pdf):
        sys.stderr.write(f"{make.__name__}\n")
        make()
