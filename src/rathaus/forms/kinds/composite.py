"""Fields made of other fields: address, person, repeating group.

Their parts are ordinary fields, so they are read, checked, shown and described like any other.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from rathaus.forms.definition import Field, FieldType, Option, PersonPart
from rathaus.forms.kinds.base import JSON, Context, Invalid, Kind, Node


class ObjectKind(Kind):
    """A field whose answer is an object of parts; left empty as a whole where optional."""

    template = "object"
    grouped = True
    container = True

    def parts(self, field: Field) -> tuple[Field, ...]:
        """The fields the object consists of."""
        raise NotImplementedError

    initial: ClassVar[dict[str, str]] = {}
    """Parts filled in beforehand; they do not count as an answer by themselves."""

    def needs(self, part: Field, values: dict[str, Any]) -> bool:
        """Whether this part has to be given, in view of the others."""
        return part.required

    def finish(self, values: dict[str, Any]) -> tuple[str, Invalid] | None:
        """Check the parts together (and tidy them); the part to blame and why."""
        return None


class AddressKind(ObjectKind):
    """Street, number, postal code, city; addition and country where asked for."""

    initial: ClassVar[dict[str, str]] = {"country": "DE"}

    def needs(self, part: Field, values: dict[str, Any]) -> bool:
        abroad = values.get("country", "DE") != "DE"
        return part.required and not (abroad and part.key in ("house_number", "postal_code"))

    def finish(self, values: dict[str, Any]) -> tuple[str, Invalid] | None:
        code = values.get("postal_code", "")
        if values.get("country", "DE") != "DE" or not code:
            return None
        code = values["postal_code"] = re.sub(r"^D[- ]+(?=[0-9]{5}$)", "", code)
        if re.fullmatch(r"[0-9]{5}", code) and "01000" < code < "99999":
            return None
        text = _("Geben Sie die Postleitzahl mit fünf Ziffern ein, zum Beispiel 26639.")
        return "postal_code", Invalid(text)

    def parts(self, field: Field) -> tuple[Field, ...]:
        plain = field.autocomplete == "off"

        def part(key: str, label: str, missing: str, token: str, **more: Any) -> Field:
            kind = more.pop("type", FieldType.TEXT)
            return Field(key=key, type=kind, label=label, missing_message=missing,
                         autocomplete="" if plain else token, **more)  # fmt: skip

        parts = [
            part("street", "Straße", "Geben Sie die Straße ein.", "address-line1", max_length=100),
            part("house_number", "Hausnummer", "Geben Sie die Hausnummer ein.", "",
                 max_length=20, width="4"),
            part("addition", "Zusatz", "", "address-line2", required=False, max_length=100,
                 hint="Zum Beispiel Wohnungsnummer oder „bei Familie …“"),
            part("postal_code", "Postleitzahl", "Geben Sie die Postleitzahl ein.", "postal-code",
                 width="10", max_length=12),
            part("city", "Ort", "Geben Sie den Ort ein.", "address-level2", max_length=100),
        ]  # fmt: skip
        if field.with_country:
            parts.append(part("country", "Staat", "Wählen Sie den Staat aus.", "country",
                              type=FieldType.SELECT, source="countries"))  # fmt: skip
        return tuple(parts)

    def display(self, node: Node, value: JSON) -> list[str]:
        country = value.get("country", "DE")
        street = f"{value.get('street', '')} {value.get('house_number', '')}".strip()
        city = f"{value.get('postal_code', '')} {value.get('city', '')}".strip()
        lines = [street, value.get("addition", ""), city]
        if country != "DE":
            lines.append(next(c for c in node.children if c.key == "country").codes.labels[country])
        return [line for line in lines if line]


_SALUTATIONS = {"ms": "Frau", "mr": "Herr", "none": "Keine Anrede"}
_SEXES = {"female": "weiblich", "male": "männlich", "diverse": "divers", "none": "keine Angabe"}


def _options(labels: dict[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value=value, label=label) for value, label in labels.items())


_PERSON: dict[PersonPart, dict[str, Any]] = {
    "salutation": {
        "type": FieldType.CHOICE, "label": "Anrede", "options": _options(_SALUTATIONS),
        "missing_message": "Wählen Sie die Anrede aus.",
    },
    "doctoral_degree": {
        "type": FieldType.TEXT, "label": "Doktorgrad", "hint": "Zum Beispiel Dr.",
        "autocomplete": "honorific-prefix", "max_length": 40, "width": "10",
        "missing_message": "Geben Sie den Doktorgrad ein.",
    },
    "first_names": {
        "type": FieldType.TEXT, "label": "Vornamen", "autocomplete": "given-name",
        "hint": "Alle Vornamen, wie sie im Ausweis stehen", "max_length": 120,
        "missing_message": "Geben Sie die Vornamen ein.",
    },
    "last_name": {
        "type": FieldType.TEXT, "label": "Familienname", "autocomplete": "family-name",
        "max_length": 120, "missing_message": "Geben Sie den Familiennamen ein.",
    },
    "birth_name": {
        "type": FieldType.TEXT, "label": "Geburtsname", "max_length": 120,
        "hint": "Nur wenn er anders lautet als der Familienname",
        "missing_message": "Geben Sie den Geburtsnamen ein.",
    },
    "sex": {
        "type": FieldType.CHOICE, "label": "Geschlecht", "options": _options(_SEXES),
        "missing_message": "Wählen Sie das Geschlecht aus.",
    },
    "birth_date": {
        "type": FieldType.DATE, "label": "Geburtsdatum", "hint": "Zum Beispiel 27 3 1985",
        "autocomplete": "bday", "not_after": "today", "not_before": "today-130y",
        "missing_message": "Geben Sie das Geburtsdatum ein.",
    },
    "birth_place": {
        "type": FieldType.TEXT, "label": "Geburtsort", "max_length": 120,
        "missing_message": "Geben Sie den Geburtsort ein.",
    },
    "birth_country": {
        "type": FieldType.SELECT, "label": "Geburtsland", "source": "countries",
        "missing_message": "Wählen Sie das Geburtsland aus.",
    },
    "nationality": {
        "type": FieldType.SELECT, "label": "Staatsangehörigkeit", "source": "nationalities",
        "missing_message": "Wählen Sie die Staatsangehörigkeit aus.",
    },
}  # fmt: skip


class PersonKind(ObjectKind):
    """A natural person; `parts` are asked, of which `optional_parts` may stay empty."""

    def parts(self, field: Field) -> tuple[Field, ...]:
        asked = {*field.parts, *field.optional_parts} or {"first_names", "last_name"}
        made = []
        for key, definition in _PERSON.items():
            if key in asked:
                part = definition | {"required": key not in field.optional_parts}
                if field.autocomplete == "off":
                    part["autocomplete"] = ""
                made.append(Field(key=key, **part))
        return tuple(made)


class GroupKind(Kind):
    """The same questions several times; the answer is a list of objects."""

    template = "group"
    grouped = True
    container = True

    @staticmethod
    def least(field: Field) -> int:
        """Fewest items; an optional group may be empty."""
        return max(field.min_items, 0) if field.required else 0

    def missing(self, node: Node) -> Invalid:
        least = self.least(node.field)
        return Invalid(
            node.field.missing_message
            or _("Fügen Sie bei „%(label)s“ mindestens %(count)d Einträge hinzu.")
            % {"label": node.field.label, "count": least}
        )

    def parse(self, node: Node, raw: Any, context: Context) -> JSON:  # pragma: no cover
        raise NotImplementedError("groups are bound item by item")
