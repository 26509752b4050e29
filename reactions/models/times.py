"""When an automation is due and for whom, as documents give it (omneo-reference 2.21), read before anything is judged.

{"frequency": "weekly", "run_at": "09:00", "slot": "monday", "query": {"is_birthday_today": []}}
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError

from profiles.conditions.field import or_none
from profiles.conditions.reading import parse
from reactions.schedule import DAYS, Frequency, is_cron

if TYPE_CHECKING:
    from reactions.models.reaction import Reaction

# The last two are what Omneo's documents call them.
WORDS = {one.value: one for one in Frequency} | {"date": Frequency.ONCE, "interval": Frequency.CRON}
SAY_HOW_OFTEN = "Say how often it is due: daily, weekly, monthly, once or cron."
# What the model calls them, and documents.
SAID_AS = {
    "at_time": "run_at",
    "weekday": "slot",
    "day_of_month": "slot",
    "on_date": "date",
    "cron": "trigger",
    "audience": "query",
}

KEYS = ("type", "frequency", "trigger", "run_at", "date", "slot", "query")


def times_of(document: dict, *, frequency: str = "") -> dict:
    """The fields of the model that the document says. What it does not say is left out; `frequency` is what holds so far.

    Raises ValidationError by the document's keys, for all that cannot be read at once.
    """
    said, errors = {}, {}
    for read in (how_often, what_time, which_day, for_whom):
        try:
            said |= read(document, said.get("frequency") or frequency)
        except ValidationError as error:
            errors |= error.message_dict
    if errors:
        raise ValidationError(errors)
    return said


def how_often(document: dict, frequency: str) -> dict:
    """By `frequency`, `type` or `trigger`, whichever says it first; the last may also be a cron expression."""
    words = {key: word(document, key) for key in ("frequency", "type", "trigger")}
    cron = words["trigger"] if words["trigger"] and words["trigger"].lower() not in WORDS else ""
    if words["frequency"] and words["frequency"].lower() not in WORDS:
        raise ValidationError({"frequency": SAY_HOW_OFTEN})
    said = next((WORDS[one.lower()] for one in words.values() if one.lower() in WORDS), None)
    if said is None and is_cron(cron):
        said = Frequency.CRON
    if said is None and document.get("date"):
        said = Frequency.ONCE
    if said is None and words["type"]:
        raise ValidationError({"type": SAY_HOW_OFTEN})
    found = {} if said is None else {"frequency": said.value}
    if cron and (said or frequency) == Frequency.CRON:
        found["cron"] = cron
    return found


def word(document: dict, key: str) -> str:
    value = document.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError({key: "This must be a text."})
    return value.strip()


def what_time(document: dict, frequency: str) -> dict:
    """`run_at`: by the programme's clock, or a moment, which also says the date of what is done once."""
    text = word(document, "run_at")
    if not text:
        return {}
    try:
        return {"at_time": time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)}
    except ValueError:
        moment = moment_of(text)
    on_date = {"on_date": moment.date()} if frequency == Frequency.ONCE and not document.get("date") else {}
    return {"at_time": moment.time().replace(second=0, microsecond=0)} | on_date


def moment_of(text: str) -> datetime:
    """By the programme's clock; without a zone it was given in UTC. Raises ValidationError."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise ValidationError({"run_at": "This is no time of day. Write one like 09:00."}) from error


def which_day(document: dict, frequency: str) -> dict:
    """`date` of what is done once; `slot`: the day of the week, or of the month."""
    found = {}
    if frequency == Frequency.ONCE and (text := word(document, "date")):
        try:
            found["on_date"] = date.fromisoformat(text[:10])
        except ValueError as error:
            raise ValidationError({"date": "This is no date. Write one like 2026-12-24."}) from error
    slot = document.get("slot")
    if slot in (None, "") or frequency not in (Frequency.WEEKLY, Frequency.MONTHLY):
        return found
    return found | ({"weekday": weekday(slot)} if frequency == Frequency.WEEKLY else {"day_of_month": day(slot)})


def weekday(slot) -> int:
    """0 for Monday. By its name, or counted from 1."""
    names = [name.lower() for name in DAYS]
    if isinstance(slot, str) and slot.strip().lower() in names:
        return names.index(slot.strip().lower())
    return number(slot, most=7, otherwise="Write a day of the week such as monday, or 1 for Monday to 7.") - 1


def day(slot) -> int:
    return number(slot, most=31, otherwise="Write a day of the month, from 1 to 31.")


def number(slot, *, most: int, otherwise: str) -> int:
    text = str(slot).strip() if isinstance(slot, (str, int)) and not isinstance(slot, bool) else ""
    if not (text.isdecimal() and len(text) < 3 and 1 <= int(text) <= most):
        raise ValidationError({"slot": otherwise})
    return int(text)


def for_whom(document: dict, frequency: str) -> dict:
    """`query`: a condition, as JSON or as the text of JSON; nothing for everybody."""
    if "query" not in document:
        return {}
    given = document["query"]
    if isinstance(given, str) and given.strip():
        try:
            given = parse(given)
        except ValidationError as error:
            raise ValidationError({"query": error.messages}) from error
    return {"audience": or_none(given.strip() if isinstance(given, str) else given)}


def tells_times(document: dict) -> bool:
    """Whether this is an automation's document, and no trigger's, which names an event."""
    trigger = document.get("trigger")
    is_time = isinstance(trigger, str) and (trigger.strip().lower() in WORDS or is_cron(trigger))
    return is_time or any(document.get(key) for key in ("frequency", "type", "query"))


def times_as_document(reaction: Reaction) -> dict:
    """As documents give it, so that it can be given back."""
    slot = {
        Frequency.WEEKLY: lambda: DAYS[reaction.weekday].lower(),
        Frequency.MONTHLY: lambda: reaction.day_of_month,
    }.get(reaction.frequency, lambda: None)()
    is_cron_said = reaction.frequency == Frequency.CRON
    return {
        "type": reaction.frequency,
        "frequency": reaction.frequency,
        "trigger": reaction.cron if is_cron_said else reaction.frequency,
        "run_at": None if is_cron_said else f"{reaction.at_time:%H:%M}",
        "date": reaction.on_date and reaction.on_date.isoformat(),
        "slot": slot,
        "query": reaction.audience,
    }


def as_said(wrong: dict[str, list[str]]) -> dict[str, list[str]]:
    """The mistakes under the names that documents have for the fields."""
    return {SAID_AS.get(name, name): said for name, said in wrong.items()}
