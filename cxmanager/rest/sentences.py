"""What is wrong with one value, in the house's sentences: the same over the API, in forms and on models."""

AT_MOST, AT_LEAST = "This must be at most {}.", "This must be at least {}."
LONGEST, SHORTEST = "This can have at most {} characters.", "This must have at least {} characters."
DIGITS, PLACES = "This can have at most {} digits.", "This can have at most {} decimal places."
WHOLE_DIGITS = "This can have at most {} digits before the decimal point."
LIST, OBJECT, WHOLE = "This must be a list.", "This must be a JSON object.", "This must be a whole number."
MOST_ENTRIES, LEAST_ENTRIES = "This list can have at most {} entries.", "This list must have at least {} entries."
NO_CHOICE = "“{input}” is none of the values that can stand here."
TOO_LARGE = "This number is too large."

OF_NUMBERS = {
    "max_value": AT_MOST.format("{max_value}"),
    "min_value": AT_LEAST.format("{min_value}"),
    "max_string_length": TOO_LARGE,
}
OF_LISTS = {
    "not_a_list": LIST,
    "max_length": MOST_ENTRIES.format("{max_length}"),
    "min_length": LEAST_ENTRIES.format("{min_length}"),
}
# By the class of Django's REST framework whose fields say them. What is not here is a whole sentence as it stands.
OF_FIELDS = {
    "BooleanField": {"invalid": "This must be true or false."},
    "CharField": {
        "invalid": "This must be a text.",
        "max_length": LONGEST.format("{max_length}"),
        "min_length": SHORTEST.format("{min_length}"),
    },
    "UUIDField": {"invalid": "This is not a UUID."},
    "IntegerField": OF_NUMBERS | {"invalid": WHOLE},
    "FloatField": OF_NUMBERS | {"overflow": TOO_LARGE},
    "DecimalField": OF_NUMBERS
    | {
        "max_digits": DIGITS.format("{max_digits}"),
        "max_decimal_places": PLACES.format("{max_decimal_places}"),
        "max_whole_digits": WHOLE_DIGITS.format("{max_whole_digits}"),
    },
    "ChoiceField": {"invalid_choice": NO_CHOICE},
    "MultipleChoiceField": {"invalid_choice": NO_CHOICE, "not_a_list": LIST},
    "ListField": OF_LISTS,
    "ManyRelatedField": {"not_a_list": LIST},
    "ListSerializer": OF_LISTS,
    "DictField": {"not_a_dict": OBJECT},
    "Serializer": {"invalid": OBJECT},
    "PrimaryKeyRelatedField": {
        "does_not_exist": "There is none with the number “{pk_value}”.",
        "incorrect_type": "This must be a number.",
    },
    "SlugRelatedField": {
        "does_not_exist": "There is none with the {slug_name} “{value}”.",
        "invalid": "This must be a text.",
    },
}


def speak_plainly() -> None:
    """Let every serializer, form and model say so. Once, when the server starts.

    Django and its REST framework keep each sentence in one place, which all their fields and validators share.
    """
    # Here, because they cannot be imported before all apps are known.
    from django.core import validators
    from rest_framework import relations, serializers

    for name, sentences in OF_FIELDS.items():
        field = getattr(serializers, name, None) or getattr(relations, name)
        field.default_error_messages = field.default_error_messages | sentences
    validators.MaxValueValidator.message = AT_MOST.format("%(limit_value)s")
    validators.MinValueValidator.message = AT_LEAST.format("%(limit_value)s")
    validators.MaxLengthValidator.message = LONGEST.format("%(limit_value)d")
    validators.MinLengthValidator.message = SHORTEST.format("%(limit_value)d")
    validators.DecimalValidator.messages = validators.DecimalValidator.messages | {
        "max_digits": DIGITS.format("%(max)s"),
        "max_decimal_places": PLACES.format("%(max)s"),
        "max_whole_digits": WHOLE_DIGITS.format("%(max)s"),
    }
