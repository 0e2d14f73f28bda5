"""The visitor's door: ask the map, then redirect, say gone or not found, or let a site answer with the banner in its pages.

Pure ASGI in front of any ASGI app. It never looks at a URL object: paths and queries are the bytes that came.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from html import escape
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from migrator.errors import UpstreamError
from migrator.rules.decision import Decision, Gone, Redirect, Serve
from migrator.rules.rule import Home, Rule, Site
from migrator.rules.table import Request, RuleTable
from migrator.serve.answer import Answer, plain_answer, prepared, send_answer
from migrator.serve.headers import Headers
from migrator.serve.injection import InjectingSend, Injection
from migrator.serve.notices import Notices
from migrator.serve.page_banners import PageBanners
from migrator.serve.plain_head import PlainHead
from migrator.serve.public import PublicPages
from migrator.serve.recorder import Recorder

Homes = Mapping[tuple[str, Home], ASGIApp]

_REMEMBERED = 8192  # answers, of about a kilobyte each
_SECONDS_OF_A_DAY = 86_400
_UNDER_WAY = 256  # requests, on their way from the early road to the plain one


def utc_today() -> dt.date:
    """The day by which rules and the banner start and end."""
    return _day(int(time.time()) // _SECONDS_OF_A_DAY)


@lru_cache(maxsize=2)
def _day(number: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=number)


class Transition:
    """Answers what the map decides and passes the rest to the app of the site's legacy or new home.

    `homes` holds the app for each (site name, home); `fallback` takes what has none, such as an app that this stands in
    front of. `public` are pages of its own. `dated` is for servers that add no Date field. Assign `table` to swap the
    whole map between two requests.
    """

    def __init__(
        self,
        *,
        table: RuleTable,
        notices: Notices,
        homes: Homes,
        fallback: ASGIApp | None = None,
        banners: PageBanners | None = None,
        public: PublicPages | None = None,
        name_rules: bool = False,
        dated: bool = True,
        today: Callable[[], dt.date] = utc_today,
        recorder: Recorder | None = None,
    ) -> None:
        self.table = table
        self._notices = notices
        self._homes = homes
        self._fallback = fallback
        self._banners = banners
        self._public = public
        self._name_rules = name_rules
        self._dated = dated
        self._today = today
        self._recorder = recorder
        self._redirected = recorder.redirected if recorder else None
        self._decided: dict[Request, tuple[RuleTable, Serve]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Only `http` and `websocket` scopes come here; app.py sees to the lifespan."""
        request = self._request(scope)
        if not request.path.startswith(b"/"):
            await _refuse(scope, receive, send)
            return
        if self._public is not None and self._public.covers(request.path) and scope["type"] == "http":
            await self._send(await self._public_answer(self._public, request, scope), scope, send)
            return
        decision = self._decision(request)
        if isinstance(decision, Serve):
            await self._serve(decision, request, scope, receive, send)
        elif scope["type"] == "websocket":
            await _close(receive, send)
        else:
            await self._send(self._answer(decision, request, scope), scope, send)

    async def _public_answer(self, public: PublicPages, request: Request, scope: Scope) -> Answer:
        table = self.table.table_of(request.host)
        answer = await public.answer(request.path, table.site, scope) if table else None
        if answer is not None and self._recorder is not None:
            self._recorder.own_page(public.name_of(request.path))
        return self._notices.not_found(scope, table.site if table else None, is_old=False) if answer is None else answer

    def early_answer(self, head: PlainHead) -> Answer | None:
        """The answer to a plain request that the map alone decides; None where a site has to be asked."""
        host = head.host.decode("ascii")
        if self._public is not None and self._public.covers(head.path):
            return None
        settled = None if head.query else self.table.settled(head.path, host)
        if settled is not None:
            if self._redirected is not None:
                self._redirected(settled.rule, settled.status)
            return _prepared_redirect(settled.location, settled.status, settled.max_age, self._name_of(settled.rule))
        request = Request(head.path, head.query, host, head.method.decode("ascii"), self._today())
        decision = self.table.decide(request)
        if isinstance(decision, Serve):
            self._remember(request, decision)
            return None
        return self._answer(decision, request, {} if isinstance(decision, Redirect) else head.scope())

    def _remember(self, request: Request, decision: Serve) -> None:
        """Keep a decision for the moment when its request comes again, by the plain road."""
        if len(self._decided) >= _UNDER_WAY:
            self._decided.clear()  # of requests that never came
        self._decided[request] = self.table, decision

    def _decision(self, request: Request) -> Decision:
        table, decision = self._decided.pop(request, (None, None))
        return decision if decision is not None and table is self.table else self.table.decide(request)

    def _request(self, scope: Scope) -> Request:
        host = _host(scope["headers"])
        path: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
        return Request(path, scope["query_string"], host.decode("latin-1"), scope.get("method", "GET"), self._today())

    async def _serve(self, decision: Serve, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._homes.get((decision.site.name, decision.home), self._fallback)
        if self._recorder is not None:
            send = self._recorder.served(decision, request, scope, send)
        if app is None:
            await self._send(self._notices.not_found(scope, decision.site), scope, send)
            return
        injection = self._chosen(decision, request) if scope["type"] == "http" else None
        if injection is not None:
            await self._serve_with(injection, app, decision.site, scope, receive, send)
        else:
            if self._recorder is not None and self._banners is not None and decision.home is Home.LEGACY:
                self._recorder.banner("not-shown", "")
            await app(scope, receive, send)

    def _chosen(self, decision: Serve, request: Request) -> Injection | None:
        if self._banners is None or decision.home is not Home.LEGACY:
            return None
        today = request.today or self._today()
        return self._banners.injection(request.path.decode("latin-1"), today, decision.site, partial(self._going_to, request))

    def _going_to(self, request: Request) -> str:
        """Where the map leads that page on a day to come, by a rule that does not hold yet; "" where it has none."""
        later = self.table.decide(request._replace(method="GET", today=dt.date.max))
        return later.location if isinstance(later, Redirect) else ""

    async def _serve_with(
        self, injection: Injection, app: ASGIApp, site: Site, scope: Scope, receive: Receive, send: Send
    ) -> None:
        injecting = InjectingSend(injection, scope, send)
        try:
            with injecting:
                await app(injecting.prepared(scope), receive, injecting)
        except UpstreamError:
            if injecting.started:
                raise  # the server breaks off too, so that the client can tell
            await self._send(self._notices.unavailable(scope, 502, site), scope, send)

    async def _send(self, answer: Answer, scope: Scope, send: Send) -> None:
        await send_answer(answer, scope, send, dated=self._dated)

    def _answer(self, decision: Decision, request: Request, scope: Scope) -> Answer:
        if self._recorder is not None:
            self._recorder.decided(decision, request, scope)
        if isinstance(decision, Redirect):
            return self._redirect(decision)
        if isinstance(decision, Gone):
            answer = self._notices.gone(scope, decision)
        else:
            answer = self._notices.not_found(scope, decision.site)
        return _named(answer, self._name_of(decision.rule))

    def _redirect(self, decision: Redirect) -> Answer:
        return redirect_answer(decision.location, decision.status, decision.max_age, self._name_of(decision.rule))

    def _name_of(self, rule: Rule | None) -> bytes:
        """What an answer says of the rule that led to it; b"" where nothing."""
        if rule is None or not self._name_rules:
            return b""
        return quote(f"migrator; rule={rule.place.file}:{rule.place.line}", safe="/:;= ").encode("ascii")


def _host(headers: Headers) -> bytes:
    for name, value in headers:
        if name == b"host":
            return value
    return b""


def redirect_answer(location: str, status: int, max_age: int, name: bytes = b"") -> Answer:
    """The answer for a redirect, with a short text for clients that follow none (RFC 9110 section 15.4)."""
    body = f'<!doctype html><title>Moved</title><p>This page has moved to <a href="{escape(location)}">its new address</a>.\n'
    headers = [
        (b"location", location.encode("ascii")),
        (b"cache-control", b"public, max-age=%d" % max_age),
        (b"content-type", b"text/html; charset=utf-8"),
    ]
    return _named(Answer(status, headers, body.encode()), name)


@lru_cache(maxsize=_REMEMBERED)
def _prepared_redirect(location: str, status: int, max_age: int, name: bytes) -> Answer:
    return prepared(redirect_answer(location, status, max_age, name))


def _named(answer: Answer, name: bytes) -> Answer:
    return answer._replace(headers=[*answer.headers, (b"x-redirect-by", name)]) if name else answer


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await _close(receive, send)
    else:
        await send_answer(plain_answer(400, "Bad request"), scope, send)


async def _close(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1000})
