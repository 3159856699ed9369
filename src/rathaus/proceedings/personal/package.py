"""The parts of a copy: the account, its drafts, each case with its documents."""

from __future__ import annotations

import json
import zipfile
from typing import Any

from django.utils.translation import gettext as _

from rathaus.accounts import devices, ways
from rathaus.accounts.models import Account, Authentication
from rathaus.accounts.trust import TrustLevel
from rathaus.core.clock import now
from rathaus.core.events import type_of
from rathaus.core.models import Chain
from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.forms.models import Upload
from rathaus.proceedings import papers
from rathaus.proceedings.models import Application, Draft
from rathaus.proceedings.personal import holdings
from rathaus.records.names import safe_name

FORMAT = "offenes-rathaus/meine-daten/1"
README = """\
Ihre Daten beim Online-Rathaus
==============================

konto.json         Ihr Servicekonto: Angaben, Zugänge, Einwilligungen, Vertretungen, Verlauf
entwuerfe/         begonnene, nicht abgeschickte Anträge
antraege/          Ihre Anträge: je ein Ordner mit antrag.json und den Dokumenten

Die JSON-Dateien können Programme lesen. Öffnen Sie sie mit einem Texteditor.
Nicht enthalten sind interne Vermerke der Verwaltung. Dafür gilt das Recht auf Akteneinsicht.
"""


def account(zipped: zipfile.ZipFile, row: Account) -> None:
    """``LIESMICH.txt`` and ``konto.json``."""
    zipped.writestr("LIESMICH.txt", README)
    level = {int(member): member.key for member in TrustLevel}
    data: dict[str, Any] = {
        "format": FORMAT,
        "made_at": now(),
        "account": {
            "id": row.public_id,
            "first_names": row.first_names,
            "last_name": row.last_name,
            "address": row.address,
            "phone": row.phone,
            "language": row.language,
            "contact_email": row.contact_email,
            "notify_status": row.notify_status,
            "notify_reminders": row.notify_reminders,
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
        },
        "login": {
            "email": ways.confirmed_address(row),
            "has_password": ways.has_password(row),
            "passkeys": [{"created_at": key.created_at} for key in ways.passkeys(row)],
            "linked": list(
                row.identities.values("source", "linked_at", "last_used_at", "last_level")
            ),
            "devices": [
                {"name": device.name, "since": device.since, "seen": device.seen}
                for device in devices.of(row, current_key="")
            ],
            "open": [
                {
                    "source": proof.source,
                    "method": proof.method,
                    "level": level.get(proof.level, ""),
                    "at": proof.authenticated_at,
                    "until": proof.expires_at,
                }
                for proof in Authentication.objects.filter(account=row)
            ],
        },
        "consents": list(
            row.consents.values("kind", "text_version", "text", "given_at", "withdrawn_at")
        ),
        "children": list(
            row.children.values("first_names", "last_name", "birth_date", "declared_at")
        ),
        "representations": [
            {
                "organisation": held.organisation.name,
                "proof": held.organisation.verified_source,
                "role": held.role,
                "state": held.state,
                "requested_at": held.requested_at,
                "decided_at": held.decided_at,
                "valid_until": held.valid_until,
            }
            for held in row.representations.select_related("organisation").order_by("pk")
        ],
        "history": history(row.chain),
    }
    zipped.writestr("konto.json", dumped(data))


def drafts(zipped: zipfile.ZipFile, row: Account) -> None:
    """One folder per draft the account itself has begun, with its uploads."""
    mine = Draft.objects.belonging_to(row).filter(account=row)
    rows = mine.going_on().select_related("version__service")
    for draft in rows.order_by("pk").iterator(chunk_size=20):
        folder = f"entwuerfe/{draft.version.service.slug}-{str(draft.public_id)[:8]}"
        data = {
            "service": draft.version.parsed.title,
            "version": draft.version.number,
            "on_behalf": draft.on_behalf,
            "answers": draft.answers,
            "not_saved": draft.not_saved,
            "created_at": draft.created_at,
            "updated_at": draft.updated_at,
            "expires_at": draft.expires_at,
        }
        zipped.writestr(f"{folder}/entwurf.json", dumped(data))
        uploads = Upload.objects.filter(owner=draft.public_id).order_by("created", "pk")
        for number, upload in enumerate(uploads.select_related("blob").iterator(), 1):
            name = f"{folder}/dateien/{number:02d}-{safe_name(upload.name)}"
            try:
                zipped.writestr(name, upload.blob.read())
            except (StorageShredded, StorageDamaged):
                zipped.writestr(f"{name}.txt", _("Die Datei ist nicht mehr lesbar.") + "\n")


def application(zipped: zipfile.ZipFile, row: Application) -> None:
    """``antrag.json`` and the documents that went to or came from the person."""
    folder = f"antraege/{row.reference.replace('/', '-')}"
    [kept] = holdings.kept([row])
    claim = row.claim
    data: dict[str, Any] = {
        "reference": row.reference,
        "service": row.service.title,
        "version": row.version.number,
        "state": row.state,
        "channel": row.channel,
        "submitted_at": row.submitted_at,
        "decided_at": row.decided_at,
        "applicant": row.applicant_name,
        "contact_email": row.contact_email,
        "on_behalf": row.on_behalf,
        "verified": row.verified,
        "answers": row.answers,
        "retention": {"until": kept.until, "years": kept.years, "basis": kept.basis},
        "fee": claim
        and {
            "payment_reference": claim.payment_reference,
            "amount_cents": claim.amount_cents,
            "currency": claim.currency,
            "state": claim.state,
            "due_on": claim.due_on,
            "payments": list(
                claim.attempts.order_by("number").values(
                    "provider", "state", "received_cents", "confirmed_at", "created_at"
                )
            ),
            "refunds": list(claim.refunds.order_by("number").values("amount_cents", "state")),
        },
        "messages": [
            {
                "from": "you" if message.incoming else message.author,
                "at": message.created_at,
                "text": message.text,
            }
            for message in row.messages.all()
        ],
        "questions": list(
            row.corrections.order_by("created_at").values(
                "state", "text", "items", "answers", "due_on", "created_at", "answered_at"
            )
        ),
        "history": history(row.case.chain),
    }
    data["documents"] = list(_documents(zipped, row, folder))
    zipped.writestr(f"{folder}/antrag.json", dumped(data))


def _documents(zipped: zipfile.ZipFile, row: Application, folder: str) -> Any:
    for number, document in enumerate(papers.meant_for(row).with_versions(), 1):
        version = document.as_filed
        path = f"{folder}/dokumente/{number:02d}-{safe_name(version.name)}"
        entry = {
            "title": document.title,
            "kind": document.kind,
            "direction": document.direction,
            "filed_at": document.created_at,
            "sha256": version.blob.sha256,
            "file": path.removeprefix(f"{folder}/"),
        }
        try:
            zipped.writestr(path, version.read())
        except (StorageShredded, StorageDamaged):
            entry["file"] = ""
            entry["note"] = _("Die Datei ist nicht mehr lesbar.")
        yield entry


def history(chain: Chain) -> list[dict[str, Any]]:
    """What happened; staff by their office, never by name."""
    found = []
    for event in chain.events.order_by("seq").iterator():
        known = type_of(event.type)
        found.append(
            {
                "at": event.at,
                "what": str(known.text) if known else event.type,
                "by": event.actor_kind,
                "office": event.actor_office,
            }
        )
    return found


def dumped(data: Any) -> str:
    """JSON as people can read it too."""
    return json.dumps(data, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
