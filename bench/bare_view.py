"""A bare Django view that inserts one row and commits, with Django's own database backends.

The WSGI application of `bench.bare`; as a program it makes or drops its table:
``python -m bench.bare_view create|drop``. The database is that of ``DATABASE_URL``.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import parse_qsl, urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.urls import path


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        pragmas = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path,
            "CONN_MAX_AGE": None,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username or "",
        "PASSWORD": parts.password or "",
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": _database(os.environ["DATABASE_URL"])},
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()


class Row(models.Model):
    """One row with a text."""

    text = models.CharField(max_length=200)

    class Meta:
        app_label = "bench"
        db_table = "bench_bare"


def insert(request: HttpRequest) -> HttpResponse:
    """Inserts and, as no transaction is open, commits."""
    Row.objects.create(text=request.path)
    return HttpResponse("ok")


urlpatterns = [path("", insert)]
application = get_wsgi_application()

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        if sys.argv[1] == "create":
            editor.create_model(Row)
        else:
            editor.delete_model(Row)
