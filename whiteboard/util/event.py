"""A synchronous event hook: subscribers are called in the order they subscribed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Event(Generic[T]):
    """Something that happens; `subscribe` returns the function that unsubscribes.

    A subscriber that raises does not keep the later ones from being told: every one is called,
    then the first exception is raised, so that a fault is loud but nobody misses a change.
    """

    def __init__(self) -> None:
        self._subscribers: list[Callable[[T], object]] = []

    def subscribe(self, callback: Callable[[T], object]) -> Callable[[], None]:
        """Call `callback(value)` at every emit from now on; returns the undo of this call."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def emit(self, value: T) -> None:
        """Tell every subscriber, in order; changes of the list count from the next emit."""
        first_error: Exception | None = None
        for callback in tuple(self._subscribers):
            try:
                callback(value)
            except Exception as error:  # noqa: BLE001 - raised again below, after everyone was told
                first_error = first_error or error
        if first_error is not None:
            raise first_error
