"""The terms of use of the Servicekonto; what somebody agreed to is kept word by word."""

from __future__ import annotations

from django.db import transaction

from rathaus.accounts.events import ConsentGiven
from rathaus.accounts.models import Account, Consent
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record

KIND = "terms"
VERSION = "2026-11"
"""Change it with the text: the old text stays in each consent."""
TEXT = """\
Das Servicekonto ist freiwillig und kostenlos. Sie können Leistungen auch ohne Konto beantragen, \
wo das Gesetz es zulässt.

Das Konto gehört Ihnen allein. Geben Sie Ihr Passwort nicht weiter.

Wir speichern Ihre E-Mail-Adresse, Ihre Anmeldedaten und was Sie selbst eintragen. Ihre Anträge \
und unsere Antworten sehen Sie in „Mein Bereich“.

Sie können das Konto jederzeit löschen. Akten, die das Gesetz vorschreibt, bleiben bis zum Ende \
ihrer Frist. Ein Konto, das lange niemand benutzt, löschen wir nach einer Warnung.
"""


def give_consent(*, account: Account, actor: Actor, version: str = VERSION) -> Consent:
    """Note that the person agreed to the terms."""
    with transaction.atomic():
        consent = Consent.objects.create(
            account=account, kind=KIND, text_version=version, text=TEXT, given_at=now()
        )
        record(account.chain, ConsentGiven(kind=KIND, text_version=version), actor=actor)
    return consent
