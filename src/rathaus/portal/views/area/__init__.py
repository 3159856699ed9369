"""Pages below ``/konto/`` of somebody who is logged in."""
