"""What the columns of a file are: recognised by their headers however people write them, or chosen by hand."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from cxmanager.nearness import nearest
from cxmanager.refusals import Refusal
from profiles.preferences import APPEARANCE, COMMS
from profiles.searching import folded

IDENTITY, CUSTOM, COMMS_KEY, APPEARANCE_KEY = "identity:", "custom:", "comms:", "appearance:"
LONGEST_HANDLE = 191
TYPES = ("string", "integer", "float", "boolean", "json", "array")
HANDLE = re.compile(r"[^\s:](?:[^:\x00-\x1f]*[^\s:])?")

# Key, what people call it, and how headers write it beside that.
FIELDS = {
    "id": ("Profile id", ["profile id", "uuid"]),
    "email": ("E-mail", ["email", "email address", "mail"]),
    "mobile_phone": ("Mobile phone", ["mobile", "mobile number", "phone", "phone number", "cell", "cell phone"]),
    "mobile_phone_country": ("Country of the mobile phone", ["phone country", "mobile country"]),
    "secondary_phone": ("Second phone", ["other phone", "landline", "home phone"]),
    "title": ("Title", ["salutation"]),
    "first_name": ("First name", ["given name", "forename"]),
    "last_name": ("Last name", ["surname", "family name"]),
    "gender": ("Gender", ["sex"]),
    "birth_date": ("Birth date", ["birthday", "date of birth", "dob"]),
    "birth_year": ("Birth year", ["year of birth"]),
    "birth_month": ("Birth month", ["month of birth"]),
    "birth_day": ("Birth day", ["day of birth"]),
    "company": ("Company", ["company name"]),
    "occupation": ("Occupation", ["job", "job title", "profession"]),
    "avatar_url": ("Picture address", ["avatar", "picture"]),
    "currency": ("Currency", []),
    "profile_type": ("Status", ["profile type", "type"]),
    "is_completed": ("Profile is complete", ["completed"]),
    "joined_at": ("Joined at", ["joined", "join date", "date joined", "member since"]),
    "joined_location": ("Joined at location", ["joined location code", "joined location external code"]),
    "preferred_location": (
        "Preferred location",
        ["preferred location code", "preferred location external code", "preferred store", "home store", "store"],
    ),
    "tags": ("Tags", ["tag"]),
}
MATCHES = ("email", "id")


def squeezed(header: str) -> str:
    """A header without case, accents, spaces and punctuation: “E-Mail ” and “e_mail” are one."""
    return re.sub(r"[^a-z0-9]", "", folded(header))


KNOWN = {
    squeezed(name): key for key, (label, others) in FIELDS.items() for name in (key.replace("_", " "), label, *others)
} | {squeezed(key): f"{COMMS_KEY}{key}" for key in COMMS}
KNOWN |= {squeezed(key): f"{APPEARANCE_KEY}{key}" for key in APPEARANCE}


def key_of(header: str) -> str:
    """What a column of this header is: “E-mail” → email, “identity:Shopify” → identity:Shopify; empty when not known."""
    prefix, _, rest = header.strip().partition(":")
    kind = f"{squeezed(prefix)}:"
    if kind == IDENTITY and is_handle(rest):
        return f"{IDENTITY}{rest.strip()}"
    if kind == CUSTOM:
        return custom_key(*(part.strip() for part in rest.split(":")))
    if kind in (COMMS_KEY, APPEARANCE_KEY):
        return KNOWN.get(squeezed(rest), "")
    return KNOWN.get(squeezed(header), "")


def custom_key(namespace: str = "", handle: str = "", type: str = "", *more: str) -> str:
    """custom:NAMESPACE:HANDLE, or with the type that new attributes shall have behind it; empty when it is none."""
    if more or not is_handle(namespace) or not is_handle(handle) or (type and type not in TYPES):
        return ""
    return ":".join(part for part in (CUSTOM.removesuffix(":"), namespace, handle, type) if part)


def address_of(key: str) -> tuple[str, str]:
    """Namespace and handle of a custom attribute's column."""
    namespace, handle, *_ = key.removeprefix(CUSTOM).split(":")
    return namespace, handle


def type_told(key: str) -> str:
    """The type that a custom attribute's column names, or nothing."""
    return key.removeprefix(CUSTOM).partition(":")[2].partition(":")[2]


def is_handle(text: str) -> bool:
    return len(text) <= LONGEST_HANDLE and HANDLE.fullmatch(text.strip()) is not None


