"""Pages of the scan place."""
