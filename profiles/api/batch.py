"""POST /profiles/batch (omneo-reference 3.5): many documents, each read and taken in as the body of a single POST or PUT is."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as RuleBroken
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error

from cxmanager.refusals import Refusal
from cxmanager.rest.errors import flatten
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from jobs.handlers import handles
from jobs.models import Job
from profiles import receiving
from profiles.api import examples
from profiles.api.reading import MessageSerializer
from profiles.api.writing import ProfileInput
from profiles.cause import Cause
from profiles.importing.batching import KIND, DocumentRefused, queue_batch, run_batch
from profiles.importing.columns import LONGEST_HANDLE, is_handle
from profiles.models import Profile

MOST_IN_A_BATCH = 10_000


class NestedInBatch(ProfileInput):
    """What is nested must be well formed at once; what is wrong in a single field refuses that profile only, later."""

    def get_fields(self) -> dict:
        return {name: field for name, field in super().get_fields().items() if name in receiving.NESTED}


@extend_schema_field(ProfileInput(many=True))
class DocumentsField(serializers.ListField):
    child = serializers.DictField()


@extend_schema_serializer(examples=[examples.BATCH])
class BatchInput(serializers.Serializer):
    match_criteria = serializers.CharField(
        max_length=LONGEST_HANDLE, help_text="email, id, or the handle of an identity."
    )
    profiles = DocumentsField(
        min_length=1, max_length=MOST_IN_A_BATCH, help_text="Profiles as in POST /profiles, or as in PUT if known."
    )

    def validate_match_criteria(self, match: str) -> str:
        if not is_handle(match):
            raise serializers.ValidationError("This is no handle of an identity.")
        return match

    def validate_profiles(self, documents: list[dict]) -> list[dict]:
        nested = NestedInBatch(data=documents, many=True, partial=True)
        if not nested.is_valid():
            raise serializers.ValidationError(nested.errors)
        if not any(documents):
            raise serializers.ValidationError("These profiles say nothing.")
        return documents


class BatchViewSet(OmneoViewSet):
    scopes = {"create": "CRUD-profiles"}

    @extend_schema(request=BatchInput, responses={200: MessageSerializer})
    def create(self, request) -> Response:
        """Create or change many customers in the background. Each is found by its e-mail, its id, or its identity in one system.

        A customer who is found is changed as by PUT /profiles/{id}, one who is not is made as by POST /profiles. What came
        of it, and which were refused and why, is an import like any other: under GET /imports and in the back office.
        """
        sent = BatchInput(data=request.data)
        sent.is_valid(raise_exception=True)
        documents, match = sent.validated_data["profiles"], sent.validated_data["match_criteria"]
        queue_batch(documents, match=match, at=timezone.now(), user=request.user, token=request.auth)
        return enveloped({"message": "Profiles queued for batch import."})


@handles(KIND, label="Batch of customers over the API")
def batch(job: Job) -> dict:
    return run_batch(job, take, clock=timezone.now)


def take(document: dict, match: str, *, at: datetime, cause: Cause) -> str:
    """Make or change the customer of this document: created, updated or unchanged. Raises DocumentRefused."""
    try:
        return take_once(document, match, at=at, cause=cause)
    except IntegrityError:
        # Somebody made this customer meanwhile, or took what was to be theirs: now they are found, or the rule says so.
        try:
            return take_once(document, match, at=at, cause=cause)
        except IntegrityError as error:
            raise DocumentRefused("Somebody else changed this customer at the same moment. Send it again.") from error
    except DataError as error:
        raise DocumentRefused("A value is out of range.") from error
    except ObjectDoesNotExist as error:
        raise DocumentRefused("This profile was deleted meanwhile.") from error


def take_once(document: dict, match: str, *, at: datetime, cause: Cause) -> str:
    try:
        with transaction.atomic():
            whole = ProfileInput(data=document)
            given = whole.validated_data if whole.is_valid() else parts_of(document)
            held = named_by(given, document, match)
            if held is None:
                whole.is_valid(raise_exception=True)
                receiving.enrol(given, at=at, cause=cause)
                return "created"
            before = last_event(held)
            receiving.change(held, given, at=at, cause=cause)
            return "unchanged" if last_event(held) == before else "updated"
    except (Refusal, RuleBroken, ValidationError) as error:
        raise DocumentRefused(*sentences_of(error)) from error


def parts_of(document: dict) -> dict:
    """A document of which some parts are not whole, as PUT reads it: an address of a known customer by its id, say."""
    given = ProfileInput(data=document, partial=True)
    given.is_valid(raise_exception=True)
    return given.validated_data


def named_by(given: dict, document: dict, match: str) -> Profile | None:
    """The living customer whom the document is about, or None. Raises ValidationError where it does not say who."""
    profiles = Profile.objects.living()
    if match == "id":
        return profiles.get(pk=id_in(document, profiles))
    if match == "email":
        email = (given.get("email") or "").strip().lower()
        if not email:
            raise ValidationError({"email": ["This is empty, so there is nothing to match a customer by."]})
        return profiles.filter(email=email).first()
    own = [one["identifier"].strip() for one in given.get("identities") or () if is_in(one, match)]
    if not own:
        raise ValidationError({"identities": [f"None is in {match}, so there is nothing to match a customer by."]})
    found = list(profiles.filter(identities__handle=match, identities__identifier__in=own).distinct()[:2])
    if len(found) > 1:
        raise ValidationError({"identities": ["These belong to two customers."]})
    return found[0] if found else None


def is_in(identity: dict, handle: str) -> bool:
    return identity.get("handle", "").strip() == handle and bool(identity.get("identifier", "").strip())


def id_in(document: dict, profiles) -> UUID:
    try:
        number = UUID(str(document.get("id")))
    except ValueError as error:
        raise ValidationError({"id": ["This is no profile's id."]}) from error
    if not profiles.filter(pk=number).exists():
        raise ValidationError({"id": ["There is no such profile."]})
    return number


def last_event(profile: Profile) -> int | None:
    """Whatever changes a customer leaves an event."""
    return profile.events.order_by("-pk").values_list("pk", flat=True).first()


def sentences_of(error: Exception) -> list[str]:
    """What was wrong: “addresses.0.city: This field is required.”"""
    if isinstance(error, Refusal):
        return [str(error)]
    errors = error.detail if isinstance(error, ValidationError) else as_serializer_error(error)
    if not isinstance(errors, dict):
        return [str(one) for one in errors]
    return [f"{place}: {sentence}" for place, sentences in flatten(errors).items() for sentence in sentences]
