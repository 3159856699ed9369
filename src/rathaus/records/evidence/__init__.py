"""Merkle trees, time stamps, evidence records, and their renewal."""
