"""The receipts of fetches: what was asked for, and what came of it."""

import hashlib
from typing import Final

from manusmesh.type.v1 import evidence_pb2

_REASON_MAX: Final = 300


class Receipts:
    """The receipts of one report, in the order in which the fetches began."""

    def __init__(self, whole: "Receipts | None" = None) -> None:
        """None yet; of a part of `whole`, where there is one."""
        self.all: list[evidence_pb2.FetchReceipt] = []
        self._whole = whole

    def part(self) -> "Receipts":
        """Receipts that are also those of this report: what one fetch leaves, among others'."""
        return Receipts(self)

    def begin(self, url: str) -> evidence_pb2.FetchReceipt:
        """The receipt of a fetch that begins now.

        Until it is told otherwise it says that the time for it ran out, which is so whenever
        whoever waits for the fetch gives it up.
        """
        receipt = evidence_pb2.FetchReceipt(
            url=url,
            robots="not_asked",
            outcome="timeout",
            reason="The time for it ran out.",
        )
        receipt.fetched_at.GetCurrentTime()
        receipt.id = f"fetch_{self.add(receipt)}"
        return receipt

    def add(self, receipt: evidence_pb2.FetchReceipt) -> int:
        """Adds a receipt, and answers how many the whole report has."""
        self.all.append(receipt)
        return len(self.all) if self._whole is None else self._whole.add(receipt)


def settle(receipt: evidence_pb2.FetchReceipt, outcome: str, reason: str = "") -> None:
    """Writes how a fetch ended."""
    receipt.outcome = outcome
    receipt.reason = reason[:_REASON_MAX]


def note_body(receipt: evidence_pb2.FetchReceipt, body: bytes) -> None:
    """Writes what the body was."""
    receipt.bytes = len(body)
    receipt.content_sha256 = hashlib.sha256(body).hexdigest()
