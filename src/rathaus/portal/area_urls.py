"""Addresses below ``/konto/``: "Mein Bereich", representation, data protection."""

from django.urls import URLPattern, path

from rathaus.portal.views.area import (
    attach,
    closing,
    copy,
    inbox,
    organisations,
    overview,
    people,
    privacy,
    profile,
)

urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="area"),
    path("antraege/", overview.applications, name="applications"),
    path("antraege/uebernehmen/", attach.attach, name="attach"),
    path("zahlungen/", overview.payments, name="payments"),
    path("postfach/", inbox.inbox, name="inbox"),
    path("postfach/markieren/", inbox.mark, name="inbox_mark"),
    path("profil/", profile.profile, name="profile"),
    path("profil/aendern/", profile.edit, name="profile_edit"),
    path("profil/e-mail/", profile.contact, name="contact"),
    path("profil/e-mail/code/", profile.contact_code, name="contact_code"),
    path("profil/e-mail/entfernen/", profile.contact_remove, name="contact_remove"),
    path("profil/hinweise/", profile.notices, name="notices"),
    path("vertretung/", organisations.overview, name="represent"),
    path("vertretung/neu/", organisations.found, name="represent_new"),
    path("vertretung/code/", organisations.join, name="represent_join"),
    path("vertretung/kind/", organisations.child, name="child_new"),
    path("vertretung/kind/<uuid:child_id>/beenden/", organisations.child_end, name="child_end"),
    path("vertretung/<uuid:organisation_id>/", people.organisation, name="organisation"),
    path("vertretung/<uuid:organisation_id>/code/", people.invite, name="invite"),
    path(
        "vertretung/<uuid:organisation_id>/code/<uuid:invitation_id>/",
        people.withdraw,
        name="invitation_withdraw",
    ),
    path("vertretung/person/<uuid:representation_id>/", people.person, name="representative"),
    path("vertretung/person/<uuid:representation_id>/beenden/", people.end, name="represent_end"),
    path("daten/", privacy.overview, name="privacy_account"),
    path("daten/zugriffe/", privacy.looks, name="looks"),
    path("daten/einwilligung/<int:consent_id>/", privacy.withdraw, name="consent_withdraw"),
    path("daten/einwilligung/", privacy.agree, name="consent_agree"),
    path("daten/kopie/", copy.begin, name="export"),
    path("daten/kopie/<uuid:export_id>/", copy.progress, name="export_progress"),
    path("daten/kopie/<uuid:export_id>/laden/", copy.download, name="export_download"),
    path("daten/loeschen/", closing.close_account, name="close_account"),
    path("geloescht/", closing.closed, name="account_closed"),
]
