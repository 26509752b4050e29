"""What triggers and automations have in common over the API: their actions, what is written of both, and the five verbs."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from cxmanager.rest.viewsets import CrudViewSet, enveloped
from reactions.api import reaction_examples as examples
from reactions.api.runs import RehearsedSerializer
from reactions.api.why_not import WhyNotMixin
from reactions.models import Action, Reaction
from reactions.models.steps import HIGHEST_ORDER, MOST_ACTIONS
from reactions.models.written import LONGEST_TEXT
from reactions.rehearsing import rehearse
from reactions.wording import Names, sentence_of


class ArgumentSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="Of a filter: condition. Of other actions: as each takes them.")
    value = serializers.JSONField(allow_null=True, help_text="A literal, or JSON Logic over the event.")
    is_dynamic = serializers.BooleanField(
        allow_null=True, required=False, help_text="Whether the value is JSON Logic, worked out for each event."
    )


@extend_schema_serializer(examples=[examples.ACTION, examples.ACTION_SHOWN])
class ActionSerializer(serializers.ModelSerializer):
    uuid = serializers.CharField(source="handle", required=False, help_text="Which action: filter, benefit.issue, ….")
    name = serializers.CharField(help_text="Which action it is, or where `uuid` says that, what it is called here.")
    sort_order = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=HIGHEST_ORDER)
    arguments = ArgumentSerializer(many=True, required=False)

    class Meta:
        model = Action
        fields = ["id", "uuid", "name", "sort_order", "description", "notes", "arguments"]

    def to_representation(self, row: Action) -> dict:
        return {
            "id": row.pk,
            "uuid": row.handle,
            "name": row.name or row.handle,
            "sort_order": row.sort_order,
            "description": row.description,
            "notes": row.notes,
            "arguments": [{"name": name, **one} for name, one in row.arguments.items()],
        }


class WrittenActions(serializers.JSONField):
    """A list of actions. The model's verb reads it, so that every door is told the same."""

    default_error_messages = {"null": "This must be a list of actions."}

    def to_representation(self, value) -> list[dict]:
        return ActionSerializer(value.all(), many=True).data


class ReactionSerializer(serializers.ModelSerializer):
    """Written by `Reaction.write`, which judges it all at once."""

    name = serializers.CharField(max_length=191)
    description = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_TEXT)
    notes = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_TEXT)
    is_active = serializers.BooleanField(
        required=False, help_text="True switches it on: what happens, or is due, from then on starts it."
    )
    actions = WrittenActions(
        required=False, help_text=f"At most {MOST_ACTIONS}, done in the order of sort_order. Left out, they stay."
    )
    sentence = serializers.SerializerMethodField(help_text="All of it in words.")

    class Meta:
        model = Reaction
        fields = ["id", "name", "description", "notes", "is_active", "sentence", "actions", "created_at", "updated_at"]

    def get_sentence(self, row: Reaction) -> str:
        names = self.root.__dict__.setdefault("_names", Names())
        return sentence_of(row, row.actions.all(), names)

    def create(self, given: dict) -> Reaction:
        return self.written(Reaction(), given)

    def update(self, row: Reaction, given: dict) -> Reaction:
        return self.written(row, given)

    def written(self, row: Reaction, given: dict) -> Reaction:
        given |= {name: given[name] or "" for name in ("description", "notes") if name in given}
        return row.write(at=timezone.now(), **given)


class ReactionViewSet(WhyNotMixin, CrudViewSet):
    """All that both kinds can be asked. Whoever inherits says which kind, and how one is tried."""

    scope = "CRUD-reactions"
    sort_fields = ["name", "created_at", "updated_at"]
    lookup_value_regex = r"[0-9]{1,18}"

    def perform_create(self, serializer) -> None:
        serializer.save()
        self._read_again(serializer)

    def perform_update(self, serializer) -> None:
        serializer.save()
        self._read_again(serializer)

    def _read_again(self, serializer) -> None:
        serializer.instance = self.get_queryset().get(pk=serializer.instance.pk)

    def perform_destroy(self, instance: Reaction) -> None:
        """Its runs stay on record."""
        instance.remove(at=timezone.now())

    @extend_schema(methods=["GET"], request=None, responses=ActionSerializer(many=True))
    @extend_schema(methods=["POST"], request=ActionSerializer, responses={201: ActionSerializer})
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def actions(self, request, pk: str) -> Response:
        """The actions in their order; POST adds one, where its sort_order says or at the end."""
        reaction = self.get_object()
        if request.method == "GET":
            return enveloped(ActionSerializer(reaction.actions.all(), many=True).data)
        added = reaction.add_action(request.data, at=timezone.now())
        return enveloped(ActionSerializer(added).data, status.HTTP_201_CREATED)

    def tried(self, reaction: Reaction, **about) -> Response:
        """What it would do now, step by step."""
        return enveloped(RehearsedSerializer(rehearse(reaction, at=timezone.now(), **about)).data)

    def check_may_see_customers(self, request) -> None:
        """What a dry run says shows what is known of a customer."""
        if not request.auth.allows("CRUD-profiles"):
            raise PermissionDenied
