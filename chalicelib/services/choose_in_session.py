"""Records what a customer taps on their own page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.errors import NotFound, PurposeNotSwitchable
from chalicelib.domain.policy import Policy
from chalicelib.domain.session import CLIENT
from chalicelib.domain.standing import Shown, chosen, refusals, standings
from chalicelib.ports import Clock, Store
from chalicelib.services.current_session import Visit, current_session
from chalicelib.services.record_consent import RecordConsent


@dataclass(frozen=True)
class ChooseInSession:
    """The session's strength is asked for each word, whatever the page has offered."""

    policy: Policy
    clock: Clock
    store: Store
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
        self._record(visit, choice, key)
        return choice

    def refuse_optional(self, token: str, locale: str, key: str) -> Mapping[str, ConsentChoice]:
        """Nothing that is optional is agreed to any more; returns what had to be said for it, by purpose.

        Args:
            locale: of the notices that were on the screen.
            key: of this tap.

        Raises:
            NotAuthenticated: no session.
            NotFound: there are no notices in that locale.
            Refused: what `RecordConsent` raises; what was recorded before stands, and a second tap does the rest.
        """
        at = self.clock.now()
        visit = current_session(self.store, token, "look", at)
        said = {choice.purpose: choice for choice in refusals(visit.customer, self.policy, locale, at)}
        for choice in said.values():
            self._record(visit, choice, key)
        return said

    def _record(self, visit: Visit, choice: ConsentChoice, key: str) -> None:
        visit.session.require(self.clock.now(), choice.decision)
        # Not which no it is: after the first tap a second one would be another.
        said = json.dumps([visit.customer.id, choice.channels])
        keyed = KeyedRequest(CLIENT, f"choice {choice.purpose}", key, said.encode())
        self.record_consent(visit.session.caller, visit.customer.id, choice, keyed)
