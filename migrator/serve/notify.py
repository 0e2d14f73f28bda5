"""Tells the service manager that started this process how it stands: the protocol of systemd's sd_notify(3). Nothing else."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress

_READY = "READY=1"
_STOPPING = "STOPPING=1"


def notify_ready(status: str = "") -> None:
    """The service answers, or answers again after a reload; `status` is a line for people."""
    _tell(_READY, *_status(status))


def notify_reloading() -> None:
    """A reload has begun; `notify_ready` ends it."""
    _tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def notify_stopping() -> None:
    """The service ends."""
    _tell(_STOPPING)


def _status(status: str) -> tuple[str, ...]:
    return (f"STATUS={' '.join(status.split())}",) if status else ()


def _tell(*lines: str) -> None:
    """Send to the manager's socket, where there is one. A manager that cannot be told is no reason not to serve."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.connect("\0" + address[1:] if address.startswith("@") else address)
        manager.sendall("\n".join(lines).encode())
