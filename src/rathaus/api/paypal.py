"""PayPal's webhooks: taken in and stored, never answered from a remote call."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from rathaus.core import ratelimit
from rathaus.core.middleware import sender_key
from rathaus.payments import actions
from rathaus.payments.providers.paypal import config, notifications
from rathaus.payments.providers.paypal import webhook as signature

MAX_BYTES = 64 * 1024


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> JsonResponse:
    """Answers 200 for everything genuine, also for orders we do not know (PayPal would
    repeat for three days), 400 for what is certainly forged, 413 above 64 kB.

    A signature whose certificate is not at hand is checked by the job.
    """
    # The header may lie or be absent: read one byte more than allowed.
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return _answer("too large", 413)
    headers = {name: request.headers.get(name, "") for name in signature.HEADERS}
    settings = config.load()
    try:
        transmission_id = signature.precheck(headers, settings)
        notifications.parse(body)
        checked = signature.verify(headers, body, settings, fetch=False)
    except signature.WebhookInvalid:
        return _answer("refused", 400)
    if not checked and not ratelimit.allow(
        "paypal-webhook",
        sender_key(request),
        limit=300,
        per=timedelta(minutes=1),
    ):
        return _answer("too many", 429)
    new = actions.receive_notification(
        provider="paypal", transmission_id=transmission_id, headers=headers, body=body
    )
    return _answer("accepted" if new else "known", 200)


def _answer(text: str, status: int) -> JsonResponse:
    response = JsonResponse({"status": text}, status=status)
    response["Cache-Control"] = "no-store"
    return response
