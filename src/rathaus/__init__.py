"""Offenes Rathaus."""

import sys

# httpx loads its command line with click, rich and pygments wherever it finds them: 6 MB in every
# process. It takes a missing one well.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
