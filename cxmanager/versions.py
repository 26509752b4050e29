"""Earlier versions of what is edited: what differs from today's, and bringing one back as a new change."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localtime  # noqa: TID251 (converts, reads no clock)


class VersionsMixin:
    """For a SimpleHistoryAdmin: the page of an earlier version shows what differs, and brings it back for those who may.

    simple-history's own shows a form, and saves it for whoever may look at it.
    """

    # What a version does not bring back: the row stays the row.
    not_brought_back = frozenset({"id", "created_at", "updated_at"})

    def history_form_view(self, request: HttpRequest, object_id: str, version_id: str, extra_context=None):
        row = get_object_or_404(self.model, pk=object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        version = get_object_or_404(row.history.select_related("history_user"), pk=version_id)
        rows = self.differences(row, version)
        no, errors = self.why_not_brought_back(request, row, rows), []
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[row.pk])
        if request.method == "POST" and not no:
            try:
                self.bring_back(row, version)
            except ValidationError as error:
                errors = error.messages
            else:
                messages.success(request, f"“{row}” is again as it was on {when(version)}.")
                return HttpResponseRedirect(back)
        return self._shown(request, row, {"version": version, "differences": rows, "no": no, "errors": errors}, back)

    def _shown(self, request: HttpRequest, row: Model, context: dict, back: str) -> HttpResponse:
        context |= {
            **self.admin_site.each_context(request),
            "title": "Earlier version",
            "subtitle": f"{row}, {when(context['version'])}",
            "opts": self.opts,
            "back": back,
            "media": self.media,
        }
        return TemplateResponse(request, "cxmanager/version.html", context)

    def why_not_brought_back(self, request: HttpRequest, row: Model, differences: list[dict]) -> str:
        """The sentence that stands in place of the button; empty where there is one."""
        if not self.has_change_permission(request, row):
            return "You may look at earlier versions, but not bring them back."
        return "" if differences else "This version is the same as today's."

    def differences(self, row: Model, version) -> list[dict]:
        """[{"label", "now", "then"}] of what bringing it back would change."""
        rows = []
        for field in self._fields_of(version):
            now, then = getattr(row, field.attname), getattr(version, field.attname)
            if field.get_prep_value(now) != field.get_prep_value(then):
                rows.append({"label": label_of(field), "now": shown(field, now), "then": shown(field, then)})
        for field in version._history_m2m_fields:
            now, then = {str(one) for one in getattr(row, field.name).all()}, {str(one) for one in held(version, field)}
            if now != then:
                rows.append({"label": label_of(field), "now": listed(now), "then": listed(then)})
        return rows

    @transaction.atomic
    def bring_back(self, row: Model, version) -> None:
        """Set the row's values to the version's. Raises ValidationError where the rules of today refuse them."""
        for field in self._fields_of(version):
            setattr(row, field.attname, getattr(version, field.attname))
        row.full_clean()
        row._change_reason = f"Brought back from {when(version)}"
        row.save()
        for field in version._history_m2m_fields:
            getattr(row, field.name).set(held(version, field))

    def _fields_of(self, version) -> list:
        kept = {field.name for field in version._meta.concrete_fields} - self.not_brought_back
        return [field for field in self.model._meta.concrete_fields if field.name in kept]


def when(version) -> str:
    return f"{localtime(version.history_date):%-d %B %Y, %H:%M}"


def label_of(field) -> str:
    label = str(field.verbose_name)
    return label[:1].upper() + label[1:]


def held(version, field) -> list[Model]:
    """What the version had in a field of many."""
    name = field.m2m_reverse_field_name()
    return [getattr(one, name) for one in getattr(version, field.name).select_related(name)]


def listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def shown(field, value) -> str:
    """A value as the form's reader knows it. A field whose values read in words of their own has `in_words`."""
    if value in (None, "", []):
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if hasattr(field, "in_words"):
        return field.in_words(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
