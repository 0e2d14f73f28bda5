"""Answers a mapped address with 100,000 rules: Migrator beside nginx's map, Django's redirects and Wagtail's.

Each has one worker on one core, the load comes from another. Migrator runs as a user starts it: `migrator serve`, every part in
place. The peers have their redirect middleware and no other. Ratios are medians over the rounds; the last line is the summary.

scripts/bench/redirects                           about four minutes
scripts/bench/redirects --rounds 1 --seconds 1    whether it works
scripts/bench/redirects --bars                    exit 1 where a bar is missed
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from contest import HOST, Bar, Contest, options, verdict
from stage import MIGRATOR, Server, Stage, StageError, staged
from tools import need, nginx, peer

NGINX, OURS, DJANGO, WAGTAIL = "nginx map", "migrator serve", "Django redirects", "Wagtail redirects"
RULES = 100_000
ASKED = 5_000  # different addresses
STRIDE = 61_169  # a prime: the addresses asked for lie far apart
PROJECT = Path(__file__).with_name("peer_redirects.py")
GUNICORN = "gunicorn==27.0.1"
PEERS = {DJANGO: ("django", "django==5.2.19", GUNICORN), WAGTAIL: ("wagtail", "wagtail==8.0.1", "django==5.2.19", GUNICORN)}
NEW = "https://www.new.example"

Rules = list[tuple[str, str]]


def main() -> int:
    """Run what the arguments ask for; the exit code."""
    chosen = options(__doc__)
    need("nginx", "wrk", "taskset", "setpriv")
    rules = [(old_path(number), new_url(number)) for number in range(RULES)]
    asked = [rules[number * STRIDE % RULES] for number in range(ASKED)]
    with staged("redirects") as stage:
        sheet = stage.folder / "map.csv"
        sheet.write_text("".join(f"{old},{new}\n" for old, new in rules))
        paths = stage.folder / "paths.txt"
        paths.write_text("".join(f"{old}\n" for old, _ in asked))
        servers = [nginx_map(stage, rules), migrator(stage, sheet)]
        if not chosen.no_peers:
            servers += [server for name in PEERS if (server := django(stage, name, sheet))]
        for server in servers:
            prove(server, asked[:50])
        contest = Contest(stage, servers, paths, chosen)
        contest.run()
        return verdict(contest, bars(contest), binding=chosen.bars)


def old_path(number: int) -> str:
    """An old address, about 60 bytes."""
    return f"/section-{number % 97:02d}/Old_Page-{number:06d}-with-the-words-of-its-title.html"


def new_url(number: int) -> str:
    """Where it leads, about 70 bytes."""
    return f"{NEW}/topic-{number % 53:02d}/{number:06d}-with-the-words-of-its-title/"


def nginx_map(stage: Stage, rules: Rules) -> Server:
    """nginx, configured as its own documentation has it for long lists."""
    (stage.folder / "map.conf").write_text("".join(f'"{old}" "{new}";\n' for old, new in rules))
    inside = f"""
      map_hash_max_size 262144; map_hash_bucket_size 256;
      map $uri $target {{ include {stage.folder}/map.conf; }}
      server {{ listen 127.0.0.1:PORT; if ($target) {{ return 301 $target; }} return 404; }}
    """
    return nginx(stage, NGINX, inside, core=stage.server_core)


def migrator(stage: Stage, sheet: Path) -> Server:
    """Migrator as a user starts it."""
    config = stage.folder / "redirects.yaml"
    site = f"{{hosts: [{HOST}], legacy: 'http://127.0.0.1:9', new: '{NEW}'}}"
    config.write_text(f"version: 1\nsites:\n  main: {site}\nbanner: {{site_name: Example}}\ninclude: [{sheet.name}]\n")
    return stage.start(OURS, lambda port: (MIGRATOR, "serve", "--config", config, "--port", str(port)), core=stage.server_core)


def django(stage: Stage, name: str, sheet: Path) -> Server | None:
    """A Django project with one of the two redirect middlewares, under gunicorn; None where it cannot be had."""
    programs = peer(*PEERS[name])
    if programs is None:
        return None
    kind = PEERS[name][0]
    environment = {"PEER": kind, "PEER_DATABASE": str(stage.folder / f"{kind}.sqlite3"), "PYTHONPATH": str(PROJECT.parent)}
    fill = [programs / "python", PROJECT, sheet]
    filled = subprocess.run(fill, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if filled.returncode:
        print(f"{name} is left out, since its rules could not be loaded: {filled.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    return stage.start(
        name,
        lambda port: (programs / "gunicorn", "--workers", "1", "--bind", f"127.0.0.1:{port}", f"{PROJECT.stem}:application"),
        core=stage.server_core,
        environment=environment,
    )


def prove(server: Server, some: Rules) -> None:
    """See that a server does what it is measured for."""
    for old, new in some:
        status, fields, _ = server.fetch(old, HOST)
        if (status, fields["location"]) != (301, new):
            raise StageError(f"{server.name} answers {old} with {status}, {fields['location']}")


def bars(contest: Contest) -> list[Bar]:
    """What the figures have to reach."""
    return [
        Bar("a redirect is", contest.ratio(OURS, NGINX), 0.40, " × nginx map"),
        Bar("costs", contest.median(OURS, lambda one: one.cpu), 28, " CPU µs", at_most=True),
        Bar("the better of Django and Wagtail:", contest.advantage(OURS, (DJANGO, WAGTAIL)), 20, " ×"),
    ]


if __name__ == "__main__":
    sys.exit(main())
