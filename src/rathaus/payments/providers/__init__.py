"""Ways to pay. One folder each; see `base.Provider` for the contract."""

from rathaus.payments.providers.base import Provider, ProviderError, Snapshot, registry

__all__ = ["Provider", "ProviderError", "Snapshot", "registry"]
