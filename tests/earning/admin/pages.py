"""Addresses of pages of the back office, and what the tests read off them."""

from django.urls import reverse

from earning.models import Balance, EarningRule, LoyaltyCard


def page(name: str, *arguments) -> str:
    return reverse(f"admin:earning_{name}", args=arguments)


def act(name: str, card: LoyaltyCard) -> str:
    return page(f"loyaltycard_{name}", card.pk)


def of_rule(name: str, rule: EarningRule, *more) -> str:
    return page(f"earningrule_{name}", rule.pk, *more)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def points(card: LoyaltyCard, name: str = "active", unit: str = "points"):
    return getattr(Balance.objects.get(card=card, unit=unit), name)


def hidden(client, address: str, *names: str) -> dict:
    """What the page's form would send along unseen."""
    form = client.get(address).context["form"]
    return {name: str(form[name].value()) for name in names}
