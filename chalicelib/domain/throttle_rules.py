"""policy.toml: how often what may happen."""

from dataclasses import dataclass

from chalicelib.domain.mistake import demand
from chalicelib.domain.throttle import Limit

# SP 800-63B-4: pauses from 30 s up to an hour.
LONGEST_PAUSE_SECONDS = 3600

# Every admission rewrites the log of its longest window: 100 instants are about a kilobyte.
MOST_ADMITTED = 100


@dataclass(frozen=True)
class Throttles:
    """Sliding limits; every one of a list must hold."""

    number: tuple[Limit, ...]
    ip: tuple[Limit, ...]
    device: tuple[Limit, ...]
    caller: tuple[Limit, ...]
    test_number: tuple[Limit, ...]
    wrong_codes_for_number: tuple[Limit, ...]
    wrong_codes_by_client: tuple[Limit, ...]
    opening_by_staff: tuple[Limit, ...]
    opening_by_wallet: tuple[Limit, ...]
    opening_by_customer: tuple[Limit, ...]
    reveals_by_person: tuple[Limit, ...]
    answers: tuple[Limit, ...]
    page_ip: tuple[Limit, ...]
    page_number: tuple[Limit, ...]
    page_number_by_ip: tuple[Limit, ...]
    wallet: Limit

    def __post_init__(self) -> None:
        for name, limits in vars(self).items():
            if isinstance(limits, Limit):
                continue
            demand(bool(limits), name, "must hold at least one limit")
            for position, limit in enumerate(limits, start=1):
                demand(
                    1 <= limit.limit <= MOST_ADMITTED,
                    f"{name}.{position}.limit",
                    f"must be a limit of 1 to {MOST_ADMITTED}",
                )
                demand(
                    1 <= limit.window_seconds <= 604800,
                    f"{name}.{position}.window_seconds",
                    "must be a window of 1 second to 7 days",
                )
                demand(
                    0 <= limit.first_pause_seconds <= limit.longest_pause_seconds <= LONGEST_PAUSE_SECONDS,
                    f"{name}.{position}.longest_pause_seconds",
                    f"must be first_pause_seconds to {LONGEST_PAUSE_SECONDS} (SP 800-63B-4)",
                )
        # Sixteen shards share it.
        demand(160 <= self.wallet.limit <= 100_000_000, "wallet.limit", "must be 160 to 100000000")
        demand(self.wallet.window_seconds in (60, 3600), "wallet.window_seconds", "must be 60 or 3600")
        demand(
            min(limit.limit for limit in self.wrong_codes_by_client)
            < min(limit.limit for limit in self.wrong_codes_for_number),
            "wrong_codes_by_client",
            "must be lower than wrong_codes_for_number, or a stranger could use up what the owner needs (ASVS 6.1.1)",
        )
        demand(
            all(any(own.refuses_before(each) for own in self.page_number_by_ip) for each in self.page_number),
            "page_number_by_ip",
            "must refuse before each page_number does, or one stranger could shut the owner out (ASVS 6.1.1)",
        )
