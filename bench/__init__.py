"""Measuring the resident's way against the production server setup: ``make bench``."""
