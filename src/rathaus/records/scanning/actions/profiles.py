"""Scan profiles: each change is a new version; batches keep the one they began with."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import new_chain, record
from rathaus.organisation.models import Office
from rathaus.records.scanning import events
from rathaus.records.scanning.errors import MovedOn, ProfileInvalid
from rathaus.records.scanning.models import ProfileVersion, ScanProfile
from rathaus.records.scanning.profile import ProfileData


def save_profile(
    *,
    name: str,
    office: Office,
    data: dict[str, Any],
    actor: Actor,
    profile: ScanProfile | None = None,
    active: bool = True,
) -> ScanProfile:
    """A new profile, or a new version of `profile` (none where nothing changed).

    Raises: ProfileInvalid; MovedOn where somebody else saved it at the same time.
    """
    name = " ".join(name.split())[:100]
    parsed = _parsed(name, data)
    try:
        with transaction.atomic():
            if profile is None:
                profile = ScanProfile.objects.create(
                    name=name, office=office, chain=new_chain("scan_profile"), is_active=active
                )
                number = 1
            else:
                newest = profile.versions.get(number=profile.latest)
                if newest.parsed == parsed and (profile.name, profile.is_active) == (name, active):
                    return profile
                number = profile.latest + 1
                rows = ScanProfile.objects.filter(pk=profile.pk, latest=profile.latest)
                if not rows.update(name=name, is_active=active, latest=number):
                    raise MovedOn
                profile.name, profile.is_active, profile.latest = name, active, number
            settings = parsed.model_dump(mode="json")
            ProfileVersion.objects.create(
                profile=profile,
                number=number,
                data=settings,
                made_by=actor.label,
                created_at=now(),
            )
            saved = events.ProfileSaved(
                profile=str(profile.public_id),
                number=number,
                title=name,
                office=profile.office.key,
                active=active,
                settings=settings,
            )
            record(profile.chain, saved, actor=actor)
    except IntegrityError:
        taken = _("Dieses Amt hat schon ein Profil mit diesem Namen.")
        raise ProfileInvalid({"name": taken}) from None
    return profile


def _parsed(name: str, data: dict[str, Any]) -> ProfileData:
    errors = {} if name else {"name": _("Geben Sie dem Profil einen Namen.")}
    try:
        parsed = ProfileData.model_validate(data)
    except ValidationError as error:
        for found in error.errors():
            field = str(found["loc"][0]) if found["loc"] else "sample_percent"
            errors[field] = _sentence(field)
        raise ProfileInvalid(errors) from error
    if errors:
        raise ProfileInvalid(errors)
    return parsed


def _sentence(field: str) -> str:
    return {
        "device": _("Nennen Sie das Gerät: Hersteller, Modell und Standort."),
        "resolution": _("Die Auflösung ist eine Zahl von 150 bis 1200 dpi."),
        "sample_percent": _(
            "Die Stichprobe ist eine Zahl von 1 bis 100 Prozent. Bei sehr hohem Schutzbedarf der "
            "Integrität sind es 100."
        ),
        "sample_minimum": _("Mindestens anzusehende Seiten: eine Zahl von 1 bis 1000."),
        "paper_count": _("Aufbewahrung des Papiers: eine Zahl von 1 bis 520."),
        "excluded": _("Jede Art von Dokumenten ist höchstens 200 Zeichen lang."),
        "note": _("Die Bemerkung ist höchstens 1000 Zeichen lang."),
    }.get(field, _("Wählen Sie einen der angebotenen Werte."))
