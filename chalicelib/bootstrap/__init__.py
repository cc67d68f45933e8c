"""The only place that wires the use cases to the world.

Each is made when it is first asked for, and its module imported then: a function pays only for what it uses.
"""

import os
from dataclasses import fields
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.bootstrap.adapters import Adapters
from chalicelib.ports import Clock, Store, Strongroom
from chalicelib.settings import read_settings

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.throttle_rules import Throttles
    from chalicelib.services.accounting import Accounting
    from chalicelib.services.act_on_due import ActOnDue
    from chalicelib.services.anchor_ledger import AnchorLedger
    from chalicelib.services.announce_events import AnnounceEvents
    from chalicelib.services.append_events import AppendEvents
    from chalicelib.services.approve_wish import ApproveWish
    from chalicelib.services.ask_second_person import AskSecondPerson
    from chalicelib.services.bind_customer import BindCustomer
    from chalicelib.services.cancel_verification import CancelVerification
    from chalicelib.services.change_holds import ChangeHolds
    from chalicelib.services.change_number import ChangeNumber
    from chalicelib.services.check_code import CheckCode
    from chalicelib.services.choose_in_session import ChooseInSession
    from chalicelib.services.close_customer import CloseCustomer
    from chalicelib.services.consent_history import ConsentHistory
    from chalicelib.services.contact_use import ContactUse
    from chalicelib.services.count_rights_requests import CountRightsRequests
    from chalicelib.services.date_anew import DateAnew
    from chalicelib.services.decide_contact import DecideContact
    from chalicelib.services.decide_rights_request import DecideRightsRequest
    from chalicelib.services.deliver_code import DeliverCode
    from chalicelib.services.deliver_message import DeliverMessage
    from chalicelib.services.deliver_queued import DeliverQueued
    from chalicelib.services.end_contract import EndContract
    from chalicelib.services.end_number_change import EndNumberChange
    from chalicelib.services.end_session import EndSession
    from chalicelib.services.enter_by_link import EnterByLink
    from chalicelib.services.erase_customer import EraseCustomer
    from chalicelib.services.erase_number import EraseNumber
    from chalicelib.services.erase_traces import EraseTraces
    from chalicelib.services.expire_consents import ExpireConsents
    from chalicelib.services.export_by_link import ExportByLink
    from chalicelib.services.export_customer import ExportCustomer
    from chalicelib.services.give_feedback import GiveFeedback
    from chalicelib.services.grant_right import GrantRight
    from chalicelib.services.hear_reply import HearReply
    from chalicelib.services.idempotency import Idempotency
    from chalicelib.services.import_customer import ImportCustomer
    from chalicelib.services.import_rows import ImportRows
    from chalicelib.services.issue_certificate import IssueCertificate
    from chalicelib.services.issue_export_link import IssueExportLink
    from chalicelib.services.issue_link import IssueLink
    from chalicelib.services.issue_receipt import IssueReceipt
    from chalicelib.services.lift_suppression import LiftSuppression
    from chalicelib.services.list_accesses import ListAccesses
    from chalicelib.services.list_reverifications import ListReverifications
    from chalicelib.services.list_rights_requests import ListRightsRequests
    from chalicelib.services.look_up_carrier import LookUpCarrier
    from chalicelib.services.move_numbers import MoveNumbers
    from chalicelib.services.moving_rows import MovingRows
    from chalicelib.services.note_activity import NoteActivity
    from chalicelib.services.note_age import NoteAge
    from chalicelib.services.note_fact import NoteFact
    from chalicelib.services.note_outcome import NoteOutcome
    from chalicelib.services.object_to_use import ObjectToUse
    from chalicelib.services.opening import Opening
    from chalicelib.services.own_record import OwnRecord
    from chalicelib.services.plan_purge import PlanPurge
    from chalicelib.services.preview_contacts import PreviewContacts
    from chalicelib.services.preview_purge import PreviewPurge
    from chalicelib.services.pumping_guard import PumpingGuard
    from chalicelib.services.purge_customer import PurgeCustomer
    from chalicelib.services.purge_item import PurgeItem
    from chalicelib.services.purge_shard import PurgeShard
    from chalicelib.services.read_access_log import ReadAccessLog
    from chalicelib.services.receive_rights_request import ReceiveRightsRequest
    from chalicelib.services.reconcile_opt_outs import ReconcileOptOuts
    from chalicelib.services.record_consent import RecordConsent
    from chalicelib.services.record_receipt import RecordReceipt
    from chalicelib.services.replay_certificates import ReplayCertificates
    from chalicelib.services.replay_customer import ReplayCustomer
    from chalicelib.services.replay_suppression import ReplaySuppression
    from chalicelib.services.report_shard import ReportShard
    from chalicelib.services.resend_code import ResendCode
    from chalicelib.services.restore import Restore
    from chalicelib.services.retag_numbers import RetagNumbers
    from chalicelib.services.reveal_number import RevealNumber
    from chalicelib.services.seal_proof import SealProof
    from chalicelib.services.send_budgets import SendBudgets
    from chalicelib.services.send_contact import SendContact
    from chalicelib.services.send_known_code import SendKnownCode
    from chalicelib.services.send_word import SendWord
    from chalicelib.services.set_locale import SetLocale
    from chalicelib.services.set_time_zone import SetTimeZone
    from chalicelib.services.sign_in import SignIn
    from chalicelib.services.sms_sender import SmsSender
    from chalicelib.services.spending import Spending
    from chalicelib.services.start_sign_in import StartSignIn
    from chalicelib.services.start_verification import StartVerification
    from chalicelib.services.stop_advertising import StopAdvertising
    from chalicelib.services.stop_number_change import StopNumberChange
    from chalicelib.services.sweep_keys import SweepKeys
    from chalicelib.services.tell_news import TellNews
    from chalicelib.services.tell_old_number import TellOldNumber
    from chalicelib.services.throttle import Throttle
    from chalicelib.services.wallet_throttle import WalletThrottle
    from chalicelib.services.watch_reveals import WatchReveals


