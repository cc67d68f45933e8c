"""Writes down what a carrier reports of an SMS that carried a code."""

from dataclasses import dataclass

from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.errors import NotFound
from chalicelib.domain.receipt import Receipt, with_receipt
from chalicelib.domain.verification import Verification
from chalicelib.ports import Store
from chalicelib.services.changing import changed, existing


@dataclass(frozen=True)
class RecordReceipt:
    """A receipt may come late, twice, out of order, and for somebody else's SMS."""

    store: Store

    def __call__(self, receipt: Receipt) -> bool:
        """The send knows what the receipt tells, unless it knew better; True if it is a send of ours and still there.

        Raises:
            Unavailable: the store did not answer; the same receipt may be given again.
        """
        dispatch = self.store.get(Dispatch, receipt.message_id)
        verification_id = dispatch.verification_id if dispatch else receipt.verification_id
        # Receipts come seconds after the send, when its outcome is long written. Without a trace of it this is the SMS
        # of somebody else in the account, a message to a customer, or what is left of a purged verification.
        if verification_id is None:
            return False
        try:
            verification = existing(self.store, Verification, verification_id)
            changed(self.store, verification, lambda it: with_receipt(it, receipt))
        except NotFound:
            return False
        return True
