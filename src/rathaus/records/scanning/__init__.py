"""Replacement scanning after TR-RESISCAN: profile, batch, transfer note, sample, paper gone."""
