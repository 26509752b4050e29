import json
import re

from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from profiles.conditions.field import ConditionField
from reactions.reaching import validate_url
from reactions.sealing import MASK, seal, unseal
from reactions.templating import validate_template

MOST_HEADERS = 20
LONGEST_HEADER = 2_000
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}\Z")
# Said by the delivery itself: a second one would contradict it, or break the message.
OURS = {
    *(
        "host",
        "content-length",
        "content-type",
        "transfer-encoding",
        "connection",
        "expect",
        "upgrade",
        "te",
        "trailer",
    ),
    *("user-agent", "accept-encoding", "idempotency-key", "x-omneo-hmac-sha256", "x-omneo-event"),
}
EXAMPLE = """{
  "to": "{{ email }}",
  "name": "{{ first_name }}",
  "message": "You spent {{ aggregations.spend_all|number_format(2) }} with us since {{ joined_at|date('jS F Y') }}."
}"""


class Signed(models.Model):
    """Has a secret with which its messages are signed. It is kept sealed, and nobody reads it after it was saved."""

    sealed_secret = models.TextField(blank=True, default="", editable=False)

    class Meta:
        abstract = True

    @property
    def has_secret(self) -> bool:
        return bool(self.sealed_secret)

    @property
    def secret(self) -> str:
        """For signing. Raises Refusal `secret_unreadable`."""
        return unseal(self.sealed_secret)

    @secret.setter
    def secret(self, text: str) -> None:
        self.sealed_secret = seal(text)


class Target(Signed):
    """An address outside and what is sent there for a customer (behaviour.md 8): `target.send` of a reaction names it."""

    class Method(models.TextChoices):
        POST = "POST", "POST"

    name = models.CharField(max_length=191, help_text="What your team calls it. Example: Birthday mail.")
    handle = models.SlugField(
        max_length=191,
        unique=True,
        help_text="The short name that reactions and integrations use. Example: birthday-mail.",
        error_messages={"unique": "Another target has this handle."},
    )
    url = models.CharField(
        "address",
        max_length=2_000,
        validators=[validate_url],
        help_text="Where it is sent, as a POST. Example: https://mail.example.com/api/send. Addresses inside of your own network are refused.",
    )
    method = models.CharField(max_length=4, choices=Method, default=Method.POST, editable=False)
    sealed_headers = models.TextField(blank=True, default="", editable=False)
    header_names = models.JSONField(default=list, blank=True, editable=False)
    template = models.TextField(
        validators=[validate_template],
        help_text="What is sent: JSON, with names in braces for what is known of the customer. Quotes and line breaks in a value never break it.",
    )
    condition = ConditionField(
        null=True,
        blank=True,
        help_text="For whom it is sent; nothing is sent for others. Empty is for everybody. Example: the customer allows promotions by e-mail.",
    )
    description = models.TextField(blank=True, help_text="What it is for.")
    notes = models.TextField(blank=True, help_text="For your team: who runs the receiver, where its key comes from.")
    is_active = models.BooleanField(
        "active", default=True, help_text="Untick to stop sending: reactions that send here then say so in their runs."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords(excluded_fields=["sealed_secret", "sealed_headers"])

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def headers(self) -> dict[str, str]:
        """What is sent with it beside our own, with the secret values. Raises Refusal `secret_unreadable`."""
        return json.loads(unseal(self.sealed_headers) or "{}")

    @headers.setter
    def headers(self, headers: dict[str, str]) -> None:
        """Raises ValidationError. A value that is the mask keeps what is kept under that name."""
        kept = self.headers if MASK in headers.values() else {}
        validate_headers(headers)
        headers = {name: kept.get(name, "") if value == MASK else value.strip() for name, value in headers.items()}
        unknown = [name for name, value in headers.items() if value == ""]
        if unknown:
            raise ValidationError({"headers": f"Type the value of {unknown[0]}."})
        self.sealed_headers = seal(json.dumps(headers)) if headers else ""
        self.header_names = list(headers)

    @property
    def masked_headers(self) -> dict[str, str]:
        return dict.fromkeys(self.header_names, MASK)


def validate_headers(headers: dict[str, str]) -> None:
    wrong = ""
    if len(headers) > MOST_HEADERS:
        wrong = f"There can be {MOST_HEADERS} headers."
    elif len({name.lower() for name in headers}) < len(headers):
        wrong = "Each header can be there once."
    for name, value in headers.items():
        if not HEADER_NAME.match(name):
            wrong = f"“{name[:50]}” is no name of a header."
        elif name.lower() in OURS or name.lower().startswith("webhook-"):
            wrong = f"{name} is set by the delivery itself."
        elif not isinstance(value, str) or (value != MASK and not is_header_value(value)):
            wrong = f"The value of {name} has a line break or a character that headers do not have, or is too long."
    if wrong:
        raise ValidationError({"headers": wrong})


def is_header_value(value: str) -> bool:
    return len(value) <= LONGEST_HEADER and value.isascii() and value.isprintable()
