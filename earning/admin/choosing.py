"""The program that the earning screens are about: chosen at the top left, remembered until one signs out."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse

from earning.models import Program
from profiles.admin.acting import back_to

KEPT_AS = "earning_program"


def chosen_program(request: HttpRequest) -> Program:
    """The program that was chosen, else the default one. One query for a request, however often it is asked."""
    return choice_of(request)["program"]


def choice_of(request: HttpRequest) -> dict:
    """What `admin/earning/program_choice.html` shows: all `programs`, and the `program` that is chosen."""
    if not hasattr(request, "earning_choice"):
        programs = list(Program.objects.all())
        wanted = request.session.get(KEPT_AS)
        usual = next(one for one in programs if one.is_default)
        chosen = next((one for one in programs if one.pk == wanted), usual)
        request.earning_choice = {"programs": programs, "program": chosen}
    return request.earning_choice


def choose(request: HttpRequest) -> HttpResponse:
    """Remember the program that was sent, and go back to the page."""
    if not request.user.has_module_perms("earning"):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    sent = request.POST.get("program", "")
    chosen = Program.objects.filter(pk=sent).first() if sent.isdecimal() and len(sent) < 19 else None
    if chosen is not None:
        request.session[KEPT_AS] = chosen.pk
    return HttpResponseRedirect(back_to(request, reverse("admin:index")))


class OfChosenProgramMixin:
    """For a ModelAdmin whose rows belong to a program: its list has those of the chosen one, and the box to choose another.

    Only the list is narrowed: a link to a row of another program works.
    """

    list_before_template = "admin/earning/program_choice.html"
    # Where a row says to which program it belongs.
    program_path = "program"

    def changelist_view(self, request: HttpRequest, extra_context=None):
        request.earning_is_narrowed = True
        return super().changelist_view(request, choice_of(request) | (extra_context or {}))

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request)
        if getattr(request, "earning_is_narrowed", False):
            rows = rows.filter(**{self.program_path: chosen_program(request)})
        return rows

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        return {"program": chosen_program(request)} | super().get_changeform_initial_data(request)


def choosing_url(model_admin):
    return path("choose/", model_admin.admin_site.admin_view(choose), name="earning_program_choose")
