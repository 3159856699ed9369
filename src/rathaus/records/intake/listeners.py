"""What happens elsewhere and concerns the intake: cases that are destroyed."""

from __future__ import annotations

from rathaus.records.disposal import removal
from rathaus.records.intake import originals

removal.register("intake.items", order=30)(originals.forget)
