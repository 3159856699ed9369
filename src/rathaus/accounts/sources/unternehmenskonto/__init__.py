"""Mein Unternehmenskonto (ELSTER): SAML 2.0 with plain attribute names."""

from __future__ import annotations

from pathlib import Path

from rathaus.accounts.sources.base import Source
from rathaus.accounts.sources.kinds import Kind, registry
from rathaus.accounts.sources.unternehmenskonto.entry import UnternehmenskontoEntry


@registry.register("unternehmenskonto")
class UnternehmenskontoKind(Kind):
    """The Organisationskonto of the OZG."""

    entry = UnternehmenskontoEntry

    def make(self, entry: UnternehmenskontoEntry, *, folder: Path) -> Source:
        """A source; the libraries are loaded with the first log-in."""
        from rathaus.accounts.sources.unternehmenskonto.source import UnternehmenskontoSource

        return UnternehmenskontoSource(entry, folder=folder)
