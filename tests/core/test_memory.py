"""Memory that is shared with forked processes."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from rathaus.server import USED_BY_SEVERAL

FILLS = """
import ctypes
from rathaus.core import memory

memory.arenas(1)
libc = ctypes.CDLL(None)
libc.malloc.argtypes, libc.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
libc.sbrk.argtypes, libc.sbrk.restype = [ctypes.c_ssize_t], ctypes.c_void_p
kept = [bytearray(3000) for _ in range(4000)]
del kept[::2]
before = libc.sbrk(0)
assert libc.malloc(2500) < before - 4_000_000, "there were no holes"
memory.settle()
for size in (600, 2500, 20_000):
    assert libc.malloc(size) >= before - 300_000, f"a hole of {size} bytes was left"
assert all(len(piece) == 3000 for piece in kept)
print("filled")
"""


def test_holes_are_filled_and_nothing_is_lost():
    """A child that begins on pages of its own does not have the shared ones copied."""
    done = subprocess.run(
        [sys.executable, "-c", FILLS], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "filled\n", done.stderr


def test_settling_twice_is_harmless():
    from rathaus.core import memory

    memory.settle()
    memory.settle()
    memory.give_back()


def test_what_is_loaded_before_is_installed_where_the_town_runs():
    """Tests run with more libraries than `make run` installs."""
    lock = (Path(__file__).parents[2] / "requirements.lock").read_text(encoding="utf-8")
    installed = set(re.findall(r"^([a-z0-9_.-]+)==", lock, re.MULTILINE | re.IGNORECASE))
    where = packages_distributions()
    for module in USED_BY_SEVERAL:
        assert set(where[module.partition(".")[0]]) <= installed, module
