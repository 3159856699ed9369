"""PDF/A-2a and PDF/UA-1 by Typst: ``render("letter", data) -> bytes``.

Data goes in as one JSON text through ``sys.inputs``: it is never source code, so nothing
in it can be executed. Use `rathaus.theme.letters.render` with the typed documents.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from rathaus.core import clock
from rathaus.theme.pdf import glyphs

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).resolve().parent
FONTS = TEMPLATES.parent / "fonts"
STANDARDS: list[Any] = ["a-2a", "ua-1"]

# Letters are too short to be laid out by several threads: they only got in each other's way.
os.environ.setdefault("RAYON_NUM_THREADS", "1")
_idle: list[_Compiler] = []
"""As many as were ever needed at once: the threads that make documents."""

_AGES = 2
"""The library keeps what it laid out until it was of no use for ten documents. What two letters
share is used by each of them; the rest (names, answers) is never used again, and to look it
through and keep it costs a tenth of the time and 8 MB. So each document counts as three."""


class PdfError(Exception):
    """The document could not be made; the message says why (for operators)."""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Read once; all compilers share them, as they share what they have parsed and laid out.

    The library is loaded here, because only processes that make documents need its 80 MB.
    """
    if not any(FONTS.glob("*.ttf")):
        raise PdfError("No fonts for letters. Run: npm ci && python -m rathaus.theme.build")
    return _only_fonts_in([str(FONTS)])


def _only_fonts_in(folders: list[Any]) -> typst.Fonts:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


class _Compiler:
    """A compiler of documents, and one of empty documents that lets the first forget sooner."""

    def __init__(self) -> None:
        import typst

        self._documents = typst.Compiler(
            root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True
        )
        self._nothing = typst.Compiler(
            root=str(TEMPLATES), font_paths=_only_fonts_in([]), ignore_system_fonts=True
        )

    def compile(self, template: str, data: str, at: datetime) -> Any:
        made = self._documents.compile(
            input=str(TEMPLATES / f"{template}.typ"),
            format="pdf",
            sys_inputs={"data": data},
            pdf_standards=STANDARDS,
            timestamp=int(at.timestamp()),
        )
        for _document in range(_AGES):
            self._nothing.compile(input=b"", format="svg")
        return made


@contextmanager
def _compiler() -> Iterator[_Compiler]:
    """A compiler that nobody else uses: one alone would let a second thread wait for it."""
    try:
        compiler = _idle.pop()
    except IndexError:
        compiler = _Compiler()
    try:
        yield compiler
    finally:
        _idle.append(compiler)


def _compile(template: str, data: Any, at: datetime) -> bytes:
    with _compiler() as compiler:
        made = compiler.compile(template, json.dumps(data, ensure_ascii=False), at)
    if not isinstance(made, bytes):
        raise PdfError(f"Typst returned {type(made).__name__} for {template}")
    return made


def render(template: str, data: Mapping[str, Any], *, at: datetime | None = None) -> bytes:
    """Lay `data` out with ``<template>.typ``; `at` is the document's creation time.

    Characters that no font has, and control characters, appear as ``[U+XXXX]``: a name in
    a rare script must not prevent a receipt. Raises: PdfError.
    """
    if not template.isidentifier() or not (TEMPLATES / f"{template}.typ").is_file():
        raise PdfError(_("Es gibt keine Briefvorlage „%(name)s“.") % {"name": template})
    from typst import TypstError

    moment = at or clock.now()
    try:
        return _compile(template, glyphs.printable(dict(data)), moment)
    except TypstError:
        pass  # a combination of characters that the fonts refuse: play safe once
    try:
        return _compile(template, glyphs.printable(dict(data), strict=True), moment)
    except TypstError as error:
        raise PdfError(f"{template}: {error.message}") from error
