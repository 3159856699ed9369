"""Template tags of the form engine."""

from __future__ import annotations

from django import template

register = template.Library()


@register.simple_tag
def change_url(pattern: str, step_key: str, anchor: str) -> str:
    """Address of one answer: ``/antrag/…/STEP/`` with the step's key, and the control's id."""
    return f"{pattern.replace('STEP', step_key)}#{anchor}"
