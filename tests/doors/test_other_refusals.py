"""The refusals that are not about one benefit: the same sentence wherever they can be met, and a row here for every code."""

import ast
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from access.models import User
from benefits import looking_up
from benefits.refusals import SENTENCES
from cxmanager.refusals import Refusal
from jobs.models import Job
from profiles import erasing, merging
from profiles.cause import Cause
from profiles.importing import forgetting, starting, working
from profiles.importing.columns import Columns
from profiles.models import Event, Profile, ProfileImport
from profiles.models.event import DEEPEST
from tests.conftest import person

PROJECT = Path(__file__).resolve().parents[2]
FILE = b"email,first_name\nmaria@example.com,Maria\n"


@dataclass
class World:
    """The scene of a benefit, with an administrator at every page and a token for everything."""

    scene: object
    api: object
    office: Client
    admin: User

    def merge(self, winner: Profile, loser: Profile) -> dict[str, Callable]:
        ids = {"source_profile_id": str(loser.pk), "destination_profile_id": str(winner.pk)}
        return {
            "model": lambda: merging.merge(winner=winner, loser=loser, at=self.scene.at, cause=self.scene.cause),
            "api": lambda: self.api.post("/api/v3/profiles/merge", ids, format="json"),
            "admin": lambda: self.page("profiles_profile_merge_confirm", winner.pk, loser.pk),
        }

    def erase(self, profile: Profile) -> dict[str, Callable]:
        """The API does not find who was erased or merged away."""
        return {
            "model": lambda: erasing.erase(profile, at=self.scene.at, cause=self.scene.cause),
            "admin": lambda: self.page("profiles_profile_erase", profile.pk),
        }

    def page(self, name: str, *arguments, **form) -> HttpResponse:
        return self.office.post(reverse(f"admin:{name}", args=arguments), form, follow=True)

    def send_file(self, content: bytes, **fields) -> HttpResponse:
        file = SimpleUploadedFile("customers.csv", content, content_type="text/csv")
        return self.api.post(
            "/api/v3/imports", {"file": file, "handler": "omneo:profile", **fields}, format="multipart"
        )

    def uploaded(self, **options) -> ProfileImport:
        return starting.upload(BytesIO(FILE), name="customers.csv", **options)

    def run(self, row: ProfileImport) -> dict[str, Callable]:
        return {
            "model": lambda: starting.start(ProfileImport.objects.get(pk=row.pk), at=now()),
            "admin": lambda: self.page("profiles_profileimport_run", row.pk),
        }


@pytest.fixture
def world(scene, api, client) -> World:
    from access.roles import Role

    admin = person("Ada", Role.ADMINISTRATOR)
    client.force_login(admin)
    return World(scene, api, client, admin)


# --- Customers ------------------------------------------------------------------------------------------------------


def same_profile(world: World):
    return world.merge(world.scene.member, world.scene.member)


def merged_before(world: World):
    third = Profile(first_name="Third").enrol(at=world.scene.at, cause=Cause())
    merging.merge(winner=third, loser=world.scene.other, at=world.scene.at, cause=Cause())
    return world.merge(world.scene.member, world.scene.other)


def merging_the_deleted(world: World):
    world.scene.other.remove(at=world.scene.at, cause=Cause())
    return world.merge(world.scene.member, world.scene.other)


def erased_before(world: World):
    erasing.erase(world.scene.member, at=world.scene.at, cause=Cause())
    return world.erase(world.scene.member)


def erasing_the_merged(world: World):
    merging.merge(winner=world.scene.member, loser=world.scene.other, at=world.scene.at, cause=Cause())
    return world.erase(world.scene.other)


def chain_without_end(world: World):
    deep = Event.objects.create(name="deep", door="api", at=world.scene.at, depth=DEEPEST)
    return {"model": lambda: world.scene.member.record("deeper", at=world.scene.at, cause=Cause(event=deep))}


# --- Files of customers ---------------------------------------------------------------------------------------------


def unreadable(world: World):
    content = b"%PDF-1.7"
    upload = SimpleUploadedFile("customers.csv", content)
    return {
        "model": lambda: starting.upload(BytesIO(content), name="customers.csv"),
        "api": lambda: world.send_file(content),
        "admin": lambda: world.page("profiles_profileimport_add", file=upload),
    }


def columns(*keys: str, match: str = "email"):
    """Columns that are refused as they are matched, and, where a file's header can say it, as it is sent."""

    def arrange(world: World):
        row = world.uploaded()
        chosen = Columns(keys=keys, match=match)
        form = {"match": match} | {f"column_{place}": key for place, key in enumerate(keys)}
        doors = {"model": lambda: starting.match_columns(row, chosen, is_all_or_nothing=False)}
        if match == "email" and not any(":" in key or key == "nonsense" for key in keys):
            header = ",".join(keys).encode()
            doors["api"] = lambda: world.send_file(header + b"\na@example.com,b@example.com\n", match=match)
            doors["admin"] = lambda: world.page("profiles_profileimport_columns", row.pk, **form)
        return doors

    return arrange


def started(world: World):
    row = world.uploaded()
    starting.start(row, at=now())
    return world.run(row)


def being_checked(world: World):
    row = world.uploaded()
    starting.enqueue(row, "profiles.check_import", ProfileImport.Stage.CHECKING, at=now())
    return world.run(row)


def under_way(world: World):
    """The API stops it first, and says so in a sentence of its own: tests/profiles/api."""
    row = world.uploaded()
    starting.start(row, at=now())
    return {
        "model": lambda: starting.remove(ProfileImport.objects.get(pk=row.pk)),
        "admin": lambda: world.page("profiles_profileimport_remove", row.pk),
    }