T = TypeVar("T")


def _use_case(module: str, name: str) -> Any:
    """A service, imported and wired when it is first asked for."""

    def make(self: "Ringfence") -> Any:
        return self.wired(getattr(import_module(f"chalicelib.services.{module}"), name))

    return cached_property(make)


class Ringfence:
    """The use cases. Each is a dataclass whose fields are named after the adapter or the use case that fills them."""

    sender: "SmsSender" = _use_case("sms_sender", "SmsSender")
    throttle: "Throttle" = _use_case("throttle", "Throttle")
    rows: "MovingRows" = _use_case("moving_rows", "MovingRows")
    guard: "PumpingGuard" = _use_case("pumping_guard", "PumpingGuard")
    wallet: "WalletThrottle" = _use_case("wallet_throttle", "WalletThrottle")
    spending: "Spending" = _use_case("spending", "Spending")
    budgets: "SendBudgets" = _use_case("send_budgets", "SendBudgets")
    accounting: "Accounting" = _use_case("accounting", "Accounting")
    idempotency: "Idempotency" = _use_case("idempotency", "Idempotency")
    own: "OwnRecord" = _use_case("own_record", "OwnRecord")
    deliver: "DeliverCode" = _use_case("deliver_code", "DeliverCode")
    deliver_queued: "DeliverQueued" = _use_case("deliver_queued", "DeliverQueued")
    give_feedback: "GiveFeedback" = _use_case("give_feedback", "GiveFeedback")
    start_verification: "StartVerification" = _use_case("start_verification", "StartVerification")
    resend_code: "ResendCode" = _use_case("resend_code", "ResendCode")
    check_code: "CheckCode" = _use_case("check_code", "CheckCode")
    cancel_verification: "CancelVerification" = _use_case("cancel_verification", "CancelVerification")
    bind_customer: "BindCustomer" = _use_case("bind_customer", "BindCustomer")
    move_numbers: "MoveNumbers" = _use_case("move_numbers", "MoveNumbers")
    tell_news: "TellNews" = _use_case("tell_news", "TellNews")
    seal_proof: "SealProof" = _use_case("seal_proof", "SealProof")
    change_number: "ChangeNumber" = _use_case("change_number", "ChangeNumber")
    end_number_change: "EndNumberChange" = _use_case("end_number_change", "EndNumberChange")
    stop_number_change: "StopNumberChange" = _use_case("stop_number_change", "StopNumberChange")
    change_holds: "ChangeHolds" = _use_case("change_holds", "ChangeHolds")
    close_customer: "CloseCustomer" = _use_case("close_customer", "CloseCustomer")
    note_activity: "NoteActivity" = _use_case("note_activity", "NoteActivity")
    note_outcome: "NoteOutcome" = _use_case("note_outcome", "NoteOutcome")
    note_fact: "NoteFact" = _use_case("note_fact", "NoteFact")
    note_age: "NoteAge" = _use_case("note_age", "NoteAge")
    history: "ConsentHistory" = _use_case("consent_history", "ConsentHistory")
    append_events: "AppendEvents" = _use_case("append_events", "AppendEvents")
    expire_consents: "ExpireConsents" = _use_case("expire_consents", "ExpireConsents")
    anchor_ledger: "AnchorLedger" = _use_case("anchor_ledger", "AnchorLedger")
    export_customer: "ExportCustomer" = _use_case("export_customer", "ExportCustomer")
    issue_export_link: "IssueExportLink" = _use_case("issue_export_link", "IssueExportLink")
    export_by_link: "ExportByLink" = _use_case("export_by_link", "ExportByLink")
    announce_events: "AnnounceEvents" = _use_case("announce_events", "AnnounceEvents")
    record_consent: "RecordConsent" = _use_case("record_consent", "RecordConsent")
    issue_certificate: "IssueCertificate" = _use_case("issue_certificate", "IssueCertificate")
    issue_receipt: "IssueReceipt" = _use_case("issue_receipt", "IssueReceipt")
    record_receipt: "RecordReceipt" = _use_case("record_receipt", "RecordReceipt")
    read_access_log: "ReadAccessLog" = _use_case("read_access_log", "ReadAccessLog")
    list_accesses: "ListAccesses" = _use_case("list_accesses", "ListAccesses")
    list_reverifications: "ListReverifications" = _use_case("list_reverifications", "ListReverifications")
    choose_in_session: "ChooseInSession" = _use_case("choose_in_session", "ChooseInSession")
    start_sign_in: "StartSignIn" = _use_case("start_sign_in", "StartSignIn")
    sign_in: "SignIn" = _use_case("sign_in", "SignIn")
    enter_by_link: "EnterByLink" = _use_case("enter_by_link", "EnterByLink")
    end_session: "EndSession" = _use_case("end_session", "EndSession")
    issue_link: "IssueLink" = _use_case("issue_link", "IssueLink")
    look_up_carrier: "LookUpCarrier" = _use_case("look_up_carrier", "LookUpCarrier")
    opening: "Opening" = _use_case("opening", "Opening")
    contact_use: "ContactUse" = _use_case("contact_use", "ContactUse")
    send_known_code: "SendKnownCode" = _use_case("send_known_code", "SendKnownCode")
    deliver_message: "DeliverMessage" = _use_case("deliver_message", "DeliverMessage")
    send_word: "SendWord" = _use_case("send_word", "SendWord")
    tell_old_number: "TellOldNumber" = _use_case("tell_old_number", "TellOldNumber")
    send_contact: "SendContact" = _use_case("send_contact", "SendContact")
    watch: "WatchReveals" = _use_case("watch_reveals", "WatchReveals")
    ask_second_person: "AskSecondPerson" = _use_case("ask_second_person", "AskSecondPerson")
    reveal_number: "RevealNumber" = _use_case("reveal_number", "RevealNumber")
    approve_wish: "ApproveWish" = _use_case("approve_wish", "ApproveWish")
    decide_contact: "DecideContact" = _use_case("decide_contact", "DecideContact")
    preview_contacts: "PreviewContacts" = _use_case("preview_contacts", "PreviewContacts")
    set_locale: "SetLocale" = _use_case("set_locale", "SetLocale")
    set_time_zone: "SetTimeZone" = _use_case("set_time_zone", "SetTimeZone")
    lift_suppression: "LiftSuppression" = _use_case("lift_suppression", "LiftSuppression")
    stop_advertising: "StopAdvertising" = _use_case("stop_advertising", "StopAdvertising")
    hear_reply: "HearReply" = _use_case("hear_reply", "HearReply")
    reconcile_opt_outs: "ReconcileOptOuts" = _use_case("reconcile_opt_outs", "ReconcileOptOuts")
    end_contract: "EndContract" = _use_case("end_contract", "EndContract")
    erase_traces: "EraseTraces" = _use_case("erase_traces", "EraseTraces")
    erase_number: "EraseNumber" = _use_case("erase_number", "EraseNumber")
    erase_customer: "EraseCustomer" = _use_case("erase_customer", "EraseCustomer")
    import_customer: "ImportCustomer" = _use_case("import_customer", "ImportCustomer")
    import_rows: "ImportRows" = _use_case("import_rows", "ImportRows")
    purge_customer: "PurgeCustomer" = _use_case("purge_customer", "PurgeCustomer")
    act_on_due: "ActOnDue" = _use_case("act_on_due", "ActOnDue")
    plan_purge: "PlanPurge" = _use_case("plan_purge", "PlanPurge")
    purge_item: "PurgeItem" = _use_case("purge_item", "PurgeItem")
    report_shard: "ReportShard" = _use_case("report_shard", "ReportShard")
    purge_shard: "PurgeShard" = _use_case("purge_shard", "PurgeShard")
    preview_purge: "PreviewPurge" = _use_case("preview_purge", "PreviewPurge")
    object_to_use: "ObjectToUse" = _use_case("object_to_use", "ObjectToUse")
    grant_right: "GrantRight" = _use_case("grant_right", "GrantRight")
    receive_rights_request: "ReceiveRightsRequest" = _use_case("receive_rights_request", "ReceiveRightsRequest")
    decide_rights_request: "DecideRightsRequest" = _use_case("decide_rights_request", "DecideRightsRequest")
    list_rights_requests: "ListRightsRequests" = _use_case("list_rights_requests", "ListRightsRequests")
    count_rights_requests: "CountRightsRequests" = _use_case("count_rights_requests", "CountRightsRequests")
    retag_numbers: "RetagNumbers" = _use_case("retag_numbers", "RetagNumbers")
    replay_certificates: "ReplayCertificates" = _use_case("replay_certificates", "ReplayCertificates")
    replay_customer: "ReplayCustomer" = _use_case("replay_customer", "ReplayCustomer")
    replay_suppression: "ReplaySuppression" = _use_case("replay_suppression", "ReplaySuppression")
    date_anew: "DateAnew" = _use_case("date_anew", "DateAnew")
    restore: "Restore" = _use_case("restore", "Restore")
    sweep_keys: "SweepKeys" = _use_case("sweep_keys", "SweepKeys")

    def __init__(self, adapters: Adapters) -> None:
        self.adapters = adapters

    @cached_property
    def strongroom(self) -> Strongroom:
        """The function where it is one of its own; in that function, and locally, this process."""
        if self.adapters.strongroom_function is not None:
            return self.adapters.strongroom_function
        from chalicelib.services.strongroom import StrongroomService

        return self.wired(StrongroomService)

    @property
    def policy(self) -> "Policy":
        """The policy in force."""
        return self.adapters.policy

    @property
    def store(self) -> Store:
        """For views that show one record as it is."""
        return self.adapters.store

    @property
    def clock(self) -> Clock:
        """For views that say how things stand now."""
        return self.adapters.clock

    @property
    def limits(self) -> "Throttles":
        """The policy's sliding limits."""
        return self.policy.rules.throttles

    def wired(self, kind: type[T]) -> T:
        """One of `kind`, its fields filled from here and from the adapters by their names."""
        return kind(**{field.name: self._part(field.name) for field in fields(kind) if field.init})  # type: ignore[arg-type]

    def _part(self, name: str) -> Any:
        return getattr(self if hasattr(type(self), name) else self.adapters, name)


_installed: list[Ringfence] = []


def ringfence() -> Ringfence:
    """The process's one Ringfence, made from the environment when it is first needed."""
    if not _installed:
        from chalicelib.adapters.clock import SystemClock

        install(Ringfence(Adapters(read_settings(os.environ), SystemClock())))
    return _installed[0]


def install(instance: Ringfence) -> None:
    """This instance serves from now on: for a job as of another instant, and for tests."""
    _installed[:] = [instance]


__all__ = ["Adapters", "Ringfence", "install", "ringfence"]
