"""Records what a customer taps on their own page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.consent import ConsentChoice, ConsentEvent, said
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotFound, PurposeNotSwitchable
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.domain.session import CLIENT
from chalicelib.domain.standing import Shown, chosen, refusals, standings
from chalicelib.ports import Clock, Store
from chalicelib.services.append_events import AppendEvents
from chalicelib.services.current_session import current_session
from chalicelib.services.record_consent import RecordConsent


@dataclass(frozen=True)
class ChooseInSession:
    """The session's strength is asked for each word, whatever the page has offered."""

    policy: Policy
    clock: Clock
    store: Store
    append_events: AppendEvents
    record_consent: RecordConsent

    def choose(self, token: str, purpose: str, channels: tuple[str, ...], shown: Shown, key: str) -> ConsentChoice:
        """From now on the purpose has these channels and no others; returns the word that it was.

        Args:
            token: the session's.
            shown: the notice that was on the screen.
            key: of this tap: a second time it changes nothing.

        Raises:
            NotAuthenticated, NotPermitted: no session, or none for that.
            NotFound, PurposeNotSwitchable: no purpose to choose.
            Refused: what `RecordConsent` raises.
        """
        at = self.clock.now()
        visit = current_session(self.store, token, "look", at)
        standing = standings(visit.customer, self.policy, at).get(purpose)
        if standing is None:
            raise NotFound
        if standing.word == "essential":
            raise PurposeNotSwitchable
        choice = chosen(standing, channels, shown)
        visit.session.require(at, choice.decision)
        # Not which no it is: after the first tap a second one would be another.
        body = json.dumps([visit.customer.id, choice.channels])
        keyed = KeyedRequest(CLIENT, f"choice {choice.purpose}", key, body.encode())
        self.record_consent(visit.session.caller, visit.customer.id, choice, keyed)
        return choice

    def refuse_optional(self, token: str, locale: str) -> Sequence[ConsentEvent]:
        """Nothing that is optional is agreed to any more; returns what had to be said for it, all in one commit.

        A second time there is nothing left to say.

        Args:
            locale: of the notices that were on the screen.

        Raises:
            NotAuthenticated: no session.
            NotFound: there are no notices in that locale.
            Refused: what `consent.said` raises.
            Contended: others wrote to the same customer without pause.
        """
        visit = current_session(self.store, token, "refused", self.clock.now())

        def say(customer: Customer, at: datetime) -> list[ConsentEvent]:
            choices = refusals(customer, self.policy, locale, at)
            return [said(new_id("evt"), customer, it, self.policy, visit.session.caller, at) for it in choices]

        return self.append_events(visit.customer.id, say)
