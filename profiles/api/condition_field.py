from rest_framework import serializers

from profiles.conditions.field import SAY_WHO, or_none


class ConditionField(serializers.JSONField):
    """JSON Logic over the facts of `GET /conditions/facts`; null or an empty object for everybody, where that may be said."""

    default_error_messages = {"null": SAY_WHO}

    def __init__(self, **kwargs):
        super().__init__(**{"help_text": "JSON Logic over the facts of GET /conditions/facts."} | kwargs)

    def run_validation(self, data=serializers.empty):
        return super().run_validation(or_none(data))
