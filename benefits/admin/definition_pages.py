"""What is done with one definition: duplicate, archive, restore. Each says beforehand what follows from it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from benefits.models import BenefitDefinition
from profiles.admin import duplicating
from profiles.admin.acting import Act, ConfirmForm, change_page, perform, sent


def found(object_id: str) -> BenefitDefinition:
    return get_object_or_404(BenefitDefinition, pk=object_id)


def duplicate(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    sentence = "The copy has the same settings. Nobody holds it yet, and what was used is not taken over."
    return duplicating.duplicate(request, model_admin, found(object_id), sentence=sentence)


def archive(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    definition = found(object_id)
    issued = definition.counters.totals()["issued"]
    held = f"{issued:,} were issued so far; " if issued else ""
    act = Act(
        title="Archive",
        subtitle=definition.name,
        button="Archive it",
        back=change_page(definition),
        is_danger=True,
        sentences=[
            "From now on nobody can issue, claim or redeem it, at any till or online.",
            f"{held}they stay on record, and those still open cannot be used while it is archived.",
            "You can restore it at any time. Ends that pass meanwhile are not moved.",
        ],
    )

    def do(_) -> str:
        definition.archive()
        return f"“{definition.name}” is archived. Nobody can issue, claim or redeem it."

    return perform(request, model_admin, act, ConfirmForm(sent(request)), do)


def restore(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    definition = found(object_id)
    act = Act(
        title="Restore",
        subtitle=definition.name,
        button="Restore it",
        back=change_page(definition),
        sentences=["It can be issued, claimed and redeemed again, and those that customers still hold work at once."],
    )

    def do(_) -> str:
        definition.restore()
        return f"“{definition.name}” is offered again."

    return perform(request, model_admin, act, ConfirmForm(sent(request)), do)
