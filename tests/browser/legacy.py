"""A legacy site of given pages behind the real middleware, and what a browser makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from starlette.types import ASGIApp, Receive, Scope, Send

from migrator.app import TransitionMiddleware, transition_site
from tests.serve.live import serve

BANNER = ".migrator-banner"
NOWHERE = "http://127.0.0.1:9"
CONFIG = """version: 1
sites:
  main: {{hosts: [www.old.example, localhost], legacy: "{legacy}", new: "https://www.new.example"}}
banner:
  site_name: Children First
  starts: 2020-11-01
  dismissible: true
  links:
    progress: https://www.new.example/progress
    search: https://www.new.example/search
    feedback: https://www.new.example/feedback
  {extra}
"""


@dataclass(frozen=True, slots=True)
class Document:
    """One answer of a legacy site."""

    body: str
    headers: Mapping[str, str] | tuple[tuple[str, str], ...] = ()
    media_type: str = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class LegacySite:
    """A legacy site that runs, by its address."""

    base: str

    @property
    def secure_base(self) -> str:
        """The same site under a name that browsers trust as they do https, so that they send Sec-Fetch fields."""
        return self.base.replace("www.old.example", "localhost")


def document(body: str, head: str = "", lang: str = "en", **attributes: str) -> Document:
    """A page in standards mode with this in its head and its body."""
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return Document(
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Old</title>'
        f'<meta name="viewport" content="width=device-width">{head}</head><body{written}>{body}</body></html>'
    )


@contextmanager
def legacy_site(
    documents: Mapping[str, Document], folder: Path, *, extra: str = "", proxied: bool = False
) -> Iterator[LegacySite]:
    """Serve these pages behind the middleware, or behind the proxy; `extra` is a line more of the banner's configuration."""
    with ExitStack() as running:
        app = _answering(documents)
        legacy = running.enter_context(serve(app)) if proxied else NOWHERE
        config = configured(folder, extra, legacy)
        base = running.enter_context(serve(transition_site(config) if proxied else TransitionMiddleware(app, config)))
        yield LegacySite(base.replace("127.0.0.1", "www.old.example"))


def configured(folder: Path, extra: str = "", legacy: str = NOWHERE) -> Path:
    """A config file for the site."""
    config = folder / "redirects.yaml"
    config.write_text(CONFIG.format(extra=extra, legacy=legacy), encoding="utf-8")
    return config


def _answering(documents: Mapping[str, Document]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        found = documents.get(scope["path"])
        answer = found or Document("nothing here", media_type="text/plain")
        fields = answer.headers.items() if isinstance(answer.headers, Mapping) else answer.headers
        headers = [(name.lower().encode(), value.encode()) for name, value in (("content-type", answer.media_type), *fields)]
        await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body.encode()})

    return app


def styled(page: Page) -> bool:
    """Whether the banner's own style applies."""
    return bool(page.eval_on_selector(BANNER, "banner => getComputedStyle(banner).display === 'flex'"))


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    """The boxes of all elements that match, in CSS pixels."""
    found: list[Any] = page.eval_on_selector_all(
        selector,
        "all => all.map(one => { const box = one.getBoundingClientRect();"
        " return {width: box.width, height: box.height, left: box.left, right: box.right, top: box.top}; })",
    )
    return found
