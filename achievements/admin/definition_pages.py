"""What is done with one definition: duplicate, recount, retire, bring back. Each says beforehand what follows from it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from achievements import recounting
from achievements.models import AchievementDefinition
from achievements.recipes import RECIPES, named
from profiles.admin import duplicating
from profiles.admin.acting import Act, ConfirmForm, change_page, perform, sent


def found(object_id: str) -> AchievementDefinition:
    return get_object_or_404(AchievementDefinition, pk=object_id)


def recipes(request: HttpRequest, model_admin) -> HttpResponse:
    """The recipes to choose from; a chosen one goes on to the form."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    chosen = named(request.GET.get("recipe"))
    add = reverse("admin:achievements_achievementdefinition_add")
    if chosen is not None:
        return HttpResponseRedirect(f"{add}?recipe={chosen.handle}")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Start from a recipe",
        "opts": model_admin.opts,
        "recipes": RECIPES,
        "add": add,
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/achievements/recipes.html", context)


def duplicate(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    sentence = "The copy has the same settings and is not published yet. Nobody has climbed it."
    return duplicating.duplicate(request, model_admin, found(object_id), sentence=sentence)


def recount(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    definition, at = found(object_id), timezone.now()
    act = Act(
        title="Count what happened before",
        subtitle=definition.name,
        button="Count it",
        back=change_page(definition),
        no=recounting.why_not_recountable(definition, at=at),
        sentences=[
            f"All that happened so far is looked through for “{definition.count_event}”, from the day on which it counts.",
            "What was counted already is not counted again, and nobody loses anything. Levels that are reached now are unlocked, with their rewards.",
            "What the condition asks of customers is asked as of now.",
        ],
    )

    def do(_) -> str:
        recounting.start(definition, at=at, user=request.user)
        return "It is counted in the background. See Administration → Background work."

    return perform(request, model_admin, act, ConfirmForm(sent(request)), do)


def retire(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    definition = found(object_id)
    climbing = definition.achievements.order_by().values("profile").distinct().count()
    act = Act(
        title="Retire",
        subtitle=definition.name,
        button="Retire it",
        back=change_page(definition),
        is_danger=True,
        sentences=[
            "From now on nothing counts towards it.",
            f"{climbing:,} {'customer has' if climbing == 1 else 'customers have'} climbed it; what they reached stays theirs, and they still see it."
            if climbing
            else "Nobody has climbed it yet, so customers do not see it any more.",
            "You can bring it back at any time. What happens meanwhile is not counted.",
        ],
    )

    def do(_) -> str:
        definition.retire(at=timezone.now())
        return f"“{definition.name}” is retired. Nothing counts towards it."

    return perform(request, model_admin, act, ConfirmForm(sent(request)), do)


def bring_back(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    definition = found(object_id)
    act = Act(
        title="Bring back",
        subtitle=definition.name,
        button="Bring it back",
        back=change_page(definition),
        sentences=["It counts again from now on. To count what happened meanwhile, recount it afterwards."],
    )

    def do(_) -> str:
        definition.bring_back()
        return f"“{definition.name}” counts again."

    return perform(request, model_admin, act, ConfirmForm(sent(request)), do)
