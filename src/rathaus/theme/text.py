"""Texts written by service designers: a small, safe part of Markdown."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

RULES = ["list", "link", "emphasis", "heading", "escape", "newline"]


class _Renderer(RendererHTML):
    """Headings start at level 3: level 1 and 2 belong to the page."""

    def heading_open(
        self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        return f"<h{min(int(tokens[idx].tag[1]) + 2, 6)}>"

    def heading_close(
        self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        return f"</h{min(int(tokens[idx].tag[1]) + 2, 6)}>\n"


def is_allowed_link(url: str) -> bool:
    """https, mailto, tel, and addresses within this site; never ``//host`` or script."""
    lowered = url.strip().lower()
    if lowered.startswith(("https://", "mailto:", "tel:", "#")):
        return True
    return lowered.startswith("/") and not lowered.startswith(("//", "/\\"))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "linkify": False}, renderer_cls=_Renderer)
    parser.enable(RULES)
    parser.validateLink = is_allowed_link  # type: ignore[method-assign]
    return parser


_markdown = _parser()


def parse(source: str) -> list[Token]:
    """The tokens of `source`, for renderers other than HTML (letters)."""
    return _markdown.parse(source)


@lru_cache(maxsize=1024)
def render(source: str) -> SafeString:
    """HTML of `source`: paragraphs, lists, links, bold, italic, headings from level 3."""
    return mark_safe(str(_markdown.render(source)))  # noqa: S308 -- html is off, links are checked


@lru_cache(maxsize=1024)
def render_inline(source: str) -> SafeString:
    """The same for one line, without the paragraph around it."""
    return mark_safe(str(_markdown.renderInline(source)))  # noqa: S308


def plain(source: str) -> list[str]:
    """The words of `source` without marks: a line for each paragraph, heading and list item."""
    return [
        "".join(
            " " if child.type.endswith("break") else child.content for child in token.children or ()
        )
        for token in parse(source)
        if token.type == "inline"
    ]
