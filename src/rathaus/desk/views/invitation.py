"""The first password: chosen at the link of an invitation, then on to the second factor."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.accounts.staff import invitations
from rathaus.core import ratelimit, secrets
from rathaus.core.middleware import sender_key
from rathaus.desk import entry
from rathaus.desk.views.login import LONGEST_PASSWORD
from rathaus.organisation.models import StaffMember
from rathaus.theme.views import too_many

TOKEN = "desk_invitation"  # noqa: S105
"""Key in the session: what signs the link that was opened, sealed."""
TRIES = 20
PER = timedelta(minutes=15)


@never_cache
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the link in the session and leave its address, which would stand in every log.

    Nothing is used up: programs that look at links in e-mails open them too.
    """
    request.session.pop(TOKEN, None)
    with contextlib.suppress(invitations.InvitationOver):
        invitations.invited(token)
        request.session[TOKEN] = secrets.seal(token)
    return redirect("desk:invitation")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """The form for the password."""
    errors: dict[str, list[str]] = {}
    try:
        token = _token(request)
        staff = invitations.invited(token)
        if request.method == "POST":
            if not ratelimit.allow("desk-invitation", sender_key(request), limit=TRIES, per=PER):
                return too_many(request, retry_minutes=15)
            errors = _accept(request, token)
            if not errors:
                return _go_on(request, staff)
    except invitations.InvitationOver:
        return render(request, "desk/invitation_over.html", status=410)
    context = {"staff": staff, "errors": errors}
    return render(request, "desk/invitation.html", context, status=422 if errors else 200)


def _token(request: HttpRequest) -> str:
    """The link kept in the session. Raises: InvitationOver."""
    try:
        return secrets.unseal(request.session.get(TOKEN, ""))
    except secrets.SealBroken as error:
        raise invitations.InvitationOver from error


def _accept(request: HttpRequest, token: str) -> dict[str, list[str]]:
    """Set the password; what is wrong with it, by field. Raises: InvitationOver."""
    new = request.POST.get("new", "")
    if len(new) > LONGEST_PASSWORD:
        return {"new": [_("Das Kennwort ist zu lang.")]}
    if new != request.POST.get("again", ""):
        return {"again": [_("Die beiden neuen Kennwörter sind verschieden.")]}
    try:
        invitations.accept(token=token, password=new)
    except ValidationError as error:
        return {"new": list(error.messages)}
    return {}


def _go_on(request: HttpRequest, staff: StaffMember) -> HttpResponse:
    """As after the right password at the log-in; the session of before ends."""
    staff.user.refresh_from_db()
    entry.begin(request, staff, source=entry.LOCAL)
    here = entry.half(request)
    return entry.go_on(request, here) if here else redirect("desk:login")
