"""Eingangskorb: what came in and is not filed yet."""
