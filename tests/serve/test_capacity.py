"""How many may ask one upstream at a time, and how long others wait."""

from __future__ import annotations

import asyncio

import pytest

from migrator.errors import UpstreamUnreachable
from migrator.serve.capacity import Capacity

pytestmark = pytest.mark.anyio


async def test_who_waits_gets_the_place_that_is_given_back_in_the_order_they_came() -> None:
    capacity, order = Capacity(1, 5.0), list[int]()

    async def visit(number: int) -> None:
        await capacity.take()
        order.append(number)

    await capacity.take()
    first = asyncio.create_task(visit(1))
    await asyncio.sleep(0)
    with pytest.raises(UpstreamUnreachable):
        await visit(2)  # one place, so one may wait
    capacity.give()
    await first
    capacity.give()
    await visit(3)

    assert order == [1, 3]


async def test_nobody_waits_for_longer_than_their_patience() -> None:
    capacity = Capacity(1, 0.05)
    await capacity.take()

    with pytest.raises(UpstreamUnreachable):
        await capacity.take()
    capacity.give()
    await capacity.take()


async def test_no_more_wait_than_there_are_places() -> None:
    capacity = Capacity(2, 5.0)
    waiting = [asyncio.create_task(capacity.take()) for _ in range(4)]
    await asyncio.sleep(0)

    with pytest.raises(UpstreamUnreachable):
        await asyncio.wait_for(capacity.take(), 0.5)
    capacity.give()
    capacity.give()
    await asyncio.gather(*waiting)


async def test_who_is_cancelled_while_waiting_takes_no_place_along() -> None:
    capacity = Capacity(1, 5.0)
    await capacity.take()
    waiting = asyncio.create_task(capacity.take())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    capacity.give()

    await asyncio.wait_for(capacity.take(), 0.5)
