"""Log-in at other account systems: there, back, and what it is good for here."""
