"""A link to everything that is held, by itself."""

from datetime import timedelta

import pytest

from chalicelib.domain.errors import NotFound
from chalicelib.domain.export_link import EXPORT_LINK_LIFETIME, ExportLink
from tests.domain.samples import NOON

LINK = ExportLink("digest", "cus_1", "page", NOON + EXPORT_LINK_LIFETIME)


def test_it_is_good_until_its_last_instant_and_once() -> None:
    last = LINK.lapses_at - timedelta(microseconds=1)
    used = LINK.used(last)
    assert used.used_at == last
    for link, at in ((used, last), (LINK, LINK.lapses_at)):
        with pytest.raises(NotFound):
            link.used(at)
