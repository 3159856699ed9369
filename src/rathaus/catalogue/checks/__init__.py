"""The rules of the publish gate, one module per subject."""

from __future__ import annotations

from rathaus.catalogue.checks import fees, form, letters, references, texts
from rathaus.catalogue.gate import Check

ALL: tuple[Check, ...] = (
    *form.CHECKS,
    *fees.CHECKS,
    *letters.CHECKS,
    *references.CHECKS,
    *texts.CHECKS,
)
