"""Letters: every placeholder can be filled, a rejection says what can be done against it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from rathaus.catalogue.checks.fields import resolve, top_level
from rathaus.catalogue.definition import Letter, ServiceDefinition
from rathaus.catalogue.gate import Context, Finding
from rathaus.forms.definition import FieldType

PLACEHOLDERS = frozenset(
    {
        "aktenzeichen",
        "name",
        "leistung",
        "eingang",
        "datum",
        "amt",
        "gebuehr",
        "stadt",
        "grund",
    }
)
_PLACEHOLDER = re.compile(r"\[\[\s*([^\[\]]*?)\s*\]\]")


def placeholders(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """Nothing in double brackets stays in the letter."""
    for letter in definition.letters:
        for part in ("subject", "body", "remedy"):
            text: str = getattr(letter, part)
            place = f"letters.{letter.key}.{part}"
            for path in dict.fromkeys(_PLACEHOLDER.findall(text)):
                if not _known(definition, path):
                    message = _("Der Platzhalter [[%(path)s]] kann nicht gefüllt werden.")
                    yield Finding("error", place, message % {"path": path})
            rest = _PLACEHOLDER.sub("", text)
            if "[[" in rest or "]]" in rest:
                yield Finding("error", place, _("Ein Platzhalter ist nicht geschlossen."))


def _known(definition: ServiceDefinition, path: str) -> bool:
    if path.startswith("antrag."):
        return resolve(definition, path.removeprefix("antrag.")) is not None
    return path in PLACEHOLDERS


def remedies(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """A rejection instructs on the remedy (§ 37 (6) VwVfG, § 58 VwGO)."""
    for letter in definition.letters:
        if letter.outcome == "rejected" and not letter.remedy.strip():
            text = _("„%(title)s“ lehnt ab, hat aber keine Rechtsbehelfsbelehrung.")
            place = f"letters.{letter.key}.remedy"
            yield Finding("error", place, text % {"title": letter.title})
        if letter.outcome == "rejected" and not _mentions(letter, "grund"):
            text = _("„%(title)s“ lehnt ab, nennt aber keinen Grund ([[grund]]).")
            place = f"letters.{letter.key}.body"
            yield Finding("warning", place, text % {"title": letter.title})


def recipients(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """A letter that goes elsewhere names an address, and a text for who gets it there."""
    wanted = (
        ("address_field", {FieldType.ADDRESS}, _("„%(key)s“ ist keine Anschrift des Formulars.")),
        ("name_field", {FieldType.TEXT}, _("„%(key)s“ ist kein Textfeld des Formulars.")),
    )
    known = top_level(definition.form)
    for letter in definition.letters:
        for part, types, text in wanted:
            key: str = getattr(letter, part)
            if key and (key not in known or known[key].type not in types):
                yield Finding("error", f"letters.{letter.key}.{part}", text % {"key": key})


def endings(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """An online service can be ended by letter, and each letter has its own key."""
    keys = [letter.key for letter in definition.letters]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        text = _("Zwei Schreiben heißen „%(key)s“.") % {"key": key}
        yield Finding("error", f"letters.{key}", text)
    if definition.mode != "online":
        return
    outcomes = {letter.outcome for letter in definition.letters}
    if not outcomes & {"granted", "information"}:
        text = _("Es gibt kein Schreiben, mit dem der Vorgang endet.")
        yield Finding("error", "letters", text)
    if "rejected" not in outcomes:
        yield Finding("warning", "letters", _("Es gibt kein Schreiben für eine Ablehnung."))


def _mentions(letter: Letter, name: str) -> bool:
    return name in _PLACEHOLDER.findall(letter.body)


CHECKS = (placeholders, remedies, recipients, endings)
