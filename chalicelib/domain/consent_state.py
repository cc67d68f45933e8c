"""What a consent event makes of a customer's head."""

from datetime import datetime

from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.customer import ConsentState


def state_after(event: ConsentEvent, at: datetime) -> ConsentState:
    """What the head says of the purpose once the event has happened."""
    ends = datetime.fromisoformat(event.valid_until) if event.valid_until else None
    return ConsentState(
        decision=event.event_type,
        notice_version=event.notice_version,
        locale=event.locale,
        channels=event.channels,
        event_id=event.event_id,
        event_time=at,
        valid_until=ends,
        by_guardian=event.actor == "guardian",
        most_per_month=event.most_per_month,
    )
