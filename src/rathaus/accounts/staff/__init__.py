"""How staff log in: second factor, the town's directory, open log-ins."""
