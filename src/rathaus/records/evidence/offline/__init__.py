"""The verifier that travels with every package; needs nothing of the town's software."""
