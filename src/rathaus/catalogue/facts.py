"""What a service can do, as plain facts: the input of the maturity model."""

from __future__ import annotations

from dataclasses import dataclass

from rathaus.accounts.sources import config
from rathaus.accounts.trust import TrustLevel
from rathaus.catalogue.checks.fields import with_places
from rathaus.catalogue.definition import TRUST_LEVELS, ServiceDefinition
from rathaus.forms.definition import FieldType

Fact = bool | str


@dataclass(frozen=True)
class Capabilities:
    """What this installation offers to every service."""

    trust_level: str = "none"
    """Highest level a resident can log in with today."""
    online_payment: bool = True


def of_this_town() -> Capabilities:
    """What the account systems that are set up can reach; our own accounts are basic."""
    levels = [level for source in config.for_residents() for level in source.levels]
    return Capabilities(trust_level=max([TrustLevel.BASIC, *levels]).key)


def facts(definition: ServiceDefinition, capabilities: Capabilities) -> dict[str, Fact]:
    """The facts by name; the names are what the model's conditions read."""
    online = definition.mode == "online"
    proofs = [row for row in definition.documents if row.upload]
    brought = [row for row in definition.documents if not row.upload]
    fields = [row for _place, row in with_places(definition.form)]
    maturity = definition.maturity
    needed = TRUST_LEVELS.index(definition.highest_trust)
    return {
        "mode": definition.mode,
        "online": online,
        "described": bool(definition.summary and definition.office),
        "has_form": definition.form is not None,
        "has_legal_basis": bool(definition.legal),
        "fee_clear": bool(definition.fees or definition.fee_note)
        or definition.payment_policy == "none",
        "duration_clear": definition.duration.working_days is not None
        or definition.duration.legal_deadline_days is not None
        or bool(definition.duration.note),
        "has_channels": bool(definition.channels),
        "trust_level": definition.trust_level,
        "trust_level_offered": TRUST_LEVELS.index(capabilities.trust_level) >= needed,
        "account_offered": capabilities.trust_level != "none",
        "personal_appearance": maturity.personal_appearance,
        "written_form": maturity.written_form,
        "needs_proofs": bool(proofs or (brought and not online)) or not maturity.proofs_online,
        "proofs_online": maturity.proofs_online,
        "proofs_uploadable": any(row.type == FieldType.UPLOAD for row in fields),
        "has_fees": bool(definition.fees),
        "pays_online": capabilities.online_payment
        and online
        and definition.payment_policy != "none",
        "result_digital": maturity.result_digital,
        "has_letter": any(row.outcome != "rejected" for row in definition.letters),
        "once_only": maturity.once_only,
    }
