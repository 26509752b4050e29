"""Fields of a form that show only with certain values of others, where a page may only be looked at too."""

import re
from copy import copy

from django.http import HttpRequest


class ConditionalFieldsMixin:
    """For a ModelAdmin with unfold's `conditional_fields`: who may not edit the row sees all of them.

    Unfold's conditions look for the boxes of the other fields, and a page without boxes would hide what they decide about.
    """

    def render_change_form(self, request: HttpRequest, context, *args, **kwargs):
        asked = {word for condition in self.conditional_fields.values() for word in re.findall(r"\w+", condition)}
        if asked & set(context["adminform"].readonly_fields):
            # The templates ask the admin itself, which all requests share.
            context["adminform"].model_admin = shown = copy(self)
            shown.conditional_fields = {}
        return super().render_change_form(request, context, *args, **kwargs)
