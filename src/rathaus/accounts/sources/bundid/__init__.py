"""BundID: SAML 2.0 with the akdb extension v2."""

from __future__ import annotations

from pathlib import Path

from rathaus.accounts.sources.base import Source
from rathaus.accounts.sources.bundid.entry import BundIDEntry
from rathaus.accounts.sources.kinds import Kind, registry


@registry.register("bundid")
class BundIDKind(Kind):
    """The central Bürgerkonto of the federation."""

    entry = BundIDEntry

    def make(self, entry: BundIDEntry, *, folder: Path) -> Source:
        """A source; the libraries are loaded with the first log-in."""
        from rathaus.accounts.sources.bundid.source import BundIDSource

        return BundIDSource(entry, folder=folder)
