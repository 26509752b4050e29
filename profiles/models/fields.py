from django.db import models


class LowerCaseEmailField(models.EmailField):
    """An e-mail address, without spaces around it and in lower case before it is checked or stored."""

    def to_python(self, value):
        value = super().to_python(value)
        return value.strip().lower() if isinstance(value, str) else value
