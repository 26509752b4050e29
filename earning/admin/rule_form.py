"""The form of an earning rule: every box is named by its place in the rule's document."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from unfold.widgets import UnfoldAdminSelect2MultipleWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from cxmanager.editing import ChangedMeanwhileFormMixin
from cxmanager.identifiers import as_uuid
from cxmanager.words import WordsField
from earning.admin.boxes import (
    ChipsWidget,
    Typed,
    badge_box,
    box_of,
    boxes_of,
    document_of,
    rows_in,
    select_box,
    text_box,
    typed_of,
)
from earning.models import EarningRule, Program, TierDefinition
from earning.rulebook.differences import places_that_differ
from earning.rulebook.documents import Moment
from earning.rules import TYPES
from earning.rules.rewards import LIMIT_FIELDS, REWARD_FIELDS
from profiles.models import Location, Profile, Segment

STATUSES = [one for one in EarningRule.Status.choices if one[0] != EarningRule.Status.ARCHIVED]
PLAIN = ("name", "handle", "link", "priority", "pending_days", "expires_after_days")
FLAGS = ("requires_approval", "is_hidden", "apply_automatically", "stop_after")
MOMENTS = ("starts_at", "ends_at")
SEVERAL = ("tiers", "segments", "excluded_segments", "locations")


class Several(forms.Field):
    """Some of a list, by their handles; whether they are there is for the rule to judge."""

    def to_python(self, value) -> list[str]:
        return [str(one) for one in value or ()]


def of_model(name: str) -> dict:
    field = EarningRule._meta.get_field(name)
    label = str(field.verbose_name)
    return {"label": f"{label[:1].upper()}{label[1:]}", "help_text": field.help_text}


def several_box(name: str, choices: Iterable[tuple[str, str]]) -> Several:
    widget = UnfoldAdminSelect2MultipleWidget(choices=list(choices))
    return Several(required=False, **of_model(name), widget=widget)


class RuleForm(ChangedMeanwhileFormMixin, forms.Form):
    """All boxes of a rule of this type, bound to what was typed. What it means is judged by `EarningRule.objects.write`."""

    def __init__(self, data: QueryDict, *, instance: EarningRule, program: Program, type: str):
        self.instance, self.program, self.type = instance, program, type
        super().__init__(data)
        self.group_errors: dict[str, list[str]] = {}
        self.fields |= self._plain() | self._lists()
        if type in TYPES:
            kind = TYPES[type]
            self.fields |= dict(boxes_of(kind.fields, "conditions", data))
            self.fields |= {f"rewards.{one.name}": reward_box(one) for one in REWARD_FIELDS if gives(kind, one.name)}
        for number in range(rows_in(data, "limits")):
            self.fields |= {f"limits.{number}.{one.name}": box_of(one) for one in LIMIT_FIELDS}

    def _plain(self) -> dict[str, forms.Field]:
        boxes = {name: Typed(**of_model(name), widget=text_box()) for name in PLAIN}
        for name in ("priority", "pending_days", "expires_after_days"):
            boxes[name].widget = text_box("numeric")
        boxes["handle"].help_text += " Empty: made of the name."
        rows = UnfoldAdminTextareaWidget(attrs={"rows": 2})
        boxes["description"] = Typed(**of_model("description"), widget=rows)
        boxes["status"] = Typed(**of_model("status"), widget=select_box(STATUSES))
        for name in FLAGS:
            boxes[name] = forms.BooleanField(required=False, **of_model(name), widget=UnfoldBooleanSwitchWidget)
        for name in MOMENTS:
            box = boxes[name] = Typed(**of_model(name), widget=text_box(type="datetime-local"))
            box.help_text = f"{box.help_text} In the time zone {self.program.timezone}."
        return boxes

    def _lists(self) -> dict[str, forms.Field]:
        segments = [(one.handle, one.name) for one in Segment.objects.order_by("name")]
        places = [(str(one.pk), one.name) for one in Location.objects.order_by("name")]
        return {
            "segments": several_box("segments", segments),
            "excluded_segments": several_box("excluded_segments", segments),
            "excluded_members": WordsField(required=False, **of_model("excluded_members"), widget=ChipsWidget()),
            "locations": several_box("locations", places),
        }

    # --- Two editors --------------------------------------------------------------------------------------------------

    def version_of(self, row: EarningRule) -> str:
        """Every change of a rule makes a version, also one of its limits or its status."""
        return str(row.version_id or "")

    def changes_since(self, saved: EarningRule, sent: str) -> tuple[str, list[str] | None]:
        then = saved.versions.filter(pk=sent).first() if sent.isdecimal() and len(sent) < 19 else None
        if then is None or saved.version is None:
            return "Somebody else", []
        places = places_that_differ(then.document, saved.version.document)
        return str(saved.version.user or "Somebody"), [one for one in places if one in self.fields]

    # --- The document -------------------------------------------------------------------------------------------------

    def document(self) -> dict:
        """What was typed, as a document of a rule (api.md 5)."""
        self.is_valid()
        typed = self.cleaned_data
        said = {name: typed.get(name) or None for name in (*PLAIN, "description", "status")}
        said |= {name: bool(typed.get(name)) for name in FLAGS}
        said |= {name: in_utc(typed.get(name) or "", self.program.timezone) for name in MOMENTS}
        lists = ("segments", "excluded_segments", "excluded_members", "locations")
        said |= {name: typed.get(name) or [] for name in lists}
        said |= {"program": self.program.handle, "type": self.type, "tiers": self.data.getlist("tiers")}
        kind = TYPES.get(self.type)
        if kind is not None:
            rewards = [one for one in REWARD_FIELDS if gives(kind, one.name)]
            said["conditions"] = document_of(kind.fields, "conditions", typed, self.data)
            said["rewards"] = document_of(rewards, "rewards", typed, self.data)
        rows = range(rows_in(self.data, "limits"))
        said["limits"] = [document_of(LIMIT_FIELDS, f"limits.{number}", typed, self.data) for number in rows]
        return said

    def refuse(self, place: str, sentences: Iterable[str]) -> None:
        """Show what is wrong at its box, at the group of boxes that it is about, or on top."""
        place = (
            place
            if place in self.fields or place not in ("points", "percent", "badge", "currency")
            else f"rewards.{place}"
        )
        shorter = place
        while shorter and shorter not in self.fields:
            if any(name.startswith(f"{shorter}.") for name in self.fields) or shorter in GROUPS:
                self.group_errors.setdefault(shorter, []).extend(sentences)
                return
            shorter = shorter.rpartition(".")[0]
        for sentence in sentences:
            self.add_error(shorter or None, sentence)


# Where rows may be missing altogether.
GROUPS = ("limits", "tiers", "conditions.multipliers", "type")


def gives(kind, name: str) -> bool:
    """Whether a rule of this type can give such a reward."""
    if name in ("currency_amount", "points") and not kind.takes_points:
        return False
    if name == "percent":
        return kind.takes_percent
    return name != "currency" or kind.takes_money or kind.takes_percent


def reward_box(field) -> forms.Field:
    return badge_box(field) if field.name == "badge" else box_of(field)


def in_utc(typed: str, timezone: str) -> str | None:
    """What was typed in the program's time zone, as the document has it; what is no moment as it was typed."""
    try:
        read = parse_datetime(typed.strip())
    except ValueError:
        read = None
    if read is None:
        return typed.strip() or None
    if read.tzinfo is None:
        read = read.replace(tzinfo=ZoneInfo(timezone))
    return f"{read.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S}"


