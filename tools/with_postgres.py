"""Run a command with a PostgreSQL server of its own: ``with_postgres.py COMMAND …``.

The server lives in a temporary folder, listens on a local socket only and ends with the
command. Its address is in ``RATHAUS_TEST_DATABASE_URL``. PostgreSQL refuses to run as
root, so root hands it to the user ``postgres``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TUNING = (
    "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60 "
    "-c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=4GB -c checkpoint_timeout=1h"
)


def binaries() -> Path:
    """Folder of the newest installed server; exits with advice if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    if path:
        return Path(path).parent
    sys.exit("PostgreSQL is missing. On Debian: apt-get install postgresql")


def main(command: list[str]) -> int:
    """Start, run, stop; returns the command's exit code."""
    folder = binaries()
    root = Path(tempfile.mkdtemp(prefix="rathaus-pg-"))
    as_user: dict[str, object] = {}
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(root, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = root / "data"
    durable = os.environ.get("RATHAUS_PG_DURABLE") == "1"
    tuning = "-c max_connections=60" if durable else TUNING

    def run(name: str, *arguments: str) -> None:
        subprocess.run(  # type: ignore[call-overload]
            [folder / name, *arguments], check=True, cwd=root, stdout=subprocess.DEVNULL, **as_user
        )

    run(
        "initdb",
        "-D",
        str(data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C.UTF-8",
    )
    options = f"-k {root} -c listen_addresses= {tuning}"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(root / "log"), "-o", options, "start")
    try:
        run("createdb", "-h", str(root), "-U", "postgres", "rathaus")
        url = f"postgresql://postgres@/rathaus?host={root}"
        env = {**os.environ, "RATHAUS_TEST_DATABASE_URL": url}
        if os.getuid() == 0:
            root.chmod(0o755)
        return subprocess.run(command, env=env, check=False).returncode
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
