"""Reading JSON bodies as Omneo's clients send them, and refusing what no database can hold."""

import json
import math

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from cxmanager.json_keys import KeyTwice, once

MAX_DEPTH = 64


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."
    default_code = "too_large"


class LenientJSONParser(BaseParser):
    """JSON, where an empty body counts as `{}`: clients redeem with `Content-Type: application/json` and nothing else."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None) -> dict | list:
        """Return the parsed body: an object, or a list where the view says `accepts_list = True`.

        Raises ParseError (422) for malformed JSON, a key that stands twice, NaN, numbers beyond a float, null bytes, absurd depth, and another kind
        of body; TooLarge (413) beyond DATA_UPLOAD_MAX_MEMORY_SIZE.
        """
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        if not raw.strip():
            return {}
        try:
            body = json.loads(
                raw.decode("utf-8"), parse_constant=refuse_constant, parse_float=finite, object_pairs_hook=once
            )
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except KeyTwice as error:
            raise ParseError(str(error)) from error
        except ValueError as error:
            raise ParseError(f"This is not JSON: {error}.") from error
        refuse_unstorable(body)
        view = (parser_context or {}).get("view")
        if not isinstance(body, (dict, list) if getattr(view, "accepts_list", False) else dict):
            raise ParseError("Send a JSON object.")
        return body


def refuse_constant(name: str):
    raise ValueError(f"{name} is no JSON number")


def finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is out of range")
    return number


def refuse_unstorable(value, depth: int = 0) -> None:
    """Raise ParseError for text that PostgreSQL cannot hold (null bytes, lone surrogates) and for deep nesting."""
    if depth > MAX_DEPTH:
        raise ParseError("The JSON is nested too deeply.")
    if isinstance(value, str):
        if "\x00" in value:
            raise ParseError("Null bytes are not allowed.")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise ParseError("Lone surrogates are not allowed.")
    elif isinstance(value, dict):
        for key, one in value.items():
            refuse_unstorable(key, depth + 1)
            refuse_unstorable(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            refuse_unstorable(one, depth + 1)
