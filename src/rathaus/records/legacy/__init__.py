"""Legacy files: bulk import and the way from the paper cabinet into the record."""
