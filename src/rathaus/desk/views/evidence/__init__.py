"""Evidence: seals, time stamps, verification, and a case's package for a court or an archive."""
