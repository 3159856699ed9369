"""The publish gate: what has to hold before a service goes into force (DESIGN.md §7).

Errors block publishing; warnings are shown to the designer. Texts are German because the
designer, who is no programmer, reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from rathaus.catalogue.definition import ServiceDefinition
from rathaus.core import clock

if TYPE_CHECKING:
    from rathaus.catalogue.library import Library

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """Something to mend. `where` is a path in the definition, e.g. ``letters.bescheid.body``."""

    severity: Severity
    where: str
    text: str


@dataclass(frozen=True)
class Context:
    """What exists around the service; None means "not known, do not check"."""

    topics: frozenset[str] | None = None
    offices: frozenset[str] | None = None
    services: frozenset[str] | None = None
    today: date | None = None

    @classmethod
    def loaded(cls) -> Context:
        """Topics, offices and services of this installation."""
        from rathaus.catalogue import queries
        from rathaus.organisation import queries as organisation

        offices = frozenset(row.key for row in organisation.offices())
        topics = frozenset(row.slug for row in queries.snapshot().topics)
        return cls(topics or None, offices or None, None)

    def with_library(self, library: Library) -> Context:
        """The same with topics and services of `library` added."""
        topics = frozenset(row.slug for row in library.topics)
        services = frozenset(row.slug for row in library.services)
        return replace(
            self,
            topics=(self.topics or frozenset()) | topics or None,
            services=(self.services or frozenset()) | services or None,
        )

    @property
    def day(self) -> date:
        """The day the fees have to be valid on."""
        return self.today or clock.today()


Check = Callable[[ServiceDefinition, Context], Iterator[Finding]]


def check(definition: ServiceDefinition, context: Context | None = None) -> list[Finding]:
    """Everything to mend in `definition`, errors first."""
    from rathaus.catalogue.checks import ALL

    known = context or Context()
    found = [finding for rule in ALL for finding in rule(definition, known)]
    return sorted(dict.fromkeys(found), key=lambda row: row.severity != "error")


def passes(findings: list[Finding]) -> bool:
    """Whether nothing blocks publishing."""
    return all(row.severity != "error" for row in findings)
