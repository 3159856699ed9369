"""Jobs of the outside world."""

from rathaus.simulation.paypal.webhooks import deliver

__all__ = ["deliver"]
