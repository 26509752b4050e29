"""Deliveries follow their customer, and forget them."""

from profiles import erasing, merging
from profiles.cause import Cause
from profiles.exporting import export
from reactions.context import context_of_profile
from reactions.models import Delivery


def sent(target, member, at, key="a") -> Delivery:
    return Delivery.objects.send(target, context=context_of_profile(member, at=at), at=at, cause=Cause(), key=key)


def test_they_follow_a_merge(target, member, other_member, at):
    row = sent(target, other_member, at)
    merging.merge(winner=member, loser=other_member, at=at, cause=Cause())
    row.refresh_from_db()
    assert row.profile == member


def test_erasing_forgets_what_was_sent_and_stops_what_waits(target, member, at):
    waiting, done = sent(target, member, at), sent(target, member, at, key="b")
    Delivery.objects.filter(pk=done.pk).update(state="delivered", answer="Thanks, Maria")
    erasing.erase(member, at=at, cause=Cause())
    waiting.refresh_from_db()
    done.refresh_from_db()
    assert (waiting.state, waiting.body, waiting.next_at) == ("parked", "", None)
    assert (done.state, done.body, done.answer) == ("delivered", "", "")
    assert done.why_not_replayable().code == "nothing_left"


def test_an_export_tells_what_was_sent(target, member, at):
    sent(target, member, at)
    assert "maria@example.com" in str(export(member, at=at)["deliveries"])
