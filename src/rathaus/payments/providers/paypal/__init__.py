"""PayPal, Orders v2, by redirect."""

from rathaus.payments.providers.paypal.provider import PayPal

__all__ = ["PayPal"]
