"""Users over the API (omneo-reference 2.26): five verbs, and oneself."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as Invalid
from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from access import verbs
from access.models import StaffRole, User
from access.recording import Actor, record
from cxmanager.refusals import Refusal
from cxmanager.rest.serializers import CleanedModelSerializer
from cxmanager.rest.viewsets import CrudViewSet

MOST_ROLES = 50
LARGEST_ID = 2**31 - 1


class NamedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    handle = serializers.CharField(read_only=True)


@extend_schema_field(NamedSerializer(many=True))
class RolesField(serializers.Field):
    """Shown as [{id, handle}], taken as [{id}]."""

    def to_representation(self, groups) -> list[dict]:
        return [{"id": role.pk, "handle": role.handle} for role in roles_of(groups)]

    def to_internal_value(self, sent) -> list[StaffRole]:
        if not isinstance(sent, list) or len(sent) > MOST_ROLES:
            raise ValidationError('Send a list of roles, such as [{"id": 1}].')
        ids = [one.get("id") if isinstance(one, dict) else one for one in sent]
        if not all(isinstance(one, int) and not isinstance(one, bool) for one in ids):
            raise ValidationError('Name each role by its id, such as [{"id": 1}].')
        found = StaffRole.objects.in_bulk({one for one in ids if 0 < one <= LARGEST_ID})
        unknown = sorted(set(ids) - found.keys())
        if unknown:
            raise ValidationError(f"There is no role with id {unknown[0]}.")
        return list(found.values())


def roles_of(groups) -> list[StaffRole]:
    """The user's groups as roles, from the prefetched ones; none for a user who was just made."""
    return [StaffRole(pk=group.pk, name=group.name) for group in groups.all()]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A clerk",
            request_only=True,
            value={
                "name": "Clara Clerk",
                "email": "clara@example.com",
                "password": "a sentence is a fine password too",
                "password_confirmation": "a sentence is a fine password too",
                "roles": [{"id": 3}],
            },
        ),
        OpenApiExample(
            "A clerk",
            response_only=True,
            value={
                "id": 7,
                "name": "Clara Clerk",
                "email": "clara@example.com",
                "throttle": None,
                "is_active": True,
                "roles": [{"id": 3, "handle": "store-staff"}],
                "permissions": [{"id": 1, "handle": "create"}, {"id": 2, "handle": "read"}],
                "created_at": "2026-05-01 12:00:00",
                "updated_at": "2026-05-01 12:00:00",
            },
        ),
    ]
)
class UserSerializer(CleanedModelSerializer):
    password = serializers.CharField(write_only=True, max_length=1_000, trim_whitespace=False)
    password_confirmation = serializers.CharField(
        write_only=True, max_length=1_000, required=False, trim_whitespace=False
    )
    roles = RolesField(source="groups", required=False)
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            *["id", "name", "email", "throttle", "is_active", "password", "password_confirmation"],
            *["roles", "permissions", "created_at", "updated_at"],
        ]
        read_only_fields = ["created_at", "updated_at"]
        filled_in_later = ["password"]

    @extend_schema_field(NamedSerializer(many=True))
    def get_permissions(self, user: User) -> list[dict]:
        if user.is_superuser:
            return verbs.as_rows(django_name for _, django_name in verbs.VERBS.values())
        groups = [group.pk for group in user.groups.all()]
        return verbs.as_rows(set().union(*(self._verbs_of_roles().get(group, set()) for group in groups)))

    def _verbs_of_roles(self) -> dict[int, set[str]]:
        """Of all roles, in one query for a whole list."""
        if "verbs_of_roles" not in self.context:
            self.context["verbs_of_roles"] = verbs.verbs_of_roles()
        return self.context["verbs_of_roles"]

    def validate(self, attributes: dict) -> dict:
        confirmation = attributes.pop("password_confirmation", None)
        roles = attributes.pop("groups", None)
        password = attributes.pop("password", None)
        if password is not None:
            self._check_password(password, confirmation, attributes)
        attributes = super().validate(attributes)
        return (
            attributes | ({"groups": roles} if roles is not None else {}) | ({"password": password} if password else {})
        )

    def _check_password(self, password: str, confirmation: str | None, attributes: dict) -> None:
        if confirmation != password:
            raise ValidationError({"password": ["The password confirmation does not match."]})
        try:
            validate_password(password, user=self._trial_row(attributes))
        except Invalid as error:
            raise ValidationError({"password": error.messages}) from error

    def create(self, values: dict) -> User:
        roles = values.pop("groups", [])
        user = User.objects.create_user(**values)
        user.groups.set(roles)
        return user

    def update(self, user: User, values: dict) -> User:
        roles, password = values.pop("groups", None), values.pop("password", None)
        for name, value in values.items():
            setattr(user, name, value)
        if password is not None:
            user.set_password(password)
        user.save()
        if roles is not None:
            user.groups.set(roles)
        return user


class UserViewSet(CrudViewSet):
    """The people who sign in and the machine users of integrations."""

    queryset = User.objects.prefetch_related(Prefetch("groups"))
    serializer_class = UserSerializer
    scope = "CRUD-users"
    filter_fields = {"name": "name", "email": "email", "is_active": "is_active", "roles.id": "groups"}
    sort_fields = ["created_at", "updated_at", "name", "email"]

    def perform_create(self, serializer: UserSerializer) -> None:
        user = serializer.save()
        self._record("user.created", user, {"email": [None, user.email], "roles": [[], user.role_names()]})

    def perform_update(self, serializer: UserSerializer) -> None:
        before = serializer.instance.as_recorded()
        user = serializer.save()
        # The prefetched roles are those from before.
        user._prefetched_objects_cache = {}
        self._record(
            "user.updated", user, user.differences_from(before, is_password_set="password" in serializer.validated_data)
        )

    def perform_destroy(self, user: User) -> None:
        if user == self.request.user:
            raise Refusal("A token cannot delete the user it belongs to.", code="own_user")
        self._record("user.deleted", user, {"email": [user.email, None]})
        user.delete()

    def _record(self, name: str, user: User, changes: dict) -> None:
        if changes:
            record(name, user, at=timezone.now(), actor=Actor.of(self.request), changes=changes)


class Me(APIView):
    scope = None
    bare = True
    serializer_class = UserSerializer

    @extend_schema(responses=UserSerializer)
    def get(self, request) -> Response:
        """The user of your token, bare."""
        return Response(UserSerializer(request.user, context={"request": request}).data)
