"""Things that the earning endpoints are told by a name: programs, tiers."""

from rest_framework import serializers
from rest_framework.exceptions import ValidationError as InvalidInput

from earning.models import Program, TierDefinition
from profiles.models import Profile


class ProgramField(serializers.CharField):
    """A program by its handle; becomes the Program. The default one where it is not said."""

    def __init__(self, **options):
        super().__init__(**{"required": False, "allow_null": True} | options)

    def to_internal_value(self, value) -> Program:
        found = Program.objects.filter(handle=super().to_internal_value(value)[:65]).first()
        if found is None:
            raise InvalidInput("There is no such program.")
        return found


class TierField(serializers.CharField):
    """A tier by its handle; becomes the TierDefinition, with its program."""

    def to_internal_value(self, value) -> TierDefinition:
        wanted = super().to_internal_value(value)[:192]
        found = TierDefinition.objects.select_related("program").filter(handle=wanted).first()
        if found is None:
            raise InvalidInput("There is no such tier.")
        return found


def check_tier_is_of(program: Program | None, tier: TierDefinition | None) -> None:
    """Raises InvalidInput where both are named and do not belong together."""
    if program is not None and tier is not None and tier.program_id != program.pk:
        raise InvalidInput({"tier": ["This is a tier of another program."]})


class ProfileField(serializers.UUIDField):
    """A profile by its id; becomes the Profile. A deleted one is for the rule to refuse."""

    def to_internal_value(self, value) -> Profile:
        found = Profile.objects.filter(pk=super().to_internal_value(value)).first()
        if found is None:
            raise InvalidInput("There is no such profile.")
        return found
