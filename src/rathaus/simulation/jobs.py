"""Jobs of the outside world."""

from rathaus.simulation.archive.jobs import look
from rathaus.simulation.paypal.webhooks import deliver

__all__ = ["deliver", "look"]