def in_zone(written: str | None, timezone: str) -> str:
    """The document's moment as its box shows it."""
    if not written:
        return ""
    moment: datetime = Moment("moment", "The moment").read(written)
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%dT%H:%M}"


def data_of(document: Mapping, *, program: Program) -> QueryDict:
    """What the boxes hold for a document, as if it had been posted. One query where it leaves customers out."""
    data = QueryDict(mutable=True)
    document = {**document, "excluded_members": as_people_write(document.get("excluded_members") or ())}
    for name, text in typed_of({name: one for name, one in document.items() if name not in (*SEVERAL, *MOMENTS)}):
        data[name] = text
    for name in SEVERAL:
        data.setlist(name, [str(one) for one in document.get(name) or ()])
    for name in MOMENTS:
        data[name] = in_zone(document.get(name), program.timezone)
    return data


def as_people_write(members: Iterable[str]) -> list[str]:
    """Customers by their e-mail addresses, who has none by the id. One query, or none."""
    ids = [key for one in members if (key := as_uuid(str(one))) is not None]
    emails = dict(Profile.objects.filter(pk__in=ids).exclude(email=None).values_list("pk", "email")) if ids else {}
    return [emails.get(as_uuid(str(one))) or str(one) for one in members]


def tiers_of(program: Program) -> list[TierDefinition]:
    return TierDefinition.objects.ladder(program.pk)
