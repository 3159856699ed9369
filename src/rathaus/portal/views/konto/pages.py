"""What the pages of log-in and security have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from rathaus.accounts.models import Account
from rathaus.portal import limits
from rathaus.portal.access import never_stored
from rathaus.portal.views.area.guard import signed_in
from rathaus.theme.views import too_many

SENT = 40
"""Forms of one sender and kind in half an hour; a family or an office shares one address."""


class Page:
    """Mixed into allauth's views: never stored, forms counted for all processes together."""

    bucket: ClassVar[str] = "konto"
    limit: ClassVar[int] = SENT
    here: ClassVar[Any] = ""
    """Last part of the breadcrumb."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not limits.allow_form(
            request, self.bucket, limit=self.limit
        ):
            return never_stored(too_many(request, retry_minutes=30))
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return never_stored(response)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {**found, "konto_here": self.here}


class SecurityPage(Page):
    """A page below "Anmeldung und Sicherheit"."""

    bucket: ClassVar[str] = "konto-security"
    request: HttpRequest

    @property
    def account(self) -> Account:
        """Whose page it is."""
        return signed_in(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **security_frame()}


def security_frame() -> dict[str, Any]:
    """Variables of the frame for pages below "Anmeldung und Sicherheit"."""
    parent = {"label": _("Anmeldung und Sicherheit"), "url": reverse("portal:security")}
    return {"konto_current": "security", "konto_parent": parent}
