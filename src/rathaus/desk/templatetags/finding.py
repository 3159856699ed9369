"""Saved searches as tiles on other pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from rathaus.records.finding import queries

register = template.Library()
TILES = 6


@register.inclusion_tag("desk/finding/tiles.html", takes_context=True)
def saved_searches(context: Context) -> dict[str, Any]:
    """The saved searches of the person, with the number of new results (bounded)."""
    desk = getattr(context.get("request"), "desk", None)
    if desk is None or not desk.can("records.view"):
        return {"tiles": []}
    rows = list(queries.saved_for(desk.staff)[:TILES])
    return {"tiles": queries.with_news(desk.staff, rows)}
