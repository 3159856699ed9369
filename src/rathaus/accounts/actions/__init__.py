"""Writes of the Servicekonto."""
