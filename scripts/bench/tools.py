"""What the benchmarks need beside Migrator: nginx and wrk from Debian; peers from PyPI, each in its own environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from stage import ROOT, Server, Stage

_PEERS = ROOT / ".migrator" / "bench"
_PACKAGES = {"nginx": "nginx-light", "wrk": "wrk", "taskset": "util-linux", "setpriv": "util-linux"}
_INSTALL_WITHIN = 600  # seconds


def need(*names: str) -> None:
    """Install the programs that are missing, where this user may; else say what is missing and exit with 2."""
    missing = [name for name in names if find(name) is None]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"{', '.join(missing)} missing; install and try again")
    print(f"installing {', '.join(missing)}", file=sys.stderr)
    # RUNLEVEL=1 keeps Debian from starting the service that comes with nginx.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    packages = [_PACKAGES[name] for name in missing]
    for command in (("update",), ("install", "--yes", "--no-install-recommends", *packages)):
        run = ["apt-get", "-qq", *command]
        subprocess.run(run, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True, timeout=_INSTALL_WITHIN)


def find(name: str) -> str | None:
    """Where a program is, looked for where Debian puts those for administrators, too."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def peer(name: str, *requirements: str) -> Path | None:
    """The folder of programs of an environment with `requirements` from PyPI; None, and a word why, where that fails."""
    folder, wanted = _PEERS / name, "\n".join(requirements)
    mark = folder / "requirements.txt"
    if mark.is_file() and mark.read_text() == wanted:
        return folder / "bin"
    print(f"installing {', '.join(requirements)}", file=sys.stderr)
    pip: Sequence[str | Path] = (folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True, timeout=_INSTALL_WITHIN)
        subprocess.run([*pip, *requirements], check=True, capture_output=True, text=True, timeout=_INSTALL_WITHIN)
    except (subprocess.SubprocessError, OSError) as error:
        reason = str(getattr(error, "stderr", "") or error).strip().splitlines()[-1]
        print(f"{name} is left out, since it could not be installed: {reason}", file=sys.stderr)
        return None
    mark.write_text(wanted)
    return folder / "bin"


def nginx(stage: Stage, name: str, inside_http: str, *, core: int) -> Server:
    """nginx with one worker; `PORT` in its configuration becomes a free port."""
    program = find("nginx") or "nginx"
    folder = stage.folder / name.replace(" ", "-")
    (folder / "logs").mkdir(parents=True)
    settings = folder / "nginx.conf"

    def command(port: int) -> Sequence[str | Path]:
        settings.write_text(_NGINX.replace("INSIDE", inside_http.replace("PORT", str(port))))
        return (program, "-p", folder, "-c", settings, "-e", "stderr")

    return stage.start(name, command, core=core)


_NGINX = """
worker_processes 1; daemon off; pid nginx.pid; error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000; default_type text/html;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  INSIDE
}
"""
