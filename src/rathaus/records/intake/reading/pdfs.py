"""PDF files from anybody: how many pages, and what is special about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

MAX_OBJECTS = 200_000


@dataclass(frozen=True)
class Facts:
    """`pages` is None where nobody can tell."""

    pages: int | None
    marks: list[str] = field(default_factory=list)
    signed: bool = False


def look(content: bytes) -> Facts:
    """Look into a PDF; damaged and locked files are described, never an error."""
    import pikepdf

    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            marks = _marks(pdf)
            return Facts(len(pdf.pages), marks, "signed" in marks)
    except pikepdf.PasswordError:
        return Facts(None, ["password"])
    except Exception:  # foreign files break readers in every way there is
        return Facts(None, ["damaged"])


def _marks(pdf: Any) -> list[str]:
    import pikepdf

    root, found = pdf.Root, []
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        if "/XFA" in form:
            found.append("xfa")
        if int(form.get("/SigFlags", 0)) & 1 and _signatures(form):
            found.append("signed")
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        if "/JavaScript" in names:
            found.append("active_pdf")
        if "/EmbeddedFiles" in names:
            found.append("attached_pdf")
    action = root.get("/OpenAction")
    kinds = {"/JavaScript", "/Launch"}
    if isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in kinds:
        found.append("active_pdf")
    if pdf.is_encrypted and "password" not in found:
        found.append("password")
    return list(dict.fromkeys(found))


def _signatures(form: Any) -> bool:
    """Whether any signature field is filled in."""
    stack, seen = list(form.get("/Fields", [])), 0
    while stack and seen < 5000:
        seen += 1
        one = stack.pop()
        if str(one.get("/FT", "")) == "/Sig" and "/V" in one:
            return True
        stack += list(one.get("/Kids", []))
    return False
