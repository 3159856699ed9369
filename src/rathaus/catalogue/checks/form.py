"""The form: its logic, and what the rest of the service expects of it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from rathaus.catalogue.checks.fields import resolve, with_places
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.gate import Context, Finding
from rathaus.forms.analysis import analyse
from rathaus.forms.definition import FieldType


def logic(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """No cycles, no reference to a later step, nothing unreachable."""
    if definition.form is not None:
        for problem in analyse(definition.form):
            yield Finding("error", "form", str(problem))


def applicant(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """Name, address for notices and postal address come from fields that exist."""
    form = definition.form
    if form is None:
        return
    email = form.contact_email_field
    if not email:
        text = _("Keine E-Mail-Adresse für Nachrichten festgelegt.")
        yield Finding("warning", "form.contact_email_field", text)
    else:
        found = resolve(definition, email)
        if found is None or found.type != FieldType.EMAIL:
            text = _("„%(path)s“ ist kein E-Mail-Feld.") % {"path": email}
            yield Finding("error", "form.contact_email_field", text)
    if not form.applicant_name_fields:
        text = _("Nicht festgelegt, aus welchen Feldern der Name entsteht.")
        yield Finding("error", "form.applicant_name_fields", text)
    for path in form.applicant_name_fields:
        if resolve(definition, path) is None:
            text = _("Das Feld „%(path)s“ gibt es nicht.") % {"path": path}
            yield Finding("error", "form.applicant_name_fields", text)
    asked = {row.type for step in form.steps for row in step.fields}
    if FieldType.ADDRESS in asked and not form.applicant_address_fields:
        text = _("Nicht festgelegt, an welche Anschrift Schreiben gehen.")
        yield Finding("warning", "form.applicant_address_fields", text)


def uploads(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """A document that can be uploaded needs a field for it."""
    if definition.mode != "online":
        return
    has_upload = any(row.type == FieldType.UPLOAD for _place, row in with_places(definition.form))
    for index, document in enumerate(definition.documents):
        if document.upload and not has_upload:
            text = _("„%(label)s“ soll hochgeladen werden, aber das Formular hat kein Feld dafür.")
            yield Finding("error", f"documents.{index}", text % {"label": document.label})


def choices(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """A question has a label that tells it apart, and options that differ."""
    for place, row in with_places(definition.form):
        labels = [option.label for option in row.options]
        if len(set(labels)) != len(labels):
            yield Finding("error", place, _("Zwei Antworten haben denselben Text."))


CHECKS = (logic, applicant, uploads, choices)
