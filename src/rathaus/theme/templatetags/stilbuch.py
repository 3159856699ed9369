"""Tags of the style guide itself."""

from __future__ import annotations

from pathlib import Path

from django import template
from django.template.loader import get_template

register = template.Library()


@register.simple_tag
def example_source(name: str) -> str:
    """The source text of an example, escaped by the template engine."""
    origin = get_template(name).origin  # type: ignore[attr-defined]
    return Path(origin.name).read_text("utf-8").strip()
