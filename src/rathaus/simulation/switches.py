"""Switches that let something go wrong a number of times."""

from __future__ import annotations

from django.db.models import F

from rathaus.simulation.models import SimulatedFault


def switch_on(name: str, times: int = 1) -> None:
    """Let a fault happen at the next `times` occasions; 0 switches it off."""
    SimulatedFault.objects.update_or_create(name=name, defaults={"remaining": times})


def active(prefix: str) -> dict[str, int]:
    """The faults now on below a prefix, without it, and how often they will still happen."""
    rows = SimulatedFault.objects.filter(name__startswith=f"{prefix}.", remaining__gt=0)
    return {name.partition(".")[2]: left for name, left in rows.values_list("name", "remaining")}


def take(name: str) -> bool:
    """Use up one occasion; False if the fault is off (or somebody else used the last one)."""
    rows = SimulatedFault.objects.filter(name=name, remaining__gt=0)
    return rows.update(remaining=F("remaining") - 1) == 1
