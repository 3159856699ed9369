"""The words of HTML, in time that grows with its length only: the reader of the library needs
minutes for a megabyte of broken tags.
"""

from __future__ import annotations

import html as library
import re
from collections.abc import Iterator

from rathaus.records.mailfile.model import MAX_TEXT

LONGEST = MAX_TEXT * 5
_RAW = {"script", "style", "template", "noscript", "title", "textarea", "iframe", "noembed"}
"""Nothing in them is a tag, and nothing is to be read."""
_BLOCKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "hr",
           "blockquote", "pre", "ul", "ol", "section", "article", "header", "footer", "dt",
           "dd", "center"}  # fmt: skip
_OPEN = re.compile(r"<(?=[a-zA-Z/!?])")
_NAME = re.compile(r"(/?)([a-zA-Z][^\s/>]{0,40})")
_MARK = re.compile("[\"'>]")
_SPACES = re.compile(r"[^\S\n]+")


def html_text(html: str) -> str:
    """Only the words of an HTML page, a line for each paragraph. Never raises."""
    if not html.strip():
        return ""
    text = "".join(_pieces(html[:LONGEST]))
    lines = [line.strip() for line in _SPACES.sub(" ", text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _pieces(html: str) -> Iterator[str]:
    in_head = False
    for tag, text in _tokens(html):
        if tag is None:
            if not in_head:
                yield re.sub(r"\s+", " ", library.unescape(text))
            continue
        name = tag.removeprefix("/")
        if name == "head":
            in_head = not tag.startswith("/")
        elif name == "body":
            in_head = False
        elif name in _BLOCKS:
            in_head = False  # </head> may be missing, and often is
            yield "\n"
        elif tag in ("td", "th"):
            yield " "


def _tokens(html: str) -> Iterator[tuple[str | None, str]]:
    """(name, "") for a tag, (None, text) for what stands between."""
    at, closes = 0, True
    while (opening := _OPEN.search(html, at)) is not None:
        start = opening.start()
        yield None, html[at:start]
        if html.startswith("<!--", start):
            end = html.find("-->", start + 2)
            if end < 0:
                return
            at = end + 3
            continue
        name = _NAME.match(html, start + 1)
        end = _end(html, start + 1) if closes else -1
        if end < 0:  # nothing closes it, nor any that follows
            closes, at = False, start + 1
            continue
        at = end + 1
        if name is None:
            continue
        tag = f"{name[1]}{name[2].lower()}"
        yield tag, ""
        if tag in _RAW:
            over = re.compile(f"</{re.escape(tag)}", re.IGNORECASE).search(html, at)
            if over is None:
                return
            at = over.start()
    yield None, html[at:]


def _end(html: str, at: int) -> int:
    """Where the tag ends that begins before `at`; a sign inside quotes does not end it."""
    while (mark := _MARK.search(html, at)) is not None:
        if mark[0] == ">":
            return mark.start()
        at = mark.end()
        if html[max(0, mark.start() - 10) : mark.start()].rstrip().endswith("="):
            closing = html.find(mark[0], at)
            at = closing + 1 if closing >= 0 else at
    return -1
