"""Answers that a client may have already: their tag and date, and 304 where it has them (RFC 9110 section 13)."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import formatdate, parsedate_to_datetime
from hashlib import sha256

from migrator.serve.answer import Answer
from migrator.serve.eligibility import field
from migrator.serve.headers import Headers

_TAG = re.compile(rb'"[\x21\x23-\x7e\x80-\xff]*"')
_OF_THE_BODY = (b"content-type", b"content-language", b"content-security-policy")


def dated_answer(answer: Answer, changed: float) -> Answer:
    """`answer` with an entity tag, made from its body, and the time (seconds since 1970) at which it last changed."""
    tag = b'"%b"' % sha256(answer.body).hexdigest()[:32].encode("ascii")
    date = formatdate(max(0, int(changed)), usegmt=True).encode("ascii")
    return answer._replace(headers=[*answer.headers, (b"etag", tag), (b"last-modified", date)])


def answer_to(request: Headers, answer: Answer) -> Answer:
    """A dated answer, or 304 in its place where the request's conditions say that the client has it."""
    if answer.status != 200 or not _is_known(request, answer.headers):
        return answer
    return Answer(304, [(name, value) for name, value in answer.headers if name not in _OF_THE_BODY])


def _is_known(request: Headers, headers: Headers) -> bool:
    """If-None-Match decides alone where it is there; tags are compared weakly (RFC 9110 section 13.1.2)."""
    asked = b",".join(value for name, value in request if name == b"if-none-match")
    if asked:
        return asked.strip() == b"*" or field(headers, b"etag") in _TAG.findall(asked)
    since, changed = _moment(field(request, b"if-modified-since")), _moment(field(headers, b"last-modified"))
    return since is not None and changed is not None and changed <= since


def _moment(date: bytes) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(date.decode("ascii"))
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
