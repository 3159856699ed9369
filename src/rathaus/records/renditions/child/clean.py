"""Taking out of a PDF what PDF/A does not allow and nobody sees on paper."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pikepdf
from pikepdf import Name

from rathaus.records.renditions.child import walk

_ROOT = ("/OpenAction", "/AA", "/Perms", "/NeedsRendering", "/Collection", "/Requirements",
         "/AF", "/Extensions", "/Legal", "/PieceInfo")  # fmt: skip
_PAGE = ("/AA", "/PresSteps", "/PieceInfo", "/Metadata")
_KEPT_NOTES = {"/Link"}
_PRINT = 4


def document(pdf: pikepdf.Pdf) -> None:
    """Forms and notes become part of the page; actions, scripts and attachments go."""
    root = pdf.Root
    with suppress(pikepdf.PdfError, RuntimeError):
        if "/AcroForm" in root:
            pdf.generate_appearance_streams()
    with suppress(pikepdf.PdfError, RuntimeError):
        pdf.flatten_annotations("all")
    _drop(root, *_ROOT, "/AcroForm")
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        _drop(names, "/JavaScript", "/EmbeddedFiles", "/AlternatePresentations", "/Renditions")
    _layers(root)
    for page in pdf.pages:
        _page(page)


def _page(page: pikepdf.Page) -> None:
    _drop(page.obj, *_PAGE)
    if "/Annots" in page.obj:
        kept = [note for note in page.obj.Annots if _keeps(note)]
        if kept:
            page.obj.Annots = pikepdf.Array(kept)
        else:
            del page.obj["/Annots"]
    for _holder, resources in walk.holders(page):
        for item in walk.entries(resources, "/XObject"):
            if item.get("/Interpolate"):
                item.Interpolate = False
            _drop(item, "/Alternates", "/OPI", "/PS", "/Ref")
        for item in walk.entries(resources, "/ExtGState"):
            _drop(item, "/TR", "/TR2", "/HTP")
        for item in walk.entries(resources, "/Font"):
            _font(item)


def _drop(item: pikepdf.Object, *keys: str) -> None:
    for key in keys:
        if key in item:
            del item[key]


def _keeps(note: object) -> bool:
    """Only links within the document and to addresses stay; they are printed."""
    if not isinstance(note, pikepdf.Dictionary) or str(note.get("/Subtype")) not in _KEPT_NOTES:
        return False
    action = note.get("/A")
    if isinstance(action, pikepdf.Dictionary) and str(action.get("/S")) not in ("/URI", "/GoTo"):
        return False
    _drop(note, "/AA", "/AP")
    note.F = _PRINT
    return True


def _font(font: pikepdf.Object) -> None:
    """Lists of the letters inside are optional, and often wrong."""
    below = font.get("/DescendantFonts")
    inner = below[0] if isinstance(below, pikepdf.Array) and len(below) else font
    if not isinstance(inner, pikepdf.Dictionary):
        return
    if inner.get("/Subtype") == Name.CIDFontType2 and "/CIDToGIDMap" not in inner:
        inner.CIDToGIDMap = Name.Identity
    descriptor = inner.get("/FontDescriptor")
    if isinstance(descriptor, pikepdf.Dictionary):
        _drop(descriptor, "/CIDSet", "/CharSet")


def _layers(root: pikepdf.Object) -> None:
    """Each configuration of layers needs a name and must not change by itself."""
    properties = root.get("/OCProperties")
    if not isinstance(properties, pikepdf.Dictionary):
        return
    configurations: list[Any] = [properties.get("/D"), *properties.get("/Configs", [])]
    for number, one in enumerate(configurations):
        if isinstance(one, pikepdf.Dictionary):
            one.Name = pikepdf.String(f"Ebenen {number + 1}")
            _drop(one, "/AS")
