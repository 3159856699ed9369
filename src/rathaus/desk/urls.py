"""All pages of the desk, each with the permission it needs. Without one, no page."""

from __future__ import annotations

from django.urls import path

from rathaus.desk.routes import (
    disposal,
    evidence,
    finding,
    intake,
    legacy,
    plan,
    renditions,
    scanning,
    webdav,
    work,
)
from rathaus.desk.routes.page import page
from rathaus.desk.views import (
    basket,
    booking,
    bulk,
    case,
    cash,
    decision,
    directory,
    enter,
    files,
    filling,
    handover,
    helping,
    invitation,
    login,
    operations,
    questions,
    reasons,
    records,
    search,
    second,
    security,
    services,
    sources,
    staff,
    steps,
    substitutes,
)

app_name = "desk"


CASE = "vorgang/<uuid:ident>/"
CLAIM = "kasse/<uuid:ident>/"
RECORD = "akten/vorgang/<uuid:ident>/"
DRAFT = "erfassen/<uuid:ident>/"
PERSON = "beschaeftigte/<uuid:ident>/"

urlpatterns = [
    path("anmelden/", login.sign_in, name="login"),
    # Steps of a log-in under way; each opens only when it is next (`second.under_way`).
    path("anmelden/code/", second.prove, name="second_step"),
    path("anmelden/einrichten/", second.enrol, name="enrol"),
    path("anmelden/ersatzcodes/", second.codes, name="enrol_codes"),
    path("anmelden/ersatzcodes/datei/", second.codes_file, name="enrol_codes_file"),
    path("anmelden/<slug:source>/", directory.start, name="identity_start"),
    path("einladung/", invitation.choose, name="invitation"),
    path("einladung/<str:token>/", invitation.open_link, name="invitation_link"),
    path("rueckkehr/<slug:source>/", directory.come_back, name="identity_return"),
    path("rueckkehr/<uuid:ident>/fertig/", directory.finish, name="identity_finish"),
    path("abmelden/", login.sign_out, name="logout"),
    # "service.view" is held by every role: these are for all who work here.
    page("kennwort/", login.change_password, "password", needs="service.view"),
    page("sicherheit/", security.index, "security", needs="service.view"),
    page("sicherheit/bestaetigen/", security.confirm, "security_confirm", needs="service.view"),
    page("sicherheit/neu/", security.add, "security_add", needs="service.view"),
    page("sicherheit/ersatzcodes/", security.codes, "security_codes", needs="service.view"),
    page(
        "sicherheit/ersatzcodes/datei/",
        security.codes_file,
        "security_codes_file",
        needs="service.view",
    ),
    page(
        "sicherheit/entfernen/<int:pk>/", security.remove, "security_remove", needs="service.view"
    ),
    page("sicherheit/geraet/<int:pk>/", security.end_session, "session_end", needs="service.view"),
    page("sicherheit/geraete/", security.end_others, "session_end_others", needs="service.view"),
    page(
        "sicherheit/verzeichnis/<slug:source>/",
        directory.connect,
        "directory_connect",
        needs="service.view",
    ),
    page("hilfe/", helping.index, "help", needs="service.view"),
    page("vertretung/", substitutes.index, "substitutes", needs="service.view"),
    page("vertretung/<uuid:ident>/", substitutes.of_colleague, "substitute", needs="staff.reset"),
    page("", basket.index, "basket", needs="service.view"),
    page("naechster/", basket.take_next, "take_next", needs="case.take"),
    page("auswahl/", bulk.run, "bulk", needs="case.take"),
    page(CASE, case.show, "case", needs="case.view"),
    page(CASE + "uebernehmen/", steps.take, "take", needs="case.take"),
    page(CASE + "zuruecklegen/", steps.put_back, "put_back", needs="case.take"),
    page(CASE + "uebergeben/", steps.assign, "assign", needs="case.assign"),
    page(CASE + "nachricht/", steps.send, "message", needs="case.message"),
    page(CASE + "nachricht/erledigt/", steps.messages_done, "messages_done", needs="case.message"),
    page(CASE + "vermerk/", steps.note, "note", needs="records.file"),
    page(CASE + "rueckfrage/", questions.ask, "ask", needs="case.correct"),
    page(
        CASE + "rueckfrage/zurueck/",
        steps.take_question_back,
        "question_back",
        needs="case.correct",
    ),
    page(CASE + "entscheiden/", decision.decide, "decide", needs="case.decide"),
    page(CASE + "entscheiden/pdf/", decision.preview_pdf, "letter_pdf", needs="case.decide"),
    page(CASE + "zurueckziehen/", reasons.withdraw, "withdraw", needs="case.enter"),
    page(CASE + "freigeben/", reasons.release, "release", needs="payment.refund"),
    page(CASE + "zahlung/", steps.counter_payment, "counter_payment", needs="payment.record"),
    page(CASE + "zugang/", handover.slip, "slip", needs="case.enter"),
    page("dokument/<uuid:ident>/", files.download, "file", needs="records.view"),
    page("erfassen/", enter.index, "enter", needs="case.enter"),
    page("erfassen/beginnen/", enter.start, "enter_start", needs="case.enter"),
    page("erfassen/fortsetzen/", enter.resume, "enter_resume", needs="case.enter"),
    page(DRAFT + "pruefen/", filling.check, "enter_check", needs="case.enter"),
    page(DRAFT + "verwerfen/", enter.discard, "enter_discard", needs="case.enter"),
    page(DRAFT + "schritt/<slug:key>/", filling.step, "enter_step", needs="case.enter"),
    page("suche/", search.index, "search", needs="records.view"),
    page(RECORD, records.case, "file_case", needs="records.view"),
    page(RECORD + "pruefen/", records.check, "file_check", needs="records.view"),
    page(RECORD + "paket/", records.package, "file_package", needs="records.file"),
    page("kasse/", cash.index, "cash", needs="payment.match"),
    page(CLAIM, cash.claim, "claim", needs="payment.match"),
    page(CLAIM + "schalter/", booking.counter, "claim_counter", needs="payment.match"),
    page(CLAIM + "ueberweisung/", booking.transfer, "claim_transfer", needs="payment.match"),
    page(CLAIM + "erstattung/", booking.refund, "claim_refund", needs="payment.match"),
    page(CLAIM + "erlass/", booking.waive, "claim_waive", needs="payment.match"),
    page(
        "kasse/erstattung/<uuid:ident>/",
        booking.settle_refund,
        "refund_settle",
        needs="payment.match",
    ),
    page(
        "kasse/klaerung/<uuid:ident>/", booking.settle_issue, "issue_settle", needs="payment.match"
    ),
    page("leistungen/", services.index, "services", needs="service.view"),
    page("leistungen/<slug:slug>/", services.show, "service", needs="service.view"),
    page("betrieb/", operations.index, "operations", needs="jobs.view"),
    page("betrieb/anmeldequellen/", sources.index, "sources", needs="identity.view"),
    page("beschaeftigte/", staff.index, "staff", needs="staff.manage"),
    page("beschaeftigte/neu/", staff.create, "staff_new", needs="staff.manage"),
    page(PERSON, staff.show, "staff_member", needs="staff.manage"),
    page(PERSON + "rolle/", staff.grant, "staff_grant", needs="staff.manage"),
    page(PERSON + "rolle/<int:pk>/", staff.revoke, "staff_revoke", needs="staff.manage"),
    page(PERSON + "zugang/", staff.activate, "staff_activate", needs="staff.manage"),
    page(PERSON + "kennwort/", staff.new_password, "staff_password", needs="staff.manage"),
    page(PERSON + "faktor/", staff.reset_factors, "staff_reset", needs="staff.reset"),
    page("betrieb/neustart/", operations.retry_all, "retry_all", needs="jobs.retry"),
    page("betrieb/neustart/<int:pk>/", operations.retry, "retry", needs="jobs.retry"),
]
for area in (plan, intake, renditions, finding, work, scanning, legacy, disposal, evidence, webdav):
    urlpatterns += area.urlpatterns
