"""Template tags of the desk."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from rathaus.core.registry import NotRegistered
from rathaus.desk.rows import LAST_BASKET, TONES
from rathaus.payments.providers.base import registry
from rathaus.proceedings.models import Application
from rathaus.proceedings.states import State
from rathaus.theme.templatetags.rathaus import badge

register = template.Library()


@register.simple_tag(takes_context=True)
def basket_url(context: dict[str, Any]) -> str:
    """The basket as the person left it: tab, filter, order and page."""
    return reverse("desk:basket") + str(context["request"].session.get(LAST_BASKET, ""))


@register.filter
def case_state(application: Application) -> SafeString:
    """The state of a case as a quiet badge."""
    tone = TONES[State(application.state)]
    return badge(tone, application.get_state_display())


@register.filter
def marked(parts: Any) -> SafeString:
    """Parts (text, is_hit) of a search result, hits in <mark>."""
    return format_html_join(
        "",
        "{}",
        (((format_html("<mark>{}</mark>", text) if hit else text),) for text, hit in parts),
    )


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """The value of a dictionary at `key`, or nothing."""
    return mapping.get(key, "") if hasattr(mapping, "get") else ""


@register.filter
def way(attempt: Any) -> str:
    """How somebody paid, in the words of the payment provider's entry."""
    method = getattr(getattr(attempt, "counter_receipt", None), "method", "")
    if method:
        counter = _("Schalter")
        return f"{counter}, {attempt.counter_receipt.get_method_display()}"
    try:
        return str(registry.get(attempt.provider).public_name)
    except NotRegistered:
        return str(attempt.provider)


@register.filter
def way_short(attempt: Any) -> str:
    """The payment provider's name; asks nothing for the counter's receipt."""
    try:
        return str(registry.get(attempt.provider).public_name)
    except NotRegistered:
        return str(attempt.provider)


@register.filter
def unanswered(rows: Any) -> list[str]:
    """Labels of the questions that were left empty."""
    return [row.label for row in rows if not row.answered]
