"""Looking after sources in the background: fresh metadata from an address."""

from __future__ import annotations

import logging
from datetime import timedelta

from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import Source
from rathaus.core import jobs

log = logging.getLogger("rathaus.accounts.identity")


@jobs.cron("accounts.fetch_metadata", every=timedelta(hours=12))
def fetch_metadata() -> None:
    """Get the metadata of each source that names an address; keep the old ones on trouble."""
    from rathaus.accounts.sources.saml.fetching import NotFetched

    for source in config.sources():
        try:
            if fetch(source):
                log.info("new metadata of %s", source.key)
        except NotFetched as error:
            log.warning("metadata of %s: %s", source.key, error)


def fetch(source: Source) -> bool | None:
    """True: changed; False: as before; None: this source has nothing to fetch.

    Raises: NotFetched.
    """
    from rathaus.accounts.sources.saml import fetching
    from rathaus.accounts.sources.saml.source import SamlSource

    if not isinstance(source, SamlSource) or not fetching.is_remote(source.entry):
        return None
    return fetching.fetch(source.entry)
