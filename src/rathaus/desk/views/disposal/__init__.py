"""Pages of retention and disposal."""
