"""WebDAV with its own tables: passwords of devices, locks, short-lived files."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebdavConfig(AppConfig):
    """A part of the desk."""

    name = "rathaus.desk.webdav"
    label = "desk_webdav"
    verbose_name = _("Netzlaufwerk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rathaus.desk.webdav import events, listeners

        assert events  # noqa: S101 - registers the types of events
        assert listeners  # noqa: S101 - subscribes
