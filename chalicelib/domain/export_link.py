"""A link to everything that is held about a customer, good for one use."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.errors import NotFound

# A page to read and to print, or the file.
FORMS = ("page", "json")
# From the wallet's answer to its customer's tap, with a mail or a message in between.
EXPORT_LINK_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class ExportLink:
    """Only the SHA-256 of its token is kept.

    Attributes:
        form: one of FORMS.
    """

    digest: str
    customer_id: str
    form: str
    lapses_at: datetime
    used_at: datetime | None = None
    version: str = ""

    def used(self, at: datetime) -> "ExportLink":
        """The link is consumed.

        Raises:
            NotFound: it was used, or its time is over.
        """
        if self.used_at is not None or at >= self.lapses_at:
            raise NotFound
        return replace(self, used_at=at)
