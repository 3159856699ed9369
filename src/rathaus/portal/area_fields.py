"""The small forms of "Mein Bereich", asked with the same engine as the services."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from rathaus.forms.definition import Field, FieldType, FormDefinition, Option
from rathaus.portal.fields import code, form, per_language, text


@per_language
def attach() -> FormDefinition:
    """What was begun without account."""
    return form(
        text(
            "was",
            _("Aktenzeichen, oder Link zu Ihrem Entwurf"),
            hint=_("Das Aktenzeichen steht oben auf Ihrer Bestätigung, zum Beispiel 33.10/2026-7."),
            missing_message=_("Geben Sie das Aktenzeichen oder den Link ein."),
            autocomplete="off",
            max_length=400,
        ),
        code(_("Zugangscode")),
        _consent(
            "einwilligung",
            _("Danach öffnet er sich nur noch in Ihrem Konto. Der Zugangscode gilt nicht mehr."),
            _("Ja, in mein Konto übernehmen"),
            _("Stimmen Sie zu, wenn Sie den Vorgang übernehmen möchten."),
        ),
    )  # fmt: skip


@per_language
def profile() -> FormDefinition:
    """Own statements."""
    return form(
        text("first_names", _("Vornamen"), required=False, autocomplete="given-name",
             max_length=120),
        text("last_name", _("Nachname"), required=False, autocomplete="family-name",
             max_length=120),
        Field(key="address", type=FieldType.ADDRESS, label=_("Anschrift"), required=False),
        Field(key="phone", type=FieldType.PHONE, label=_("Telefon"), required=False,
              autocomplete="tel"),
        Field(
            key="language",
            type=FieldType.CHOICE,
            label=_("Sprache für E-Mails und Seiten"),
            options=(Option(value="de", label="Deutsch"), Option(value="en", label="English")),
        ),
    )  # fmt: skip


@per_language
def contact() -> FormDefinition:
    """Another address for notices."""
    return form(
        Field(
            key="email",
            type=FieldType.EMAIL,
            label=_("E-Mail-Adresse"),
            hint=_("Wir schicken einen Code dorthin. Erst danach benutzen wir die Adresse."),
            missing_message=_("Geben Sie eine E-Mail-Adresse ein."),
            autocomplete="email",
        )
    )


@per_language
def contact_code() -> FormDefinition:
    """The code that came there."""
    return form(
        text(
            "code",
            _("Code aus der E-Mail"),
            hint=_("Acht Zeichen. Groß- und Kleinschreibung und Striche sind egal."),
            missing_message=_("Geben Sie den Code ein."),
            autocomplete="one-time-code",
            width="20",
            max_length=40,
        )
    )


@per_language
def notices() -> FormDefinition:
    """Which e-mails somebody wants."""
    return form(
        Field(
            key="hinweise",
            type=FieldType.CHOICES,
            label=_("Wann sollen wir Ihnen eine E-Mail schicken?"),
            required=False,
            options=(
                Option(value="status", label=_("Wenn es in einem Vorgang etwas Neues gibt")),
                Option(
                    value="reminders",
                    label=_("Wenn eine Frist näher rückt oder ein Entwurf bald gelöscht wird"),
                ),
            ),
        )
    )


@per_language
def organisation() -> FormDefinition:
    """A company, association or authority, as its founder describes it."""
    kinds = [("hra", "HRA"), ("hrb", "HRB"), ("vr", "VR"), ("gnr", "GnR"), ("pr", "PR")]
    return form(
        text(
            "name",
            _("Name der Organisation"),
            hint=_("Firma, Verein, Stiftung oder Behörde, mit Rechtsform."),
            missing_message=_("Geben Sie den Namen ein."),
            autocomplete="organization",
        ),
        text("rechtsform", _("Rechtsform"), required=False, max_length=80,
             hint=_("Zum Beispiel GmbH, e. V., Einzelunternehmen.")),
        Field(
            key="register",
            type=FieldType.SELECT,
            label=_("Steht sie in einem Register?"),
            options=(
                Option(value="nein", label=_("nein, oder ich weiß es nicht")),
                *(Option(value=key, label=label) for key, label in kinds),
            ),
        ),
        text("nummer", _("Registernummer"), max_length=40, width="20",
             visible_if={"!=": [{"var": "register"}, "nein"]}),
        text("gericht", _("Registergericht"), max_length=80,
             visible_if={"!=": [{"var": "register"}, "nein"]}),
        Field(key="anschrift", type=FieldType.ADDRESS, label=_("Anschrift"), required=False),
        _consent(
            "zusage",
            _("Das Rathaus kann einen Nachweis verlangen."),
            _("Ich darf für diese Organisation handeln"),
            _("Bestätigen Sie, dass Sie für die Organisation handeln dürfen."),
        ),
    )  # fmt: skip


@per_language
def join() -> FormDefinition:
    """The code an organisation handed out."""
    return form(
        text(
            "code",
            _("Code der Organisation"),
            hint=_("16 Zeichen. Groß- und Kleinschreibung und Striche sind egal."),
            missing_message=_("Geben Sie den Code ein."),
            autocomplete="off",
            width="20",
            max_length=60,
        )
    )


@per_language
def child() -> FormDefinition:
    """A child somebody is a parent of."""
    return form(
        text("first_names", _("Vornamen des Kindes"), autocomplete="off", max_length=120,
             missing_message=_("Geben Sie die Vornamen ein.")),
        text("last_name", _("Nachname des Kindes"), autocomplete="off", max_length=120,
             missing_message=_("Geben Sie den Nachnamen ein.")),
        Field(
            key="birth_date",
            type=FieldType.DATE,
            label=_("Geburtsdatum"),
            missing_message=_("Geben Sie das Geburtsdatum ein."),
            not_after="today",
        ),
        _consent(
            "sorge",
            _("Das Rathaus kann einen Nachweis verlangen."),
            _("Ich habe das Sorgerecht für dieses Kind"),
            _("Bestätigen Sie, dass Sie das Sorgerecht haben."),
        ),
    )  # fmt: skip


@per_language
def terms() -> FormDefinition:
    """What a representative may do, and until when."""
    return form(
        Field(
            key="rolle",
            type=FieldType.CHOICE,
            label=_("Was darf die Person?"),
            options=(
                Option(value="member", label=_("Für die Organisation handeln")),
                Option(
                    value="admin",
                    label=_("Für die Organisation handeln und andere Personen zulassen"),
                ),
            ),
        ),
        Field(
            key="bis",
            type=FieldType.DATE,
            label=_("Letzter Tag"),
            hint=_("Lassen Sie die Felder leer, wenn es unbefristet gilt."),
            required=False,
            not_before="today",
        ),
    )


@per_language
def farewell() -> FormDefinition:
    """The last question before an account goes."""
    return form(
        _consent(
            "loeschen",
            _("Danach kann niemand mehr das Konto wiederherstellen, auch wir nicht."),
            _("Ja, mein Servicekonto löschen"),
            _("Setzen Sie das Häkchen, wenn Sie Ihr Konto löschen möchten."),
        )
    )


def _consent(key: str, words: str, label: str, missing: str, **more: Any) -> Field:
    return Field(
        key=key,
        type=FieldType.CONSENT,
        label=label,
        text=words,
        missing_message=missing,
        **more,
    )
