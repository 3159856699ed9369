"""Servicekonto: accounts, linked identities, trust level of the session, representation."""
