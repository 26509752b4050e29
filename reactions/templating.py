"""What a target sends: a template in Jinja's sandbox, with Twig's words, rendered for a customer to JSON that is always valid."""

import json
from datetime import datetime
from functools import lru_cache

from django.core.exceptions import ValidationError
from jinja2 import Template
from jinja2.exceptions import TemplateError, TemplateSyntaxError, UndefinedError

from cxmanager.refusals import Refusal
from reactions.json_writing import CLOSE, OPEN, put_together, whole
from reactions.template_filters import rendered_at
from reactions.template_language import LANGUAGE, Budget, NotAllowed, budget, parsed

LONGEST = 50_000


class TemplateInvalid(ValidationError):
    """A template that cannot be kept: a sentence says what, and where."""

    def __init__(self, message: str):
        super().__init__(message, code="template_invalid")


class TemplateFailed(Refusal):
    """A template that could not be rendered with this data, or made no JSON of it."""

    def __init__(self, reason: str):
        super().__init__(f"The template could not be rendered: {reason.rstrip('.')}.", code="template_failed")


def validate_template(source: str) -> None:
    """Raises TemplateInvalid for what cannot be a template, whatever the data."""
    compiled_or_invalid(source)


def compiled_or_invalid(source: str) -> Template:
    if len(source) > LONGEST:
        raise TemplateInvalid(f"A template has at most {LONGEST:,} characters.")
    if any(one in source for one in (OPEN, CLOSE, "\x00")) or whole(source) != source:
        raise TemplateInvalid("The template holds a character that no text has.")
    try:
        return _compiled(source)
    except NotAllowed as error:
        raise TemplateInvalid(str(error)) from error
    except TemplateSyntaxError as error:
        raise TemplateInvalid(f"Line {error.lineno}: {sentence(error.message)}") from error
    except (TemplateError, SyntaxError, RecursionError, MemoryError, ValueError) as error:
        raise TemplateInvalid("The template is nested too deep, or cannot be read.") from error


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    return LANGUAGE.from_string(parsed(source))


def render(source: str, context: dict, *, at: datetime) -> str:
    """The JSON that the template makes of the context. Takes at most two seconds and makes at most 256 kB.

    Raises TemplateFailed when a name is not known, a filter cannot do its work, a bound is met, or no JSON comes of it;
    TemplateInvalid for a template that could not be saved.
    """
    template = compiled_or_invalid(source)
    allowance, moment = budget.set(Budget()), rendered_at.set(at)
    try:
        # A name of the context that Python's own names would hide must not reach them either.
        text = put_together(template.render({name: value for name, value in context.items() if name[:1] != "_"}))
    except UndefinedError as error:
        raise TemplateFailed(f"{error.message}; write {{{{ name|default('') }}}} for what may be missing") from error
    except TemplateError as error:
        raise TemplateFailed(error.message or "it is wrong") from error
    except (TypeError, ValueError, ArithmeticError, RecursionError, KeyError, AttributeError) as error:
        raise TemplateFailed("a filter or comparison does not fit its value") from error
    finally:
        budget.reset(allowance)
        rendered_at.reset(moment)
    return checked(text)


def checked(text: str) -> str:
    """The text, when it is JSON."""
    try:
        json.loads(text, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        near = text[max(0, error.pos - 20) : error.pos + 20].strip()
        raise TemplateFailed(f"it makes no JSON: {error.msg} in line {error.lineno}, near {near!r}") from error
    except (ValueError, RecursionError) as error:
        raise TemplateFailed("it makes no JSON that can be read") from error
    return text


def refuse_constant(name: str):
    raise ValueError(name)


def sentence(text: str | None) -> str:
    text = (text or "it cannot be read").strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
