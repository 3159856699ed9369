"""The time-stamp services of the town, from ``RATHAUS_TSA``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.utils.translation import gettext as _

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_OID = re.compile(r"[0-2](\.\d+)+")


class NotUsable(ValueError):
    """An entry of ``RATHAUS_TSA`` cannot be used; the text says why."""


@dataclass(frozen=True)
class Authority:
    """One service: where it is, whom to trust for it, and under which policy (or any)."""

    name: str
    url: str
    ca_file: Path
    policy: str = ""

    @property
    def host(self) -> str:
        """``host`` or ``host:port``, as the allow-list of outgoing calls names it."""
        return urlsplit(self.url).netloc.lower()

    def certificates(self) -> list[x509.Certificate]:
        """Roots and intermediates of the file. Raises: NotUsable."""
        try:
            return x509.load_pem_x509_certificates(self.ca_file.read_bytes())
        except (OSError, ValueError) as error:
            text = _("%(name)s: Die Datei %(file)s enthält keine Zertifikate (%(error)s).")
            raise NotUsable(
                text % {"name": self.name, "file": self.ca_file, "error": error}
            ) from error


def parse(entry: str) -> Authority:
    """``name|url|ca-file`` with an optional ``|policy``. Raises: NotUsable."""
    name, url, file, policy = (*(part.strip() for part in entry.split("|")), "", "", "", "")[:4]
    if not _NAME.fullmatch(name) or entry.count("|") not in (2, 3):
        raise NotUsable(
            _("RATHAUS_TSA: „%(entry)s“ hat nicht die Form name|adresse|ca-datei.")
            % {"entry": entry[:80]}
        )
    if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
        raise NotUsable(
            _("%(name)s: „%(url)s“ ist keine Web-Adresse.") % {"name": name, "url": url}
        )
    if policy and not _OID.fullmatch(policy):
        raise NotUsable(
            _("%(name)s: „%(policy)s“ ist keine OID.") % {"name": name, "policy": policy}
        )
    return Authority(name, url, settings.DATA_DIR / file, policy)


def configured() -> list[Authority]:
    """The usable ones, in the order of the setting."""
    return read()[0]


def read() -> tuple[list[Authority], list[str]]:
    """The usable ones, and what is wrong with the others."""
    found: dict[str, Authority] = {}
    problems: list[str] = []
    for entry in settings.RATHAUS_TSA:
        try:
            authority = parse(entry)
            if authority.name in found:
                raise NotUsable(_("%(name)s steht zweimal da.") % {"name": authority.name})
            found[authority.name] = authority
        except NotUsable as error:
            problems.append(str(error))
    return list(found.values()), problems
