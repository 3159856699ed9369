"""Addresses of the simulated archive: ``/simulation/archiv/``."""

from django.urls import path, re_path

from rathaus.simulation.archive import pages

UUID = "(?P<ident>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
urlpatterns = [
    path("archiv/", pages.board, name="archive"),
    path("archiv/nachricht/<int:pk>/", pages.message, name="archive_message"),
    path("archiv/<uuid:ident>/", pages.process, name="archive_process"),
    re_path(rf"^archiv/{UUID}/(?P<code>050[2467])/$", pages.answer, name="archive_answer"),
]
