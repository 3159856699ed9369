"""Account systems that speak SAML 2.0: the account of a Land, a town's directory."""

from __future__ import annotations

from pathlib import Path

from rathaus.accounts.sources.base import Source
from rathaus.accounts.sources.kinds import Kind, registry
from rathaus.accounts.sources.saml.entry import SamlEntry


@registry.register("saml")
class SamlKind(Kind):
    """Any account system that follows the Web Browser SSO Profile."""

    entry = SamlEntry

    def make(self, entry: SamlEntry, *, folder: Path) -> Source:
        """A source; the libraries are loaded with the first log-in."""
        from rathaus.accounts.sources.saml.source import SamlSource

        return SamlSource(entry, folder=folder)
