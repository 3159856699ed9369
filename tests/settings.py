"""Settings of the test suite: SQLite in a file, or PostgreSQL, never a town's data."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_scratch = Path(tempfile.gettempdir()) / f"rathaus-test-{os.getuid()}"
_scratch.mkdir(exist_ok=True, mode=0o700)
(_scratch / "static").mkdir(exist_ok=True)
os.environ.setdefault("RATHAUS_DATA", str(_scratch))
os.environ.setdefault("RATHAUS_SIMULATION", "1")

from rathaus.settings import *  # noqa: E402, F403
from rathaus.settings import DATABASES, STORAGES, TEMPLATES  # noqa: E402
from rathaus.settings.database import database  # noqa: E402

if os.environ.get("RATHAUS_CHILD") == "1":
    pass  # a process started by a test: it works on the database named in DATABASE_URL
elif os.environ.get("RATHAUS_TEST_DATABASE", "sqlite") == "postgresql":
    url = os.environ.get("RATHAUS_TEST_DATABASE_URL", "postgresql://postgres@localhost/rathaus")
    DATABASES["default"] = database(url, _scratch)
    DATABASES["default"]["TEST"] = {"NAME": f"rathaus_test_{os.getpid()}"}
else:
    # A file, not memory: tests with several threads and processes need real locks.
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / f"test-{os.getpid()}.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = DATABASES["default"]["OPTIONS"][
        "init_command"
    ].replace("synchronous=FULL", "synchronous=OFF")

SECRET_KEY = "test-only-" + "x" * 50
TOWN_KEY = "test-only-" + "y" * 50
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
TEMPLATES[0]["OPTIONS"].setdefault("debug", False)  # type: ignore[attr-defined]
