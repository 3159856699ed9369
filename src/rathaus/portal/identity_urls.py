"""Addresses below ``/konto/``: other account systems, stepping up, linking.

The addresses of metadata and return are registered with the account systems: they never change.
"""

from django.urls import URLPattern, path

from rathaus.portal.views.identity import arrival, back, linked, merging, start

urlpatterns: list[URLPattern] = [
    path("anmelden/zuerst/", start.first, name="login_first"),
    path("anmelden/<slug:source>/", start.start, name="identity_start"),
    path("rueckkehr/<uuid:pending_id>/fertig/", back.finish, name="identity_finish"),
    path("rueckkehr/<slug:source>/", back.returned, name="identity_return"),
    path("metadaten/<slug:source>/", start.metadata, name="identity_metadata"),
    path("neu/", arrival.new, name="identity_new"),
    path("verknuepfungen/", linked.identities, name="identities"),
    path("verknuepfungen/bestaetigen/", linked.ready, name="identity_ready"),
    path("verknuepfungen/hinzufuegen/", linked.add_waiting, name="identity_add"),
    path("verknuepfungen/<uuid:public_id>/loesen/", linked.unlink, name="identity_unlink"),
    path("zusammenfuehren/", merging.merge, name="merge"),
]
