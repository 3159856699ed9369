"""Settings of one town, read from the environment (see docs/operations.md).

Everything a town has to decide has an environment variable with the prefix
``RATHAUS_``; whatever is absent gets a safe default. Secrets are read from files in the
data directory and never from the code.
"""

from __future__ import annotations

from pathlib import Path

from rathaus.settings.accounts import *  # noqa: F403
from rathaus.settings.database import database
from rathaus.settings.env import (
    env,
    env_bool,
    env_choice,
    env_int,
    env_list,
    private_dir,
    secret,
)
from rathaus.settings.intake import *  # noqa: F403

PACKAGE = Path(__file__).resolve().parent.parent

DATA_DIR = private_dir(Path(env("RATHAUS_DATA", "var")).resolve())
DEBUG = False
SIMULATION = env_bool("RATHAUS_SIMULATION", default=False)
BASE_URL = env("RATHAUS_URL", "http://localhost:8000").rstrip("/")

SECRET_KEY = secret(DATA_DIR, "secret_key")
TOWN_KEY = secret(DATA_DIR, "town_key")
"""Key that wraps the key of every stored file. Losing it means losing the records."""

ALLOWED_HOSTS = env_list("RATHAUS_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rathaus.core",
    "rathaus.theme",
    "rathaus.organisation",
    "rathaus.search",
    "rathaus.forms",
    "rathaus.payments",
    "rathaus.records",
    "rathaus.records.intake",
    "rathaus.records.renditions",
    "rathaus.records.finding",
    "rathaus.records.work",
    "rathaus.records.scanning",
    "rathaus.records.legacy",
    "rathaus.records.disposal",
    "rathaus.records.evidence",
    "rathaus.accounts",
    "rathaus.catalogue",
    "rathaus.proceedings",
    "rathaus.portal",
    "rathaus.desk",
    "rathaus.desk.webdav",
    "rathaus.api",
    # After our rooms, so that our templates and texts win over theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
if SIMULATION:
    INSTALLED_APPS.append("rathaus.simulation")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "rathaus.core.middleware.ContentSecurityPolicy",
    "rathaus.core.middleware.RequestGuard",
    "rathaus.desk.webdav.host.HostRoot",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rathaus.core.compression.Compress",
    "rathaus.core.sessions.AudienceSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rathaus.accounts.middleware.SessionLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "rathaus.urls"
WSGI_APPLICATION = "rathaus.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "rathaus.theme.folding.Loader",
                    ["django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "rathaus.theme.templatetags.rathaus",
                "rathaus.theme.templatetags.remember",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": database(env("DATABASE_URL", ""), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "rathaus.organisation.backends.StaffBackend",
    "rathaus.accounts.backends.ResidentBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[0]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "records": {
        "BACKEND": "rathaus.core.storage.DurableFileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "records", "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_MAX_AGE = 3600
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "sprache"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"

SESSION_COOKIE_NAME = "rathaus_arbeit"
RESIDENT_SESSION_COOKIE_NAME = "rathaus_konto"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "rathaus.theme.views.csrf_failure"
LOGIN_URL = "desk:login"
LOGIN_REDIRECT_URL = "desk:basket"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("RATHAUS_BEHIND_PROXY", default=False) else None
)
TRUSTED_PROXIES = env_list("RATHAUS_TRUSTED_PROXIES", ["127.0.0.1", "::1"])
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MAX_REQUEST_BYTES = env_int("RATHAUS_MAX_REQUEST_MB", 45) * 1024 * 1024

EMAIL_BACKEND = (
    "rathaus.simulation.mail.Backend"
    if SIMULATION
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST = env("RATHAUS_MAIL_HOST", "localhost")
EMAIL_PORT = env_int("RATHAUS_MAIL_PORT", 25)
EMAIL_HOST_USER = env("RATHAUS_MAIL_USER", "")
EMAIL_HOST_PASSWORD = env("RATHAUS_MAIL_PASSWORD", "")
EMAIL_USE_TLS = env_bool("RATHAUS_MAIL_TLS", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("RATHAUS_MAIL_FROM", "rathaus@example.org")

RATHAUS_PAYPAL = {
    "base_url": env("RATHAUS_PAYPAL_URL", f"{BASE_URL}/simulation/paypal" if SIMULATION else ""),
    "client_id": env("RATHAUS_PAYPAL_CLIENT_ID", "simulation" if SIMULATION else ""),
    "client_secret": env("RATHAUS_PAYPAL_CLIENT_SECRET", "simulation" if SIMULATION else ""),
    "webhook_id": env("RATHAUS_PAYPAL_WEBHOOK_ID", "WH-SIMULATION" if SIMULATION else ""),
}
RATHAUS_LEGACY_FOLDER = env("RATHAUS_LEGACY_FOLDER", "")
"""Folder below which files of old may be imported from the desk (docs/scanning.md)."""
RATHAUS_LEGACY_MAX_MB = env_int("RATHAUS_LEGACY_MAX_MB", 100)
RATHAUS_IDENTITY = env("RATHAUS_IDENTITY", "")
RATHAUS_IDENTITY_HOSTS = env_list("RATHAUS_IDENTITY_HOSTS", ["id.bund.de", "int.id.bund.de"])
RATHAUS_TSA = env_list(
    "RATHAUS_TSA",
    [f"simulation|{BASE_URL}/simulation/zeitstempel/|simulation/tsa-ca.pem"] if SIMULATION else [],
)
"""Time-stamp services: ``name|address|file of CA certificates`` with an optional ``|policy``."""
RATHAUS_TSA_TRANSPORT = ""
"""Dotted path of a function that makes an httpx transport; counts only in the simulation."""
RATHAUS_ALGORITHMS = env("RATHAUS_ALGORITHMS", "")
"""File with earlier last days of algorithms than ours (records/evidence/data)."""
RATHAUS_EVIDENCE_ANCHOR = env("RATHAUS_EVIDENCE_ANCHOR", "")
"""File or e-mail address outside the town's data that is told the newest seal each day."""
RATHAUS_EXCHANGE = env("RATHAUS_EXCHANGE", "")
"""Folder below which every archive has its own for messages; default: in the data folder."""
RATHAUS_ARCHIVE_HOSTS = env_list("RATHAUS_ARCHIVE_HOSTS", [])
"""Hosts of archives' WebDAV servers that messages may be sent to."""
RATHAUS_WEBDAV = env_bool("RATHAUS_WEBDAV", default=SIMULATION)
"""Whether staff may connect the record as a network drive (docs/operations.md)."""
RATHAUS_BRAND_HUE = env_int("RATHAUS_BRAND_HUE", 162)
CSP_FORM_TARGETS = ["https://www.paypal.com", "https://www.sandbox.paypal.com"]
METRICS_ALLOWED = env_list("RATHAUS_METRICS_ALLOWED", ["127.0.0.1", "::1"])

LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {
        "handlers": ["console"],
        "level": env_choice("RATHAUS_LOG_LEVEL", "WARNING", LOG_LEVELS),
    },
    "loggers": {
        "rathaus": {"level": env_choice("RATHAUS_LOG_LEVEL", "INFO", LOG_LEVELS)},
        # Anybody may send a wrong name of the host, a page of log for each of them helps nobody.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
    },
}
