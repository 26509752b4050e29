"""A page with one condition field, as a URLconf: a form of the back office, with a list of facts and a preview that are always the same."""

import json

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path
from unfold.widgets import UnfoldAdminTextInputWidget

from cxmanager.urls import urlpatterns as product_urls
from profiles.admin.condition_widget import ConditionField, ConditionWidget

FACTS = [
    {"handle": "first_name", "label": "First name", "type": "text", "group": "Customer", "example": "Jane"},
    {
        "handle": "gender",
        "label": "Gender",
        "type": "text",
        "group": "Customer",
        "choices": [["female", "Female"], ["male", "Male"], ["other", "Other"]],
        "has_only_choices": True,
    },
    {
        "handle": "title",
        "label": "Title",
        "type": "text",
        "group": "Customer",
        "choices": [["Ms", "Ms"], ["Dr", "Doctor"]],
        "has_only_choices": False,
    },
    {"handle": "is_completed", "label": "Profile is complete", "type": "boolean", "group": "Customer", "example": True},
    {"handle": "joined_at", "label": "Joined at", "type": "moment", "group": "Customer", "help": "When they joined."},
    {"handle": "flattened_tags", "label": "Tags", "type": "list", "group": "Customer", "example": ["vip"]},
    {"handle": "aggregations.spend_12m", "label": "Spent in 12 months", "type": "number", "group": "Purchases"},
]
REFUSED = "There is no fact “gendr”. Did you mean “gender”?"
PAGE = """
{% extends "admin/base_site.html" %}
{% block extrahead %}{{ block.super }}{{ form.media }}{% endblock %}
{% block content %}
<form method="post" novalidate>{% csrf_token %}
  {% for field in form %}{% include "unfold/helpers/field.html" %}{% endfor %}
  <button type="submit">Save</button>
</form>
{% endblock %}
"""


class OwnAddressesWidget(ConditionWidget):
    facts_url = "facts"
    preview_url = "preview"


class ConditionForm(forms.Form):
    name = forms.CharField(widget=UnfoldAdminTextInputWidget, required=False)
    condition = ConditionField(widget=OwnAddressesWidget, required=False)


def page(request: HttpRequest) -> HttpResponse:
    """The form with `?condition=`; sent, it answers with the text that came."""
    if request.method == "POST" and (form := ConditionForm(request.POST)).is_valid():
        return HttpResponse(request.POST["condition"], content_type="text/plain; charset=utf-8")
    if request.method != "POST":
        form = ConditionForm({"condition": request.GET.get("condition", "")})
    context = {**admin.site.each_context(request), "form": form, "title": "Segment"}
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


def facts(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"data": FACTS})


def preview(request: HttpRequest) -> JsonResponse:
    """Refuses what names “gendr” as the second of two lines; of everything else 1,234 of 10,000 match."""
    if "gendr" in json.dumps(json.loads(request.body)["condition"]):
        sentence = f"At /and/1/==/0/var: {REFUSED}"
        return JsonResponse({"message": sentence, "errors": {"condition": [sentence]}}, status=422)
    maria = {"id": "1", "name": "Maria Membrino", "email": "maria@example.com", "url": "/admin/"}
    return JsonResponse({"count": 1234, "of": 10_000, "is_estimate": False, "sample": [maria]})


urlpatterns = [
    path("condition/", page),
    path("condition/facts/", facts, name="facts"),
    path("condition/preview/", preview, name="preview"),
    *product_urls,
]
