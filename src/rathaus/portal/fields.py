"""Small forms of the residents' pages, asked with the same engine as the services.

So labels, errors and their summary look and work the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rathaus.forms.definition import Field, FieldType, FormDefinition, Step

Maker = Callable[[], FormDefinition]
STEP = "formular"


def per_language(make: Maker) -> Maker:
    """Build a form once per language."""
    cached = lru_cache(maxsize=8)(lambda language: make())

    @wraps(make)
    def made() -> FormDefinition:
        return cached(get_language() or "de")

    return made


def form(*fields: Field) -> FormDefinition:
    """A form of one step."""
    return FormDefinition(steps=(Step(key=STEP, title=_("Formular"), fields=fields),))


def text(key: str, label: str, **more: Any) -> Field:
    """A line of text."""
    return Field(key=key, type=FieldType.TEXT, label=label, **{"max_length": 200, **more})


@per_language
def lookup() -> FormDefinition:
    """Aktenzeichen and code."""
    return form(
        text(
            "aktenzeichen",
            _("Aktenzeichen"),
            hint=_("Steht oben auf Ihrer Bestätigung, zum Beispiel 33.10/2026-0007."),
            missing_message=_("Geben Sie das Aktenzeichen ein."),
            autocomplete="off",
            width="20",
            max_length=60,
        ),
        code(_("Zugangscode")),
    )


@per_language
def share() -> FormDefinition:
    """The code of documents that somebody may read."""
    return form(code(_("Zugangscode")))


@per_language
def resume() -> FormDefinition:
    """Link and code of a draft."""
    return form(
        text(
            "antrag",
            _("Link oder Nummer Ihres Entwurfs"),
            hint=_("Fügen Sie den Link ein, den Sie beim Speichern bekommen haben."),
            missing_message=_("Fügen Sie den Link zu Ihrem Entwurf ein."),
            autocomplete="off",
            max_length=400,
        ),
        code(_("Code")),
    )


@per_language
def verify() -> FormDefinition:
    """The code on a document, and the document itself if wanted."""
    return form(
        text(
            "code",
            _("Prüfcode"),
            hint=_("Steht auf dem Dokument neben dem Quadrat-Code."),
            missing_message=_("Geben Sie den Prüfcode ein, der auf dem Dokument steht."),
            autocomplete="off",
            width="20",
            max_length=60,
        )
    )


@per_language
def barrier() -> FormDefinition:
    """Reporting a barrier (§ 9b Abs. 2 NBGG): no name, no log-in needed."""
    return form(
        text(
            "seite",
            _("Um welche Seite oder welches Dokument geht es?"),
            required=False,
            hint=_("Der Titel oder die Adresse genügt."),
            max_length=300,
        ),
        Field(
            key="barriere",
            type=FieldType.LONG_TEXT,
            label=_("Was funktioniert für Sie nicht?"),
            hint=_("Wenn Sie mögen, nennen Sie auch Ihr Hilfsmittel, zum Beispiel einen "
                   "Bildschirmleser."),
            missing_message=_("Beschreiben Sie, was nicht funktioniert."),
            max_length=4000,
        ),
        text("name", _("Ihr Name"), required=False, autocomplete="name", max_length=120),
        Field(
            key="email",
            type=FieldType.EMAIL,
            label=_("Ihre E-Mail-Adresse"),
            hint=_("Nur wenn wir Ihnen antworten sollen."),
            required=False,
        ),
    )  # fmt: skip


@per_language
def mail_link() -> FormDefinition:
    """Where to send the link of a draft."""
    return form(
        Field(
            key="email",
            type=FieldType.EMAIL,
            label=_("E-Mail-Adresse"),
            hint=_("Wir schicken nur den Link, nicht den Code."),
            missing_message=_("Geben Sie eine E-Mail-Adresse ein."),
        )
    )


@per_language
def message() -> FormDefinition:
    """A message to the town hall."""
    return form(
        Field(
            key="text",
            type=FieldType.LONG_TEXT,
            label=_("Ihre Nachricht"),
            missing_message=_("Schreiben Sie Ihre Nachricht."),
            max_length=5000,
        ),
        Field(
            key="message",
            type=FieldType.UPLOAD,
            label=_("Dateien dazu"),
            required=False,
            max_files=3,
        ),
    )


@per_language
def withdrawal() -> FormDefinition:
    """Why somebody withdraws; nobody has to say."""
    return form(
        Field(
            key="grund",
            type=FieldType.LONG_TEXT,
            label=_("Möchten Sie uns sagen, warum?"),
            required=False,
            max_length=1000,
        )
    )


def code(label: str) -> Field:
    """A secret code, forgiving in how it is typed."""
    return text(
        "code",
        label,
        hint=_("Zwölf Zeichen. Groß- und Kleinschreibung und Striche sind egal."),
        missing_message=_("Geben Sie den Code ein."),
        autocomplete="off",
        width="20",
        max_length=60,
    )
