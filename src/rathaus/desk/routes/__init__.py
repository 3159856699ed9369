"""Addresses of the desk's larger areas, one module each."""
