"""What the operator has to know about an OpenID Connect source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rathaus.accounts.sources.base import Health, LoginRefused
from rathaus.accounts.sources.oidc import client
from rathaus.accounts.sources.oidc.remote import Unreachable

if TYPE_CHECKING:
    from rathaus.accounts.sources.oidc.source import OidcSource

_WORDS = {
    "issuer-mismatch": "Das Kontosystem nennt sich anders als in „issuer“. Bitte die Adresse "
    "genau so eintragen, wie das Kontosystem sie angibt.",
    "foreign-address": "Das Kontosystem verweist auf einen anderen Host. Wenn dieser dazugehört, "
    "tragen Sie ihn unter „hosts“ ein.",
    "keys-unusable": "Das Kontosystem gibt keine brauchbaren Schlüssel bekannt.",
    "no-answer": "Das Kontosystem antwortet nicht. Bitte Adresse und Netz prüfen.",
}


def of(source: OidcSource, *, ask: bool) -> Health:
    """Our secret or key; with `ask` their description and keys."""
    problems: list[str] = []
    entry = source.entry
    if entry.client_auth != "private_key_jwt" and not client.read_secret(entry, source.folder):
        problems.append(
            f"Die Datei „{entry.client_secret_file}“ mit dem Geheimnis fehlt oder ist leer."
        )
    configured = not problems
    reachable = None
    if ask:
        try:
            source.provider.forget()
            if not source.provider.keys():
                raise LoginRefused("keys-unusable")
            reachable = True
        except LoginRefused as refused:
            reachable = not isinstance(refused, Unreachable)
            problems.append(_WORDS.get(refused.code, f"Das Kontosystem meldet: {refused.code}."))
    return Health(configured=configured, problems=tuple(problems), reachable=reachable)
