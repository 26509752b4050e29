"""The editor of an earning rule as it stands: its boxes and rows, what the buttons do to them, and what is saved."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from earning.admin.boxes import rows_in
from earning.admin.choosing import chosen_program
from earning.admin.rule_form import RuleForm, data_of, tiers_of
from earning.models import Badge, EarningRule, Program
from earning.rulebook.documents import read_document
from earning.rulebook.wording import Names, sentence_of
from earning.rules import TYPES
from earning.rules.fields import Field
from earning.rules.matching import MATCH_FIELDS, MatchField, MultipliersField
from earning.rules.rewards import LIMIT_FIELDS, MOST_LIMITS, REWARD_FIELDS
from profiles.models import Location, Segment

# What a new row begins with.
NEW_ROW = {
    "limits": {"scope": "member", "measure": "count", "period": "week", "cap": "", "on_exceed": "reject"},
    "conditions.multipliers": {"multiplier": "2"},
}
NEW_RULE = {"status": "draft", "apply_automatically": True, "priority": 100}


@dataclass
class Group:
    """Boxes that belong together on the page: a match, or the rows of limits or multipliers."""

    place: str
    label: str
    help_text: str
    boxes: list = field(default_factory=list)
    rows: list[list] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Editor:
    """The page as it stands: the form, bound to what the rule says, to a document, or to what was posted."""

    def __init__(self, request: HttpRequest, rule: EarningRule, *, document: dict | None = None):
        self.request, self.rule = request, rule
        self.program: Program = rule.program if rule.pk else chosen_program(request)
        self.focus, self.is_rearranged = "", False
        self.data = request.POST.copy() if request.method == "POST" else self._read(document)
        self.type = self._type()
        if request.method != "POST" and not rule.pk and document is None:
            self._begin_type()
        self.form = self._form()

    def _read(self, document: dict | None) -> QueryDict:
        said = document or (self.rule.as_document() if self.rule.pk else dict(NEW_RULE))
        return data_of(said, program=self.program)

    def _form(self) -> RuleForm:
        form = RuleForm(self.data, instance=self.rule, program=self.program, type=self.type)
        if self.request.method != "POST":
            self.data["read_at_version"] = form.version_of(self.rule)
        return form

    def _type(self) -> str:
        """Chosen by a button, sent, or asked for by the address; that of a rule in use is fixed."""
        if self.rule.pk and not self.may_change_type:
            return self.rule.type
        by_button = self.data.get("do", "").partition("type:")[2]
        said = (by_button, self.data.get("type"), self.request.GET.get("type"))
        return next((one for one in said if one in TYPES), "")

    @property
    def may_change_type(self) -> bool:
        return not self.rule.pk or (self.rule.status == EarningRule.Status.DRAFT and not self.rule.was_applied())

    # --- Buttons that draw anew ---------------------------------------------------------------------------------------

    def rearrange(self, what: str) -> None:
        """“add:limits”, “remove:limits.0”, “add:tiers”, “remove:tiers.gold” or “type:event”."""
        doing, _, place = what.partition(":")
        self.is_rearranged = True
        if doing == "type":
            self._begin_type()
        elif place == "tiers" or place.startswith("tiers."):
            self._rearrange_tiers(doing, place.partition(".")[2])
        elif doing == "add" and place in NEW_ROW:
            self._add_row(place)
        elif doing == "remove":
            self._remove_row(place)
        self.form = self._form()

    def _begin_type(self) -> None:
        """The usual values of the type, where nothing of that name was typed."""
        self.focus = "conditions" if self.is_rearranged else ""
        for one in TYPES[self.type].fields if self.type else ():
            name = f"conditions.{one.name}"
            if isinstance(one, MultipliersField):
                if not rows_in(self.data, name):
                    self._add_row(name)
            elif name not in self.data and one.default is not None and not isinstance(one, MatchField):
                written = one.write(one.default)
                self.data[name] = written if isinstance(written, str) else ("on" if written is True else "")
        for one in [name for name in self.data if name.startswith("conditions.") and not self._is_asked(name)]:
            del self.data[one]

    def _is_asked(self, name: str) -> bool:
        return self.type in TYPES and name.split(".")[1] in [one.name for one in TYPES[self.type].fields]

    def _rearrange_tiers(self, doing: str, handle: str) -> None:
        held = self.data.getlist("tiers")
        if doing == "add":
            self.data.setlist("tiers", list(dict.fromkeys([*held, *filter(None, [self.data.get("add_tier")])])))
            self.focus = "add-tier"
        else:
            self.data.setlist("tiers", [one for one in held if one != handle])
            self.focus = "add-tier"

    def _add_row(self, place: str) -> None:
        number = rows_in(self.data, place)
        if number >= MOST_LIMITS:
            return
        for name, value in NEW_ROW[place].items():
            self.data[f"{place}.{number}.{name}"] = value
        self.focus = f"{place}.{number}" if self.is_rearranged else ""

    def _remove_row(self, place: str) -> None:
        """Those behind it move up."""
        rows, _, number = place.rpartition(".")
        count = rows_in(self.data, rows)
        if rows not in NEW_ROW or not number.isdecimal() or int(number) >= count:
            return
        kept = [self._take_row(rows, one) for one in range(count)]
        del kept[int(number)]
        for at, row in enumerate(kept):
            for name, values in row.items():
                self.data.setlist(f"{rows}.{at}.{name}", values)
        self.focus = f"{rows}.{min(int(number), len(kept) - 1)}" if kept else f"add:{rows}"

    def _take_row(self, rows: str, number: int) -> dict[str, list]:
        start = f"{rows}.{number}."
        return {name.removeprefix(start): self.data.pop(name) for name in list(self.data) if name.startswith(start)}

    # --- Saving -------------------------------------------------------------------------------------------------------

    def save(self) -> bool:
        """All of it or nothing. What is wrong is shown at its place."""
        if not self.form.is_valid():
            return False
        rule = self.rule if self.rule.pk else None
        no = rule.why_not_activatable() if rule is not None else None
        if no is not None:
            # Archived: whoever opened the page before sends it now.
            self.form.add_error(None, no)
            return False
        try:
            saved = EarningRule.objects.write(
                self.form.document(), at=timezone.now(), user=self.request.user, rule=rule
            )
        except ValidationError as error:
            self._refuse(error)
            return False
        self.rule = saved
        return True

    def is_well_formed(self) -> bool:
        """Whether it could be tried. What is wrong is shown at its place."""
        if not self.form.is_valid():
            return False
        try:
            read_document(self.form.document(), program=self.program)
        except ValidationError as error:
            self._refuse(error)
            return False
        return True

    def _refuse(self, error: ValidationError) -> None:
        for place, errors in getattr(error, "error_dict", {"__all__": [error]}).items():
            for one in errors:
                named = "handle" if getattr(one, "code", "") == "handle_taken" else place
                self.form.refuse("" if named == "__all__" else named, one.messages)

    @property
    def has_errors(self) -> bool:
        return bool(self.form.errors or self.form.group_errors)

    def be_quiet(self) -> None:
        """Show no errors yet: nothing was to be saved."""
        self.form._errors, self.form.group_errors = ErrorDict(), {}

    # --- For the page -------------------------------------------------------------------------------------------------

    def sentence(self) -> str:
        return sentence_of(self.form.document(), names_of(self.program), currency=self.program.currency)

    @property
    def type_label(self) -> str:
        """Empty while none is chosen."""
        return TYPES[self.type].label if self.type else ""

    @property
    def may_be_manual(self) -> bool:
        return not self.type or TYPES[self.type].may_be_manual

    @property
    def conditions(self) -> list:
        fields = TYPES[self.type].fields if self.type else ()
        return [self._shown(one, f"conditions.{one.name}") for one in fields]

    @property
    def rewards(self) -> list:
        """In the order of the page: the badge first, the currency beside its amount."""
        order = ("badge", "points", "currency_amount", "percent", "currency")
        known = {one.name for one in REWARD_FIELDS}
        names = [f"rewards.{one}" for one in order if one in known]
        return [self.form[name] for name in names if name in self.form.fields]

    def _shown(self, one: Field, name: str):
        if isinstance(one, MatchField):
            return self._group(one, name, boxes=self._match(name))
        if isinstance(one, MultipliersField):
            rows = [
                [self.form[f"{name}.{number}.multiplier"], *self._match(f"{name}.{number}.match")]
                for number in range(rows_in(self.data, name))
            ]
            return self._group(one, name, rows=rows)
        return self.form[name]

    def _match(self, name: str) -> list:
        return [self.form[f"{name}.{one.name}"] for one in MATCH_FIELDS]

    def _group(self, one: Field, name: str, **parts) -> Group:
        return Group(name, one.label, one.help_text, errors=self.form.group_errors.get(name, []), **parts)

    @property
    def limits(self) -> Group:
        rows = [
            [self.form[f"limits.{number}.{one.name}"] for one in LIMIT_FIELDS]
            for number in range(rows_in(self.data, "limits"))
        ]
        return Group("limits", "Limits", "", rows=rows, errors=self.form.group_errors.get("limits", []))

    @property
    def type_errors(self) -> list[str]:
        return self.form.group_errors.get("type", [])

    def tiers(self) -> tuple[list, list]:
        """(those that the rule is for, those that can be added)."""
        held, ladder = self.data.getlist("tiers"), tiers_of(self.program)
        return [one for one in ladder if one.handle in held], [one for one in ladder if one.handle not in held]


def names_of(program: Program) -> Names:
    """What people call all that a rule of this program can name. Four queries."""
    return Names(
        tiers={one.handle: one.name for one in tiers_of(program)},
        segments=dict(Segment.objects.values_list("handle", "name")),
        badges=dict(Badge.objects.values_list("handle", "name")),
        locations={str(pk): name for pk, name in Location.objects.values_list("pk", "name")},
    )
