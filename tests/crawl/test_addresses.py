"""Which addresses the crawler connects to: those that the operator wrote, checked at every connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.crawl.addresses import Address, Guard, PublicGuard, is_inside, is_public, resolve
from migrator.errors import CrawlError, UpstreamUnreachable

DENIED = [
    *("0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "192.0.0.192"),
    *("198.18.0.1", "192.0.2.1", "192.168.1.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b:1::1"),
    *("2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"),
]


@pytest.mark.parametrize("address", DENIED)
def test_an_address_off_the_open_internet_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_on_the_open_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "0.0.0.1", "fe80::1", "224.0.0.1"])
def test_a_metadata_service_is_neither_public_nor_inside(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not is_inside(ip_address(address))


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
@settings(max_examples=300)
def test_no_address_is_both_public_and_inside(address: IPv4Address | IPv6Address) -> None:
    assert not (is_public(address) and is_inside(address))


def names(*answers: str, kind: type[Guard] = Guard) -> Guard:
    """A guard for site.example:80, whose name stands for each of the answers in turn, and then for the last."""
    queue = list(answers)

    async def answer(host: str, port: int) -> Sequence[Address]:
        return [ip_address(one) for one in (queue.pop(0) if len(queue) > 1 else queue[0]).split()]

    return kind([("site.example", 80)], answer)


def asked(guard: Guard, host: str = "site.example", port: int = 80) -> list[str]:
    return asyncio.run(guard.addresses(host, port))


def test_a_host_or_port_that_nobody_wrote_is_refused() -> None:
    guard = Guard([("10.0.0.5", 8080)])

    assert asked(guard, "10.0.0.5", 8080) == ["10.0.0.5"]
    for host, port in (("10.0.0.5", 80), ("10.0.0.6", 8080), ("localhost", 8080)):
        with pytest.raises(CrawlError, match="refused"):
            asked(guard, host, port)


def test_a_name_of_the_operators_own_may_stand_for_an_inner_address() -> None:
    assert asked(names("10.1.2.3")) == ["10.1.2.3"]
    assert asked(names("127.0.0.1")) == ["127.0.0.1"]


def test_a_name_never_stands_for_a_metadata_service() -> None:
    with pytest.raises(CrawlError, match=r"169\.254\.169\.254"):
        asked(names("169.254.169.254"))


def test_of_several_addresses_only_public_ones_are_used_where_there_are_any() -> None:
    assert asked(names("10.0.0.1 1.1.1.1 169.254.169.254")) == ["1.1.1.1"]


def test_a_name_that_was_public_may_not_turn_inwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.crawl.addresses.KNOWN_FOR", 0.0)
    guard = names("1.1.1.1", "127.0.0.1")

    assert asked(guard) == ["1.1.1.1"]
    with pytest.raises(CrawlError, match="not on the open internet"):
        asked(guard)


def test_a_name_is_resolved_once_a_minute_not_for_every_request() -> None:
    guard = names("1.1.1.1", "1.0.0.1")

    async def twice() -> tuple[list[str], list[str]]:
        return await guard.addresses("site.example", 80), await guard.addresses("site.example", 80)

    assert asyncio.run(twice()) == (["1.1.1.1"], ["1.1.1.1"])


@pytest.mark.parametrize("name", ["no-such-name.invalid", "a" * 70 + ".example", "a..b"])
def test_a_name_without_an_address_is_unreachable(name: str) -> None:
    with pytest.raises(UpstreamUnreachable):
        asyncio.run(resolve(name, 80))


def test_localhost_resolves() -> None:
    assert ip_address("127.0.0.1") in asyncio.run(resolve("localhost", 80))


@pytest.mark.parametrize("answer", ["127.0.0.1", "10.0.0.7", "fc00::1", "169.254.169.254"])
def test_a_host_that_no_upstream_names_is_asked_on_the_open_internet_alone(answer: str) -> None:
    assert asked(names("1.1.1.1", kind=PublicGuard)) == ["1.1.1.1"]
    assert asked(names(f"{answer} 1.1.1.1", kind=PublicGuard)) == ["1.1.1.1"]
    with pytest.raises(CrawlError, match="refused"):
        asked(names(answer, kind=PublicGuard))
    literal = PublicGuard([(answer, 80)])
    with pytest.raises(CrawlError, match="not on the open internet"):
        asked(literal, answer)
