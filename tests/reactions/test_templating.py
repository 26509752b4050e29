"""Templates: Twig's words work, JSON stays valid whatever a value holds, and nothing runs that should not, or for long."""

import json
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reactions.templating import LONGEST, TemplateFailed, TemplateInvalid, render, validate_template

AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
NASTY = 'Ja"ne\\\n\t</script>\u2028\ud800{{ x }}'
CONTEXT = {
    "first_name": "Jane",
    "nasty": NASTY,
    "reward_balance": 25.0,
    "spend": 1234.5,
    "exact": Decimal("1234.565"),
    "nothing": None,
    "is_vip": True,
    "tags": ["vip", "new"],
    "numbers": list(range(200)),
    "joined_at": "2026-05-02 23:30:00",
    "day": "2026-12-03",
    "aggregations": {"most_transacted_location": {"name": "Fitzroy"}, "items": 4},
}


def made(template: str):
    return json.loads(render(template, CONTEXT, at=AT))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ first_name }}", "Jane"),
        ("{{ reward_balance }}", "25"),
        ("{{ aggregations.most_transacted_location.name }}", "Fitzroy"),
        ("{{ aggregations['items'] }}", "4"),
        ("{{ spend|number_format }}", "1,235"),
        ("{{ spend|number_format(2) }}", "1,234.50"),
        ("{{ exact|number_format(2, ',', '.') }}", "1.234,57"),
        ("{{ joined_at|date('jS F Y') }}", "2nd May 2026"),
        ("{{ joined_at|date('D j M, g:i a', 'Australia/Sydney') }}", "Sun 3 May, 9:30 am"),
        ("{{ day|date('l, d.m.y') }}", "Thursday, 03.12.26"),
        ("{{ day|date('\\\\Y\\\\e\\\\s') }}", "Yes"),
        ("{{ 'now'|date('Y-m-d H:i') }}", "2026-05-01 12:00"),
        ("{{ nothing|date('Y') }}", ""),
        ("{{ spend|currency }}", "1,234.50"),
        ("{{ spend|currency('AUD') }}", "1,234.50 AUD"),
        ("{{ nothing }}", ""),
        ("{{ is_vip }}", "true"),
        ("{{ nobody.knows|default('friend') }}", "friend"),
        ("{{ first_name|upper ~ '!' }}", "JANE!"),
        ("{{ tags|join(', ') }}", "vip, new"),
        ("{{ first_name|replace({'J': 'Cr'}) }}", "Crane"),
        ("{{ first_name|slice(0, 2) }}", "Ja"),
        (
            "{% for tag in tags %}{{ loop.index }}:{{ tag }}{% if not loop.last %} {% endif %}{% endfor %}",
            "1:vip 2:new",
        ),
        ("{% if nothing %}a{% elseif 'vip' in tags %}b{% else %}c{% endif %}", "b"),
        ("{% if nothing is null and tags is not empty %}yes{% endif %}", "yes"),
        ("{% set greeting = 'Hello ' ~ first_name %}{{ greeting }}", "Hello Jane"),
    ],
)
def test_twigs_forms(template, text):
    assert made(f'"{template}"') == text


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ('{"n": {{ reward_balance }}}', {"n": 25}),
        ('{"n": {{ first_name }}}', {"n": "Jane"}),
        ('{"n": {{ nothing }}, "b": {{ is_vip }}, "l": {{ tags }}}', {"n": None, "b": True, "l": ["vip", "new"]}),
        ('{"n": {{ tags|tojson }}, "t": {{ spend * 2 + 1 }}}', {"n": ["vip", "new"], "t": 2470}),
        (
            "[{% for tag in tags %}{{ tag }}{{ null if loop.last else null }}{% endfor %}]".replace(
                "{{ null if loop.last else null }}", "{% if not loop.last %},{% endif %}"
            ),
            ["vip", "new"],
        ),
        ('{"a": "{{ tags|json_encode }}"}', {"a": '["vip", "new"]'}),
        ('{"a": "say \\"{{ first_name }}\\"", "b": {{ first_name }}}', {"a": 'say "Jane"', "b": "Jane"}),
    ],
)
def test_a_value_alone_is_a_value_of_json(template, value):
    assert made(template) == value


