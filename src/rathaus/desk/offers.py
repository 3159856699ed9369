"""What can be done with a case now, and why something cannot."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from rathaus.desk import lookup
from rathaus.desk.access import Desk
from rathaus.proceedings import states
from rathaus.proceedings.models import Application
from rathaus.proceedings.states import Move, State


@dataclass(frozen=True)
class Offer:
    """One action. `reason` says why it is not possible; empty where it is."""

    key: str
    label: str
    icon: str
    url: str
    post: bool = False
    """A button that acts at once; else a link to a page with a form."""
    reason: str = ""

    @property
    def possible(self) -> bool:
        """Whether it can be done."""
        return not self.reason


NO_RIGHT = "no_right"


def offers(application: Application, desk: Desk) -> list[Offer]:
    """All actions of the case page in the order of the work."""
    found = [
        _offer(application, "take", _("Übernehmen"), "assignment_ind", True, _take),
        _offer(application, "put_back", _("Zurücklegen"), "undo", True, _put_back),
        _offer(application, "ask", _("Rückfrage stellen"), "help", False, _ask),
        _offer(application, "decide", _("Entscheiden"), "gavel", False, _decide),
        _offer(application, "release", _("Ohne Zahlung bearbeiten"), "lock_open", False, _release),
        _offer(application, "withdraw", _("Antrag zurückziehen"), "cancel", False, _withdraw),
    ]
    works = lookup.may_work(desk, application)
    return [_permitted(offer, application, desk, works) for offer in found if offer is not None]


def main_offer(found: list[Offer]) -> Offer | None:
    """What stands as the main button in the head of the page."""
    for key in ("take", "decide"):
        for offer in found:
            if offer.key == key and offer.possible:
                return offer
    return None


PERMISSIONS = {
    "take": "case.take",
    "put_back": "case.take",
    "ask": "case.correct",
    "decide": "case.decide",
    "release": "payment.refund",
    "withdraw": "case.enter",
}


def _offer(  # noqa: PLR0917
    application: Application, key: str, label: str, icon: str, post: bool, judge: object
) -> Offer | None:
    reason = judge(application)  # type: ignore[operator]
    if reason is None:
        return None
    url = reverse(f"desk:{key}", args=[application.public_id])
    return Offer(key, label, icon, url, post, reason)


def _permitted(offer: Offer, application: Application, desk: Desk, works: bool) -> Offer:
    if not works:
        reason = _("Sie dürfen diese Akte nur lesen.")
    elif desk.can(PERMISSIONS[offer.key], application.case.office):
        return offer
    else:
        reason = {
            "release": _("Das dürfen nur Leitung und Kasse."),
        }.get(offer.key, _("Dafür fehlt Ihnen das Recht in diesem Amt."))
    return Offer(offer.key, offer.label, offer.icon, offer.url, offer.post, reason)


# Each returns "" where the action is possible, the reason where it is not, and None where
# the action makes no sense at all and is left out.


def _take(application: Application) -> str | None:
    if states.find(Move.TAKE_OVER, application.state, "staff"):
        return ""
    if application.state == State.AWAITING_PAYMENT:
        return _("Die Gebühr ist noch nicht bezahlt.")
    return None


def _put_back(application: Application) -> str | None:
    if states.find(Move.PUT_BACK, application.state, "staff"):
        return ""
    if application.state == State.AWAITING_RESIDENT:
        return _("Eine Rückfrage ist offen. Nehmen Sie sie zuerst zurück.")
    return None


def _ask(application: Application) -> str | None:
    if states.find(Move.ASK, application.state, "staff"):
        return ""
    return {
        State.RECEIVED: _("Übernehmen Sie den Vorgang zuerst."),
        State.AWAITING_PAYMENT: _("Die Gebühr ist noch nicht bezahlt."),
        State.AWAITING_RESIDENT: _("Eine Rückfrage ist schon offen."),
    }.get(State(application.state))


def _decide(application: Application) -> str | None:
    if states.find(Move.GRANT, application.state, "staff"):
        if not application.service.letters:
            return _("Diese Leistung hat keine Vorlage für ein Schreiben.")
        return ""
    return {
        State.RECEIVED: _("Übernehmen Sie den Vorgang zuerst."),
        State.AWAITING_PAYMENT: _("Die Gebühr ist noch nicht bezahlt."),
        State.AWAITING_RESIDENT: _("Die Antwort auf die Rückfrage fehlt noch."),
    }.get(State(application.state))


def _release(application: Application) -> str | None:
    return "" if states.find(Move.RELEASE, application.state, "staff") else None


def _withdraw(application: Application) -> str | None:
    if not states.find(Move.WITHDRAW, application.state, "staff"):
        return None
    if not application.service.withdrawable:
        return _("Diese Anzeige kann nicht zurückgezogen werden.")
    return ""
