"""The example of the middleware inside an app, run as its first lines say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import httpx

from tests.ports import free_port
from tests.serve.live import eventually, listens
from tests.shared import ROOT

CONFIG = """version: 1
sites: {main: {hosts: [127.0.0.1], legacy: "http://127.0.0.1:9", new: "https://www.new.example"}}
banner: {site_name: Example}
redirects: {/old.html: /new}
"""


def test_the_app_redirects_and_its_pages_have_the_banner(tmp_path: Path) -> None:
    shutil.copy(ROOT / "deploy" / "examples" / "starlette_app.py", tmp_path)
    (tmp_path / "redirects.yaml").write_text(CONFIG, encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "starlette_app:app", "--port", str(port), "--no-proxy-headers"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: process.poll() is not None or listens(port), seconds=30)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            moved, page = client.get("/old.html"), client.get("/")
    finally:
        process.terminate()
        process.wait(20)

    assert (moved.status_code, moved.headers["location"]) == (301, "https://www.new.example/new")
    assert page.text.count("data-migrator-banner=") == 1
