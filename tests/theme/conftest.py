"""Fixtures of the design system's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.template import Context, Template

from rathaus.theme import brand, shell


@pytest.fixture(autouse=True)
def town() -> Iterator[brand.Brand]:
    """A town without a database, and no shells of the faces."""
    source, sources = brand._source, dict(shell._sources)
    shell._sources.clear()
    facts = brand.Brand(name="Stadt Beispiel", phone="04944 305-0", email="stadt@example.org")
    brand.provide(lambda: facts)
    brand.current()  # any page was shown before
    yield facts
    brand.provide(source)
    shell._sources.update(sources)


@pytest.fixture
def html() -> Callable[..., str]:
    """Render a piece of template."""

    def render(source: str, **context: object) -> str:
        return Template(source).render(Context(context)).strip()

    return render
