"""What kind of PDF this is, and which of its pages have to be read by OCR."""

from __future__ import annotations

from typing import Any

import pikepdf

from rathaus.records.renditions.child import check, limits, source, text


def look(content: bytes, *, text_only: bool = False) -> tuple[dict[str, Any], bytes]:
    """Facts of the document, and its text (pages divided by form feeds). Raises: Refused."""
    with source.pages(content) as document:
        if text_only:
            return {"pages": len(document)}, text.of_document(document).encode()
        pages, texts, size = [], [], 0
        for page in document:
            found = text.of_page(page)
            chars = text.readable(found)
            share = text.covered(page) if chars < text.STAMP else 0.0
            pages.append({"chars": chars, "read": text.needs_reading(chars, share)})
            size += len(found)
            texts.append(found if size < limits.MAX_TEXT else "")
            page.close()
    with source.structure(content) as pdf:
        facts = {
            "pages": pages,
            "signed": _is_signed(pdf),
            "xfa": _is_only_xfa(pdf),
            "archive": check.claimed(pdf),
            "problems": sorted(check.problems(pdf)) if check.claimed(pdf) else [],
        }
    return facts, "\f".join(texts).encode()


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    """Whether a field holds a signature (PDF 2.0, 12.8)."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary):
        return False
    waiting = list(form.get("/Fields", []))
    for _ in range(10_000):
        if not waiting:
            return False
        field = waiting.pop()
        if not isinstance(field, pikepdf.Dictionary):
            continue
        if field.get("/FT") == pikepdf.Name.Sig and "/V" in field:
            return True
        waiting.extend(field.get("/Kids", []))
    return False


def _is_only_xfa(pdf: pikepdf.Pdf) -> bool:
    """A form whose pages exist only in Adobe's program (dynamic XFA)."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary) or "/XFA" not in form:
        return False
    return bool(pdf.Root.get("/NeedsRendering", False)) or not len(form.get("/Fields", []))
