"""Writes down what a carrier reports of an SMS, whether it carried a code or a message."""

from dataclasses import dataclass

from chalicelib.domain.contact import MESSAGE, Message
from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.errors import NotFound
from chalicelib.domain.receipt import Receipt, message_with_receipt, with_receipt
from chalicelib.domain.verification import Verification
from chalicelib.ports import Store
from chalicelib.services.changing import existing
from chalicelib.services.note_outcome import NoteOutcome


@dataclass(frozen=True)
class RecordReceipt:
    """A receipt may come late, twice, out of order, and for somebody else's SMS."""

    store: Store
    note_outcome: NoteOutcome

    def __call__(self, receipt: Receipt) -> bool:
        """The send knows what the receipt tells, unless it knew better; True if it is a send of ours and still there.

        Its customer's head knows what that says of the number.

        Raises:
            Unavailable: the store did not answer; the same receipt may be given again.
        """
        dispatch = self.store.get(Dispatch, receipt.message_id)
        reference = dispatch.reference if dispatch else receipt.reference
        # Receipts come seconds after the send, when its outcome is long written. Without a trace of it this is the SMS
        # of somebody else in the account, or what is left of a purged verification.
        if reference is None:
            return False
        try:
            if reference.startswith(f"{MESSAGE}_"):
                message = existing(self.store, Message, reference)
                self.note_outcome(message, lambda it: message_with_receipt(it, receipt))
            else:
                verification = existing(self.store, Verification, reference)
                self.note_outcome(verification, lambda it: with_receipt(it, receipt))
        except NotFound:
            return False
        return True
