"""Reading folders and tables: the outside world, never trusted."""
