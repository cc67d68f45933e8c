"""Watches what each person is shown, tells what of it is unusual, and pauses whom the policy pauses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.caller import Caller
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.reveals import DAY, Shown, Watch, anomalies, anomaly, new_watch, person
from chalicelib.domain.writes import Conflict, Insert, Replace
from chalicelib.ports import Blinder, Journal, Store
from chalicelib.services.tell_news import TellNews

# Not the label of the sends' budgets: nobody sees in both tables that it is the same prefix.
LABEL = "shown-prefix"


@dataclass(frozen=True)
class WatchReveals:
    """One row for each person, in a table that nobody but the strongroom may write."""

    policy: Policy
    store: Store
    blinder: Blinder
    journal: Journal
    tell_news: TellNews

    def of(self, caller: Caller, at: datetime) -> Watch:
        """What the caller was shown in the last day; a new watch if it was nothing.

        Raises:
            PersonPaused: the caller is shown nothing for now.
        """
        found = self.store.get(Watch, person(caller)) or new_watch(person(caller), at)
        found.require_unpaused(at)
        return found

    def count(self, watch: Watch, entry: AccessLogEntry, number: PhoneNumber) -> None:
        """The number counts as shown, others know what is unusual about it, and the pause that follows has begun.

        Called with the number open, since nothing else tells its prefix, and before anybody is shown it.

        Args:
            watch: as it was read; if it has changed since, the present one counts.

        Raises:
            PersonPaused: another reveal, at the same time, paused the person.
            Unavailable: it may count; others have been told.
        """
        rules, at = self.policy.rules.reveals, entry.at
        # On the first day of a month, the prefixes of the day before are under the key of the month before.
        prefixes = [self.blinder.mac(LABEL, number.e164[:-3].encode(), instant) for instant in (at, at - DAY)]
        shown = Shown(at, entry.customer_id, prefixes[0])
        # Each lost round is another reveal by the same person, and their budget bounds those.
        while True:
            watch.require_unpaused(at)
            after = watch.one_more(shown)
            kinds = anomalies(after, rules, prefixes)
            if not set(kinds).isdisjoint(rules.pause_on):
                after = after.paused(at + timedelta(minutes=rules.pause_minutes))
            try:
                self.store.commit(Replace(watch, after) if watch.version else Insert(after))
                break
            except Conflict as conflict:
                watch = conflict.current(Watch) or new_watch(watch.key, at)
            except Unavailable:
                # It may be written, and the person paused: nothing later would tell why.
                self._tell(kinds, entry, after.paused_until)
                raise
        self._tell(kinds, entry, after.paused_until)

    def _tell(self, kinds: tuple[str, ...], entry: AccessLogEntry, paused_until: datetime | None) -> None:
        for kind in kinds:
            self.journal.note(
                "reveal_anomaly",
                kind=kind,
                entry_id=entry.id,
                client_id=entry.client_id,
                subject=entry.subject,
                customer_id=entry.customer_id,
                paused=paused_until is not None,
            )
        # Who does not hear of it by the bus hears the alarm that the line rings. What protects the customer is written.
        self.tell_news([anomaly(kind, entry, paused_until) for kind in kinds])
