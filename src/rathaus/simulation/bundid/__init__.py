"""Stand-ins for BundID, the account of the Land and Mein Unternehmenskonto: SAML 2.0.

Written from the published descriptions and sharing no code with the town's own SAML side,
so that a mistake on one side is not made twice.
"""
