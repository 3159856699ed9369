"""Typed registry for families of plug-ins: providers, sources, import formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Generic, TypeVar

T = TypeVar("T")


class NotRegistered(LookupError):
    """No member of the family has this identifier."""


class AlreadyRegistered(ValueError):
    """Two members claim one identifier."""


class Registry(Generic[T]):
    """Members of one family by identifier, in order of registration.

    Packages outside this one register through the entry point group
    ``rathaus.<family>``; their members are loaded on first use.
    """

    def __init__(self, family: str) -> None:
        self.family = family
        self._members: dict[str, T] = {}
        self._discovered = False

    def register(self, identifier: str) -> Callable[[type[T]], type[T]]:
        """Class decorator: make one instance and keep it under `identifier`."""

        def decorate(cls: type[T]) -> type[T]:
            self.add(identifier, cls())
            return cls

        return decorate

    def add(self, identifier: str, member: T) -> None:
        """Keep `member`. Raises AlreadyRegistered."""
        if identifier in self._members:
            raise AlreadyRegistered(f"{self.family}: {identifier} is taken")
        self._members[identifier] = member

    def get(self, identifier: str) -> T:
        """The member with this identifier. Raises NotRegistered."""
        self._discover()
        try:
            return self._members[identifier]
        except KeyError:
            raise NotRegistered(f"{self.family}: no {identifier!r}") from None

    def items(self) -> list[tuple[str, T]]:
        """All members with their identifiers."""
        self._discover()
        return list(self._members.items())

    def __iter__(self) -> Iterator[T]:
        self._discover()
        return iter(list(self._members.values()))

    def __contains__(self, identifier: object) -> bool:
        self._discover()
        return identifier in self._members

    def _discover(self) -> None:
        if self._discovered:
            return
        self._discovered = True
        for point in entry_points(group=f"rathaus.{self.family}"):
            member = point.load()
            if point.name not in self._members:
                self.add(point.name, member() if isinstance(member, type) else member)
