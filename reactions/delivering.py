"""Sending what is queued: claimed under a lease, sent outside of any transaction, written down as each attempt ends.

Receivers are served side by side, and each in its own order: one that is slow or down holds up none of the others. Who dies
between sending and writing down has sent; the lease ends, and another sends the same message with the same id.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import SimpleQueue
from time import monotonic

import structlog
from django.conf import settings
from django.db.models import Case, Exists, F, OuterRef, Value, When

from cxmanager.refusals import Refusal
from reactions.models import Delivery, Target, Webhook
from reactions.preparing import Message, message_of, prepare
from reactions.reaching import Answer, post
from reactions.sealing import MASK

RECEIVERS_AT_ONCE = 8
# A lot of one receiver takes no longer, but for the attempt that is under way.
LOT_SECONDS = 20
ANSWER_KEPT = 2_048
log = structlog.get_logger()


def deliver_due(*, at: datetime) -> int:
    """Send some of what is due, and return how many attempts were made; 0 when nothing is due. Any number of workers may call it."""
    lots = [Lot(receiver, claimed, at) for receiver, claimed in claimed_lots(at=at)]
    if not lots:
        return 0
    ended: SimpleQueue = SimpleQueue()
    with ThreadPoolExecutor(len(lots), thread_name_prefix="delivery") as pool:
        sending = [pool.submit(lot.send, ended) for lot in lots if lot.messages]
        for _ in sending:
            while (end := ended.get()) is not None:
                end[0].write_down(*end[1:])
        for future in sending:
            future.result()
    for lot in lots:
        lot.finish()
    return sum(lot.tried for lot in lots)


def send_now(row: Delivery, *, at: datetime) -> Delivery:
    """Send this one while somebody waits for it, also to a receiver that is paused or off. Returns it with what came of it."""
    receiver = row.receiver
    claimed = Delivery.objects.filter(pk=row.pk).claim(at=at, lease=lease())
    if claimed:
        lot = Lot(receiver, claimed, at)
        ended: SimpleQueue = SimpleQueue()
        lot.send(ended)
        while (end := ended.get()) is not None:
            end[0].write_down(*end[1:])
        lot.finish()
    row.refresh_from_db()
    return row


def lease() -> timedelta:
    return timedelta(seconds=LOT_SECONDS + 2 * settings.DELIVERY_TIMEOUT_SECONDS + 30)


def claimed_lots(*, at: datetime) -> Iterator[tuple[Webhook | Target, list[Delivery]]]:
    """The receivers for whom something is due, those of the first queue first, each with what was claimed for it."""
    due = Delivery.objects.due(at=at)
    rank = Case(When(queue="high", then=Value(0)), When(queue="default", then=Value(1)), default=Value(2))
    webhooks = Webhook.objects.sending().filter(Exists(due.filter(webhook=OuterRef("pk"))))
    targets = Target.objects.filter(Exists(due.filter(target=OuterRef("pk"))), is_active=True)
    webhooks = webhooks.order_by(rank, F("last_tried_at").asc(nulls_first=True), "pk")[:RECEIVERS_AT_ONCE]
    for receiver in [*webhooks, *targets.order_by("?")[:RECEIVERS_AT_ONCE]]:
        claimed = receiver.deliveries.claim(at=at, lease=lease())
        if claimed:
            yield receiver, claimed


@dataclass
class Lot:
    """What was claimed for one receiver. `send` runs in a thread of its own and knows no database; the others do not."""

    receiver: Webhook | Target
    claimed: list[Delivery]
    at: datetime

    def __post_init__(self):
        self.tried = self.delivered = self.failed = 0
        self.untried = {row.pk: row for row in self.claimed}
        self.began = monotonic()
        for row in self.claimed:
            setattr(row, "webhook" if isinstance(self.receiver, Webhook) else "target", self.receiver)
        self.messages = [message for row in self.claimed if (message := self.prepared(row)) is not None]

    def prepared(self, row: Delivery) -> Message | None:
        """The message, or None for one that is not meant to be sent, or cannot be made, which the row then says."""
        try:
            if not prepare(row, at=self.at):
                del self.untried[row.pk]
                return None
            return message_of(row)
        except Refusal as refusal:
            self.write_down(row, Answer(error=str(refusal)), {}, self.at)
            return None

    def send(self, ended: SimpleQueue) -> None:
        """One after the other, until one fails: a receiver that is down is not asked ten times in one go."""
        try:
            for message in self.messages:
                sent_at = self.now()
                headers = message.headers(at=sent_at)
                answer = post(message.url, message.body, headers)
                ended.put((self, message.delivery, masked(answer, message), message.shown(headers), self.now()))
                if answer.status is None or monotonic() - self.began > LOT_SECONDS:
                    break
        finally:
            ended.put(None)

    def now(self) -> datetime:
        """The moment that was given, and how long ago that is: the clock is read at the doors."""
        return self.at + timedelta(seconds=monotonic() - self.began)

    def write_down(self, row: Delivery, answer: Answer, headers: dict, at: datetime) -> None:
        self.untried.pop(row.pk, None)
        self.tried += 1
        changes = {
            "status": answer.status,
            "answer": answer.body[:ANSWER_KEPT],
            "error": reason_of(answer)[:500],
            "milliseconds": answer.milliseconds,
            "sent_headers": headers,
        }
        if answer.is_success:
            self.delivered, self.failed = self.delivered + 1, 0
            changes |= {"state": Delivery.State.DELIVERED, "delivered_at": at, "next_at": None}
        else:
            self.failed += 1
            changes |= row.after_failure(at=at, wish=wish_of(answer))
            log.warning("delivery.failed", delivery=str(row.pk), attempt=row.attempts, reason=changes["error"])
        row.end_attempt(at=at, **changes)

    def finish(self) -> None:
        for row in self.untried.values():
            row.put_back()
        is_test = any(row.is_test for row in self.claimed)
        if self.tried and not is_test and isinstance(self.receiver, Webhook):
            self.receiver.tally(delivered=self.delivered, failed=self.failed, at=self.now())


def masked(answer: Answer, message: Message) -> Answer:
    """Some receivers answer with what they were sent: secrets are not kept from there either."""
    body = answer.body
    for secret in message.secrets:
        body = body.replace(secret, MASK)
    return Answer(answer.status, body, answer.error, answer.milliseconds, answer.headers)


def reason_of(answer: Answer) -> str:
    if answer.is_success:
        return ""
    if answer.status is None:
        return answer.error
    if 300 <= answer.status < 400:
        return f"It answered with a redirect ({answer.status}). Redirects are not followed: give the address that it leads to."
    return f"It answered {answer.status}."


def wish_of(answer: Answer) -> timedelta | None:
    """How long a receiver that has too much to do wants to be left alone."""
    asked = {name.lower(): value for name, value in answer.headers.items()}.get("retry-after", "")
    if answer.status not in (429, 503) or not asked.isascii() or not asked.isdigit():
        return None
    return timedelta(seconds=min(int(asked[:9]), 86_400))