def is_key(key: str) -> bool:
    """Whether a column can be that."""
    return key in FIELDS or (":" in key and key_of(key) == key)


def label_of(key: str) -> str:
    """What to call a column's content on screens and in sentences."""
    kind, _, rest = key.partition(":")
    if f"{kind}:" == IDENTITY:
        return f"Identity in {rest}"
    if f"{kind}:" == CUSTOM:
        return f"Attribute {' · '.join(address_of(key))}"
    if rest:
        return rest.replace("_", " ").capitalize()
    return FIELDS[key][0]


@dataclass(frozen=True)
class FileColumns:
    """What each column of a file is, in the file's order (empty means ignored), and by which of them customers are found.

    Each kind of file says in a class of its own what its columns can be. With the `header` it can also say what is near.
    """

    keys: tuple[str, ...]
    match: str
    header: tuple[str, ...] = ()

    # How headers write each column: {as `squeezed`: (its key, as people write it)}.
    written: ClassVar[dict[str, tuple[str, str]]] = {}

    @staticmethod
    def is_key(key: str) -> bool:
        """Whether a column can be that."""
        raise NotImplementedError

    @staticmethod
    def label_of(key: str) -> str:
        """What to call a column's content on screens and in sentences."""
        raise NotImplementedError

    @cached_property
    def by_key(self) -> dict[str, int]:
        """Where each known column is."""
        return {key: index for index, key in enumerate(self.keys) if key}

    def why_not_usable(self) -> Refusal | None:
        """Why a file cannot be imported with these columns, or None."""
        used = [key for key in self.keys if key]
        for key in used:
            if not self.is_key(key):
                return Refusal(f"“{key}” is nothing that a column can be.", code="unknown_column")
            if used.count(key) > 1:
                places = " and ".join(str(place + 1) for place, one in enumerate(self.keys) if one == key)
                return Refusal(
                    f"Columns {places} are both “{self.label_of(key)}”. Keep one of them and leave out the other.",
                    code="duplicate_column",
                )
        return self._why_not_enough(used)

    def _why_not_enough(self, used: list[str]) -> Refusal | None:
        raise NotImplementedError

    def warnings(self) -> list[str]:
        """What is to be known before a file is imported so, in whole sentences."""
        return []

    def notes(self) -> list[str]:
        """Of each column that is left out, what it looks like: “Invoce” looks like “invoice”, which is External id."""
        free = {name: known for name, known in self.written.items() if known[0] not in self.by_key}
        said = []
        for title, key in zip(self.header, self.keys, strict=False):
            found = None if key else nearest(squeezed(title), free)
            if found:
                meant, name = free[found]
                is_plain = squeezed(name) in (squeezed(meant), squeezed(self.label_of(meant)))
                said.append(f"“{title}” looks like “{name}”{'' if is_plain else f', which is {self.label_of(meant)}'}.")
        return said

    def with_notes(self, sentence: str) -> str:
        return " ".join([sentence, *self.notes()])


@dataclass(frozen=True)
class Columns(FileColumns):
    """The columns of a file of customers."""

    written: ClassVar = {
        squeezed(name): (key, name)
        for key, (label, others) in FIELDS.items()
        for name in (key.replace("_", " "), label, *others)
    }

    @classmethod
    def suggested(cls, header: list[str], *, match: str = "") -> "Columns":
        """By the headers alone. Without a match: the id when there is one, else the e-mail, else the first identity."""
        keys = tuple(key_of(one) for one in header)
        candidates = [*(one for one in ("id", "email") if one in keys), *(k for k in keys if k.startswith(IDENTITY))]
        return cls(keys=keys, match=match or next(iter(candidates), "email"), header=tuple(header))

    is_key = staticmethod(is_key)
    label_of = staticmethod(label_of)

    def _why_not_enough(self, used: list[str]) -> Refusal | None:
        if self.match not in MATCHES and not (self.match.startswith(IDENTITY) and is_key(self.match)):
            return Refusal(
                f"Customers cannot be matched by “{self.match}”. Use email, id or identity:HANDLE.",
                code="unknown_match",
            )
        if self.match not in used:
            return Refusal(
                self.with_notes(
                    f"No column is the {label_of(self.match)}, by which customers are to be matched. "
                    "The first row must hold the column names, such as email,first_name,last_name."
                ),
                code="match_missing",
            )
        return None
