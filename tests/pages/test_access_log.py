"""Access logs of many servers: what counts as a visit, what does not, and that hostile lines cost nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.access_log import ASSET, BOT, MALFORMED, OTHER_ANSWER, OTHER_METHOD, PROBE, AccessLog
from migrator.pages.file_lines import byte_lines
from migrator.pages.harvest import TOO_MANY, Harvest, Located
from tests.pages.gathering import NO_ADDRESS, adds_up, counted, new_harvest

TODAY, YESTERDAY = dt.date(2026, 11, 24), dt.date(2026, 11, 23)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def line(target: str = "/a", method: str = "GET", status: int = 200, agent: str = BROWSER, day: str = "24/Nov/2026") -> str:
    return f'1.2.3.4 - - [{day}:10:00:00 +0100] "{method} {target} HTTP/1.1" {status} 512 "http://h/" "{agent}"'


def harvested(*lines: str | bytes, most: int = 1000) -> Harvest:
    log = AccessLog(lambda agent: "bot" in agent.lower(), lambda path: path.startswith("/.env"), most)
    body = b"\n".join(one.encode() if isinstance(one, str) else one for one in lines)
    log.read(byte_lines([body]))
    harvest = new_harvest()
    log.pour(harvest)
    return harvest


def test_visits_are_counted_by_address_and_day() -> None:
    harvest = harvested(line(), line(), line(day="23/Nov/2026"), line("/b?x=1", method="HEAD", status=304))

    assert counted(harvest) == {("/a", TODAY): 2, ("/a", YESTERDAY): 1, ("/b?x=1", TODAY): 1}


def test_of_several_spellings_the_one_is_kept_that_the_site_answers_and_a_query_that_says_nothing_is_not() -> None:
    log = AccessLog(lambda agent: False, lambda path: False)
    asked = [line("/News/X", status=404), line("/news/x"), line("/news/x?from=mail"), line("/News/X", status=404)]
    log.read(byte_lines(["\n".join(asked).encode()]))
    harvest = Harvest(lambda text: Located(text, text.partition("?")[0].lower()))
    log.pour(harvest)

    assert harvest.urls() == ["/news/x"]
    assert harvest.visits == 4


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (line(method="POST"), OTHER_METHOD),
        (line(status=500), OTHER_ANSWER),
        (line(status=206), OTHER_ANSWER),
        (line("/style.css?v=1"), ASSET),
        (line("/logo.PNG"), ASSET),
        (line("/robots.txt"), ASSET),
        (line(agent="Googlebot/2.1"), BOT),
        (line(agent="-"), BOT),
        (line("/.env.local", status=404), PROBE),
        ("junk", MALFORMED),
        (line(day="99/Nov/2026"), MALFORMED),
        (line(day="24/Abc/2026"), MALFORMED),
    ],
)
def test_what_is_no_visit_of_a_page_is_left_out_with_the_reason(one: str, reason: str) -> None:
    harvest = harvested(one)

    assert not counted(harvest)
    assert harvest.left_out == {reason: 1}


@pytest.mark.parametrize("status", [200, 301, 302, 303, 304, 307, 308, 404, 410])
def test_answers_that_tell_of_a_page_count_documents_too(status: int) -> None:
    assert counted(harvested(line("/report.pdf", status=status))) == {("/report.pdf", TODAY): 1}


@pytest.mark.parametrize(
    "one",
    [
        '1.2.3.4 - - [24/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 512',
        '1.2.3.4 - john [24/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 -',
        '1.2.3.4 - john q smith [24/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 512 "-" "x"',
        '::1 - - [24/Nov/2026:10:00:00 +0000] "GET /a" 200 512 "-" "x"',
        '1.2.3.4 - - [24/Nov/2026:10:00:00 +0000] "GET /a HTTP/2.0" 200 512 "-" "x" "5.6.7.8" rt=0.1 "more"',
        '1.2.3.4 - - [24/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 512 "a \\" quote" "x \\" y"',
        line() + "\r",
    ],
)
def test_lines_of_many_servers_are_read(one: str) -> None:
    assert counted(harvested(one)) == {("/a", TODAY): 1}


def test_a_virtual_host_goes_before_the_path() -> None:
    hosts = ["www.old.example:443", "old.example", "[::1]:80"]
    harvest = harvested(*(f"{host} {line()}" for host in hosts), f"<script> {line()}")

    assert set(harvest.urls()) == {*(f"http://{host}/a" for host in hosts), "/a"}


def test_logs_of_iis_are_read() -> None:
    harvest = harvested(
        "#Software: Microsoft Internet Information Services 10.0",
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip cs(User-Agent) sc-status",
        "2026-11-24 10:00:00 10.0.0.1 GET /item.asp id=7 80 1.2.3.4 Mozilla/5.0+(Windows) 200",
        "2026-11-24 10:00:00 10.0.0.1 GET /a - 80 1.2.3.4 Googlebot 200",
        "2026-11-24 10:00:00 10.0.0.1 GET /a",
        "#Fields: date cs-uri-stem sc-status cs-host",
        "2026-11-23 /b 404 www.old.example",
    )

    assert counted(harvest) == {("/item.asp?id=7", TODAY): 1, ("http://www.old.example/b", YESTERDAY): 1}
    assert harvest.left_out == {BOT: 1, MALFORMED: 1}


def test_targets_are_read_whatever_they_hold() -> None:
    accented = [line("/caf\\xc3\\xa9"), line("/café"), line("/caf%C3%A9")]
    bytes_alone = b'1.2.3.4 - - [24/Nov/2026:1 +0] "GET /\xff HTTP/1.1" 200 1'
    others = [line("/a b"), line('/say\\"hi\\"'), line("/\\x"), line("*"), line("http://h/a")]

    harvest = harvested(*accented, bytes_alone, *others)

    assert set(harvest.urls()) == {"/caf%C3%A9", "/%FF", "/a%20b", '/say"hi"', "/x", "http://h/a"}
    assert harvest.left_out == {NO_ADDRESS: 1}
    assert all(url.isascii() and url.isprintable() for url in harvest.urls())


def test_hostile_lines_cost_no_more_than_their_length() -> None:
    harvest = harvested(
        b"x" * 5_000_000,
        b"\x00\x1b[31m" * 1000,
        b'"' * 60_000,
        b"[" * 60_000,
        b'1 - - [24/Nov/2026:1] "' + b"\\" * 60_000,
        line(),
    )

    assert harvest.left_out[MALFORMED] == 5
    assert harvest.visits == 1


def test_no_more_is_counted_than_there_is_room_for() -> None:
    harvest = harvested(*(line(f"/{number}") for number in range(10)), line("/0"), most=3)

    assert (len(harvest), harvest.visits, harvest.left_out) == (6, 7, {TOO_MANY: 4})


def test_where_there_is_no_room_for_days_the_visits_are_counted_all_the_same() -> None:
    days = [line(day=f"{day:02}/Nov/2026") for day in range(1, 31)]

    assert harvested(*days, most=3).visits == 30
    assert counted(harvested(*days, most=3))["/a", None] == 27


def test_nothing_of_who_asked_is_kept() -> None:
    harvest = harvested("9.8.7.6 ident secret " + line().partition("- - ")[2], f"www.h {line()}".replace("1.2.3.4", "9.8.7.6"))

    assert harvest.visits == 2
    assert not any(mark in repr(list(harvest.listed())) for mark in ("9.8.7.6", "secret", "ident", "Firefox"))


pieces = st.sampled_from(
    [line(), "#Fields: date cs-uri-stem sc-status", '"', "[", "\\", "24/Nov/2026", "GET ", " HTTP/1.1", " 200 "]
)


@given(st.lists(st.one_of(st.binary(max_size=80), pieces.map(str.encode)), max_size=12))
def test_whatever_a_log_holds_every_line_is_accounted_for(parts: list[bytes]) -> None:
    for joint in (b"", b" ", b"\n"):
        body = joint.join(parts)
        harvest = harvested(body)
        lines = [one for one in byte_lines([body]) if one and not one.startswith(b"#")]
        assert harvest.rows == len(lines)
        assert adds_up(harvest)
