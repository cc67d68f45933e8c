"""A thread that does again and again what Lambda would do by itself."""

import threading
from abc import ABC, abstractmethod

PAUSE_SECONDS = 0.2


class Worker(ABC):
    """Works from `start` to `stop`, a turn at a time."""

    def __init__(self) -> None:
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """What comes is worked off from now on."""
        self._thread.start()

    def stop(self) -> None:
        """The turn under way is done, and no more is begun."""
        self._is_stopping.set()
        self._thread.join()

    @abstractmethod
    def turn(self) -> None:
        """What there is now is done, as far as it can be."""

    def _work(self) -> None:
        while not self._is_stopping.wait(PAUSE_SECONDS):
            self.turn()
