"""What other parts of the record add to its pages, without touching their templates.

A part registers in the ``ready`` of its app or where its views are imported::

    from rathaus.desk import panels

    panels.register("case", "desk/work/case_panel.html", case_panel)

`case_panel(request, case)` returns the context of the template, or None for "nothing here".
For ``document`` and ``document_links`` the function gets all documents of the page at once and
returns a context for each primary key that it has something for, so that it asks the database once.

Places: ``dossier`` and ``case`` (boxes at the side), ``case_main`` (below the documents);
links in "Was ist zu tun?" (the template holds `<li>`): ``case_first`` (seen at once),
``case_together``, ``case_order``, ``case_guard``, ``dossier_order``, ``dossier_out``,
``dossier_guard`` (opened when wanted), ``document_actions`` (on a document's own page);
``document_page`` (box at the side there); for each document in the list of a case
``document_links`` (beside its title) and ``document`` (below it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

PLACES = frozenset(
    {
        "dossier",
        "dossier_order",
        "dossier_out",
        "dossier_guard",
        "case",
        "case_main",
        "case_first",
        "case_together",
        "case_order",
        "case_guard",
        "document",
        "document_links",
        "document_page",
        "document_actions",
    }
)
Context = Callable[[HttpRequest, Any], Mapping[str, Any] | None]
Contexts = Callable[[HttpRequest, Sequence[Any]], Mapping[int, Mapping[str, Any]]]


@dataclass(frozen=True)
class Panel:
    """A template and what fills it."""

    template: str
    context: Callable[..., Any]
    order: int


_panels: dict[str, list[Panel]] = {place: [] for place in PLACES}


def register(place: str, template: str, context: Context | Contexts, *, order: int = 50) -> None:
    """Add a panel; the same template twice is one. Raises: KeyError for an unknown place."""
    panels = _panels[place]
    panels[:] = [panel for panel in panels if panel.template != template]
    panels.append(Panel(template, context, order))
    panels.sort(key=lambda panel: (panel.order, panel.template))


def render(place: str, request: HttpRequest, subject: Any) -> SafeString:
    """All panels of `place` about one thing."""
    parts = []
    for panel in _panels[place]:
        context = panel.context(request, subject)
        if context is not None:
            parts.append(render_to_string(panel.template, {"subject": subject, **context}, request))
    return mark_safe("".join(parts))  # noqa: S308 - rendered by templates


def actions(of: str, request: HttpRequest, subject: Any) -> dict[str, SafeString]:
    """The links for "Was ist zu tun?" of a ``case`` or ``dossier``, by the group they stand in."""
    places = (place for place in PLACES if place.startswith(f"{of}_") and place != "case_main")
    return {place.partition("_")[2]: render(place, request, subject) for place in places}


def render_each(
    place: str, request: HttpRequest, documents: Sequence[Any]
) -> dict[int, SafeString]:
    """The panels of ``document`` or ``document_links`` for each document, by primary key."""
    found: dict[int, str] = {}
    for panel in _panels[place]:
        for key, context in panel.context(request, documents).items():
            subject = next((one for one in documents if one.pk == key), None)
            text = render_to_string(panel.template, {"subject": subject, **context}, request)
            found[key] = found.get(key, "") + text
    return {key: mark_safe(text) for key, text in found.items()}  # noqa: S308 - as above
