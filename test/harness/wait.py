"""Waiting for conditions, with a deadline."""

import time
from typing import Callable, TypeVar

T = TypeVar("T")


def eventually(what: str, condition: Callable[[], T], seconds: float = 30.0) -> T:
    """The first true value of `condition`, asked again and again; AssertionError when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}; the last value was {value!r}")
        time.sleep(0.05)
