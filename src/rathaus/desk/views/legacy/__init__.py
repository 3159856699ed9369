"""Pages of legacy files and shelves."""
