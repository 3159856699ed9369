"""Who a letter goes to, line by line, as it stands in the window of the envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rathaus.forms.codelists import code_list
from rathaus.forms.definition import Field, FieldType, FormDefinition
from rathaus.proceedings import answers as paths
from rathaus.proceedings.models import Application

Address = Mapping[str, Any]


def window(application: Application, template_key: str = "") -> tuple[str, ...]:
    """Name and postal address of the applicant, without empty lines: at most six.

    A letter whose template names another address goes there if one was given.
    """
    form, answers = application.service.online_form, application.answers
    templates = application.service.letters
    template = next((one for one in templates if one.key == template_key), None)
    elsewhere = answers.get(template.address_field) if template else None
    name = ""
    if template and isinstance(elsewhere, Mapping):
        name = paths.text(answers, template.name_field)
    lines = [name] if name else [*names(form, answers)]
    address = elsewhere if isinstance(elsewhere, Mapping) else postal_address(form, answers)
    if address:
        lines += _lines(address)
    return tuple(line for line in lines if line)


def names(form: FormDefinition, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Who applies: the organisation, then the person, as far as they are given."""
    organisation = paths.text(answers, form.applicant_organisation_field)
    person = paths.join(answers, form.applicant_name_fields)
    return tuple(name for name in (organisation, person) if name)


def _lines(address: Address) -> list[str]:
    """As the post reads it: the addition above the street, a foreign country last in capitals."""
    street = f"{address.get('street', '')} {address.get('house_number', '')}".strip()
    city = f"{address.get('postal_code', '')} {address.get('city', '')}".strip()
    return [address.get("addition", ""), street, city, _abroad(address.get("country", "DE"))]


def _abroad(country: str) -> str:
    return "" if country == "DE" else code_list("countries").labels.get(country, country).upper()


def postal_address(form: FormDefinition, answers: Mapping[str, Any]) -> Address | None:
    """Where the applicant gets post: the first address given that the form names for it.

    A form that names none was published before it could: then it is what is known of the person
    who is logged in, else what is asked of everybody, else any address.
    """
    keys = form.applicant_address_fields or [field.key for field in _likely(form)]
    given = (answers.get(key) for key in keys)
    return next((value for value in given if isinstance(value, Mapping)), None)


def _likely(form: FormDefinition) -> list[Field]:
    found = [(step, field) for step in form.steps for field in step.fields]
    addresses = [pair for pair in found if pair[1].type == FieldType.ADDRESS]
    addresses.sort(
        key=lambda pair: (
            pair[1].prefill != "applicant",
            pair[0].visible_if is not None or pair[1].visible_if is not None,
        )
    )
    return [field for _step, field in addresses]
