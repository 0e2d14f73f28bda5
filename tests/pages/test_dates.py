"""Dates as people and programs write them become ISO 8601, or nothing."""

from __future__ import annotations

import datetime as dt
import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.dates import Teller, iso_date, last_change
from migrator.pages.page import Content, Page


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2020-03-01", "2020-03-01"),
        (" 2020-03 ", "2020-03"),
        ("2020", "2020"),
        ("20200301", "2020-03-01"),
        ("2020/3/1", "2020-03-01"),
        ("2020-03-01T10:00Z", "2020-03-01T10:00:00Z"),
        ("2020-03-01 10:00:30.123 +0530", "2020-03-01T04:30:30Z"),
        ("2020-03-01T10:00:00", "2020-03-01T10:00:00"),
        ("Sun, 01 Mar 2020 10:00:00 GMT", "2020-03-01T10:00:00Z"),
        ("03/04/2020", ""),
        ("2020-13-01", ""),
        ("2020-02-30", ""),
        ("0001-01-01T00:00:00", ""),
        ("9999", ""),
        ("yesterday", ""),
        ("2020-03-01T10:00:00+99:99", ""),
        ("", ""),
        ("9" * 400, ""),
    ],
)
def test_a_date_is_read_or_not(written: str, iso: str) -> None:
    assert iso_date(written) == iso


@given(st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2099, 1, 1), timezones=st.just(dt.UTC)))
def test_a_time_is_the_same_however_it_is_written(time: dt.datetime) -> None:
    time = time.replace(microsecond=0)
    iso = time.strftime("%Y-%m-%dT%H:%M:%SZ")

    assert iso_date(time.isoformat()) == iso
    assert iso_date(email.utils.format_datetime(time)) == iso
    assert iso_date(time.astimezone(dt.timezone(dt.timedelta(hours=-7))).isoformat()) == iso
    assert iso_date(iso) == iso


@given(st.text(max_size=40) | st.text("0123456789-:TZ+ /.", max_size=30))
def test_nothing_makes_it_raise_and_what_it_gives_stays(text: str) -> None:
    iso = iso_date(text)

    assert iso_date(iso) == iso


def test_the_server_tells_when_a_page_changed_where_the_page_does_not() -> None:
    sent = "Sun, 01 Mar 2020 10:00:00 GMT"

    assert last_change(Page("u", "u", 200, last_modified=sent)) == ("2020-03-01T10:00:00Z", Teller.SERVER)
    own = Page("u", "u", 200, last_modified=sent, content=Content(modified="2019-01-01"))
    assert last_change(own) == ("2019-01-01", Teller.PAGE)
    assert last_change(Page("u", "u", 200, last_modified="soon")) == ("", None)
