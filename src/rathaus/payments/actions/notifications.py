"""Taking in a provider's webhook: store it, look at it later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.db import transaction

from rathaus.core import clock
from rathaus.core.jobs import enqueue
from rathaus.payments.models import ProviderNotification


def receive_notification(
    *, provider: str, transmission_id: str, headers: Mapping[str, str], body: bytes
) -> bool:
    """Keep a notification and enqueue its processing; False for a repetition.

    Nothing is decided and nothing remote happens here. Forged ones are found out by the
    job; the same body under the same transmission id is kept once (replay).
    """
    from rathaus.payments.jobs import process_notification

    with transaction.atomic():
        row, created = ProviderNotification.objects.get_or_create(
            provider=provider,
            transmission_id=transmission_id[:100],
            body_sha256=hashlib.sha256(body).hexdigest(),
            defaults={"headers": dict(headers), "body": body, "received_at": clock.now()},
        )
        if created:
            enqueue(process_notification, notification_id=row.pk)
    return created
