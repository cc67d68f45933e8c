"""Makes a Chalice object safe for a server with threads."""

import threading
from typing import Any

from chalice.app import Chalice, Request


def keep_request_per_thread(app: Chalice) -> None:
    """The object's current request and Lambda context are each thread's own.

    Chalice keeps both on one attribute that all threads share: with 64 connections nearly every view would see another
    caller's request. In Lambda there is one request at a time, so only the local server needs this.
    """
    own = threading.local()

    class PerThread(type(app)):  # type: ignore[misc]
        @property
        def current_request(self) -> Request | None:
            return getattr(own, "request", None)

        @current_request.setter
        def current_request(self, value: Request | None) -> None:
            own.request = value

        @property
        def lambda_context(self) -> Any:
            return getattr(own, "context", None)

        @lambda_context.setter
        def lambda_context(self, value: Any) -> None:
            own.context = value

    app.__class__ = PerThread
