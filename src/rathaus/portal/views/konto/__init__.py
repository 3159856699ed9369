"""Registering, log-in, passwords, passkeys and second steps of a Servicekonto."""
