"""A time-stamp service (RFC 3161) of our own, for demo and tests. Its time proves nothing."""
