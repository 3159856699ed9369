"""The parts of a template that are the same for everybody."""

from __future__ import annotations

from django.template import Context, Node
from django.utils.translation import get_language


class Fixed(Node):
    """Neighbouring parts that are the same for everybody, joined on first use per language."""

    def __init__(self, parts: list[Node]) -> None:
        self.parts = parts
        self._said: dict[tuple[str | None, bool], str] = {}

    def said(self, language: str | None, context: Context) -> str:
        """What it says in the present language."""
        key = (language, context.autoescape)
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = "".join(str(part.render(context)) for part in self.parts)
        return said

    def render(self, context: Context) -> str:
        return self.said(get_language(), context)

    def render_annotated(self, context: Context) -> str:
        return self.render(context)
