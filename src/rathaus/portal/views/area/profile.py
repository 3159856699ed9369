"""The profile: own statements, address for notices, which notices."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.accounts import ways
from rathaus.accounts.actions import profile as actions
from rathaus.accounts.errors import CodeWrong, TooManyTries
from rathaus.portal import area_fields, asked
from rathaus.portal.owner import signed_in
from rathaus.portal.views.area.guard import account_required
from rathaus.portal.views.area.page import page, see_other
from rathaus.theme.views import too_many

YEAR = 365 * 24 * 60 * 60
NEWS = frozenset({"profil", "adresse", "entfernt", "hinweise", "code"})


@require_safe
@account_required
def profile(request: HttpRequest) -> HttpResponse:
    """Everything at a glance, each with its own "Ändern"."""
    account = signed_in(request)
    news = request.GET.get("neu", "")
    return page(
        request,
        "profile",
        "profile",
        here=_("Profil"),
        pending=actions.pending_contact(account),
        login_email=ways.confirmed_address(account),
        language_name=dict(settings.LANGUAGES).get(account.language, account.language),
        news=news if news in NEWS else "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def edit(request: HttpRequest) -> HttpResponse:
    """Name, address, telephone, language."""
    account = signed_in(request)
    start = {name: getattr(account, name) for name in actions.FIELDS}
    question = asked.ask(area_fields.profile(), request, start=start)
    if question.is_valid():
        found = question.cleaned
        values: dict[str, Any] = {
            name: found.get(name) or ("" if name != "address" else {}) for name in actions.FIELDS
        }
        actions.save_profile(account=account, actor=account.actor, **values)
        response = _back("profil")
        _speak(response, account.language)
        return response
    return _form(
        request,
        question,
        _("Ihre Angaben"),
        lead=_("Damit füllen wir Formulare vor. Alles ist freiwillig."),
        submit=_("Speichern"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def contact(request: HttpRequest) -> HttpResponse:
    """A new address for notices: used only after the code came back."""
    account = signed_in(request)
    question = asked.ask(area_fields.contact(), request)
    if question.is_valid():
        try:
            email = question.cleaned["email"]
            actions.begin_contact_change(account=account, email=email, actor=account.actor)
        except TooManyTries:
            return too_many(request, retry_minutes=60)
        return see_other(reverse("portal:contact_code"))
    return _form(
        request,
        question,
        _("E-Mail-Adresse für Hinweise"),
        lead=_("Mit dieser Adresse melden Sie sich nicht an. Wir schreiben nur Hinweise dorthin."),
        submit=_("Code schicken"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def contact_code(request: HttpRequest) -> HttpResponse:
    """The code from the e-mail."""
    account = signed_in(request)
    pending = actions.pending_contact(account)
    if not pending:
        return see_other(reverse("portal:contact"))
    question = asked.ask(area_fields.contact_code(), request)
    if question.is_valid():
        try:
            code = question.cleaned["code"]
            actions.confirm_contact(account=account, code=code, actor=account.actor)
        except CodeWrong:
            text = _("Der Code stimmt nicht oder gilt nicht mehr. Nach fünf Versuchen brauchen "
                     "Sie einen neuen.")  # fmt: skip
            asked.fail(question, "code", text)
        else:
            return _back("adresse")
    return _form(
        request,
        question,
        _("Adresse bestätigen"),
        lead=_("Wir haben einen Code an %(address)s geschickt. Er gilt 30 Minuten.")
        % {"address": pending},
        submit=_("Bestätigen"),
    )


@require_POST
@account_required
def contact_remove(request: HttpRequest) -> HttpResponse:
    """No e-mail any more."""
    account = signed_in(request)
    actions.remove_contact(account=account, actor=account.actor)
    return _back("entfernt")


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def notices(request: HttpRequest) -> HttpResponse:
    """Which e-mails."""
    account = signed_in(request)
    chosen = [
        key
        for key, wanted in (
            ("status", account.notify_status),
            ("reminders", account.notify_reminders),
        )
        if wanted
    ]
    question = asked.ask(area_fields.notices(), request, start={"hinweise": chosen})
    if question.is_valid():
        wanted = question.cleaned.get("hinweise") or []
        actions.choose_notifications(
            account=account,
            status="status" in wanted,
            reminders="reminders" in wanted,
            actor=account.actor,
        )
        return _back("hinweise")
    return _form(
        request,
        question,
        _("Hinweise per E-Mail"),
        lead=_("Worum es geht, schreiben wir nie per E-Mail. Im Postfach steht immer alles."),
        submit=_("Speichern"),
    )


def _form(
    request: HttpRequest, question: Any, title: str, *, lead: str, submit: str
) -> HttpResponse:
    back = reverse("portal:profile")
    return page(
        request,
        "form",
        "profile",
        here=title,
        konto_parent={"label": _("Profil"), "url": back},
        form_title=title,
        form_lead=lead,
        bound=question,
        submit_label=submit,
        back_url=back,
    )


def _back(news: str) -> HttpResponse:
    return see_other(f"{reverse('portal:profile')}?neu={news}")


def _speak(response: HttpResponse, language: str) -> None:
    """The pages speak the chosen language from now on."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR,
            samesite="Lax",
            secure=settings.HTTPS,
            httponly=True,
        )
