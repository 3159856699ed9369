"""The words of a document, for the search. What cannot be read has no words: never an error."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

log = logging.getLogger("rathaus.records")
MAX_CHARS = 500_000
MAX_PAGES = 500
MAX_PDF_BYTES = 100 * 1024 * 1024
_HYPHEN = re.compile(r"(?<=[a-zäöüß])-\n(?=[a-zäöüß])")


def text_of(content: bytes, content_type: str) -> str:
    """Readable text of `content`, "" if there is none or the file is damaged."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/pdf":
            return tidy(_pdf(content))
        if kind == "application/json":
            return tidy("\n".join(_strings(json.loads(content))))
        if kind.startswith("text/"):
            return tidy(content[: MAX_CHARS * 4].decode("utf-8", "replace"))
    except Exception as error:
        # Foreign files break readers in every way there is; the original is safe anyway.
        log.warning("no text from a damaged %s (%s)", kind, type(error).__name__)
    return ""


def reads(content_type: str) -> bool:
    """Whether the content itself is text, so that nothing has to be stored beside it."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.startswith("text/")


def tidy(text: str) -> str:
    """Join words divided at line ends, drop soft hyphens, cut at the limit."""
    return _HYPHEN.sub("", text.replace("\u00ad", ""))[:MAX_CHARS]


def _pdf(content: bytes) -> str:
    from pypdf import PdfReader

    if len(content) > MAX_PDF_BYTES:
        return ""
    found: list[str] = []
    size = 0
    for number, page in enumerate(PdfReader(BytesIO(content), strict=False).pages):
        if number >= MAX_PAGES or size > MAX_CHARS:
            break
        found.append(page.extract_text())
        size += len(found[-1])
    return "\n".join(found)


def _strings(value: Any) -> Iterator[str]:
    """Texts and numbers of a JSON value; keys are not what people look for."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
