"""What staff type about a customer. The verbs do the checking; these forms put it into words and boxes."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from cxmanager.editing import ChangedMeanwhileFormMixin
from profiles.importing.values import read_tags
from profiles.models import Note, Profile
from profiles.preferences import CHANNELS, stance

ANSWERS = [("", "Not asked"), ("granted", "Yes"), ("withdrawn", "No")]
FLAGS = {
    "": {"promo": None, "optout": None},
    "granted": {"promo": True, "optout": False},
    "withdrawn": {"promo": False},
}
CHANNEL_LABELS = {
    "email": "E-mail",
    "sms": "Text message",
    "push": "App notification",
    "phone": "Phone",
    "post": "Post",
}
CHANGES = ("profile.updated", "profile.merged")


def consent_field(channel: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=ANSWERS, required=False, label=CHANNEL_LABELS[channel], widget=UnfoldAdminSelectWidget
    )


class ProfileForm(ChangedMeanwhileFormMixin, forms.ModelForm):
    """A customer's own fields. Consents are asked as people answer them: yes, no, or not asked yet."""

    consent_email, consent_sms, consent_push, consent_phone, consent_post = map(consent_field, CHANNELS)
    birth_month = forms.TypedChoiceField(
        choices=[("", "---------"), *MONTHS.items()],
        label="Month of birth",
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    birth_day = forms.IntegerField(
        label="Day of birth", min_value=1, max_value=31, required=False, widget=UnfoldAdminIntegerFieldWidget
    )
    birth_year = forms.IntegerField(
        label="Year of birth", min_value=1900, max_value=2100, required=False, widget=UnfoldAdminIntegerFieldWidget
    )

    class Meta:
        model = Profile
        fields = (
            *("title", "first_name", "last_name", "email", "mobile_phone", "mobile_phone_country", "secondary_phone"),
            *("birth_day", "birth_month", "birth_year", "gender", "company", "occupation", "avatar_url", "currency"),
            *("profile_type", "is_completed", "joined_at", "joined_location", "preferred_location"),
        )
        labels = {
            "mobile_phone_country": "Country of that number",
            "secondary_phone": "Second phone",
            "avatar_url": "Picture",
            "joined_at": "Joined",
            "joined_location": "Joined at",
        }
        help_texts = {
            "mobile_phone_country": "Two letters, such as NZ. Leave it empty for a number of this country, or one that begins with +.",
            "avatar_url": "The address of a picture, such as https://example.com/maria.jpg.",
            "currency": "Three letters, such as AUD. Empty means the programme's.",
            "profile_type": "Pending and incomplete customers have begun to join; a temporary one has no contact yet.",
            "joined_at": "Empty means now.",
        }

    def __init__(self, *args, refused: ValidationError | None = None, **kwargs):
        """`refused` is what a verb said to the same input a moment ago: it is shown at its fields."""
        super().__init__(*args, **kwargs)
        self.refused = refused
        for channel in CHANNELS:
            if f"consent_{channel}" in self.fields:
                self.initial[f"consent_{channel}"] = stance(self.instance.comms, channel, "promo") or ""

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.refused is not None:
            errors = getattr(self.refused, "error_dict", {None: self.refused})
            for name, error in errors.items():
                self.add_error(name if name in self.fields else None, error)
        return cleaned

    def version_of(self, row: Profile) -> str:
        """The last change that the timeline knows; a note or a new identity changes nothing that stands on this form."""
        last = (
            row.events.filter(name__in=CHANGES).values_list("pk", flat=True).first() if not row._state.adding else None
        )
        return str(last or 0)

    def changes_since(self, saved: Profile, sent: str) -> tuple[str, list[str] | None]:
        events = list(saved.events.filter(name__in=CHANGES, pk__gt=int(sent) if sent.isdigit() else 0).order_by("pk"))
        names = [name.removesuffix("_id") for event in events for name in event.payload.get("changes", {})]
        names += [f"consent_{channel}" for channel in CHANNELS if "comms" in names]
        return (events[-1].actor if events else "") or "Somebody else", list(dict.fromkeys(names))

    def typed_values(self) -> dict:
        """The profile's fields that differ from what the page showed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self._meta.fields}

    def typed_consents(self) -> dict:
        """The consents that differ, as the flags of `set_comms`."""
        return {
            f"{channel}_{flag}": value
            for channel in CHANNELS
            if f"consent_{channel}" in self.changed_data
            for flag, value in FLAGS[self.cleaned_data[f"consent_{channel}"]].items()
        }


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields = ("text", "is_pinned")
        widgets = {
            "text": UnfoldAdminExpandableTextareaWidget(
                {"placeholder": "What should the next colleague know?", "rows": 2}
            ),
            "is_pinned": UnfoldBooleanWidget,
        }


class TagsForm(forms.Form):
    """One tag, or several with commas between them."""

    tags = forms.CharField(
        max_length=1_000,
        widget=UnfoldAdminTextInputWidget({"placeholder": "Add tags, with commas between", "list": "known-tags"}),
    )

    def clean_tags(self) -> list[str]:
        handles = read_tags(self.cleaned_data["tags"])
        if not handles:
            raise ValidationError("Write at least one tag.")
        return handles


class EraseForm(forms.Form):
    """The name of who is erased must be typed, so that nobody is erased by a slip of the mouse."""

    typed = forms.CharField(label="", widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "autofocus": True}))
    reason = forms.CharField(
        max_length=500,
        required=False,
        help_text="Stays on the timeline. Do not name the person. Example: Asked for by letter of 3 May.",
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args, wanted: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.wanted = wanted
        self.fields["typed"].label = f"Type “{wanted}” to confirm"

    def clean_typed(self) -> str:
        if self.cleaned_data["typed"].strip().casefold() != self.wanted.casefold():
            raise ValidationError(f"This is not “{self.wanted}”. Nothing was erased.")
        return self.cleaned_data["typed"]


class MergeReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        required=False,
        help_text="Example: She signed up twice, at the till and online.",
        widget=UnfoldAdminTextInputWidget,
    )
