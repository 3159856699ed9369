"""Account systems and directories that speak OpenID Connect."""

from __future__ import annotations

from pathlib import Path

from rathaus.accounts.sources.base import Source
from rathaus.accounts.sources.kinds import Kind, registry
from rathaus.accounts.sources.oidc.entry import OidcEntry


@registry.register("oidc")
class OidcKind(Kind):
    """Any provider that follows OpenID Connect Core with the authorization code flow."""

    entry = OidcEntry

    def make(self, entry: OidcEntry, *, folder: Path) -> Source:
        """A source; the libraries are loaded with the first log-in."""
        from rathaus.accounts.sources.oidc.source import OidcSource

        return OidcSource(entry, folder=folder)
