"""Tells whoever waits or watches that something in the sandbox has changed."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from .model import Message
from .views import View

T = TypeVar("T")
Watcher = Callable[[str, Message | View], object]

LOOK_AGAIN_SECONDS = 0.05  # a condition may also depend on something outside the sandbox


class Changes:
    """The sandbox's bell: ring it after every change."""

    def __init__(self) -> None:
        self._bell = asyncio.Event()
        self._watchers: list[Watcher] = []
        self.scene: Callable[[], str] = str  # describes the sandbox to whoever waited in vain

    def watch(self, watcher: Watcher) -> None:
        """Call *watcher* with (kind, message or view) at each visible change."""
        self._watchers.append(watcher)

    def announce(self, kind: str, thing: Message | View) -> None:
        """Ring for *thing* that was posted, updated, deleted, ephemeral or a modal."""
        for watcher in self._watchers:
            watcher(kind, thing)
        self.ring()

    def ring(self) -> None:
        """Wake everybody who waits."""
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    async def wait_for(self, condition: Callable[[], T], timeout_seconds: float, what: str = "It") -> T:
        """
        Return the first truthy value of *condition*.

        Raises:
            TimeoutError: it stayed falsy; the text says *what* did not happen, and shows the scene.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        while not (value := condition()):
            left = deadline - loop.time()
            if left <= 0:
                raise TimeoutError(f"{what} did not happen within {timeout_seconds} s. {self.scene()}")
            await self._wait_for_bell(min(left, LOOK_AGAIN_SECONDS))
        return value

    async def _wait_for_bell(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._bell.wait(), seconds)
        except TimeoutError:
            return
