"""Authored texts: plain, findable, accessible."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from rathaus.catalogue import readability
from rathaus.catalogue.checks.fields import with_places
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.gate import Context, Finding

MAX_TITLE = 70
MAX_SUMMARY = 260
_TAG = re.compile(r"<\s*/?\s*[a-zA-Z][^>]*>")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\([^)]*\)")
_EMPTY_WORDS = frozenset({"hier", "klick", "klicken", "sie", "link", "mehr", "weiter", "dieser"})


def authored(definition: ServiceDefinition) -> Iterator[tuple[str, str]]:
    """Every text residents read, with its place; letters without the remedy."""
    yield "summary", definition.summary
    yield "description", definition.description
    yield "after_submit", definition.after_submit
    yield "fee_note", definition.fee_note
    yield "not_online_reason", definition.not_online_reason
    for index, step in enumerate(definition.steps):
        yield f"steps.{index}.text", step.text
    for index, row in enumerate(definition.questions):
        yield f"questions.{index}.answer", row.answer
    for index, channel in enumerate(definition.channels):
        yield f"channels.{index}.text", channel.text
    for stage in definition.stages:
        yield f"stages.{stage.key}.public_text", stage.public_text
    for page in definition.form.steps if definition.form else ():
        yield f"form.{page.key}.intro", page.intro
    for place, field in with_places(definition.form):
        yield f"{place}.hint", field.hint
        yield f"{place}.help", field.help
        yield f"{place}.text", field.text
    for letter in definition.letters:
        yield f"letters.{letter.key}.body", letter.body


def plain_language(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """Short sentences, common words: measured, so only a warning."""
    for place, text in authored(definition):
        for problem in readability.problems(text):
            yield Finding("warning", place, problem)


def accessible(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """No raw HTML, no pictures, links that say where they lead (WCAG 1.1.1, 2.4.4)."""
    for place, text in authored(definition):
        if _TAG.search(text):
            yield Finding("error", place, _("HTML ist in Texten nicht erlaubt."))
        for picture, label in _LINK.findall(text):
            words = set(re.findall(r"\w+", label.lower()))
            if picture:
                yield Finding("error", place, _("Bilder sind in Texten nicht erlaubt."))
            elif not words:
                yield Finding("error", place, _("Ein Link hat keinen Text."))
            elif words <= _EMPTY_WORDS:
                message = _("Der Link „%(label)s“ sagt nicht, wohin er führt.")
                yield Finding("error", place, message % {"label": label})


def findable(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """Title, summary and everyday words by which people find the service."""
    if len(definition.title) > MAX_TITLE:
        yield Finding("warning", "title", _("Der Titel ist länger als 70 Zeichen."))
    if len(definition.summary) > MAX_SUMMARY:
        yield Finding("warning", "summary", _("Die Kurzfassung ist länger als 260 Zeichen."))
    if not definition.synonyms:
        text = _("Es sind keine Alltagswörter für die Suche angegeben.")
        yield Finding("warning", "synonyms", text)
    folded = [word.casefold().strip() for word in definition.synonyms]
    if len(set(folded)) != len(folded):
        yield Finding("warning", "synonyms", _("Ein Suchwort steht doppelt."))
    if any(not word for word in folded):
        yield Finding("error", "synonyms", _("Ein Suchwort ist leer."))


CHECKS = (plain_language, accessible, findable)
