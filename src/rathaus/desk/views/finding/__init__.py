"""Finding records: the search page, its help, and searches with a name."""
