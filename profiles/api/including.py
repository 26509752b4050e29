"""`include=profile`: what a list brings along on demand."""

from collections.abc import Iterable

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


def included(request: Request, known: Iterable[str]) -> set[str]:
    """What the request asks to bring along. Raises ValidationError (422) for what cannot be."""
    wanted = {one for one in request.query_params.get("include", "").split(",") if one}
    if not wanted <= set(known):
        raise ValidationError({"include": [f"This can bring along: {', '.join(known)}."]})
    return wanted


def include_parameter(known: Iterable[str]) -> OpenApiParameter:
    """For the OpenAPI document."""
    names = "|".join(known)
    schema = {"type": "string", "pattern": f"^({names})(,({names}))*$"}
    return OpenApiParameter("include", schema, description=f"Comma-separated: {', '.join(known)}.")
