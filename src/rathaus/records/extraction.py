"""The words of a document, for the search. What cannot be read has no words: never an error."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

from rathaus.records.mailfile.words import of_html
from rathaus.records.renditions import mails, offices, sandbox
from rathaus.records.renditions.child.refusal import Refused

log = logging.getLogger("rathaus.records")
MAX_CHARS = 500_000
MAX_PDF_BYTES = 100 * 1024 * 1024
PDF_SECONDS = 30.0
_HYPHEN = re.compile(r"(?<=[a-zäöüß])-\n(?=[a-zäöüß])")


def text_of(content: bytes, content_type: str, name: str = "") -> str:
    """Readable text of `content`, "" if there is none or the file is damaged."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/pdf":
            return tidy(_pdf(content))
        if kind == "application/json":
            return tidy("\n".join(_strings(json.loads(content))))
        if kind == "text/html":
            return tidy(of_html(content[: MAX_CHARS * 4]))
        if kind.startswith("text/"):
            return tidy(content[: MAX_CHARS * 4].decode("utf-8", "replace"))
        if kind in ("message/rfc822", "application/vnd.ms-outlook"):
            mail = mails.read(content)
            return tidy("\n".join([*(value for _label, value in mail.facts), mail.text]))
        if offices.reads(kind, name):
            return tidy(offices.text_of(content, kind, name))
    except Refused as refused:
        log.info("no text from a %s (%s)", kind, refused.code)
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
    """Read in a process of its own: hostile files make readers of PDF crash or hang."""
    if len(content) > MAX_PDF_BYTES:
        return ""
    _facts, (text,) = sandbox.shared().ask("text", content, seconds=PDF_SECONDS)
    return text.decode("utf-8", "replace").replace("\f", "\n")


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