@pytest.mark.parametrize(
    "template",
    ['{"a": "{{ nasty }}"}', '{"a": {{ nasty }}}', '{"a": "{{ nasty|raw }}"}', '{"a": "{{ nasty ~ \'\' }}"}'],
)
def test_no_value_breaks_the_json(template):
    text = render(template, CONTEXT, at=AT)
    assert json.loads(text) == {"a": NASTY.replace("\ud800", "\ufffd")}
    assert "<" not in text
    text.encode()


def test_a_value_cannot_write_structure():
    text = render('{"name": "{{ x }}", "role": "guest"}', {"x": '", "role": "admin", "y": "'}, at=AT)
    assert json.loads(text)["role"] == "guest"


@pytest.mark.parametrize(
    "template",
    [
        *(
            "{{ first_name.__class__ }}",
            "{{ ''['__class__'] }}",
            "{{ first_name|attr('__class__') }}",
            "{{ _context }}",
        ),
        *("{{ range(10) }}", "{{ self.x() }}", "{{ cycler('a') }}", "{{ 'a'.upper() }}", "{{ 2 ** 9 }}"),
        *("{% include 'x' %}", "{% import 'x' as x %}", "{% extends 'x' %}", "{% macro a() %}{% endmacro %}"),
        *(
            "{% filter upper %}x{% endfilter %}",
            "{% set x %}y{% endset %}",
            "{% block x %}{% endblock %}",
            "{{ [tags] }}",
        ),
        *(
            "{% for x in tags recursive %}{% endfor %}",
            "{{ first_name|nonsense }}",
            "{{ x",
            "{% if x %}",
            "{% endfor %}",
        ),
        *("{{ " + "(" * 9_000 + "1" + ")" * 9_000 + " }}", "x" * (LONGEST + 1), "\ue000", "\x00", "\ud800"),
    ],
    ids=lambda template: repr(template[:40]),
)
def test_what_cannot_be_a_template_is_refused_when_it_is_saved(template):
    with pytest.raises(TemplateInvalid) as refused:
        validate_template(template)
    assert refused.value.messages[0].endswith((".", ")."))


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ nobody }}", "'nobody' is undefined"),
        ("{{ aggregations.nothing }}", "“nothing” is not known here"),
        ("{{ tags.append }}", "“append” is not known here"),
        ("{{ aggregations.keys }}", "“keys” is not known here"),
        ("{{ self }}", "a value cannot be written as JSON"),
        ("{{ 1 / 0 }}", "it divides by nothing"),
        ("{{ 'a' * 999999999 }}", "“a” is no number"),
        ("{{ '%9999999d' % 1 }}", "is no number"),
        ("{{ first_name|date('Y') }}", "“Jane” is no date"),
        ("{{ day|date('Y', 'Mars/Base') }}", "there is no time zone “Mars/Base”"),
        ("{{ first_name|number_format }}", "“Jane” is no number"),
        ('{"a": {{ first_name }}', "it makes no JSON"),
        ("NaN", "it makes no JSON"),
        ("{% set x = 'aaaaaaaaaa' %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}", "more than 20,000 characters"),
        (
            "{% set x = 'aaaaaaaaaa' %}" + "{% set x = x|replace('a', x) %}" * 60 + "{{ x }}",
            "more than 20,000 characters",
        ),
        ("{% set x = 10 %}" + "{% set x = x * x %}" * 60 + "{{ x }}", "a number is too large"),
        (
            "{% for a in numbers %}{% for b in numbers %}{% for c in numbers %}{% endfor %}{% endfor %}{% endfor %}",
            "50,000 times",
        ),
        ("[{% for a in numbers %}{% for b in numbers %}{{ tags }},{% endfor %}{% endfor %}1]", "more than 256 kB"),
    ],
    ids=lambda value: value[:40],
)
def test_what_fails_with_the_data_says_why_and_ends_soon(template, says):
    validate_template(template)
    began = time.monotonic()
    with pytest.raises(TemplateFailed) as failed:
        render(template, CONTEXT, at=AT)
    assert says in str(failed.value)
    assert failed.value.code == "template_failed"
    assert time.monotonic() - began < 3


def test_the_clock_stops_what_the_counters_let_through(monkeypatch):
    monkeypatch.setattr("reactions.template_language.LONGEST_SECONDS", 0.05)
    slow = "{% for a in numbers %}{% for b in numbers %}" + "{% if numbers|sort|reverse|length %}{% endif %}" * 20
    with pytest.raises(TemplateFailed, match="takes longer than"):
        render(slow + "{% endfor %}{% endfor %}1", CONTEXT, at=AT)
