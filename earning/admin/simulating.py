"""Loyalty setup → Simulate: what a purchase, an event or a coupon would earn a customer, and why each rule applied or not."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from cxmanager.amounts import money, pieces
from earning.admin.choosing import choice_of, chosen_program
from earning.admin.simulation_form import Basket, SimulationForm
from earning.amounts import in_words
from earning.models import EarningRule, Program
from earning.reasons import Code
from earning.simulating import Simulation, simulate_happening, simulate_purchase, state_of
from earning.snapshot import Outcome
from profiles.models import Profile

MOST_CUSTOMERS = 20
KEPT_AS = "earning_draft"
STATES = {"active": "At once", "pending": "Later", "pending_approval": "Once it is approved"}


@dataclass
class Asked:
    """One rule's line in the result."""

    rule: object
    outcome: Outcome
    given: list[str]
    states: list[str]
    is_tried: bool


def simulate(request: HttpRequest, model_admin) -> HttpResponse:
    """Nothing is written, so asking is a GET."""
    if not model_admin.has_simulate_permission(request):
        raise PermissionDenied
    tried = rule_to_try(request)
    program = tried.program if tried is not None else chosen_program(request)
    form, basket = SimulationForm(request.GET, program=program), Basket(request.GET)
    typed = typed_draft(request, tried, program)
    result, customer, customers = None, None, []
    is_asked = request.GET.get("do", "") in ("", "try")
    # What is wrong with the basket is said together with what is wrong beside it.
    is_wrong = is_asked and form.kind_now == "purchase" and basket.is_wrong
    if form.is_valid():
        customer, customers = customer_of(form)
        if customer is not None and is_asked and not is_wrong:
            result = tried_out(form, basket, customer, program, typed, tried)
    context = {
        **model_admin.admin_site.each_context(request),
        **choice_of(request),
        "title": "Simulate",
        "opts": model_admin.opts,
        "form": form,
        "basket": basket,
        "of": program,
        "customer": customer,
        "customers": customers,
        "was_asked": bool(request.GET.get("customer")) and customer is None and not customers,
        "result": result,
        "tried": tried,
        "is_typed": typed is not None,
        "kept": without(request, "profile", "customer"),
        "media": model_admin.media + form.media,
    }
    return TemplateResponse(request, "admin/earning/simulate.html", context)


def rule_to_try(request: HttpRequest) -> EarningRule | None:
    known = request.GET.get("rule", "")
    if not (known.isdecimal() and len(known) < 19):
        return None
    return EarningRule.objects.whole().filter(pk=known).first()


def typed_draft(request: HttpRequest, tried: EarningRule | None, program: Program) -> dict | None:
    """What was typed in the editor and not saved, where the address asks for it."""
    kept = request.session.get(KEPT_AS) if request.GET.get("typed") else None
    if not kept or kept["rule"] != (tried.pk if tried is not None else None) or kept["program"] != program.pk:
        return None
    return kept["document"]


def keep_draft(request: HttpRequest, rule: EarningRule, program: Program, document: dict) -> None:
    """Keep what was typed, to be tried on the next page."""
    request.session[KEPT_AS] = {"rule": rule.pk, "program": program.pk, "document": document}


def customer_of(form: SimulationForm) -> tuple[Profile | None, list[Profile]]:
    """(the customer who is meant, those who may be)."""
    living, asked = Profile.objects.living(), form.cleaned_data["customer"].strip()
    if form.cleaned_data["profile"]:
        chosen = living.filter(pk=form.cleaned_data["profile"]).first()
        # Whoever types another name means that one.
        if chosen is not None and asked in ("", str(chosen)):
            return chosen, []
    if not asked:
        return None, []
    found = list(living.search(asked).order_by("-id")[:MOST_CUSTOMERS])
    return (found[0], []) if len(found) == 1 else (None, found)


def tried_out(form, basket: Basket, customer: Profile, program: Program, typed: dict | None, tried) -> dict | None:
    """What the page shows of a simulation; None where something is wrong, which then is said."""
    at = form.cleaned_data["at"] or timezone.now()
    draft = typed or (tried.as_document() if tried is not None else None)
    # A draft is asked as if it were active.
    drafts = [draft | {"status": "draft"}] if draft is not None else []
    more = {"at": at, "program": program, "drafts": drafts, "only_draft": bool(drafts) and form.cleaned_data["only"]}
    try:
        if form.kind_now == "purchase":
            simulation = simulate_purchase(customer, form.purchase(basket.items(), at), **more)
        else:
            simulation = simulate_happening(customer, form.happening(at), **more)
    except ValidationError as error:
        for sentence in error.messages:
            form.add_error(None, sentence)
        return None
    return shown(simulation, draft, at=at)


def shown(simulation: Simulation, draft: dict | None, *, at: datetime) -> dict:
    """Sums, the rules that applied in the order in which they were asked, those that did not, and those that nobody asks."""
    lines = [asked(one, simulation, draft, at=at) for one in simulation.decision.outcomes]
    sleeping = [one for one in lines if one.outcome.reason == Code.INACTIVE]
    summed = simulation.as_json()
    card = simulation.decision.at_hand.card
    return {
        "points": f"{pieces(simulation.decision.points)}" if simulation.decision.points else "0",
        "money": [money(amount, currency) for currency, amount in summed["currency"].items() if Decimal(amount)],
        "applied": [one for one in lines if one.outcome.applied],
        "not_applied": [one for one in lines if not one.outcome.applied and one not in sleeping],
        "sleeping": sleeping,
        "tier_before": card.tier if card.tier_id else None,
        "tier_after": simulation.tier_after,
        "at": at,
    }


def asked(outcome: Outcome, simulation: Simulation, draft: dict | None, *, at: datetime) -> Asked:
    decision = simulation.decision
    mine = [one for one in decision.given if one.awarded.rule.id == outcome.rule.id]
    given, states = [], []
    for one in mine:
        award, parts = one.awarded, []
        if award.points:
            parts.append(in_words(award.points, "points"))
        if award.currency_amount:
            parts.append(money(award.currency_amount, award.currency))
        if award.badge:
            parts.append(f"the badge “{award.badge}”")
        to = "" if award.beneficiary == "member" else " for who referred the customer"
        given.append(worked_out(" and ".join(parts), award.working) + to)
        states.append(STATES[state_of(one, decision.at_hand.rules, at=at)])
    is_tried = draft is not None and outcome.rule.id < 0
    return Asked(outcome.rule, outcome, given, list(dict.fromkeys(states)), is_tried)


def worked_out(given: str, working: str) -> str:
    """What is given with how it came to that, and said once where that is the same."""
    if not working or working == given:
        return given
    return working if working.endswith(f"= {given}") else f"{given}: {working}"


def without(request: HttpRequest, *names: str) -> str:
    """The address's question without these, for links that add another."""
    left = request.GET.copy()
    for name in (*names, "do"):
        left.pop(name, None)
    return left.urlencode()
