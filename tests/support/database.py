"""Addresses of the test database for processes that a test starts."""

from __future__ import annotations

import os
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from rathaus.settings.database import said


def database_url() -> str:
    """``DATABASE_URL`` of the database that the running test uses."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    user, host, port = values["USER"], values["HOST"], values["PORT"]
    options = said(values["OPTIONS"])
    query = f"?{urlencode(options)}" if options else ""
    return f"postgresql://{user}@{host}{':' + port if port else ''}/{values['NAME']}{query}"


def child_environment() -> dict[str, str]:
    """Environment in which a child process works on the test's database and files."""
    return {
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "rathaus.settings"),
        "DATABASE_URL": database_url(),
        "RATHAUS_DATA": str(settings.DATA_DIR),
        "RATHAUS_TOWN_KEY": settings.TOWN_KEY,
        "RATHAUS_SECRET_KEY": settings.SECRET_KEY,
        "RATHAUS_CHILD": "1",
    }
