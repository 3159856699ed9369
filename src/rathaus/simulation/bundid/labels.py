"""German names of what a log-in tells, for the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from rathaus.simulation.bundid.attributes import Given

LABELS = {
    "givenName": _("Vornamen"),
    "surname": _("Familienname"),
    "mail": _("E-Mail-Adresse"),
    "postalAddress": _("Straße und Hausnummer"),
    "postalCode": _("Postleitzahl"),
    "localityName": _("Ort"),
    "country": _("Land"),
    "personalTitle": _("Doktorgrad"),
    "gender": _("Geschlecht (Schlüssel)"),
    "birthdate": _("Geburtsdatum"),
    "placeOfBirth": _("Geburtsort"),
    "birthName": _("Geburtsname"),
    "nationality": _("Staatsangehörigkeit"),
    "documentType": _("Art des Ausweises"),
    "telephoneNumber": _("Telefon"),
    "eIDAS-Issuing-Country": _("Land des Ausweises"),
    "communityId": _("Gemeindeschlüssel des Wohnorts"),
    "bPK2": _("Kennung für dieses Rathaus (bPK2)"),
    "EID-CITIZEN-QAA-LEVEL": _("Vertrauensniveau"),
    "Version": _("Version der Schnittstelle"),
    "AssertionProvedBy": _("Verfahren"),
    "legacyPostkorbHandle": _("Postfach"),
    "mfa": _("zweiter Faktor"),
    "IstTestkonto": _("Testkonto"),
    "DatenkranzTyp": _("Herkunft der Daten"),
    "PersTyp": _("Art der Person"),
    "ElsterVertrauensniveauIdentifizierung": _("Niveau der Identifizierung"),
    "ElsterVertrauensniveauAuthentifizierung": _("Niveau der Anmeldung"),
    "DatenuebermittlerPseudonymId": _("Kennung der Organisation"),
    "Firmenname": _("Name der Organisation"),
    "Rechtsform": _("Rechtsform (Schlüssel)"),
    "RechtsformText": _("Rechtsform"),
    "Registerart": _("Register"),
    "IdNr": _("Steuer-Identifikationsnummer"),
    "Vorname": _("Vornamen"),
    "Name": _("Familienname"),
    "Unternehmensanschrift": _("Anschrift"),
    "Anschrift": _("Anschrift"),
}


def rows(told: Sequence[Given]) -> list[tuple[str, str, str]]:
    """Name, value and level of each attribute."""
    return [
        (
            str(LABELS.get(one.friendly or one.name, one.friendly or one.name)),
            one.value if one.parts is None else ", ".join(one.parts.values()),
            one.level.label if one.level else "",
        )
        for one in told
    ]
