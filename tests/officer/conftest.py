"""What several of the officer's tests need."""

from tests.service_log import log

__all__ = ["log"]
