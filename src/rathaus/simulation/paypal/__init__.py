"""A stand-in for PayPal: Orders v2, Payments v2, webhooks, and the payer's page."""
