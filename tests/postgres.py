"""A PostgreSQL of the tests' own, from the system's packages: on a Unix socket in a temporary folder, and gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OWNER = "migrator"
# What is lost with the folder anyway need not be written to the disk.
HASTE = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=60", "shared_buffers=32MB")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    folder: Path
    programs: Path
    process: subprocess.Popen[bytes]

    def fresh(self) -> str:
        """The address of a new, empty schema: much sooner made than a database, and to a store the same."""
        name = f"t{uuid.uuid4().hex}"
        self.run(f"CREATE SCHEMA {name}")
        return f"postgresql://{OWNER}@/postgres?host={self.folder}&options=-csearch_path%3D{name}"

    def run(self, statement: str) -> None:
        """Run one statement as the server's owner."""
        command: list[str | Path] = [self.programs / "psql", "-q", "-h", self.folder, "-U", OWNER, "-c", statement, "postgres"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def programs() -> Path | None:
    """The folder of the newest server's programs, which Debian does not put into the PATH; None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), Path(found).parent if found else None)


@contextmanager
def server(folder_of_programs: Path) -> Iterator[Server]:
    """Make a server and run it. It refuses to run as root, so it runs as somebody else then."""
    folder = Path(tempfile.mkdtemp(prefix="migrator-pg-"))
    other = _somebody() if os.geteuid() == 0 else None
    if other:
        os.chown(folder, other.pw_uid, other.pw_gid)
    folder.chmod(0o755)
    data = folder / "data"

    def started(*words: object) -> subprocess.Popen[bytes]:
        who = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []} if other else {}
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen([str(word) for word in words], cwd=folder, **quiet, **who)  # type: ignore[call-overload, no-any-return]

    made = started(
        folder_of_programs / "initdb", "-D", data, "-A", "trust", "-U", OWNER, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"
    )
    if made.wait():
        raise RuntimeError("initdb failed")
    process = started(folder_of_programs / "postgres", "-D", data, "-k", folder, *(word for one in HASTE for word in ("-c", one)))
    try:
        _await(folder_of_programs / "pg_isready", folder)
        yield Server(folder, folder_of_programs, process)
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await(pg_isready: Path, folder: Path) -> None:
    for _ in range(300):
        if subprocess.run([pg_isready, "-q", "-h", folder], check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("the server does not start")


def _somebody() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("there is no user to run the server as")
