"""The book for e-readers: an EPUB 3, with formulas as MathML and drawings as files of their own.

Chapters are as on paper, in files of their own; what sets them apart from the PDF is that their
text flows, so nothing needs a page's number, and that readers choose letters and colours.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape, unescape
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from handing_out.chapters import BookError, Chapter, about
from handing_out.paper import Heading, headings_of, light_code

STYLE = Path(__file__).with_name("epub.css")
MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
TEX = re.compile(r'<annotation encoding="application/x-tex">(.*?)</annotation>', re.DOTALL)
COLOR = re.compile(r"var\(--[\w-]+, ?(#\w+)\)")
ALT = re.compile(r' aria-label="([^"]*)"')
LINK = re.compile(r'href="#([\w-]+?)(--[^"]*)?"')
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>\
</rootfiles>
</container>
"""
PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" \
xml:lang="en"><head><meta charset="utf-8"/><title>{title}</title>\
<link rel="stylesheet" href="style.css"/></head>
<body>{body}</body></html>
"""
PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>
<dc:title>{title}</dc:title><dc:language>en</dc:language>
<dc:creator>The rnnlab maintainers</dc:creator>
<dc:rights>Code: MIT; prose and figures: CC BY 4.0</dc:rights>
<meta property="dcterms:modified">{modified}</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta property="schema:accessibilitySummary">Figures have texts, formulas are MathML.</meta>
</metadata>
<manifest>
{items}
</manifest>
<spine>
{spine}
</spine>
</package>
"""


def epub_files(chapters: Sequence[Chapter], site: Path) -> dict[str, bytes]:
    """Return the files of an EPUB by their names, pages in their order, all but its cover."""
    files: dict[str, bytes] = {}
    title = escape(chapters[0].title)
    told = "".join(f"<p>{words}</p>" for words in about(site))
    front = {
        "title.xhtml": PAGE.format(title=title, body=f"<h1>{title}</h1>{told}"),
        "nav.xhtml": navigation(headings_of(chapters)),
    }
    pages = {f"{chapter.address}.xhtml": xhtml(chapter, files) for chapter in chapters}
    for name, text in {**front, **pages}.items():
        try:
            ElementTree.fromstring(text)
        except ElementTree.ParseError as error:
            raise BookError(f"{name} is no XHTML: {error}") from None
        files[name] = text.encode()
    files["style.css"] = (STYLE.read_text("utf-8") + light_code(site)).encode()
    return files


def write_epub(
    files: dict[str, bytes], cover: bytes, path: Path, *, title: str, made: float
) -> None:
    """Write an EPUB.

    Args:
        files: What is in it.
        cover: A picture, as PNG.
        path: The file to write.
        title: The title of the book.
        made: When the site was made, in seconds since 1970.
    """
    page = PAGE.format(title=escape(title), body=COVER.format(alt=escape(title)))
    files = {"cover.xhtml": page.encode(), "cover.png": cover, **files}
    package = PACKAGE.format(
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, f"rnnlab {version('rnnlab')}"),
        title=escape(title),
        modified=datetime.fromtimestamp(int(made), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        items="\n".join(item(name, data) for name, data in files.items()),
        spine="\n".join(
            f'<itemref idref="{identifier(name)}"/>' for name in files if name.endswith(".xhtml")
        ),
    )
    with ZipFile(path, "w") as archive:
        # The first file says what the archive is, and is not compressed.
        archive.writestr(ZipInfo("mimetype"), "application/epub+zip", ZIP_STORED)
        archive.writestr(ZipInfo("META-INF/container.xml"), CONTAINER, ZIP_DEFLATED)
        archive.writestr(ZipInfo("book/package.opf"), package, ZIP_DEFLATED)
        for name, data in files.items():
            archive.writestr(ZipInfo(f"book/{name}"), data, ZIP_DEFLATED)


COVER = '<section epub:type="cover"><img class="cover" src="cover.png" alt="{alt}"/></section>'


def xhtml(chapter: Chapter, files: dict[str, bytes]) -> str:
    """Return a chapter's page; put its drawings among the files."""

    def piece(source: str) -> str:
        if not source.startswith("<svg"):
            return formula(source)
        name = f"images/{chapter.address}-{sum(one.startswith('images/') for one in files) + 1}.svg"
        files[name] = drawing(source).encode()
        alt = ALT.search(source)
        return f'<img src="{name}" alt="{alt[1] if alt else ""}"/>'

    body = LINK.sub(
        lambda link: (
            f'href="{"" if link[1] == chapter.address and link[2] else f"{link[1]}.xhtml"}'
            f'{f"#{link[1]}{link[2]}" if link[2] else ""}"'
        ),
        chapter.html(piece),
    )
    body = body.replace('role="doc-noteref"', 'role="doc-noteref" epub:type="noteref"')
    body = body.replace('role="doc-footnote"', 'role="doc-footnote" epub:type="footnote"')
    return PAGE.format(title=escape(chapter.title), body=body)


def formula(source: str) -> str:
    """Return a formula as MathML, which says its TeX to readers that don't draw it."""
    math, tex = MATH.search(source), TEX.search(source)
    if not math or not tex:
        raise BookError(f"a formula without MathML: {source[:80]}")
    alt = escape(" ".join(unescape(tex[1]).split()), quote=True)
    return math[0].replace("<math", f'<math alttext="{alt}"', 1)


def drawing(source: str) -> str:
    """Return a drawing as a file: it has colours of its own, on white, and names of XML."""
    source = COLOR.sub(r"\1", ALT.sub("", source)).replace("currentColor", "#000000")
    source = re.sub(r' (?:data-[\w-]+|class|role)="[^"]*"', "", hide_frames(source))
    source = source.replace(' href="', ' xlink:href="')
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    start = source.index(">") + 1
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return f"<svg {names}{source[len('<svg') : start]}{ground}{source[start:]}"


def hide_frames(source: str) -> str:
    """Leave one frame of a drawing that is seen in frames."""
    return source.replace('class="unseen"', 'visibility="hidden"')


def navigation(headings: Sequence[Heading]) -> str:
    """Return the contents as e-readers want them: lists in lists."""
    lines, level = [], 0
    for one in headings:
        lines += ["<ol>"] * (one.level - level) if one.level > level else ["</li>"]
        lines += ["</ol></li>"] * (level - one.level)
        page = one.target.partition("--")[0]
        where = f"{page}.xhtml" + (f"#{one.target}" if "--" in one.target else "")
        text = escape(one.title)
        is_part = one.level == 1
        lines.append(f"<li><span>{text}</span>" if is_part else f'<li><a href="{where}">{text}</a>')
        level = one.level
    lines.append("</li></ol>" * level)
    body = '<nav epub:type="toc"><h1>Contents</h1>{}</nav>'.format("\n".join(lines))
    return PAGE.format(title="Contents", body=body)


def item(name: str, data: bytes) -> str:
    """Return a file's line in the list of files."""
    kinds = {"xhtml": "application/xhtml+xml", "svg": "image/svg+xml", "css": "text/css"}
    kind = kinds.get(name.rpartition(".")[2], "image/png")
    properties = [
        word
        for word, holds in (
            ("nav", name == "nav.xhtml"),
            ("cover-image", name == "cover.png"),
            ("mathml", b"<math" in data),
        )
        if holds
    ]
    said = f' properties="{" ".join(properties)}"' if properties else ""
    return f'<item id="{identifier(name)}" href="{name}" media-type="{kind}"{said}/>'


def identifier(name: str) -> str:
    """Return what the package calls a file."""
    return re.sub(r"\W", "-", name)
