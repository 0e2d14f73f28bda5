"""Passes a 20 KB page on with the banner: Migrator beside nginx's sub_filter, fastapi-proxy-lib and asgi-proxy-lib.

Each has one worker on one core; the old site, an nginx too, and the load share another. Migrator runs as a user starts it:
`migrator serve`, every part in place. The two libraries put nothing into the page. All are asked for one page, again and again;
Migrator also for many that differ in their titles, since it remembers what it found in a page's head. Ratios are medians over the
rounds; the last line is the summary.

scripts/bench/proxy                           about seven minutes
scripts/bench/proxy --rounds 1 --seconds 1    whether it works
scripts/bench/proxy --bars                    exit 1 where a bar is missed
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from contest import HOST, Bar, Contest, options, verdict
from stage import MIGRATOR, Server, Stage, StageError, staged
from tools import need, nginx, peer

NGINX, OURS, PLAIN = "nginx sub_filter", "migrator serve", "migrator serve, no banner"
OURS_MANY, PLAIN_MANY = f"{OURS}, many pages", f"{PLAIN}, many pages"
FASTAPI, ASGI = "fastapi-proxy-lib", "asgi-proxy-lib"
UVICORN = "uvicorn[standard]==0.54.0"
PEERS = {
    FASTAPI: ("fastapi_proxy", "fastapi-proxy-lib[standard]==0.3.0", UVICORN),
    ASGI: ("asgi_proxy", "asgi-proxy-lib==0.2a0", UVICORN),
}
PAGE = "/about/people.html"
MANY = 2000
SIZE = 20 * 1024  # bytes
BODY = '<body class="page">'


def main() -> int:
    """Run what the arguments ask for; the exit code."""
    chosen = options(__doc__)
    need("nginx", "wrk", "taskset", "setpriv")
    with staged("proxy") as stage:
        paths = stage.folder / "paths.txt"
        paths.write_text(f"{PAGE}\n")
        page = old_page()
        upstream = old_site(stage, page)
        ours, plain = migrator(stage, OURS, upstream, banner=True), migrator(stage, PLAIN, upstream, banner=False)
        filtering = nginx_sub_filter(stage, upstream, banner_size(ours, page))
        servers = [filtering, ours, plain]
        if not chosen.no_peers:
            servers += [server for name in PEERS if (server := library(stage, name, upstream))]
        for server in servers:
            prove(server, page, changed=server in (filtering, ours))
        many = many_pages(stage, page)
        servers += [replace(ours, name=OURS_MANY), replace(plain, name=PLAIN_MANY)]
        contest = Contest(stage, servers, paths, chosen, {OURS_MANY: many, PLAIN_MANY: many})
        contest.run()
        return verdict(contest, bars(contest), binding=chosen.bars)


def old_page() -> bytes:
    """A page as old sites have them: a head with styles and scripts, then paragraphs."""
    links = "".join(f'<link rel="stylesheet" href="/style/part-{number}.css">\n' for number in range(8))
    head = f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>People</title>\n{links}'
    script = "<script>window.started = Date.now(); if (1 < 2) { document.documentElement.className = 'js'; }</script>\n"
    text = f"{head}{script}</head>\n{BODY}\n<h1>People</h1>\n"
    paragraph = '<p>Those who work here, and <a href="/about/work.html">what they do</a> all day long.</p>\n'
    text += paragraph * ((SIZE - len(text)) // len(paragraph)) + "</body>\n</html>\n"
    return text.encode()


def old_site(stage: Stage, page: bytes) -> Server:
    """The legacy site: nginx with one page at every address but those of `many_pages`, beside the load."""
    (stage.folder / "page.html").write_bytes(page)
    serve = f"root {stage.folder}; charset utf-8; location / {{ rewrite ^ /page.html break; }} location /many/ {{ }}"
    return nginx(stage, "old site", f"server {{ listen 127.0.0.1:PORT; {serve} }}", core=stage.load_core)


def many_pages(stage: Stage, page: bytes) -> Path:
    """Pages of the same size with titles of their own, on the old site; the file of their addresses."""
    folder = stage.folder / "many"
    folder.mkdir()
    folder.chmod(0o755)
    for number in range(MANY):
        (folder / f"{number}.html").write_bytes(page.replace(b"<title>People", b"<title>%06d" % number))
    addresses = stage.folder / "many.txt"
    addresses.write_text("".join(f"/many/{number}.html\n" for number in range(MANY)))
    return addresses


def migrator(stage: Stage, name: str, upstream: Server, *, banner: bool) -> Server:
    """Migrator as a user starts it."""
    config = stage.folder / f"{'banner' if banner else 'plain'}.yaml"
    site = f"{{hosts: [{HOST}], legacy: 'http://127.0.0.1:{upstream.port}', new: 'https://www.new.example'}}"
    section = "banner: {site_name: Example, dismissible: true}\n" if banner else ""
    config.write_text(f"version: 1\nsites:\n  main: {site}\n{section}redirects:\n  /old.html: /new\n")
    return stage.start(name, lambda port: (MIGRATOR, "serve", "--config", config, "--port", str(port)), core=stage.server_core)


def banner_size(ours: Server, page: bytes) -> int:
    """How many bytes the banner has."""
    return len(ours.fetch(PAGE, HOST)[2]) - len(page)


def nginx_sub_filter(stage: Stage, upstream: Server, size: int) -> Server:
    """nginx as a proxy with kept connections, which puts as many bytes at the same place."""
    # In pieces, since nginx takes no parameter beyond 4 KB.
    filler = "${thousand}" * (size // 1000) + "x" * (size % 1000)
    inside = f"""
      upstream old {{ server 127.0.0.1:{upstream.port}; keepalive 128; keepalive_requests 100000000; }}
      server {{
        listen 127.0.0.1:PORT;
        location / {{
          proxy_pass http://old; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
          set $thousand {"x" * 1000}; sub_filter '{BODY}' '{BODY}{filler}'; sub_filter_once on;
        }}
      }}
    """
    return nginx(stage, NGINX, inside, core=stage.server_core)


def library(stage: Stage, name: str, upstream: Server) -> Server | None:
    """One of the peers under uvicorn, with its fastest parts; None where it cannot be had."""
    made, *requirements = PEERS[name]
    programs = peer(made, *requirements)
    if programs is None:
        return None
    app = ("--factory", f"peer_proxies:{made}", "--app-dir", sys.path[0], "--lifespan", "auto", "--no-access-log")
    return stage.start(
        name,
        lambda port: (programs / "uvicorn", *app, "--log-level", "error", "--port", str(port)),
        core=stage.server_core,
        environment={"PEER_UPSTREAM": f"http://127.0.0.1:{upstream.port}"},
    )


def prove(server: Server, page: bytes, *, changed: bool) -> None:
    """See that a server does what it is measured for."""
    status, _, body = server.fetch(PAGE, HOST)
    place = page.index(BODY.encode()) + len(BODY)
    whole = body[:place] + body[len(body) - len(page) + place :] == page
    if status != 200 or not whole or (len(body) > len(page)) != changed:
        raise StageError(f"{server.name} answers {PAGE} with {status} and {len(body)} bytes for {len(page)}")


def bars(contest: Contest) -> list[Bar]:
    """What the figures have to reach."""
    slower = contest.ratio(OURS, NGINX, lambda one: one.p99)
    cost, cost_of_many = 100 * (1 - contest.ratio(OURS, PLAIN)), 100 * (1 - contest.ratio(OURS_MANY, PLAIN_MANY))
    return [
        Bar("a page with its banner is", contest.ratio(OURS, NGINX), 0.24, " × nginx sub_filter"),
        Bar("its p99", slower, 5, " ×", at_most=True),
        Bar("the better of the two libraries:", contest.advantage(OURS, (FASTAPI, ASGI)), 20, " ×"),
        Bar("the banner costs", cost, 5, " % of requests/s", at_most=True),
        Bar("and on many pages", cost_of_many, 5, " %", at_most=True),
    ]


if __name__ == "__main__":
    sys.exit(main())
