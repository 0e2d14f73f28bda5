"""The pages that tell how far the move is, as they are served: language, fields, 304. What they say is made elsewhere."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs

from migrator.rules.rule import Site
from migrator.serve.answer import Answer
from migrator.serve.conditional import answer_to, dated_answer
from migrator.serve.headers import Headers
from migrator.serve.language import Catalogue, accepted_languages
from migrator.serve.options import TransitionOptions
from migrator.serve.public import PublicPage, PublicRequest
from migrator.serve.status_board import Names, board_of
from migrator.serve.status_files import StatusContent, StatusFiles
from migrator.serve.status_page import FILES, IN_ONE_LANGUAGE, PAGE, Made, StatusPress

MAX_AGE = 300  # seconds
_KEPT = 512  # answers
_LONGEST_QUERY = 1000
_Key = tuple[str, str, str, str, dt.date]


def _utc_today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


class StatusPages:
    """Answers for every site. An answer is made once for each language, and again when a file of the status has changed."""

    def __init__(
        self,
        press: StatusPress,
        catalogue: Catalogue,
        files: StatusFiles,
        options: TransitionOptions,
        *,
        site_name: str = "",
        today: Callable[[], dt.date] = _utc_today,
    ) -> None:
        self._press = press
        self._catalogue = catalogue
        self._files = files
        self._options = options
        self._site_name = site_name
        self._today = today
        self._made_of: StatusContent | None = None
        self._answers: dict[_Key, Answer] = {}

    def pages(self) -> dict[str, PublicPage]:
        """The pages by their names below the path of all of them."""
        return {"" if name == PAGE else name: partial(self._answer, name) for name in FILES}

    async def _answer(self, name: str, request: PublicRequest) -> Answer:
        content = await asyncio.to_thread(self._files.refresh) if self._files.is_due else self._files.content
        tag, varies = self._language(name, request)
        key = (request.site.name, name, tag, self._address(request), self._today())
        if content is not self._made_of or len(self._answers) >= _KEPT:
            self._answers, self._made_of = {}, content
        answers = self._answers
        answer = answers.get(key)
        if answer is None:
            answer = answers[key] = await asyncio.to_thread(self._made, content, request.site, key)
        if varies:
            answer = answer._replace(headers=[*answer.headers, (b"vary", b"Accept-Language")])
        return answer_to(request.headers, answer)

    def _language(self, name: str, request: PublicRequest) -> tuple[str, bool]:
        """The tag to answer in, and whether it came from what the browser accepts: asked of for the page alone."""
        if name in IN_ONE_LANGUAGE:
            return self._default, False
        asked = parse_qs(request.query[:_LONGEST_QUERY].decode("latin-1")).get("lang", [""])[-1]
        if words := self._catalogue.find(asked):
            return words.tag, False
        if name != PAGE:
            return self._default, False
        accepted = b",".join(value for field, value in request.headers if field == b"accept-language").decode("latin-1")
        return self._catalogue.choose(*accepted_languages(accepted), self._default).tag, True

    @property
    def _default(self) -> str:
        return self._catalogue.choose(self._options.language).tag

    def _address(self, request: PublicRequest) -> str:
        scheme = "https" if request.scope.get("scheme") == "https" else "http"
        return public_address(self._options, request.site, scheme)

    def _made(self, content: StatusContent, site: Site, key: _Key) -> Answer:
        _, name, tag, address, today = key
        board = board_of(
            content,
            site,
            self._catalogue.choose(tag),
            names=Names(),
            address=address,
            default=self._options.language,
            site_name=self._site_name,
            messages=self._options.messages,
            today=today,
        )
        made = self._press.made(name, board)
        return dated_answer(Answer(200, self._headers(made, board.words.tag), made.body), board.changed)

    def _headers(self, made: Made, tag: str) -> Headers:
        headers = [
            (b"content-type", made.media_type.encode("ascii")),
            (b"content-language", tag.encode("ascii")),
            (b"cache-control", b"public, max-age=%d" % MAX_AGE),
            (b"x-content-type-options", b"nosniff"),
        ]
        if not made.policy:
            # Drawn or read anywhere; on its own, a badge may do nothing at all.
            more = [(b"access-control-allow-origin", b"*"), (b"content-security-policy", b"default-src 'none'")]
            return headers + more
        headers.append((b"content-security-policy", made.policy))
        return headers if self._options.indexed else [*headers, (b"x-robots-tag", b"noindex")]


def public_address(options: TransitionOptions, site: Site, scheme: str = "https") -> str:
    """The absolute address of the front page: the operator's word, else the site's first host and the path."""
    return options.public_url or f"{scheme}://{site.hosts[0]}{options.path}"
