"""The archive looks into the folders by itself."""

from __future__ import annotations

from datetime import timedelta

from rathaus.core.jobs import cron
from rathaus.simulation.archive import engine


@cron("simulation.archive", every=timedelta(minutes=1))
def look() -> None:
    """Take in what the town has sent; answering is up to whoever plays the archive."""
    engine.look_into_folders()
