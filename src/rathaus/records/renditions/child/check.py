"""What the structure of a PDF says about PDF/A-2b (ISO 19005-2). Not a full validator.

Checked: encryption, output intent, identification, embedded fonts, colours without profile,
scripts and other actions, attachments, forms of XFA, forbidden filters. What only a full
validator finds (glyph widths, syntax inside fonts) is not; `RATHAUS_VERAPDF` names one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Name

from rathaus.records.renditions.child import walk

_CMYK = re.compile(rb"(?:[\d.]+\s+){4}[kK](?=[\s/<\[(]|$)|/DeviceCMYK")
_FORBIDDEN_ACTIONS = {"/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData",
                      "/Hide", "/Rendition", "/Trans", "/SetOCGState", "/GoTo3DView"}  # fmt: skip
CONTENT_LIMIT = 20 * 1024 * 1024


def claimed(pdf: pikepdf.Pdf) -> str:
    """ "2b", "3u" …, as the file says of itself; "" for none."""
    try:
        return str(pdf.open_metadata().pdfa_status).lower()
    except Exception:
        return ""  # metadata that nobody can read claim nothing


def problems(pdf: pikepdf.Pdf) -> set[str]:
    """Codes of what speaks against PDF/A."""
    found = {code for page in pdf.pages for code in page_problems(page)}
    root = pdf.Root
    if pdf.is_encrypted:
        found.add("encrypted")
    if not claimed(pdf):
        found.add("not_identified")
    if not _has_intent(root):
        found.add("no_output_intent")
    names: Any = root.get("/Names", {})
    if "/JavaScript" in names or "/AA" in root or _forbidden(root.get("/OpenAction")):
        found.add("actions")
    if "/EmbeddedFiles" in names and not claimed(pdf).startswith(("2", "3", "4")):
        found.add("attachments")
    if "/XFA" in root.get("/AcroForm", {}) or "/NeedsRendering" in root:
        found.add("xfa")
    return found


def page_problems(page: pikepdf.Page) -> set[str]:
    """Of one page: "fonts" (one is not embedded), "colours" (CMYK), "actions", "filters"."""
    found: set[str] = set()
    for holder, resources in walk.holders(page):
        loose = [font for font in walk.entries(resources, "/Font") if not embedded(font)]
        if loose and shows_text(holder):
            found.add("fonts")
        if _has_cmyk(holder, resources):
            found.add("colours")
        for item in walk.entries(resources, "/XObject"):
            if "/LZWDecode" in str(item.get("/Filter", "")):
                found.add("filters")
    if "/AA" in page.obj or any(_forbidden(note.get("/A")) for note in _notes(page)):
        found.add("actions")
    return found


def embedded(font: pikepdf.Object) -> bool:
    """Whether the shapes of the letters are in the file."""
    if font.get("/Subtype") == Name.Type3:
        return True
    below = font.get("/DescendantFonts")
    if below is not None:
        return all(embedded(item) for item in below if isinstance(item, pikepdf.Dictionary))
    descriptor = font.get("/FontDescriptor")
    if not isinstance(descriptor, pikepdf.Dictionary):
        return False
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def shows_text(holder: pikepdf.Object) -> bool:
    """Whether text is drawn that people see; the layer of a scanner is not (mode 3)."""
    mode, kept = 0, []
    try:
        for step in pikepdf.parse_content_stream(holder, "q Q Tr Tj TJ ' \""):
            match str(step.operator):
                case "q":
                    kept.append(mode)
                case "Q":
                    mode = kept.pop() if kept else 0
                case "Tr":
                    mode = int(_first(step))
                case _ if mode != 3:
                    return True
    except Exception:
        return True  # what cannot be read is drawn as a picture
    return False


def _first(step: Any) -> Any:
    return step.operands[0] if len(step.operands) else 0


def _has_cmyk(holder: pikepdf.Object, resources: pikepdf.Dictionary) -> bool:
    for item in walk.entries(resources, "/XObject"):
        if item.get("/Subtype") == Name.Image and _names_cmyk(item.get("/ColorSpace")):
            return True
    for kind in ("/ColorSpace", "/Shading"):
        values = resources.get(kind)
        if isinstance(values, pikepdf.Dictionary) and any(map(_names_cmyk, values.values())):
            return True
    group = holder.get("/Group") if hasattr(holder, "get") else None
    if isinstance(group, pikepdf.Dictionary) and _names_cmyk(group.get("/CS")):
        return True
    return any(_CMYK.search(content) for content in _contents(holder))


def _contents(holder: pikepdf.Object) -> Iterator[bytes]:
    streams = holder.get("/Contents") if not isinstance(holder, pikepdf.Stream) else holder
    for stream in streams if isinstance(streams, pikepdf.Array) else [streams]:
        if isinstance(stream, pikepdf.Stream):
            try:
                yield stream.read_bytes()[:CONTENT_LIMIT]
            except pikepdf.PdfError:
                continue


def _names_cmyk(value: object, depth: int = 0) -> bool:
    if value == Name.DeviceCMYK:
        return True
    if depth > 4:
        return False
    if isinstance(value, pikepdf.Array):
        return any(_names_cmyk(item, depth + 1) for item in value)
    if isinstance(value, pikepdf.Dictionary) and not isinstance(value, pikepdf.Stream):
        return _names_cmyk(value.get("/ColorSpace"), depth + 1)
    return False


def _has_intent(root: pikepdf.Object) -> bool:
    return any(
        isinstance(item, pikepdf.Dictionary)
        and item.get("/S") == Name.GTS_PDFA1
        and isinstance(item.get("/DestOutputProfile"), pikepdf.Stream)
        for item in root.get("/OutputIntents", [])
    )


def _forbidden(action: object) -> bool:
    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S")) in _FORBIDDEN_ACTIONS


def _notes(page: pikepdf.Page) -> list[pikepdf.Dictionary]:
    notes: Any = page.obj.get("/Annots", [])
    return [note for note in notes if isinstance(note, pikepdf.Dictionary)]
