"""Compressed pages are gzip that everybody can read, and never twice as long or short."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core.compression import compress

pytestmark = pytest.mark.one_database


@given(st.one_of(st.binary(max_size=5000), st.text(max_size=3000).map(lambda t: t.encode())))
def test_what_goes_in_comes_out(content: bytes) -> None:
    assert gzip.decompress(compress(content)) == content


def test_the_length_tells_nothing() -> None:
    assert len({len(compress(b"the same page" * 100)) for _ in range(60)}) > 10
