"""The form above the actions of an automation: how often it is due, at what time, and for whom."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from profiles.admin.condition_widget import ConditionField
from profiles.admin.fields import DateInput
from reactions.admin.reaction_form import ReactionForm
from reactions.models import Reaction
from reactions.models.scheduled import FREQUENCIES
from reactions.schedule import Frequency, Schedule

SHOWN = 5
# Where an editor begins.
USUAL_TIMES = {"frequency": Frequency.DAILY.value, "at_time": "09:00"}
# Which frequencies ask for which box; what asks for none of them is asked for always.
ASKED_BY = {
    "at_time": [Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY, Frequency.ONCE],
    "weekday": [Frequency.WEEKLY],
    "day_of_month": [Frequency.MONTHLY],
    "on_date": [Frequency.ONCE],
    "cron": [Frequency.CRON],
}


class TimeInput(UnfoldAdminTextInputWidget):
    """The browser's own box of a time of day."""

    input_type = "time"

    def format_value(self, value) -> str | None:
        return f"{value:%H:%M}" if isinstance(value, time) else super().format_value(value)


class NumberInput(UnfoldAdminTextInputWidget):
    input_type = "number"


class TimesForm(ReactionForm):
    frequency = forms.ChoiceField(
        label="How often",
        choices=FREQUENCIES,
        widget=UnfoldAdminSelectWidget,
        help_text="By the calendar of the programme's time zone. What was missed while nothing ran is caught up with, up to a week.",
    )
    audience = ConditionField(
        label="For whom", required=False, help_text=Reaction._meta.get_field("audience").help_text
    )

    class Meta(ReactionForm.Meta):
        fields = (
            *("name", "frequency", "at_time", "weekday", "day_of_month", "on_date", "cron", "audience"),
            *("description", "notes", "is_active"),
        )
        widgets = ReactionForm.Meta.widgets | {
            "at_time": TimeInput,
            "weekday": UnfoldAdminSelectWidget,
            "day_of_month": NumberInput(attrs={"min": 1, "max": 31}),
            "on_date": DateInput,
            "cron": UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.frequency:
            self.initial["frequency"] = self.initial.get("frequency") or USUAL_TIMES["frequency"]
        self.fields["at_time"].required = False
        self.fields["weekday"].choices = [("", "Choose"), *Reaction._meta.get_field("weekday").choices]

    def cleaned_fields(self) -> dict:
        """What `Reaction.write` takes. A time of day that nobody is asked for stays."""
        said = super().cleaned_fields()
        return said if said["at_time"] is not None else said | {"at_time": self.instance.at_time}

    def clean(self) -> dict:
        cleaned = super().clean()
        is_asked = cleaned.get("frequency") in ASKED_BY["at_time"]
        if is_asked and cleaned.get("at_time") is None and "at_time" not in self.errors:
            self.add_error("at_time", "Say at what time. Example: 09:00.")
        elif "frequency" in cleaned:
            self._check_schedule(cleaned)
        return cleaned

    def _check_schedule(self, cleaned: dict) -> None:
        """As the model does: so that what is missing is told together with what else is wrong."""
        said = {name: cleaned[name] for name in ("frequency", *ASKED_BY) if name in cleaned}
        try:
            Reaction(**said).check_schedule()
        except ValidationError as error:
            for name, sentences in error.message_dict.items():
                if name not in self.errors:
                    self.add_error(name, sentences)

    @property
    def chosen(self) -> str:
        """The frequency as the page has it."""
        return self["frequency"].value() or ""

    @property
    def boxes(self) -> list[dict]:
        """Each box of the times with the frequencies that ask for it, for the template and its script."""
        return [
            {"field": self[name], "asked_by": " ".join(asked), "is_hidden": self.chosen not in asked}
            for name, asked in ASKED_BY.items()
        ]

    def as_shown(self) -> Reaction:
        """An automation of what the page has now, as far as it can be read. Not saved, and never asked for its actions."""
        shown = Reaction(kind=Reaction.Kind.AUTOMATION)
        names = ("frequency", *ASKED_BY, "audience")
        if self.is_bound:
            self.is_valid()
            said = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        else:
            said = {name: self.get_initial_for_field(self.fields[name], name) for name in names}
        for name, value in said.items():
            setattr(shown, name, value)
        return shown


def next_times(reaction: Reaction, *, at: datetime) -> dict:
    """{"times": […], "problem": "…"}: when it is due next, as people say it by the programme's clock, or what is missing for that."""
    try:
        schedule = reaction.schedule
        if schedule.at_time is None:
            raise ValidationError("Say at what time. Example: 09:00.")
        times = [told(due, schedule) for due in schedule.next(SHOWN, after=at)]
    except (ValidationError, ValueError) as error:
        said = error.messages if isinstance(error, ValidationError) else ["Choose how often it is due."]
        return {"times": [], "problem": " ".join(said)}
    return {"times": times, "problem": "" if times else "It would never be due: that is over."}


def told(due: datetime, schedule: Schedule) -> str:
    """“Sunday 29 November 2026, 09:00”, and why where that is another time than was asked for."""
    local = due.astimezone(schedule.zone)
    is_moved = schedule.frequency != Frequency.CRON and local.time() != schedule.at_time
    why = f" (the clocks go forward, and skip {schedule.at_time:%H:%M})" if is_moved else ""
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}{why}"


def zone_told() -> str:
    return str(ZoneInfo(settings.TIME_ZONE)).replace("_", " ")
