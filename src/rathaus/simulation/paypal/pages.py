"""Pages of the simulated PayPal: the payer's, and the switch board."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rathaus.simulation.models import SimulatedFault, SimulatedOrder, SimulatedWebhook
from rathaus.simulation.paypal import answers, engine, faults

OUTCOMES = {
    "normal": "Zahlung klappt sofort",
    "echeck": "Zahlung dauert (Bankeinzug, eCheck)",
    "review": "PayPal prüft die Zahlung",
    "declined": "Zahlungsmittel wird abgelehnt",
    "refused": "Zahlung wird endgültig verweigert",
}
SHOWN = 20


class SeeOther(HttpResponseRedirect):
    """303: go on with GET."""

    status_code = 303


@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest, order_id: str) -> HttpResponse:
    """What the payer sees: pay, cancel, or close the page without coming back."""
    order = get_object_or_404(SimulatedOrder, order_id=order_id)
    if request.method == "POST":
        return _chosen(request, order)
    return render(
        request,
        "simulation/paypal/checkout.html",
        {
            "order": order,
            "amount": answers.amount(order),
            "unit": answers.unit(order),
            "outcomes": OUTCOMES,
            "can_pay": order.status in {"CREATED", "PAYER_ACTION_REQUIRED"},
        },
    )


@require_GET
def closed(request: HttpRequest, order_id: str) -> HttpResponse:
    """The payer closed the browser; the town will hear of it by webhook or poller."""
    order = get_object_or_404(SimulatedOrder, order_id=order_id)
    return render(request, "simulation/paypal/closed.html", {"order": order})


@require_http_methods(["GET", "POST"])
def switches(request: HttpRequest) -> HttpResponse:
    """Faults on and off."""
    if request.method == "POST":
        name = request.POST.get("name", "")
        if name in faults.NAMES:
            times = request.POST.get("times", "1")
            faults.switch_on(name, int(times) if times.isdecimal() and len(times) < 3 else 1)
        return redirect("simulation:paypal_switches")
    on = dict(SimulatedFault.objects.filter(remaining__gt=0).values_list("name", "remaining"))
    return render(
        request,
        "simulation/paypal/switches.html",
        {
            "faults": [(name, text, on.get(name, 0)) for name, text in faults.NAMES.items()],
            "orders": SimulatedOrder.objects.order_by("-pk")[:SHOWN],
            "webhooks": SimulatedWebhook.objects.order_by("-pk")[:SHOWN],
        },
    )


@require_POST
def order_action(request: HttpRequest, order_id: str) -> HttpResponse:
    """What happens at PayPal without the town: clearing, expiry, refunds, disputes."""
    order = get_object_or_404(SimulatedOrder, order_id=order_id)
    action = request.POST.get("action", "")
    if action in {"complete", "deny"}:
        engine.finish_pending(order, completed=action == "complete")
    elif action == "expire":
        SimulatedOrder.objects.filter(pk=order.pk, capture_id="").update(voided=True)
    elif action == "refund" and order.capture_id:
        engine.refund_outside(order)
    elif action == "reverse" and order.capture_id:
        engine.take_back(order)
    return redirect("simulation:paypal_switches")


def _chosen(request: HttpRequest, order: SimulatedOrder) -> HttpResponse:
    action = request.POST.get("action")
    context = order.request.get("payment_source", {}).get("paypal", {})
    addresses = context.get("experience_context", {})
    if action == "cancel":
        return _back(str(addresses.get("cancel_url", "")), {"token": order.order_id})
    outcome = request.POST.get("outcome", "normal")
    if outcome not in OUTCOMES:
        return HttpResponse(_("Unbekannte Auswahl"), status=400)
    engine.approve(order, outcome)
    if action == "close":
        return redirect("simulation:paypal_closed", order.order_id)
    return _back(
        str(addresses.get("return_url", "")),
        {"token": order.order_id, "PayerID": answers.PAYER_ID},
    )


def _back(address: str, query: dict[str, str]) -> HttpResponse:
    """Only back to the town: the stand-in must not become an open redirect."""
    own = urlsplit(settings.BASE_URL)
    url = urlsplit(address)
    if (url.scheme, url.netloc) != (own.scheme, own.netloc):
        return HttpResponse(_("Diese Rücksprungadresse gehört nicht zum Rathaus."), status=400)
    joint = "&" if url.query else "?"
    return SeeOther(f"{address}{joint}{urlencode(query)}")