def file_deleted(world: World):
    row = world.uploaded()
    assert forgetting.forget(row.pk, at=now())
    return world.run(row)


def nothing_imported(world: World):
    """The other doors show the job's error."""
    row = starting.upload(BytesIO(b"email\nnonsense\n"), name="customers.csv", is_all_or_nothing=True)
    job = starting.begin(row, worker="test", at=now())
    return {"model": lambda: working.run(job, clock=now)}


# --- Benefits and users ---------------------------------------------------------------------------------------------


def limit_below_used(world: World):
    world.scene.change(max_global_redemptions=5)
    world.scene.use()
    world.scene.definition.issue(world.scene.other, at=world.scene.at, cause=Cause()).redeem(
        at=world.scene.at, cause=Cause()
    )
    url = f"/api/v3/benefits/definitions/{world.scene.definition.pk}"
    return {
        "model": lambda: world.scene.change(max_global_redemptions=1),
        "api": lambda: world.api.put(url, {"max_global_redemptions": 1}, format="json"),
    }


def card_of_several(world: World):
    for profile, handle in ((world.scene.member, "shopify"), (world.scene.other, "loyalty-card")):
        profile.add_identity(handle=handle, identifier="C1", at=world.scene.at, cause=Cause())
    return {
        "model": lambda: looking_up.find("C1"),
        "api": lambda: world.api.get("/api/v3/profiles/lookup", {"identifier": "C1"}),
    }


PROFILES = [
    ("same_profile", same_profile, "model api admin"),
    ("already_merged", merged_before, "model api admin"),
    ("already_merged", erasing_the_merged, "model admin"),
    ("profile_inactive", merging_the_deleted, "model api admin"),
    ("already_erased", erased_before, "model admin"),
    ("chain_too_deep", chain_without_end, "model"),
    ("unreadable_file", unreadable, "model api admin"),
    ("duplicate_column", columns("email", "email"), "model api admin"),
    ("match_missing", columns("first_name", "last_name"), "model api admin"),
    ("unknown_match", columns("email", "first_name", match="mobile_phone"), "model"),
    ("unknown_column", columns("email", "nonsense"), "model"),
    ("started", started, "model admin"),
    ("being_checked", being_checked, "model admin"),
    ("under_way", under_way, "model admin"),
    ("file_deleted", file_deleted, "model admin"),
    ("nothing_imported", nothing_imported, "model"),
]
BENEFITS = [
    ("below_used", limit_below_used, "model api"),
    ("several_found", card_of_several, "model api"),
]
# Met at one door only: the tests that hold them, by what they look for.
AT_ONE_DOOR = {
    "access": {"own_user": ("access/api/test_users.py", "own_user")},
    "profiles": {"unknown_mapping": ("transactions/importing/test_screen.py", "The file has no column “emial”")},
    "benefits": {
        "already_over": ("benefits/admin/test_lists.py", "This bulk issue is already over."),
        "not_permitted": ("benefits/admin/test_definitions.py", "You may look at earlier versions"),
        "same_version": ("benefits/admin/test_definitions.py", "This version is the same as today's."),
    },
}


@pytest.mark.parametrize(
    ("code", "arrange", "doors"), [pytest.param(*row, id=f"{row[0]}-{n}") for n, row in enumerate(PROFILES + BENEFITS)]
)
def test_says_the_same_at_every_door_and_writes_nothing(world, code, arrange, doors):
    calls = arrange(world)
    assert " ".join(calls) == doors
    before = written()

    with pytest.raises(Refusal) as refused:
        calls.pop("model")()
    sentence = str(refused.value)

    assert (refused.value.code, sentence[-1]) == (code, ".")
    for door, call in calls.items():
        assert sentence in said_by(call(), code), door
    assert written() == before


def said_by(answer: HttpResponse, code: str) -> str:
    if "json" not in answer.headers["Content-Type"]:
        assert answer.status_code == 200
        return unescape(answer.content.decode())
    body = answer.json()
    if answer.status_code == 409:
        assert body["code"] == code
        return body["message"]
    assert answer.status_code == 422, body
    return json.dumps(body["errors"], ensure_ascii=False).replace('\\"', '"')


def written() -> list:
    rows = [model.objects.count() for model in (Event, Job, ProfileImport)]
    return rows + list(Profile.objects.order_by("pk").values_list("email", "deleted_at", "merged_into", "erased_at"))


# --- Every code has a row -------------------------------------------------------------------------------------------


def codes_raised_in(app: str) -> Iterator[str]:
    """What stands behind `code=` of each Refusal that the app's own code makes."""
    for path in sorted((PROJECT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal":
                yield from (
                    one.value.value
                    for one in node.keywords
                    if one.arg == "code" and isinstance(one.value, ast.Constant)
                )


@pytest.mark.parametrize(
    ("app", "tabled"),
    [
        ("access", set()),
        ("jobs", set()),
        ("profiles", {code for code, *_ in PROFILES}),
        ("benefits", {code for code, *_ in BENEFITS} | SENTENCES.keys()),
        ("cxmanager", set()),
    ],
)
def test_every_code_has_a_row(app, tabled):
    elsewhere = AT_ONE_DOOR.get(app, {})
    assert sorted(set(codes_raised_in(app)) - tabled - elsewhere.keys()) == []
    for test, words in elsewhere.values():
        assert words in (PROJECT / "tests" / test).read_text()
