"""A request is done in one thread: what it awaits runs to its end there."""

import asyncio

import pytest

from api.threads import run_to_end


def test_a_coroutine_that_waits_for_nothing_is_run_to_its_end() -> None:
    async def inner() -> int:
        return 20

    async def outer() -> int:
        return await inner() + 1

    assert run_to_end(outer()) == 21


def test_a_coroutine_that_waits_is_refused() -> None:
    async def waits() -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="wait for nothing"):
        run_to_end(waits())
