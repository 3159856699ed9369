"""What the town holds about me, who looked at it, and what I agreed to."""

from __future__ import annotations

from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.accounts import assurance, devices, queries, ways
from rathaus.accounts.actions import consents, profile
from rathaus.accounts.errors import Changed
from rathaus.accounts.models import Consent, DataExport
from rathaus.portal import params
from rathaus.portal.owner import signed_in
from rathaus.portal.views.area.guard import account_required
from rathaus.portal.views.area.page import page, see_other
from rathaus.proceedings.known import label
from rathaus.proceedings.personal import holdings
from rathaus.proceedings.personal.looks import looks as look_up

CASES = 10
LOOKS = 5
DEVICES = 4


@require_safe
@account_required
def overview(request: HttpRequest) -> HttpResponse:
    """In plain words, with the way to a copy and to the deletion."""
    account = signed_in(request)
    cases = holdings.own_cases(account, CASES + 1)
    given = list(account.consents.all())
    return page(
        request,
        "privacy",
        "privacy_account",
        here=_("Meine Daten"),
        numbers=holdings.numbers(account),
        cases=cases[:CASES],
        more_cases=len(cases) > CASES,
        login_email=ways.confirmed_address(account),
        has_password=ways.has_password(account),
        passkeys=len(ways.passkeys(account)),
        identities=[(label(row.source), row) for row in account.identities.order_by("linked_at")],
        devices=devices.of(account, current_key=request.session.session_key or "")[:DEVICES],
        proofs=[
            (label(proof.source), proof)
            for proof in assurance.current(request).proofs
            if proof.attributes
        ],
        consents=given,
        ends_at=consents.ends_at(given),
        children=queries.minors(account),
        mandates=[m for m in queries.acting_for(account) if m.kind == "organisation"],
        looks=look_up(account, most=LOOKS).rows,
        exports=DataExport.objects.filter(account=account).order_by("-created_at")[:5],
        withdrawn="widerrufen" in request.GET,
        agreed="zugestimmt" in request.GET,
    )


@require_safe
@account_required
def looks(request: HttpRequest) -> HttpResponse:
    """Who looked at my cases, and when."""
    account = signed_in(request)
    after = params.cursor(request)
    found = look_up(account, after)
    return page(
        request,
        "looks",
        "privacy_account",
        here=_("Zugriffe"),
        konto_parent=parent(),
        rows=found.rows,
        next_url=params.query(nach=found.next) if found.next else "",
        first_url="?" if after else "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def withdraw(request: HttpRequest, consent_id: int) -> HttpResponse:
    """Take back a consent; what that means stands beside it."""
    account = signed_in(request)
    row = Consent.objects.filter(account=account, pk=consent_id, withdrawn_at=None).first()
    if row is None:
        raise Http404
    row.account = account
    if request.method == "POST":
        profile.withdraw_consent(consent=row, actor=account.actor)
        return see_other(f"{reverse('portal:privacy_account')}?widerrufen=1")
    return page(
        request,
        "ask",
        "privacy_account",
        here=_("Einwilligung zurücknehmen"),
        konto_parent=parent(),
        ask_title=_("Einwilligung zurücknehmen?"),
        ask_text=_("Was bis heute geschah, bleibt erlaubt. Ohne Einwilligung in die "
                   "Nutzungsbedingungen führen wir das Konto nicht weiter: Nach 14 Tagen löschen "
                   "wir es. Sie können es auch gleich selbst löschen."),
        submit_label=_("Zurücknehmen"),
        submit_icon="undo",
        back_url=reverse("portal:privacy_account"),
    )  # fmt: skip


@require_POST
@account_required
def agree(request: HttpRequest) -> HttpResponse:
    """Think better of it: agree to the terms again, so that the account stays."""
    account = signed_in(request)
    with suppress(Changed):
        consents.agree_again(account=account, actor=account.actor)
    return see_other(f"{reverse('portal:privacy_account')}?zugestimmt=1")


def parent() -> dict[str, str]:
    """The page above, for the breadcrumb."""
    return {"label": _("Meine Daten"), "url": reverse("portal:privacy_account")}
