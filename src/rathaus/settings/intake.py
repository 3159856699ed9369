"""Settings of the intake: virus scanner, watched folders, mail boxes, limits (docs/intake.md)."""

from __future__ import annotations

from rathaus.settings.env import env, env_bool, env_int, env_list

RATHAUS_CLAMD = env("RATHAUS_CLAMD", "")
"""``unix:/run/clamav/clamd.ctl`` or ``tcp:host:port``; empty: no scanner is used."""
RATHAUS_CLAMD_REQUIRED = env_bool("RATHAUS_CLAMD_REQUIRED", default=False)
"""Nothing leaves the checks unscanned, also where no scanner is set up."""
RATHAUS_CLAMD_TIMEOUT = env_int("RATHAUS_CLAMD_TIMEOUT", 60)
"""Seconds for one file."""
RATHAUS_CLAMD_MAX_MB = env_int("RATHAUS_CLAMD_MAX_MB", 25)
"""As ``StreamMaxLength`` of clamd; a larger file waits for a person."""

RATHAUS_INTAKE_FOLDERS = env_list("RATHAUS_INTAKE_FOLDERS", [])
"""Folders below which watched folders may lie; none: no folder can be watched."""
RATHAUS_INTAKE_MAIL_HOSTS = env_list("RATHAUS_INTAKE_MAIL_HOSTS", [])
"""Hosts of IMAP mail boxes (``host`` or ``host:port``); none: no mail box can be set up."""
RATHAUS_INTAKE_MAX_MB = env_int("RATHAUS_INTAKE_MAX_MB", 200)
"""Largest single file that is taken in."""
RATHAUS_INTAKE_ORIGINAL_DAYS = env_int("RATHAUS_INTAKE_ORIGINAL_DAYS", 180)
"""Days that the original of a divided, merged or turned stack is kept after the last of its parts
was filed; 0: for good."""
RATHAUS_SIGNATURE_ROOTS = env("RATHAUS_SIGNATURE_ROOTS", "")
"""Folder with certificates (PEM, DER) whose signatures count as trusted."""
